/* Lines of text as people see them: what is blank to the eye (non-breaking blanks, bidi marks, zero
 * width) is blank. Lines are valid UTF-8 without "\n". */
#pragma once

#include <glib.h>

/* What no eye sees: white space and format characters. */
gboolean lines_is_invisible(gunichar c);
/* The first character that can be seen, or the end. */
const char *lines_skip_blanks(const char *line);
gboolean lines_is_blank(const char *line);
/* The next line at or behind at that is not blank, where at most this many blank ones are before
 * it; else count. */
guint lines_next(const char *const *lines, guint count, guint at, guint gap);
