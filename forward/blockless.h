/* Forwards without a header block, which clients write as they reply: an attribution, a separator
 * alone, a quote alone. Each sets *found where it finds one, and leaves it empty where not.
 *
 * But for a separator only the subject says that it is a forward: the caller has looked. */
#pragma once

#include "forward/inline.h"

/* Below the separator at the line at: without an attribution only where has_prefix. */
void blockless_find_mark(const View *view, guint at, gboolean has_prefix, InlineFound *found);
/* "Am 02.03.2026 schrieb Anna:" that ends in the line above the quote from first to end. */
void blockless_find_attributed(
	const View *view, guint above, guint first, guint end, InlineFound *found);
/* The first attribution, and all text below it. */
void blockless_find_rest(const View *view, InlineFound *found);
/* The quote that begins at first, with nothing but a signature below. */
void blockless_find_quote(const View *view, guint first, InlineFound *found);
