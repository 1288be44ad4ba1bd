/* Separators above header blocks: "-----Ursprüngliche Nachricht-----", rules, and what stands
 * between them and the labels. Words are data (forward/labels.h). Pure, bounded. */
#pragma once

#include "forward/labels.h"

enum { SEPARATOR_GAP = 3 }; /* blank lines below one, and between the lines of a block */

/* mark_parse(), and where the separator has a block's labels on its own line: "---- Nachricht
 * ----Von: Anna". *labels is where they begin, NULL: not here. */
Mark separator_parse(const char *line, const char **labels);
/* Reads the separators that begin at lines[at], if any: a rule and the words below it are one.
 * *mark is the one that says most. Returns the line of the first label (or of whatever else is
 * below), count where there is none; *labels is that line, from its first label on. */
guint separator_read(
	const char *const *lines, guint count, guint at, Mark *mark, const char **labels);
/* Yahoo's labels on a separator's line stand right behind each other's values: "Von: Anna <a@b>An:
 * c@d". Returns the line with blanks between, to be freed. */
char *separator_unglue(const char *line);
/* May a header block begin with this label? */
gboolean separator_is_first_label(Label label);
