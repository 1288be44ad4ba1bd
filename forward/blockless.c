#include "forward/blockless.h"

#include <string.h>

#include "forward/attribution.h"
#include "forward/lines.h"

enum {
	ATTRIBUTION_LINES = 3, /* over which one may be wrapped */
	CANDIDATES = 3000,     /* lines looked at */
};

/* What an attribution states, in the place of a block. */
static void take_attribution(InlineFound *found, Attribution *attribution)
{
	if (attribution->from)
		g_ptr_array_add(found->block.from, g_steal_pointer(&attribution->from));
	found->block.date = attribution->date;
}

/* Below a separator of forwards all is the original's, though no block can be read: Yandex writes
 * an attribution, other labels were cut away. Without an attribution the subject must say that it
 * is a forward. */
void blockless_find_mark(const View *view, guint at, gboolean has_prefix, InlineFound *found)
{
	const char *const *lines = (const char *const *)view->lines->pdata;
	guint first = view_next(view, at + 1);
	Attribution attribution;
	gboolean is_attributed = attribution_parse(lines, view->lines->len, first, &attribution);

	if (is_attributed || has_prefix) {
		block_init(&found->block);
		found->is_found = TRUE;
		found->has_mark = TRUE;
		found->comment_end = at;
	}
	if (is_attributed) {
		take_attribution(found, &attribution);
		first = view_next(view, attribution.end);
		attribution_clear(&attribution);
	}
	found->first = first;
	found->end = view->lines->len;
	if (first < view->lines->len && view_is_quoted(view_line(view, first))) {
		found->end = view_quote_end(view, first);
		found->depth = view_quote_depth(view, first, found->end);
	}
}

/* Some clients forward as they reply, with "Am 02.03.2026 schrieb Anna:" and a quote: only the
 * subject says what it is. The attribution ends in the line above the quote. */
void blockless_find_attributed(
	const View *view, guint above, guint first, guint end, InlineFound *found)
{
	for (guint back = MIN(above, ATTRIBUTION_LINES - 1) + 1; back-- > 0;) {
		Attribution attribution;

		if (!attribution_parse((const char *const *)view->lines->pdata, view->lines->len,
			    above - back, &attribution))
			continue;
		if (attribution.is_sure && attribution.from && attribution.end == above + 1) {
			block_init(&found->block);
			found->is_found = TRUE;
			found->comment_end = above - back;
			found->first = first;
			found->end = end;
			found->depth = 1;
			take_attribution(found, &attribution);
		}
		attribution_clear(&attribution);
		if (found->is_found)
			return;
	}
}

/* The same without marks, as Outlook for Mac does: below the attribution all is older. */
void blockless_find_rest(const View *view, InlineFound *found)
{
	const char *const *lines = (const char *const *)view->lines->pdata;

	for (guint at = 0; at < MIN(view->lines->len, CANDIDATES) && !found->is_found; at++) {
		g_auto(Attribution) attribution = {0};

		if (!attribution_parse(lines, view->lines->len, at, &attribution) ||
			!attribution.is_sure || !attribution.from)
			continue;
		block_init(&found->block);
		found->is_found = TRUE;
		found->comment_end = at;
		found->first = view_next(view, attribution.end);
		found->end = view->lines->len;
		take_attribution(found, &attribution);
	}
}

/* A quote that says nothing of itself, with nothing but a signature below: all that some clients
 * leave of a forward. */
void blockless_find_quote(const View *view, guint first, InlineFound *found)
{
	guint end = view_quote_end(view, first), below = view_next(view, end);

	if (below < view->lines->len && (!g_str_has_prefix(view_line(view, below), "--") ||
						!lines_is_blank(view_line(view, below) + 2)))
		return;
	block_init(&found->block);
	found->is_found = TRUE;
	found->comment_end = found->first = first;
	found->end = end;
	found->depth = 1;
}
