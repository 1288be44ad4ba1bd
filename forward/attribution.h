/* Attributions: the line that a mail client writes above what it quotes, "Am 02.03.2026 um 14:05
 * schrieb Anna Muster <anna@acme.example>:", wrapped over several lines or not.
 *
 * Its words are data (forward/labels.h). It does not say what below it is quoted. Pure, total; what
 * one call looks at is bounded, so a walk over all lines is linear. */
#pragma once

#include "mime/mail.h"

typedef struct {
	guint first, end; /* its lines; end is the one behind the last */
	gboolean is_sure; /* states a date or an address: no sentence that just ends in a colon */
	Mailbox *from;    /* NULL: not stated */
	MailDate date;    /* PRECISION_NONE: not stated */
} Attribution;

/* Does an attribution begin at lines[at]? lines are count strings without "\n", valid UTF-8, and
 * not quoted themselves. One that is not sure is found only where a quote follows. Sets every field
 * of *attribution, which needs attribution_clear() only where TRUE is returned. */
gboolean attribution_parse(
	const char *const *lines, guint count, guint at, Attribution *attribution);
void attribution_clear(Attribution *attribution);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Attribution, attribution_clear)

/* Is this line quoted: "> text"? *text (may be NULL) is what stands behind the mark. */
gboolean quoted_line(const char *line, const char **text);
