#include "forward/inline.h"

#include <string.h>

#include "forward/attribution.h"
#include "forward/blockless.h"
#include "forward/labels.h"
#include "forward/lines.h"
#include "forward/localdate.h"
#include "forward/reader.h"

enum {
	CANDIDATES = 3000, /* lines tried as the first of a block */
	ATTRIBUTION_BYTES = 2000,
	RULE_LENGTH = 4, /* dashes that begin a separator */
	FIELDS = 20,     /* of a header that nobody names, above the first that counts */
};

void inline_found_clear(InlineFound *found)
{
	if (found->is_found)
		block_clear(&found->block);
	*found = (InlineFound){0};
}

/* "Am 02.03.2026 um 14:05 schrieb Anna:" above a quote: this is a reply. A forwarder's "Das hat
 * Anna geschrieben:" is none, where the subject says that it is a forward. */
static gboolean is_attribution(const char *line, gboolean has_prefix)
{
	const char *end, *start;
	g_autofree char *text = g_strstrip(g_strndup(line, ATTRIBUTION_BYTES));

	if (!g_str_has_suffix(text, ":") && !g_str_has_suffix(text, "："))
		return FALSE;
	if (!verb_find(line, &end, NULL))
		return FALSE;
	return !has_prefix || strchr(text, '@') ||
	       localdate_find(line, 0, &start, &end).precision != PRECISION_NONE;
}

/* Below a block of its own quote or none, everything may be quoted: Proton and Spark do so, iOS
 * quotes block and text apart. */
static void unquote_rest(const View *view, InlineFound *found)
{
	guint first = view_next(view, found->first);

	if (first >= view->lines->len || !view_is_quoted(view_line(view, first)))
		return;
	if (view_next(view, view_quote_end(view, first)) < view->lines->len)
		return;
	found->end = view_quote_end(view, first);
	found->first = first;
	found->depth = 1;
}

/* The block that a quote begins with, perhaps below a line that says so in words that no block
 * begins with: "This is a forwarded message", "--- words nobody knows ---". */
static gboolean quoted_block(const GPtrArray *lines, guint at, Block *block, Mark *mark)
{
	const char *const *text = (const char *const *)lines->pdata;
	gboolean is_title;

	*mark = MARK_NONE;
	/* Eudora's begins with "X-Sender:". */
	for (guint i = 0; at < lines->len && i < FIELDS; i++, at++) {
		const char *value;

		if (block_parse(text, lines->len, at, block))
			return TRUE;
		if (reader_field(text[at], &value) == LABEL_NONE)
			break;
	}
	if (at >= lines->len)
		return FALSE;
	*mark = mark_parse(text[at], NULL);
	if (*mark == MARK_NONE)
		*mark = mark_parse_bare(text[at]);
	is_title = *mark != MARK_NONE || strspn(text[at], "-=_") >= RULE_LENGTH;
	return is_title && block_parse(text, lines->len,
				   lines_next(text, lines->len, at + 1, lines->len), block);
}

/* A forward as Apple Mail writes it: all of it is quoted, and begins with the block. */
static gboolean find_quoted(const View *view, guint first, guint end, InlineFound *found)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new();
	guint depth = view_quote_depth(view, first, end), at = 0, above = view_above(view, first);
	Mark mark;

	for (guint i = first; i < end; i++)
		g_ptr_array_add(lines, (gpointer)view_unquoted(view_line(view, i), depth));
	while (at < lines->len && lines_is_blank(g_ptr_array_index(lines, at)))
		at++;
	if (!quoted_block(lines, at, &found->block, &mark))
		return FALSE;
	*found = (InlineFound){.block = found->block,
		.is_found = TRUE,
		.has_block = TRUE,
		.has_mark = found->block.mark == MARK_FORWARD || mark == MARK_FORWARD,
		.comment_end = first,
		.first = first + found->block.end,
		.end = end,
		.depth = depth};
	if (above < first && mark_parse(view_line(view, above), NULL) == MARK_FORWARD)
		found->has_mark = TRUE;
	/* Only the block was quoted. */
	if (found->first >= end || lines_next((const char *const *)lines->pdata, lines->len,
					   found->block.end, lines->len) >= lines->len) {
		found->first = end;
		found->end = view->lines->len;
		found->depth = 0;
		unquote_rest(view, found);
	}
	return TRUE;
}

static gboolean find_plain(const View *view, guint at, gboolean has_prefix, InlineFound *found)
{
	guint above = view_above(view, at);
	Mark title;

	if (!block_parse(
		    (const char *const *)view->lines->pdata, view->lines->len, at, &found->block))
		return FALSE;
	*found = (InlineFound){.block = found->block,
		.is_found = TRUE,
		.has_block = TRUE,
		.has_mark = found->block.mark == MARK_FORWARD,
		.comment_end = at,
		.first = found->block.end,
		.end = view->lines->len};
	/* "Anna schrieb am 02.03.2026:" and then the block of what Anna forwarded. */
	if (above < at && is_attribution(view_line(view, above), has_prefix)) {
		inline_found_clear(found);
		return FALSE;
	}
	found->comment_end = view_title_above(view, at, &title);
	if (title == MARK_FORWARD ||
		(above < at && mark_parse(view_line(view, above), NULL) == MARK_FORWARD))
		found->has_mark = TRUE;
	unquote_rest(view, found);
	return TRUE;
}

/* HTML that only a forward has around its block. */
static gboolean has_forward_box(const View *view, const InlineFound *found)
{
	const GArray *lines = view->rendered ? view->rendered->lines : NULL;

	for (guint i = found->comment_end; lines && i < found->first && i < lines->len; i++)
		if (g_array_index(lines, RenderedLine, i).marks & LINE_FORWARD)
			return TRUE;
	return FALSE;
}

/* The line that says that the forward ends, those of inner ones counted; found->end without. KMail
 * draws a rule at the end of the text. */
static guint closing_line(const View *view, const InlineFound *found)
{
	guint open = 1, last = found->end;

	if (!found->has_mark)
		return found->end;
	for (guint at = found->first; at < found->end; at++) {
		const char *line = view_unquoted(view_line(view, at), found->depth);
		gboolean may_mark = strspn(line, "-=_~ *") >= 2;
		Mark mark = may_mark ? mark_parse(line, NULL) : MARK_NONE;

		open += mark == MARK_FORWARD;
		open -= mark == MARK_END;
		if (open == 0)
			return at;
		if (mark == MARK_RULE)
			last = at;
		else if (!lines_is_blank(line))
			last = found->end;
	}
	return last;
}

/* Under a subject of forwards: a forward with its separator below the quote, which its forwarder
 * answered above, or the quote itself. */
static void find_below_reply(
	const View *view, guint above, guint first, guint end, InlineFound *found)
{
	for (guint at = end; at < view->lines->len; at++) {
		if (mark_parse(view_line(view, at), NULL) != MARK_FORWARD ||
			!find_plain(view, at, TRUE, found))
			continue;
		found->end = closing_line(view, found);
		return;
	}
	blockless_find_attributed(view, above, first, end, found);
}

/* Does an attribution stand above this line? Below it everything is older, quote marks or not. */
static gboolean has_attribution_above(const View *view, guint end)
{
	const char *const *lines = (const char *const *)view->lines->pdata;

	for (guint at = 0; at < MIN(end, CANDIDATES); at++) {
		g_auto(Attribution) attribution = {0};

		if (attribution_parse(lines, view->lines->len, at, &attribution) &&
			attribution.is_sure && attribution.from && attribution.end <= end)
			return TRUE;
	}
	return FALSE;
}

/* Walks down to the first header block that is not part of a reply's quote. */
void inline_find(const View *view, gboolean has_prefix, InlineFound *found)
{
	guint tries = 0, mark = view->lines->len, quote = view->lines->len;

	*found = (InlineFound){0};
	for (guint at = 0; at < view->lines->len && !found->is_found && tries < CANDIDATES;) {
		const char *line = view_line(view, at);

		if (view_is_quoted(line)) {
			guint end = view_quote_end(view, at), above = view_above(view, at);

			/* Below an attribution everything is older. */
			if (above < at && is_attribution(view_line(view, above), has_prefix)) {
				if (has_prefix)
					find_below_reply(view, above, at, end, found);
				return;
			}
			find_quoted(view, at, end, found);
			quote = MIN(quote, at);
			at = end;
		} else {
			if (!lines_is_blank(line) && block_may_begin(line)) {
				tries++;
				find_plain(view, at, has_prefix, found);
				if (mark == view->lines->len &&
					mark_parse(line, NULL) == MARK_FORWARD)
					mark = at;
			}
			at++;
		}
	}
	if (!found->is_found && mark < view->lines->len)
		blockless_find_mark(view, mark, has_prefix, found);
	if (!found->is_found && has_prefix)
		blockless_find_rest(view, found);
	if (!found->is_found && has_prefix && quote < view->lines->len)
		blockless_find_quote(view, quote, found);
	if (found->is_found && !has_prefix && has_attribution_above(view, found->comment_end))
		inline_found_clear(found);
	if (found->is_found)
		found->end = closing_line(view, found);
	if (found->is_found && has_forward_box(view, found))
		found->has_mark = TRUE;
}
