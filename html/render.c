#include "html/render.h"

#include <string.h>

#include "html/clientbox.h"
#include "html/css.h"
#include "html/flow.h"
#include "html/link.h"
#include "html/markup.h"

enum { NUMBER_MAX = 1000000 };

/* What an open element means for what is in it; begins as a copy of its parent's. */
typedef struct {
	FlowStyle style;
	gboolean is_numbered;
	guint next_number; /* of the next <li> */
	guint margin;      /* blank lines around this element */
	char *address;     /* of this <a>, or NULL */
} Frame;

struct Renderer {
	Flow flow;
	Frame frames[MARKUP_DEPTH_MAX + 1]; /* [0]: the document */
	FlowCell cells[MARKUP_DEPTH_MAX + 1];
	guint depth;
	gboolean is_in_table; /* the block of the next line is a table or a row */
	GString *decoded;
};

static Frame *frame(Renderer *renderer)
{
	return &renderer->frames[renderer->depth];
}

static void go_to(Renderer *renderer, guint depth)
{
	renderer->depth = depth;
	renderer->flow.style = &frame(renderer)->style;
}

/* Text */

static void decode_text(
	Renderer *renderer, HtmlKind kind, const char *text, gsize length, gsize start)
{
	if (kind == HTML_RAW_TEXT || !memchr(text, '&', length)) {
		flow_text(&renderer->flow, text, length, start);
		return;
	}
	g_string_truncate(renderer->decoded, 0);
	html_decode(renderer->decoded, text, length, FALSE);
	flow_text(&renderer->flow, renderer->decoded->str, renderer->decoded->len, start);
}

/* Preformatted text goes line by line, so that each line knows its place. */
static void on_text(gpointer user, HtmlKind kind, const char *text, gsize length, gsize start)
{
	Renderer *renderer = user;
	const char *newline;

	while (frame(renderer)->style.is_preformatted && (newline = memchr(text, '\n', length))) {
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
	const char *words = renderer->flow.text->str + renderer->flow.words_start;
	const gsize length = renderer->flow.text->len - renderer->flow.words_start;

	if (link_is_said(words, length, address))
		return;
	g_string_append_printf(renderer->flow.text, " <%s>",
		g_str_has_prefix(address, "mailto:") ? address + strlen("mailto:") : address);
}

static void add_image(Renderer *renderer, const HtmlReader *tag)
{
	g_autofree char *words = html_attribute_value(tag, "alt");

	flow_text(&renderer->flow, words, strlen(words), tag->start);
}

/* Elements */

static void read_style(Renderer *renderer, Frame *inner, const HtmlReader *tag)
{
	g_autofree char *style = NULL;
	CssTraits traits;

	inner->style.is_hidden |= html_attribute(tag, "hidden") != NULL;
	if (!html_attribute(tag, "style"))
		return;
	style = html_attribute_value(tag, "style");
	traits = css_traits(style);
	inner->style.is_hidden |= (traits & CSS_HIDDEN) != 0;
	if (traits & (CSS_TINY | CSS_SIZED))
		inner->style.is_tiny = (traits & CSS_TINY) != 0;
	inner->style.is_preformatted |= (traits & CSS_PREFORMATTED) != 0;
	if (traits & CSS_BOLD)
		inner->style.marks |= LINE_BOLD;
	if (traits & CSS_RULE_ABOVE)
		renderer->flow.rule = LINE_RULE;
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
	inner->style.lists++;
	inner->is_numbered = tag->element->id == ELEMENT_OL;
	inner->next_number = inner->is_numbered ? number_of(tag, "start", 1) : 1;
	if (inner->style.lists > 1)
		inner->margin = 0;
}

static void begin_item(Renderer *renderer, const HtmlReader *tag)
{
	Frame *list = frame(renderer);

	if (!list->is_numbered) {
		g_string_assign(renderer->flow.bullet, "- ");
		return;
	}
	list->next_number = number_of(tag, "value", list->next_number);
	g_string_printf(renderer->flow.bullet, "%u. ", list->next_number++);
}

/* Where the next line's block begins. What has had no words yet of a table or row begins with it.
 */
static void begin_place(Renderer *renderer, const Element *element, const HtmlReader *tag)
{
	const gboolean is_part = (element->traits & (ELEMENT_CELL | ELEMENT_GRID)) != 0;

	if (!tag || (renderer->is_in_table && !renderer->flow.is_block_used))
		return;
	if (is_part || element->traits & ELEMENT_BLOCK) {
		renderer->flow.block_start = tag->start;
		renderer->flow.is_block_used = FALSE;
		renderer->is_in_table = is_part;
	}
}

static void end_place(Renderer *renderer, const Element *element, gsize at)
{
	if (renderer->is_in_table && !renderer->flow.is_block_used && element->id != ELEMENT_TABLE)
		return;
	if (element->traits & (ELEMENT_CELL | ELEMENT_GRID | ELEMENT_BLOCK)) {
		renderer->flow.block_start = at;
		renderer->flow.is_block_used = FALSE;
		renderer->is_in_table = FALSE;
	}
}

static void add_void(Renderer *renderer, const Element *element, const HtmlReader *tag)
{
	Frame inner = *frame(renderer);

	if (element->id == ELEMENT_BR) {
		flow_force(&renderer->flow);
	} else if (element->id == ELEMENT_HR) {
		flow_break(&renderer->flow, 1);
		renderer->flow.rule = LINE_RULE;
		end_place(renderer, element, tag->end);
	} else if (element->id == ELEMENT_IMG || element->id == ELEMENT_IMAGE) {
		read_style(renderer, &inner, tag);
		if (!inner.style.is_hidden || frame(renderer)->style.is_hidden)
			add_image(renderer, tag);
	}
}

/* The box of a cell's first paragraph is the cell's: "Name:" and its value stay in one line. */
static gboolean goes_on_in_line(const Renderer *renderer, const Element *element)
{
	return renderer->flow.is_next_cell &&
	       (element->id == ELEMENT_P || element->id == ELEMENT_DIV ||
		       element->id == ELEMENT_CENTER);
}

static void read_tag(
	Renderer *renderer, Frame *inner, const Element *element, const HtmlReader *tag)
{
	if (tag->attribute_count > 0)
		inner->style.marks |= clientbox_marks(tag);
	if (element->id == ELEMENT_P && is_of_word(tag))
		inner->margin = 0;
	if (element->id == ELEMENT_BLOCKQUOTE && is_cite(tag))
		inner->style.marks |= LINE_QUOTE_BOX;
	if (element->traits & ELEMENT_LIST)
		begin_list(inner, tag);
	if (element->id == ELEMENT_LI)
		begin_item(renderer, tag);
	if (element->id == ELEMENT_A && html_attribute(tag, "href")) {
		g_autofree char *href = html_attribute_value(tag, "href");

		inner->address = link_clean(href);
		renderer->flow.words_start = FLOW_NO_WORDS;
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
	inner.style.quotes += element->id == ELEMENT_BLOCKQUOTE;
	inner.style.is_preformatted |= element->id == ELEMENT_PRE ||
				       element->id == ELEMENT_LISTING ||
				       (element->traits & ELEMENT_RAWTEXT) != 0;
	if (element->traits & ELEMENT_BOLD)
		inner.style.marks |= LINE_BOLD;
	begin_place(renderer, element, tag);
	/* Before its own bullet, which the line that ends here must not get. */
	if (tag)
		read_tag(renderer, &inner, element, tag);
	if (element->traits & ELEMENT_BLOCK && !goes_on_in_line(renderer, element))
		flow_break(&renderer->flow, inner.margin);
	renderer->frames[depth + 1] = inner;
	go_to(renderer, depth + 1);
	if (element->id == ELEMENT_TD || element->id == ELEMENT_TH)
		renderer->cells[renderer->depth] = flow_begin_cell(&renderer->flow);
}

static void on_close(gpointer user, const Element *element, guint depth, gsize at)
{
	Renderer *renderer = user;
	Frame *inner = frame(renderer);

	if (inner->address && renderer->flow.words_start != FLOW_NO_WORDS)
		end_link(renderer, inner->address);
	g_clear_pointer(&inner->address, g_free);
	if (element->id == ELEMENT_TD || element->id == ELEMENT_TH)
		flow_end_cell(&renderer->flow, &renderer->cells[renderer->depth]);
	else if (element->traits & ELEMENT_BLOCK && !goes_on_in_line(renderer, element))
		flow_break(&renderer->flow, inner->margin);
	if (element->id == ELEMENT_LI)
		g_string_truncate(renderer->flow.bullet, 0);
	end_place(renderer, element, at);
	go_to(renderer, depth);
}

const MarkupEvents render_events = {on_open, on_close, on_text};

Renderer *render_begin(void)
{
	Renderer *renderer = g_new0(Renderer, 1);

	flow_begin(&renderer->flow);
	go_to(renderer, 0);
	renderer->decoded = g_string_new(NULL);
	return renderer;
}

Rendered *render_end(Renderer *renderer, const char *html)
{
	Rendered *rendered = g_new0(Rendered, 1);

	rendered->text = flow_end(&renderer->flow, &rendered->lines);
	rendered->html = html;
	rendered->references = 1;
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
