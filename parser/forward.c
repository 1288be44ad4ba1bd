#include "parser/forward.h"

#include <string.h>

#include "parser/attribution.h"
#include "parser/block.h"
#include "parser/labels.h"
#include "parser/limits.h"
#include "parser/localdate.h"
#include "parser/quote.h"
#include "parser/render.h"
#include "parser/sanitise.h"
#include "parser/subject.h"

enum {
	FORWARD_DEPTH = 10,       /* forwards inside forwards */
	FORWARD_BYTES = 20 << 20, /* text and HTML of all levels together */
	CANDIDATES = 3000,        /* lines tried as the first of a block */
	QUOTE_DEPTH = 5,          /* "> " before a whole block */
	ATTRIBUTION_BYTES = 2000,
	ATTRIBUTION_LINES = 3, /* over which one may be wrapped */
	RULE_LENGTH = 4,       /* dashes with which a separator begins whose words nobody knows */
};

/* Zero width; iOS writes one at the start of what it forwards. */
#define NO_BREAK "\xef\xbb\xbf"

/* A text as lines, and what its HTML says of them. */
typedef struct {
	char *text;         /* a copy, cut into lines */
	GPtrArray *lines;   /* of char, borrowed from text */
	Rendered *rendered; /* NULL: not from HTML */
} View;

/* A header block in a view, and what it parts. */
typedef struct {
	Block block;
	gboolean is_found;
	gboolean has_mark;
	guint comment_end; /* the line behind the comment */
	guint first, end;  /* the lines of the original's text */
	guint depth;       /* how often they are quoted */
} Found;

static void view_init(View *view, const char *text, Rendered *rendered)
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

static void view_clear(View *view)
{
	g_free(view->text);
	g_clear_pointer(&view->lines, g_ptr_array_unref);
	g_clear_pointer(&view->rendered, rendered_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(View, view_clear)

static void found_clear(Found *found)
{
	if (found->is_found)
		block_clear(&found->block);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Found, found_clear)

static const char *line_at(const View *view, guint line)
{
	return g_ptr_array_index(view->lines, line);
}

static const char *skip_blanks(const char *line)
{
	static const char *const blanks[] = {" ", "\t", "\xc2\xa0", "\xe2\x80\x8b", NO_BREAK};

	for (gsize i = 0; i < G_N_ELEMENTS(blanks);) {
		if (g_str_has_prefix(line, blanks[i])) {
			line += strlen(blanks[i]);
			i = 0;
		} else {
			i++;
		}
	}
	return line;
}

static gboolean is_blank(const char *line)
{
	return !*skip_blanks(line);
}

static gboolean is_quoted(const char *line)
{
	return *skip_blanks(line) == '>';
}

/* The line without so many quote marks. */
static const char *unquoted(const char *line, guint depth)
{
	for (; depth > 0 && is_quoted(line); depth--) {
		line = skip_blanks(line) + 1;
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
static guint line_above(const View *view, guint at)
{
	for (guint above = at; above > 0; above--)
		if (!is_blank(line_at(view, above - 1)))
			return above - 1;
	return at;
}

/* The line behind a quote: blank lines within belong to it. */
static guint quote_end(const View *view, guint at)
{
	guint end = at;

	for (; at < view->lines->len; at++) {
		if (is_quoted(line_at(view, at)))
			end = at + 1;
		else if (!is_blank(line_at(view, at)))
			break;
	}
	return end;
}

static guint skip_blank_lines(const View *view, guint at)
{
	while (at < view->lines->len && is_blank(line_at(view, at)))
		at++;
	return at;
}

/* How often all of the quote is quoted: as often as its first line that says something. */
static guint quote_depth(const View *view, guint first, guint end)
{
	for (guint depth = 1; depth < QUOTE_DEPTH; depth++) {
		guint line = first;

		while (line < end && is_blank(unquoted(line_at(view, line), depth)))
			line++;
		if (line == end || !is_quoted(unquoted(line_at(view, line), depth)))
			return depth;
	}
	return QUOTE_DEPTH;
}

/* A forward as Apple Mail writes it: all of it is quoted, and begins with the block. */
static gboolean find_quoted(const View *view, guint first, guint end, Found *found)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new();
	guint depth = quote_depth(view, first, end), at = 0, above = line_above(view, first);

	for (guint i = first; i < end; i++)
		g_ptr_array_add(lines, (gpointer)unquoted(line_at(view, i), depth));
	while (at < lines->len && is_blank(g_ptr_array_index(lines, at)))
		at++;
	if (!block_parse((const char *const *)lines->pdata, lines->len, at, &found->block))
		return FALSE;
	*found = (Found){.block = found->block,
		.is_found = TRUE,
		.has_mark = found->block.mark == MARK_FORWARD,
		.comment_end = first,
		.first = first + found->block.end,
		.end = end,
		.depth = depth};
	if (above < first && mark_parse(line_at(view, above), NULL) == MARK_FORWARD)
		found->has_mark = TRUE;
	return TRUE;
}

static gboolean find_plain(const View *view, guint at, gboolean has_prefix, Found *found)
{
	guint above = line_above(view, at);

	if (!block_parse(
		    (const char *const *)view->lines->pdata, view->lines->len, at, &found->block))
		return FALSE;
	*found = (Found){.block = found->block,
		.is_found = TRUE,
		.has_mark = found->block.mark == MARK_FORWARD,
		.comment_end = at,
		.first = found->block.end,
		.end = view->lines->len};
	/* "Anna schrieb am 02.03.2026:" and then the block of what Anna forwarded. */
	if (above < at && is_attribution(line_at(view, above), has_prefix)) {
		found_clear(found);
		*found = (Found){0};
		return FALSE;
	}
	return TRUE;
}

/* HTML that only a forward has around its block. */
static gboolean has_forward_box(const View *view, const Found *found)
{
	const GArray *lines = view->rendered ? view->rendered->lines : NULL;

	for (guint i = found->comment_end; lines && i < found->first && i < lines->len; i++)
		if (g_array_index(lines, RenderedLine, i).marks & LINE_FORWARD)
			return TRUE;
	return FALSE;
}

/* What an attribution states, in the place of a block. */
static void take_attribution(Found *found, Attribution *attribution)
{
	if (attribution->from)
		g_ptr_array_add(found->block.from, g_steal_pointer(&attribution->from));
	found->block.date = attribution->date;
}

/* Below a separator of forwards all is the original's, though no block can be read: Yandex writes
 * an attribution, other labels were cut away. Without an attribution the subject must say that it
 * is a forward. */
static void find_mark_alone(const View *view, guint at, gboolean has_prefix, Found *found)
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
static void find_attributed(const View *view, guint above, guint first, guint end, Found *found)
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

/* Walks down to the first header block that is not part of a reply's quote. */
static void find(const View *view, gboolean has_prefix, Found *found)
{
	guint tries = 0, mark = view->lines->len;

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
			at = end;
		} else {
			if (!is_blank(line) && block_may_begin(line)) {
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
	if (found->is_found && has_forward_box(view, found))
		found->has_mark = TRUE;
}

/* Lines that part the comment from the block, or that a server wrote: nobody's words. */
static gboolean is_separator(const char *line)
{
	const char *text = skip_blanks(line);

	return !*text || mark_parse(line, NULL) != MARK_NONE || is_banner(line) ||
	       strspn(text, "-_=") >= RULE_LENGTH;
}

static char *comment(const View *view, guint end)
{
	GString *text = g_string_new(NULL);
	guint first = 0;

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
static char *original_text(const View *view, const Found *found)
{
	GString *text = g_string_new(NULL);
	guint first = found->first, end = found->end;

	while (end > first && is_blank(unquoted(line_at(view, end - 1), found->depth)))
		end--;
	while (first < end && is_blank(unquoted(line_at(view, first), found->depth)))
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
static char *original_html(const View *view, const Found *found, const char *html)
{
	const GArray *lines = view->rendered->lines;
	guint first = found->first;
	const RenderedLine *line, *last;
	gsize start, end = strlen(html);

	while (first < found->end && is_blank(unquoted(line_at(view, first), found->depth)))
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

static guint addresses(const GPtrArray *list)
{
	guint count = 0;

	for (guint i = 0; i < list->len; i++)
		if (((const Mailbox *)g_ptr_array_index(list, i))->address)
			count++;
	return count;
}

/* Takes the list that says more; both keep an owner. */
static void take_people(GPtrArray **best, GPtrArray **other)
{
	guint have = addresses(*best), offered = addresses(*other);

	if (offered > have || (offered == have && (*best)->len == 0)) {
		GPtrArray *list = *best;

		*best = *other;
		*other = list;
	}
}

/* What the HTML's block says beyond that of the text: addresses that the text leaves out, a subject
 * that it cut. */
static void block_improve(Block *block, Block *other)
{
	take_people(&block->from, &other->from);
	take_people(&block->to, &other->to);
	take_people(&block->cc, &other->cc);
	take_people(&block->reply_to, &other->reply_to);
	if (other->subject &&
		(!block->subject || g_str_has_prefix(other->subject, block->subject))) {
		g_free(block->subject);
		block->subject = g_steal_pointer(&other->subject);
	}
	if (other->date.precision > block->date.precision)
		block->date = other->date;
}

static gboolean is_same_date(const MailDate *a, const MailDate *b)
{
	return a->precision != PRECISION_NONE && b->precision != PRECISION_NONE &&
	       a->day == b->day && a->month == b->month && a->minute == b->minute;
}

/* Are these the same block, once in the text and once in the HTML? */
static gboolean is_same_block(const Block *a, const Block *b)
{
	if (a->subject && b->subject && *a->subject && *b->subject)
		return g_str_has_prefix(a->subject, b->subject) ||
		       g_str_has_prefix(b->subject, a->subject);
	return is_same_date(&a->date, &b->date) ||
	       (a->date.precision == PRECISION_NONE && b->date.precision == PRECISION_NONE);
}

static void take_list(GPtrArray **to, GPtrArray **from)
{
	g_ptr_array_unref(*to);
	*to = g_ptr_array_ref(*from);
}

static void original_fill(Mail *original, Block *block)
{
	take_list(&original->from, &block->from);
	take_list(&original->to, &block->to);
	take_list(&original->cc, &block->cc);
	take_list(&original->reply_to, &block->reply_to);
	if (block->subject) {
		g_free(original->subject);
		original->subject = g_strdup(block->subject);
	}
	g_free(original->base_subject);
	original->base_subject = subject_base(original->subject);
	original->date = block->date;
}

static void find_inline(Mail *mail, const char *html, guint depth, gsize *budget_bytes);

/* A block says more than a separator alone. */
static guint rank(const Found *found)
{
	return !found->is_found ? 0 : found->block.end > 0 ? 2 : 1;
}

/* Which of two views to believe: the one that has a block, of two different ones the first in its
 * text. */
static const View *better_view(const View *text, Found *in_text, const View *page, Found *in_html)
{
	g_autofree char *above_text = NULL, *above_html = NULL;

	if (rank(in_html) != rank(in_text))
		return rank(in_html) > rank(in_text) ? page : text;
	if (is_same_block(&in_text->block, &in_html->block)) {
		block_improve(&in_text->block, &in_html->block);
		in_text->has_mark = in_text->has_mark || in_html->has_mark;
		return text;
	}
	above_text = comment(text, in_text->comment_end);
	above_html = comment(page, in_html->comment_end);
	return strlen(above_html) < strlen(above_text) ? page : text;
}

/* Adds the forward that was found, and looks for the next one in it. html: that of the original,
 * NULL: none. */
static void forward_add(Mail *mail, const View *view, Found *found, const char *html, guint depth,
	gsize *budget_bytes)
{
	Forward *forward = g_new0(Forward, 1);
	Mail *original = mail_new();
	gsize bytes;

	g_free(original->text);
	original->text = original_text(view, found);
	original_fill(original, &found->block);
	*forward = (Forward){.form = FORWARD_INLINE,
		.has_mark = found->has_mark,
		.has_prefix = subject_is_forward(mail->subject),
		.comment = comment(view, found->comment_end),
		.original = original};
	g_ptr_array_add(mail->forwards, forward);
	bytes = strlen(original->text) + (html ? strlen(html) : 0);
	if (depth >= FORWARD_DEPTH || bytes > *budget_bytes) {
		mail_defect(original, "forwards inside this one are not looked for");
		html = NULL;
	}
	if (html)
		original->html =
			g_strstrip(sanitise_html(html, strlen(html), &original->remote_images));
	if (depth < FORWARD_DEPTH && bytes <= *budget_bytes) {
		*budget_bytes -= bytes;
		find_inline(original, html, depth + 1, budget_bytes);
	}
	quote_split(original, html);
}

static void find_inline(Mail *mail, const char *html, guint depth, gsize *budget_bytes)
{
	g_auto(View) text = {0}, page = {0};
	g_auto(Found) in_text = {0}, in_html = {0};
	gboolean has_prefix = subject_is_forward(mail->subject);
	g_autofree char *inner = NULL;
	const View *view;

	view_init(&text, mail->text, NULL);
	find(&text, has_prefix, &in_text);
	if (html) {
		Rendered *rendered = render_html(html, strlen(html));

		view_init(&page, rendered->text, rendered);
		find(&page, has_prefix, &in_html);
	}
	if (!in_text.is_found && !in_html.is_found)
		return;
	view = better_view(&text, &in_text, &page, &in_html);
	if (in_html.is_found && (view == &page || is_same_block(&in_text.block, &in_html.block)))
		inner = original_html(&page, &in_html, html);
	forward_add(mail, view, view == &page ? &in_html : &in_text, inner, depth, budget_bytes);
}

void forward_find_inline(Mail *mail, const char *html)
{
	gsize budget_bytes = FORWARD_BYTES;

	find_inline(mail, html, 0, &budget_bytes);
}
