#include "html/render.h"

#include <string.h>

#include "html/clientbox.h"
#include "html/css.h"
#include "html/link.h"
#include "html/markup.h"

enum {
	QUOTES_MAX =
		20, /* "> " is written at most so often: a line stays in proportion to its HTML */
	LISTS_MAX = 10, /* the same for their indent */
	BLANK_LINES_MAX = 2,
	KEPT_BLANK_LINES_MAX = 50, /* in preformatted text */
	NUMBER_MAX = 1000000,
};

/* What an open element means for the text in it; begins as a copy of its parent's. */
typedef struct {
	LineMarks marks;
	guint quotes, lists;
	gboolean is_hidden, is_tiny, is_preformatted;
	gboolean is_numbered;
	guint next_number; /* of the next <li> */
	guint margin;      /* blank lines around this element */
	char *address;     /* of this <a>, or NULL */
} Frame;

/* How the text stood where a cell began. */
typedef struct {
	gsize length;
	guint lines_begun;
	gboolean is_broken, is_next_cell;
	guint margin, empty;
} CellStart;

struct Renderer {
	GString *text;
	GArray *lines;
	Frame frames[MARKUP_DEPTH_MAX + 1]; /* [0]: the document */
	CellStart cells[MARKUP_DEPTH_MAX + 1];
	guint depth;
	/* What stands between the last words and the next. */
	gboolean is_broken;    /* the next begin a line */
	guint margin, empty;   /* with so many blank lines: of margins, and of <br> and &nbsp; */
	gboolean has_blanks;   /* &nbsp; stands in the line that is about to begin */
	gboolean is_next_cell; /* the next begin a cell in the line of the one before */
	GString *gap;          /* blanks */
	GString *bullet;
	LineMarks rule;
	gboolean is_in_hidden; /* "[hidden: " waits for its "]" */
	guint lines_begun;
	gsize link_start; /* where the words of the <a> begin in the text, or NO_WORDS */
	/* Where the block of the next line begins. */
	gsize block_start;
	gboolean is_block_used; /* it has had words */
	gboolean is_in_table;   /* it is a table or a row */
	GString *decoded;
};

#define NO_WORDS G_MAXSIZE

static Frame *frame(Renderer *renderer)
{
	return &renderer->frames[renderer->depth];
}

static gboolean is_unseen(const Frame *words)
{
	return words->is_hidden || words->is_tiny;
}

/* Lines */

static void add_line(Renderer *renderer, gsize html_content, guint quotes, LineMarks marks)
{
	const RenderedLine line = {
		renderer->text->len, renderer->block_start, html_content, quotes, marks};

	g_array_append_val(renderer->lines, line);
	for (guint i = 0; i < MIN(quotes, QUOTES_MAX); i++)
		g_string_append(renderer->text, "> ");
}

static guint last_quotes(const Renderer *renderer)
{
	return renderer->lines->len == 0
		       ? 0
		       : g_array_index(renderer->lines, RenderedLine, renderer->lines->len - 1)
				 .depth;
}

/* Ends the line without the blanks at its end ("> " of a blank line becomes ">"). */
static void end_line(Renderer *renderer)
{
	GString *text = renderer->text;

	if (text->len > 0 && text->str[text->len - 1] == ' ')
		g_string_truncate(text, text->len - 1);
	g_string_append_c(text, '\n');
}

static void begin_line(Renderer *renderer, gsize html_content)
{
	const Frame *here = frame(renderer);
	const LineMarks marks = here->marks | renderer->rule;
	guint blank = MAX(renderer->margin, renderer->empty);

	blank = MIN(blank, here->is_preformatted ? KEPT_BLANK_LINES_MAX : BLANK_LINES_MAX);
	if (renderer->text->len > 0) {
		const guint between = MIN(here->quotes, last_quotes(renderer));

		end_line(renderer);
		for (; blank > 0; blank--) {
			add_line(renderer, html_content, between, here->marks);
			end_line(renderer);
		}
	}
	add_line(renderer, html_content, here->quotes, marks);
	for (guint i = 1; i < MIN(here->lists, LISTS_MAX); i++)
		g_string_append(renderer->text, "  ");
	g_string_append(renderer->text, renderer->bullet->str);
	g_string_append(renderer->text, renderer->gap->str);
	g_string_truncate(renderer->bullet, 0);
	renderer->lines_begun++;
	renderer->rule = 0;
	renderer->is_broken = FALSE;
	renderer->margin = renderer->empty = 0;
}

static void append_gap(Renderer *renderer)
{
	GString *text = renderer->text;

	if (!renderer->is_next_cell)
		g_string_append(text, renderer->gap->str);
	else
		g_string_append_c(text, text->str[text->len - 1] == ':' ? ' ' : '\t');
}

/* Words follow, which stand at this byte of the HTML. */
static void begin_words(Renderer *renderer, gsize html_content)
{
	const gboolean is_hidden = is_unseen(frame(renderer));

	if (renderer->is_in_hidden && !is_hidden)
		g_string_append_c(renderer->text, ']');
	if (renderer->is_broken)
		begin_line(renderer, html_content);
	else
		append_gap(renderer);
	if (is_hidden && !renderer->is_in_hidden)
		g_string_append(renderer->text, "[hidden: ");
	if (renderer->link_start == NO_WORDS)
		renderer->link_start = renderer->text->len;
	renderer->is_in_hidden = is_hidden;
	renderer->is_next_cell = FALSE;
	renderer->has_blanks = FALSE;
	renderer->is_block_used = TRUE;
	g_string_truncate(renderer->gap, 0);
}

/* A block begins or ends: the next words begin a line, with so many blank lines above. */
static void break_line(Renderer *renderer, guint margin)
{
	if (renderer->has_blanks && renderer->is_broken)
		renderer->empty++;
	renderer->has_blanks = FALSE;
	renderer->is_broken = TRUE;
	renderer->is_next_cell = FALSE;
	renderer->margin = MAX(renderer->margin, margin);
	g_string_truncate(renderer->gap, 0);
}

/* <br>: ends a line with words, and is one where there are none. */
static void force_line(Renderer *renderer)
{
	if (renderer->is_broken)
		renderer->empty++;
	renderer->has_blanks = FALSE;
	break_line(renderer, 0);
}

/* Text */

static void add_soft_blank(Renderer *renderer)
{
	const GString *gap = renderer->gap;

	if (!renderer->is_broken && (gap->len == 0 || gap->str[gap->len - 1] != ' '))
		g_string_append_c(renderer->gap, ' ');
}

static void add_hard_blank(Renderer *renderer, char blank)
{
	renderer->has_blanks = TRUE;
	g_string_append_c(renderer->gap, blank);
}

/* White space in preformatted text. */
static void add_kept_blank(Renderer *renderer, char blank)
{
	if (blank == '\n')
		force_line(renderer);
	else if (blank == ' ' || blank == '\t')
		add_hard_blank(renderer, blank);
}

static gboolean is_invisible(gunichar c)
{
	return (c >= 0x200B && c <= 0x200F) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF ||
	       c == 0xAD || c == 0x34F || c == 0x2007 || c == 0x202F;
}

static gboolean is_filler(const char *text, const char *end)
{
	for (; text < end; text = g_utf8_next_char(text))
		if (!is_invisible(g_utf8_get_char(text)))
			return FALSE;
	return TRUE;
}

static gboolean is_blank(char c)
{
	return (guchar)c <= 0x20 || c == 0x7F;
}

/* The blanks at text up to the next words. */
static const char *add_blanks(Renderer *renderer, const char *text, const char *end)
{
	for (; text < end; text++) {
		if (end - text >= 2 && memcmp(text, "\xC2\xA0", 2) == 0) {
			add_hard_blank(renderer, ' ');
			text++;
		} else if (!is_blank(*text)) {
			break;
		} else if (frame(renderer)->is_preformatted) {
			add_kept_blank(renderer, *text);
		} else if (strchr(" \t\n\r\f", *text) && *text) {
			add_soft_blank(renderer);
		}
	}
	return text;
}

static gboolean is_word_at(const char *text, const char *end)
{
	return text < end && !is_blank(*text) &&
	       !(end - text >= 2 && memcmp(text, "\xC2\xA0", 2) == 0);
}

/* Behind the word at text, or behind all words that follow it with a single blank between them. */
static const char *words_end(const char *text, const char *end, gboolean is_one)
{
	do
		text++;
	while (is_word_at(text, end) ||
		(!is_one && text < end && *text == ' ' && is_word_at(text + 1, end)));
	return text;
}

static void add_text(Renderer *renderer, const char *text, gsize length, gsize html_content)
{
	const char *end = text + length;
	const gboolean is_hidden = is_unseen(frame(renderer));

	while ((text = add_blanks(renderer, text, end)) < end) {
		const char *behind = words_end(text, end, is_hidden);

		if (!is_hidden || !is_filler(text, behind)) {
			begin_words(renderer, html_content);
			g_string_append_len(renderer->text, text, behind - text);
		}
		text = behind;
	}
}

static void decode_text(
	Renderer *renderer, HtmlKind kind, const char *text, gsize length, gsize start)
{
	if (kind == HTML_RAW_TEXT || !memchr(text, '&', length)) {
		add_text(renderer, text, length, start);
		return;
	}
	g_string_truncate(renderer->decoded, 0);
	html_decode(renderer->decoded, text, length, FALSE);
	add_text(renderer, renderer->decoded->str, renderer->decoded->len, start);
}

/* Preformatted text goes line by line, so that each line knows its place. */
static void on_text(gpointer user, HtmlKind kind, const char *text, gsize length, gsize start)
{
	Renderer *renderer = user;
	const char *newline;

	while (frame(renderer)->is_preformatted && (newline = memchr(text, '\n', length))) {
		const gsize line = (gsize)(newline + 1 - text);

		decode_text(renderer, kind, text, line, start);
		text += line;
		start += line;
		length -= line;
	}
	decode_text(renderer, kind, text, length, start);
}

/* Links and images */

/* Behind the words of a link its address, where the words do not say it. */
static void end_link(Renderer *renderer, const char *address)
{
	const char *words = renderer->text->str + renderer->link_start;
	const gsize length = renderer->text->len - renderer->link_start;

	if (link_is_said(words, length, address))
		return;
	g_string_append_printf(renderer->text, " <%s>",
		g_str_has_prefix(address, "mailto:") ? address + strlen("mailto:") : address);
}

static void add_image(Renderer *renderer, const HtmlReader *tag)
{
	g_autofree char *words = html_attribute_value(tag, "alt");

	add_text(renderer, words, strlen(words), tag->start);
}

/* Elements */

static void read_style(Renderer *renderer, Frame *inner, const HtmlReader *tag)
{
	g_autofree char *style = NULL;
	CssTraits traits;

	inner->is_hidden |= html_attribute(tag, "hidden") != NULL;
	if (!html_attribute(tag, "style"))
		return;
	style = html_attribute_value(tag, "style");
	traits = css_traits(style);
	inner->is_hidden |= (traits & CSS_HIDDEN) != 0;
	if (traits & (CSS_TINY | CSS_SIZED))
		inner->is_tiny = (traits & CSS_TINY) != 0;
	inner->is_preformatted |= (traits & CSS_PREFORMATTED) != 0;
	if (traits & CSS_BOLD)
		inner->marks |= LINE_BOLD;
	if (traits & CSS_RULE_ABOVE)
		renderer->rule = LINE_RULE;
	if (traits & CSS_NO_MARGIN)
		inner->margin = 0;
}

/* Word's paragraphs have no margins: its style sheet says so, not the paragraph. */
static gboolean is_of_word(const HtmlReader *tag)
{
	const HtmlAttribute *attribute = html_attribute(tag, "class");

	return attribute && g_strstr_len(attribute->value, (gssize)attribute->value_length, "Mso");
}

static gboolean is_cite(const HtmlReader *tag)
{
	const HtmlAttribute *type = html_attribute(tag, "type");

	return type && type->value_length == 4 && g_ascii_strncasecmp(type->value, "cite", 4) == 0;
}

static guint number_of(const HtmlReader *tag, const char *name, guint otherwise)
{
	g_autofree char *value = html_attribute_value(tag, name);
	const guint64 number = g_ascii_strtoull(value, NULL, 10);

	return g_ascii_isdigit(*value) && number < NUMBER_MAX ? (guint)number : otherwise;
}

static void begin_list(Frame *inner, const HtmlReader *tag)
{
	inner->lists++;
	inner->is_numbered = tag->element->id == ELEMENT_OL;
	inner->next_number = inner->is_numbered ? number_of(tag, "start", 1) : 1;
	if (inner->lists > 1)
		inner->margin = 0;
}

static void begin_item(Renderer *renderer, const HtmlReader *tag)
{
	Frame *list = frame(renderer);

	if (!list->is_numbered) {
		g_string_assign(renderer->bullet, "- ");
		return;
	}
	list->next_number = number_of(tag, "value", list->next_number);
	g_string_printf(renderer->bullet, "%u. ", list->next_number++);
}

static void begin_cell(Renderer *renderer)
{
	renderer->cells[renderer->depth] = (CellStart){renderer->text->len, renderer->lines_begun,
		renderer->is_broken, renderer->is_next_cell, renderer->margin, renderer->empty};
	if (!renderer->is_broken)
		renderer->is_next_cell = TRUE;
}

/* An empty cell changes nothing; behind one of a single line the row goes on in that line. */
static void end_cell(Renderer *renderer)
{
	const CellStart *start = &renderer->cells[renderer->depth];

	g_string_truncate(renderer->gap, 0);
	g_string_truncate(renderer->bullet, 0);
	renderer->has_blanks = FALSE;
	if (renderer->text->len == start->length) {
		renderer->is_broken = start->is_broken;
		renderer->is_next_cell = start->is_next_cell;
		renderer->margin = start->margin;
		renderer->empty = start->empty;
	} else if (renderer->lines_begun == start->lines_begun + (start->is_broken ? 1 : 0)) {
		renderer->is_broken = FALSE;
		renderer->margin = renderer->empty = 0;
	} else {
		renderer->is_broken = TRUE;
	}
}

/* Where the next line's block begins. What has had no words yet of a table or row begins with it.
 */
static void begin_place(Renderer *renderer, const Element *element, const HtmlReader *tag)
{
	const gboolean is_part = (element->traits & (ELEMENT_CELL | ELEMENT_GRID)) != 0;

	if (!tag || (renderer->is_in_table && !renderer->is_block_used))
		return;
	if (is_part || element->traits & ELEMENT_BLOCK) {
		renderer->block_start = tag->start;
		renderer->is_block_used = FALSE;
		renderer->is_in_table = is_part;
	}
}

static void end_place(Renderer *renderer, const Element *element, gsize at)
{
	if (renderer->is_in_table && !renderer->is_block_used && element->id != ELEMENT_TABLE)
		return;
	if (element->traits & (ELEMENT_CELL | ELEMENT_GRID | ELEMENT_BLOCK)) {
		renderer->block_start = at;
		renderer->is_block_used = FALSE;
		renderer->is_in_table = FALSE;
	}
}

static void add_void(Renderer *renderer, const Element *element, const HtmlReader *tag)
{
	Frame inner = *frame(renderer);

	if (element->id == ELEMENT_BR) {
		force_line(renderer);
	} else if (element->id == ELEMENT_HR) {
		break_line(renderer, 1);
		renderer->rule = LINE_RULE;
		end_place(renderer, element, tag->end);
	} else if (element->id == ELEMENT_IMG || element->id == ELEMENT_IMAGE) {
		read_style(renderer, &inner, tag);
		if (!inner.is_hidden || frame(renderer)->is_hidden)
			add_image(renderer, tag);
	}
}

/* The box of a cell's first paragraph is the cell's: "Name:" and its value stay in one line. */
static gboolean goes_on_in_line(const Renderer *renderer, const Element *element)
{
	return renderer->is_next_cell && (element->id == ELEMENT_P || element->id == ELEMENT_DIV ||
						 element->id == ELEMENT_CENTER);
}

static void read_tag(
	Renderer *renderer, Frame *inner, const Element *element, const HtmlReader *tag)
{
	if (tag->attribute_count > 0)
		inner->marks |= clientbox_marks(tag);
	if (element->id == ELEMENT_P && is_of_word(tag))
		inner->margin = 0;
	if (element->id == ELEMENT_BLOCKQUOTE && is_cite(tag))
		inner->marks |= LINE_QUOTE_BOX;
	if (element->traits & ELEMENT_LIST)
		begin_list(inner, tag);
	if (element->id == ELEMENT_LI)
		begin_item(renderer, tag);
	if (element->id == ELEMENT_A && html_attribute(tag, "href")) {
		g_autofree char *href = html_attribute_value(tag, "href");

		inner->address = link_clean(href);
		renderer->link_start = NO_WORDS;
	}
	read_style(renderer, inner, tag);
}

static void on_open(gpointer user, const Element *element, const HtmlReader *tag, guint depth)
{
	Renderer *renderer = user;
	Frame inner = *frame(renderer);

	if (element->traits & ELEMENT_VOID) {
		add_void(renderer, element, tag);
		return;
	}
	inner.address = NULL;
	inner.margin = element->traits & ELEMENT_SPACED ? 1 : 0;
	inner.quotes += element->id == ELEMENT_BLOCKQUOTE;
	inner.is_preformatted |= element->id == ELEMENT_PRE || element->id == ELEMENT_LISTING ||
				 (element->traits & ELEMENT_RAWTEXT) != 0;
	if (element->traits & ELEMENT_BOLD)
		inner.marks |= LINE_BOLD;
	begin_place(renderer, element, tag);
	/* Before its own bullet, which the line that ends here must not get. */
	if (tag)
		read_tag(renderer, &inner, element, tag);
	if (element->traits & ELEMENT_BLOCK && !goes_on_in_line(renderer, element))
		break_line(renderer, inner.margin);
	renderer->depth = depth + 1;
	renderer->frames[renderer->depth] = inner;
	if (element->id == ELEMENT_TD || element->id == ELEMENT_TH)
		begin_cell(renderer);
}

static void on_close(gpointer user, const Element *element, guint depth, gsize at)
{
	Renderer *renderer = user;
	Frame *inner = frame(renderer);

	if (inner->address && renderer->link_start != NO_WORDS)
		end_link(renderer, inner->address);
	g_clear_pointer(&inner->address, g_free);
	if (element->id == ELEMENT_TD || element->id == ELEMENT_TH)
		end_cell(renderer);
	else if (element->traits & ELEMENT_BLOCK && !goes_on_in_line(renderer, element))
		break_line(renderer, inner->margin);
	if (element->id == ELEMENT_LI)
		g_string_truncate(renderer->bullet, 0);
	end_place(renderer, element, at);
	renderer->depth = depth;
}

const MarkupEvents render_events = {on_open, on_close, on_text};

Renderer *render_begin(void)
{
	Renderer *renderer = g_new0(Renderer, 1);

	renderer->text = g_string_new(NULL);
	renderer->lines = g_array_new(FALSE, FALSE, sizeof(RenderedLine));
	renderer->gap = g_string_new(NULL);
	renderer->bullet = g_string_new(NULL);
	renderer->decoded = g_string_new(NULL);
	renderer->is_broken = TRUE;
	return renderer;
}

Rendered *render_end(Renderer *renderer, const char *html)
{
	Rendered *rendered = g_new0(Rendered, 1);

	if (renderer->is_in_hidden)
		g_string_append_c(renderer->text, ']');
	if (renderer->text->len > 0)
		end_line(renderer);
	rendered->text = g_string_free(renderer->text, FALSE);
	rendered->lines = renderer->lines;
	rendered->html = html;
	rendered->references = 1;
	g_string_free(renderer->gap, TRUE);
	g_string_free(renderer->bullet, TRUE);
	g_string_free(renderer->decoded, TRUE);
	g_free(renderer);
	return rendered;
}

Rendered *render_html(const char *html, gsize length)
{
	Renderer *renderer = render_begin();

	markup_walk(html, length, &render_events, renderer);
	return render_end(renderer, html);
}

Rendered *rendered_ref(Rendered *rendered)
{
	rendered->references++;
	return rendered;
}

void rendered_free(Rendered *rendered)
{
	if (!rendered || --rendered->references > 0)
		return;
	g_free(rendered->text);
	g_array_unref(rendered->lines);
	g_free(rendered->clean);
	g_free(rendered);
}
