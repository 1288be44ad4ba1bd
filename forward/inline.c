#include "forward/inline.h"

#include <string.h>

#include "forward/attribution.h"
#include "forward/labels.h"
#include "forward/lines.h"
#include "forward/localdate.h"

enum {
	CANDIDATES = 3000, /* lines tried as the first of a block */
	QUOTE_DEPTH = 5,   /* "> " before a whole block */
	ATTRIBUTION_BYTES = 2000,
	ATTRIBUTION_LINES = 3, /* over which one may be wrapped */
	RULE_LENGTH = 4,       /* dashes with which a separator begins whose words nobody knows */
};

/* Zero width; iOS writes one at the start of what it forwards. */
#define NO_BREAK "\xef\xbb\xbf"

void inline_text_init(InlineText *view, const char *text, Rendered *rendered)
{
	view->text = g_strdup(text);
	view->rendered = rendered;
	view->lines = g_ptr_array_new();
	for (char *line = view->text; line;) {
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		if (end && end > line && end[-1] == '\r')
			end[-1] = '\0';
		g_ptr_array_add(view->lines, line);
		line = end ? end + 1 : NULL;
	}
}

void inline_text_clear(InlineText *view)
{
	g_free(view->text);
	g_clear_pointer(&view->lines, g_ptr_array_unref);
	g_clear_pointer(&view->rendered, rendered_free);
}
void inline_found_clear(InlineFound *found)
{
	if (found->is_found)
		block_clear(&found->block);
	*found = (InlineFound){0};
}

static const char *line_at(const InlineText *view, guint line)
{
	return g_ptr_array_index(view->lines, line);
}

static gboolean is_quoted(const char *line)
{
	return *lines_skip_blanks(line) == '>';
}

/* The line without so many quote marks. */
static const char *unquoted(const char *line, guint depth)
{
	for (; depth > 0 && is_quoted(line); depth--) {
		line = lines_skip_blanks(line) + 1;
		if (*line == ' ')
			line++;
	}
	return line;
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

/* The nearest line above that is not blank; at where there is none. */
static guint line_above(const InlineText *view, guint at)
{
	for (guint above = at; above > 0; above--)
		if (!lines_is_blank(line_at(view, above - 1)))
			return above - 1;
	return at;
}

/* The line behind a quote: blank lines within belong to it. */
static guint quote_end(const InlineText *view, guint at)
{
	guint end = at;

	for (; at < view->lines->len; at++) {
		if (is_quoted(line_at(view, at)))
			end = at + 1;
		else if (!lines_is_blank(line_at(view, at)))
			break;
	}
	return end;
}

static guint skip_blank_lines(const InlineText *view, guint at)
{
	while (at < view->lines->len && lines_is_blank(line_at(view, at)))
		at++;
	return at;
}

/* How often all of the quote is quoted: as often as its first line that says something. */
static guint quote_depth(const InlineText *view, guint first, guint end)
{
	for (guint depth = 1; depth < QUOTE_DEPTH; depth++) {
		guint line = first;

		while (line < end && lines_is_blank(unquoted(line_at(view, line), depth)))
			line++;
		if (line == end || !is_quoted(unquoted(line_at(view, line), depth)))
			return depth;
	}
	return QUOTE_DEPTH;
}

/* Below a block of its own quote or none, everything may be quoted: Proton and Spark do so, iOS
 * quotes block and text apart. */
static void unquote_rest(const InlineText *view, InlineFound *found)
{
	guint first = skip_blank_lines(view, found->first);

	if (first >= view->lines->len || !is_quoted(line_at(view, first)))
		return;
	if (skip_blank_lines(view, quote_end(view, first)) < view->lines->len)
		return;
	found->end = quote_end(view, first);
	found->first = first;
	found->depth = 1;
}

/* A forward as Apple Mail writes it: all of it is quoted, and begins with the block. */
static gboolean find_quoted(const InlineText *view, guint first, guint end, InlineFound *found)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new();
	guint depth = quote_depth(view, first, end), at = 0, above = line_above(view, first);

	for (guint i = first; i < end; i++)
		g_ptr_array_add(lines, (gpointer)unquoted(line_at(view, i), depth));
	while (at < lines->len && lines_is_blank(g_ptr_array_index(lines, at)))
		at++;
	if (!block_parse((const char *const *)lines->pdata, lines->len, at, &found->block))
		return FALSE;
	*found = (InlineFound){.block = found->block,
		.is_found = TRUE,
		.has_block = TRUE,
		.has_mark = found->block.mark == MARK_FORWARD,
		.comment_end = first,
		.first = first + found->block.end,
		.end = end,
		.depth = depth};
	if (above < first && mark_parse(line_at(view, above), NULL) == MARK_FORWARD)
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

static gboolean find_plain(
	const InlineText *view, guint at, gboolean has_prefix, InlineFound *found)
{
	guint above = line_above(view, at);

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
	if (above < at && is_attribution(line_at(view, above), has_prefix)) {
		inline_found_clear(found);
		return FALSE;
	}
	if (above < at && mark_parse(line_at(view, above), NULL) == MARK_FORWARD)
		found->has_mark = TRUE;
	unquote_rest(view, found);
	return TRUE;
}

/* HTML that only a forward has around its block. */
static gboolean has_forward_box(const InlineText *view, const InlineFound *found)
{
	const GArray *lines = view->rendered ? view->rendered->lines : NULL;

	for (guint i = found->comment_end; lines && i < found->first && i < lines->len; i++)
		if (g_array_index(lines, RenderedLine, i).marks & LINE_FORWARD)
			return TRUE;
	return FALSE;
}

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
static void find_mark_alone(
	const InlineText *view, guint at, gboolean has_prefix, InlineFound *found)
{
	const char *const *lines = (const char *const *)view->lines->pdata;
	guint first = skip_blank_lines(view, at + 1);
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
		first = skip_blank_lines(view, attribution.end);
		attribution_clear(&attribution);
	}
	found->first = first;
	found->end = view->lines->len;
	if (first < view->lines->len && is_quoted(line_at(view, first))) {
		found->end = quote_end(view, first);
		found->depth = quote_depth(view, first, found->end);
	}
}

/* Some clients forward as they reply, with "Am 02.03.2026 schrieb Anna:" and a quote: only the
 * subject says what it is. The attribution ends in the line above the quote. */
static void find_attributed(
	const InlineText *view, guint above, guint first, guint end, InlineFound *found)
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
static void find_attributed_rest(const InlineText *view, InlineFound *found)
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
		found->first = skip_blank_lines(view, attribution.end);
		found->end = view->lines->len;
		take_attribution(found, &attribution);
	}
}

/* A quote that says nothing of itself, with nothing but a signature below: all that some clients
 * leave of a forward. */
static void find_bare_quote(const InlineText *view, guint first, InlineFound *found)
{
	guint end = quote_end(view, first), below = skip_blank_lines(view, end);

	if (below < view->lines->len && (!g_str_has_prefix(line_at(view, below), "--") ||
						!lines_is_blank(line_at(view, below) + 2)))
		return;
	block_init(&found->block);
	found->is_found = TRUE;
	found->comment_end = found->first = first;
	found->end = end;
	found->depth = 1;
}

/* The line that says that the forward ends, those of inner ones counted; found->end without. KMail
 * draws a rule at the end of the text. */
static guint closing_line(const InlineText *view, const InlineFound *found)
{
	guint open = 1, last = found->end;

	if (!found->has_mark)
		return found->end;
	for (guint at = found->first; at < found->end; at++) {
		const char *line = unquoted(line_at(view, at), found->depth);
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

/* Walks down to the first header block that is not part of a reply's quote. */
void inline_find(const InlineText *view, gboolean has_prefix, InlineFound *found)
{
	guint tries = 0, mark = view->lines->len, quote = view->lines->len;

	*found = (InlineFound){0};
	for (guint at = 0; at < view->lines->len && !found->is_found && tries < CANDIDATES;) {
		const char *line = line_at(view, at);

		if (is_quoted(line)) {
			guint end = quote_end(view, at), above = line_above(view, at);

			/* Below an attribution everything is older. */
			if (above < at && is_attribution(line_at(view, above), has_prefix)) {
				if (has_prefix)
					find_attributed(view, above, at, end, found);
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
		find_mark_alone(view, mark, has_prefix, found);
	if (!found->is_found && has_prefix)
		find_attributed_rest(view, found);
	if (!found->is_found && has_prefix && quote < view->lines->len)
		find_bare_quote(view, quote, found);
	if (found->is_found)
		found->end = closing_line(view, found);
	if (found->is_found && has_forward_box(view, found))
		found->has_mark = TRUE;
}

/* Lines that part the comment from the block, or that a server wrote: nobody's words. */
static gboolean is_separator(const char *line)
{
	const char *text = lines_skip_blanks(line);

	return !*text || mark_parse(line, NULL) != MARK_NONE || is_banner(line) ||
	       strspn(text, "-_=") >= RULE_LENGTH;
}

char *inline_comment(const InlineText *view, const InlineFound *found)
{
	GString *text = g_string_new(NULL);
	guint first = 0, end = found->comment_end;

	while (end > 0 && is_separator(line_at(view, end - 1)))
		end--;
	while (first < end && is_separator(line_at(view, first)))
		first++;
	for (guint i = first; i < end; i++)
		g_string_append_printf(text, "%s%s", i > first ? "\n" : "", line_at(view, i));
	return g_strstrip(g_string_free(text, FALSE));
}

/* The original's text: all that stands below the block, without the quote marks that the block has,
 * too. */
char *inline_original_text(const InlineText *view, const InlineFound *found)
{
	GString *text = g_string_new(NULL);
	guint first = found->first, end = found->end;

	while (end > first && lines_is_blank(unquoted(line_at(view, end - 1), found->depth)))
		end--;
	while (first < end && lines_is_blank(unquoted(line_at(view, first), found->depth)))
		first++;
	for (guint i = first; i < end; i++)
		g_string_append_printf(text, "%s%s", i > first ? "\n" : "",
			unquoted(line_at(view, i), found->depth));
	if (g_str_has_prefix(text->str, NO_BREAK))
		g_string_erase(text, 0, strlen(NO_BREAK));
	return g_strchomp(g_string_free(text, FALSE));
}

/* Where a line begins that follows a <br> in the middle of an element: behind the <br>, so that an
 * opening <b> or <a> before its words belongs to it. */
static gsize behind_break(const char *html, gsize from, gsize words)
{
	for (gsize at = words; at > from; at--) {
		const char *tag = html + at - 1, *end;

		if (g_ascii_strncasecmp(tag, "<br", 3) != 0 || g_ascii_isalnum(tag[3]))
			continue;
		end = memchr(tag, '>', (gsize)(html + words - tag));
		return end ? (gsize)(end + 1 - html) : words;
	}
	return words;
}

/* The HTML of the first line below the block and what follows, NULL where there is none. */
char *inline_original_html(const InlineText *view, const InlineFound *found, const char *html)
{
	const GArray *lines = view->rendered->lines;
	guint first = found->first;
	const RenderedLine *line, *last;
	gsize start, end = strlen(html);

	while (first < found->end && lines_is_blank(unquoted(line_at(view, first), found->depth)))
		first++;
	if (first >= found->end || first >= lines->len || first == 0)
		return NULL;
	line = &g_array_index(lines, RenderedLine, first);
	last = &g_array_index(lines, RenderedLine, found->first - 1);
	/* Gmail's block and what is below it are lines of the same element. */
	start = line->html_start;
	if (start <= last->html_content)
		start = behind_break(html, last->html_content, line->html_content);
	if (found->end < view->lines->len && found->end < lines->len)
		end = g_array_index(lines, RenderedLine, found->end).html_start;
	return start < end ? g_strndup(html + start, end - start) : NULL;
}
