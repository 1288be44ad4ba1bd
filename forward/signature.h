/* Signatures: what of new text is not its author's words, by line: signature, "Sent from my …",
 * disclaimer, a server's warning. Closing formulas and names are words.
 *
 * Pure, total, linear. The phrases are data (forward/labels.h). */
#pragma once

#include "mime/mail.h"

/* A text as lines, and the kind of each. */
typedef struct {
	const char *const *lines;
	guint count;
	const GArray *marks; /* of RenderedLine, one for each line; NULL: not from HTML */
	guint8 *kinds;       /* of RangeKind, one for each line */
} Kinds;

/* Cuts the warnings of a receiving server above what the sender wrote. Returns the line behind
 * them; first: there are none. */
guint signature_cut_banners(Kinds *kinds, guint first, guint end);
/* Cuts signature and disclaimers from what somebody wrote between two quotes: lines that are all
 * RANGE_NEW before. */
void signature_cut(Kinds *kinds, guint first, guint end);
