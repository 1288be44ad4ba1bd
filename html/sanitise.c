#include "html/sanitise.h"

#include <stdlib.h>
#include <string.h>

#include "html/css.h"
#include "mime/limits.h"
#include "html/link.h"
#include "html/markup.h"

enum {
	/* What is open when the output is full still gets its end tags. */
	OUTPUT_MAX = LIMIT_HTML_BYTES - MARKUP_DEPTH_MAX * (int)sizeof "</blockquote>",
	VALUE_MAX = 4000, /* bytes of an attribute that is neither an address nor a style */
};

struct Writer {
	GString *out;
	GString *attributes; /* of the tag at hand */
	GString *style;      /* its own, cleaned */
	GString *decoded;
	guint remote_images;
	gboolean
		is_written[MARKUP_DEPTH_MAX]; /* has the open element of this depth a tag in out? */
	gboolean is_tiny[MARKUP_DEPTH_MAX + 1]; /* words at this depth have no size */
	guint depth;
	CssTraits traits; /* of the style of the tag at hand */
	gboolean is_full;
};

/* Writing */

/* What a character that cannot stay as it is becomes; NULL: nothing. */
static const char *escaped(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\r':
		return "\n";
	case '\f':
		return " ";
	default:
		return NULL;
	}
}

static inline gboolean is_plain(char c)
{
	if ((guchar)c < 0x20)
		return c == '\n' || c == '\t';
	return c != '&' && c != '<' && c != '>' && c != '"' && c != 0x7F;
}

/* Appends text so that no browser can see markup in it, and no control characters. */
static void append_escaped(GString *out, const char *text, gsize length)
{
	const char *end = text + length;

	while (text < end) {
		const char *start = text, *other;

		while (text < end && is_plain(*text))
			text++;
		g_string_append_len(out, start, text - start);
		other = text < end ? escaped(*text++) : NULL;
		if (other)
			g_string_append(out, other);
	}
}

static void append_attribute(Writer *writer, const char *name, const char *value)
{
	g_string_append_c(writer->attributes, ' ');
	g_string_append(writer->attributes, name);
	g_string_append(writer->attributes, "=\"");
	append_escaped(writer->attributes, value, strlen(value));
	g_string_append_c(writer->attributes, '"');
}

/* How many bytes of the text can be written whatever they are, none of them inside a character. */
static gsize room_for(const Writer *writer, const char *text, gsize length)
{
	const gsize room = OUTPUT_MAX - MIN(writer->out->len, (gsize)OUTPUT_MAX);
	gsize fit = MIN(length, room / strlen("&quot;"));

	while (fit > 0 && fit < length && ((guchar)text[fit] & 0xC0) == 0x80)
		fit--;
	return fit;
}

static void write_text(Writer *writer, const char *text, gsize length)
{
	while (length > 0 && !writer->is_full) {
		const gsize fit = room_for(writer, text, length);

		writer->is_full = fit == 0;
		append_escaped(writer->out, text, fit);
		text += fit;
		length -= fit;
	}
}

/* Attributes */

static gboolean is_word(const char *value)
{
	for (; *value; value++)
		if (!g_ascii_isalnum(*value) && *value != '-')
			return FALSE;
	return TRUE;
}

/* "12", "50%", "+1", "12px"; up to four digits: no table of a million columns. */
static gboolean is_number(const char *value)
{
	const gsize sign = *value == '+' || *value == '-' ? 1 : 0;
	const gsize digits = strspn(value + sign, "0123456789");
	const char *unit = value + sign + digits;

	return digits >= 1 && digits <= 4 &&
	       (*unit == '\0' || strcmp(unit, "%") == 0 || strcmp(unit, "px") == 0);
}

static gboolean is_color(const char *value)
{
	return is_word(*value == '#' ? value + 1 : value);
}

static gboolean is_font(const char *value)
{
	for (; *value; value++)
		if (!g_ascii_isalnum(*value) && (guchar)*value < 0x80 && !strchr(" ,-_'", *value))
			return FALSE;
	return TRUE;
}

static gboolean is_any(const char *value)
{
	return *value != '\0';
}

/* Attributes of every element that is written, sorted. Those with an address and the style have
 * rules of their own. */
static const struct {
	const char *name;
	gboolean (*is_allowed)(const char *value);
} attributes[] = {
	{"align",       is_word  },
	{"bgcolor",     is_color },
	{"border",      is_number},
	{"cellpadding", is_number},
	{"cellspacing", is_number},
	{"clear",       is_word  },
	{"color",       is_color },
	{"colspan",     is_number},
	{"dir",         is_word  },
	{"face",        is_font  },
	{"height",      is_number},
	{"hspace",      is_number},
	{"lang",        is_word  },
	{"noshade",     is_word  },
	{"nowrap",      is_word  },
	{"rowspan",     is_number},
	{"size",        is_number},
	{"span",        is_number},
	{"start",       is_number},
	{"title",       is_any   },
	{"type",        is_word  },
	{"valign",      is_word  },
	{"value",       is_number},
	{"vspace",      is_number},
	{"width",       is_number},
};

static int compare_attribute(gconstpointer key, gconstpointer row)
{
	const HtmlAttribute *attribute = key;
	const char *name = *(const char *const *)row;
	const int order = g_ascii_strncasecmp(attribute->name, name, attribute->name_length);

	return order == 0 && strlen(name) != attribute->name_length ? -1 : order;
}

/* The row of the table for each attribute of the tag: of two with one name the first. */
static void find_rows(const HtmlReader *tag, const HtmlAttribute *found[G_N_ELEMENTS(attributes)])
{
	for (guint i = 0; i < tag->attribute_count; i++) {
		const HtmlAttribute *attribute = &tag->attributes[i];
		const char *const *name = bsearch(attribute, attributes, G_N_ELEMENTS(attributes),
			sizeof attributes[0], compare_attribute);
		const gsize row = name ? (gsize)((const char *)name - (const char *)attributes) /
						  sizeof attributes[0]
				       : 0;

		if (name && !found[row])
			found[row] = attribute;
	}
}

static void append_plain(Writer *writer, gsize row, const HtmlAttribute *attribute)
{
	g_autoptr(GString) value = g_string_sized_new(attribute->value_length + 1);

	html_decode(value, attribute->value, attribute->value_length, TRUE);
	g_strstrip(value->str);
	if (attributes[row].is_allowed(value->str))
		append_attribute(writer, attributes[row].name, value->str);
}

static void read_plain_attributes(Writer *writer, const HtmlReader *tag, gboolean is_hidden)
{
	const HtmlAttribute *found[G_N_ELEMENTS(attributes)] = {NULL};

	find_rows(tag, found);
	for (gsize row = 0; row < G_N_ELEMENTS(attributes); row++) {
		if (!found[row] || found[row]->value_length > VALUE_MAX)
			continue;
		if (!(is_hidden && attributes[row].is_allowed == is_any))
			append_plain(writer, row, found[row]);
	}
}

/* Word's paragraphs have no margins; the style sheet that says so is left out. */
static gboolean is_of_word(const HtmlReader *tag)
{
	const HtmlAttribute *attribute = html_attribute(tag, "class");

	return attribute && g_strstr_len(attribute->value, (gssize)attribute->value_length, "Mso");
}

/* The style of the tag, cleaned in writer->style. */
static void clean_style(Writer *writer, const HtmlReader *tag)
{
	g_string_truncate(writer->style, 0);
	writer->traits = 0;
	if (html_attribute(tag, "style")) {
		g_autofree char *style = html_attribute_value(tag, "style");

		writer->traits = css_traits(style);
		css_clean(writer->style, style, &writer->remote_images);
	}
	if (tag->element->id == ELEMENT_P && is_of_word(tag) &&
		!strstr(writer->style->str, "margin"))
		g_string_append(writer->style, writer->style->len > 0 ? ";margin:0" : "margin:0");
}

/* The style, and what it hides: that stays to be read, and says so. */
static void read_style(Writer *writer, const HtmlReader *tag)
{
	gboolean is_hidden;

	if (tag->attribute_count == 0)
		return;
	clean_style(writer, tag);
	is_hidden = writer->traits & CSS_HIDDEN || html_attribute(tag, "hidden") != NULL;
	read_plain_attributes(writer, tag, is_hidden);
	if (is_hidden)
		append_attribute(writer, "title", "hidden");
	if (writer->style->len > 0)
		append_attribute(writer, "style", writer->style->str);
}

/* Counts the image that this attribute would load from elsewhere. */
static void count_remote(Writer *writer, const HtmlReader *tag, const char *name)
{
	g_autofree char *src = html_attribute_value(tag, name);

	writer->remote_images += link_is_remote(src) ? 1 : 0;
}

/* Is this element written? If so, its attributes stand ready. */
static gboolean read_tag(Writer *writer, const Element *element, const HtmlReader *tag)
{
	g_string_truncate(writer->attributes, 0);
	writer->traits = 0;
	if (!tag)
		return TRUE;
	if (html_attribute(tag, "background"))
		count_remote(writer, tag, "background");
	if (element->id == ELEMENT_A) {
		g_autofree char *href = html_attribute_value(tag, "href");
		g_autofree char *address = link_clean(href);

		if (!address)
			return FALSE;
		append_attribute(writer, "href", address);
		append_attribute(writer, "rel", "noopener noreferrer nofollow");
		append_attribute(writer, "target", "_blank");
	}
	read_style(writer, tag);
	/* These mean nothing without an attribute. */
	if (element->id == ELEMENT_BODY || element->id == ELEMENT_SPAN ||
		element->id == ELEMENT_BUTTON || element->id == ELEMENT_FONT)
		return writer->attributes->len > 0;
	return TRUE;
}

/* Elements */

static gboolean write_tag(Writer *writer, const char *name)
{
	if (writer->is_full ||
		writer->out->len + writer->attributes->len + strlen(name) + 2 > OUTPUT_MAX)
		return FALSE;
	g_string_append_c(writer->out, '<');
	g_string_append(writer->out, name);
	g_string_append_len(writer->out, writer->attributes->str, (gssize)writer->attributes->len);
	g_string_append_c(writer->out, '>');
	return TRUE;
}

/* An image that came with the mail. Of one that did not, its words stay. */
static void write_image(Writer *writer, const HtmlReader *tag)
{
	g_autofree char *src = html_attribute_value(tag, "src");
	g_autofree char *alt = html_attribute_value(tag, "alt");
	g_autofree char *address = link_clean_image(src);

	if (link_is_remote(src) || (*src == '\0' && html_attribute(tag, "srcset")))
		writer->remote_images++;
	if (!address) {
		write_text(writer, alt, strlen(alt));
		return;
	}
	g_string_truncate(writer->attributes, 0);
	append_attribute(writer, "src", address);
	if (html_attribute(tag, "alt"))
		append_attribute(writer, "alt", alt);
	read_style(writer, tag);
	write_tag(writer, "img");
}

static gboolean is_image_input(const HtmlReader *tag)
{
	g_autofree char *type = html_attribute_value(tag, "type");

	return g_ascii_strcasecmp(type, "image") == 0;
}

static void write_void(Writer *writer, const Element *element, const HtmlReader *tag)
{
	if (element->id == ELEMENT_IMG || element->id == ELEMENT_IMAGE)
		write_image(writer, tag);
	else if (element->id == ELEMENT_VIDEO)
		count_remote(writer, tag, "poster");
	else if (element->id != ELEMENT_INPUT && read_tag(writer, element, tag))
		write_tag(writer, element->written);
	else if (element->id == ELEMENT_INPUT && is_image_input(tag))
		count_remote(writer, tag, "src");
}

static void on_open(gpointer user, const Element *element, const HtmlReader *tag, guint depth)
{
	Writer *writer = user;

	if (element->traits & ELEMENT_VOID) {
		write_void(writer, element, tag);
		return;
	}
	writer->is_written[depth] = read_tag(writer, element, tag) && *element->written &&
				    write_tag(writer, element->written);
	writer->depth = depth + 1;
	writer->is_tiny[depth + 1] = writer->is_tiny[depth];
	if (writer->traits & (CSS_TINY | CSS_SIZED))
		writer->is_tiny[depth + 1] = (writer->traits & CSS_TINY) != 0;
}

static void on_close(gpointer user, const Element *element, guint depth, G_GNUC_UNUSED gsize at)
{
	Writer *writer = user;

	if (writer->is_written[depth]) {
		g_string_append(writer->out, "</");
		g_string_append(writer->out, element->written);
		g_string_append_c(writer->out, '>');
	}
	writer->depth = depth;
}

static gboolean is_blank(const char *text, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if ((guchar)text[i] > 0x20)
			return FALSE;
	return TRUE;
}

/* Layouts set the size of a box to nothing and that of the boxes inside to something; only the
 * words that stand directly in such a box are hidden. */
static void write_words(Writer *writer, const char *text, gsize length)
{
	gboolean is_marked = FALSE;

	if (writer->is_tiny[writer->depth] && writer->depth < MARKUP_DEPTH_MAX &&
		!is_blank(text, length)) {
		g_string_assign(writer->attributes, " title=\"hidden\"");
		is_marked = write_tag(writer, "span");
	}
	write_text(writer, text, length);
	if (is_marked)
		g_string_append(writer->out, "</span>");
}

static void on_text(
	gpointer user, HtmlKind kind, const char *text, gsize length, G_GNUC_UNUSED gsize start)
{
	Writer *writer = user;

	if (kind == HTML_RAW_TEXT || !memchr(text, '&', length)) {
		write_words(writer, text, length);
		return;
	}
	g_string_truncate(writer->decoded, 0);
	html_decode(writer->decoded, text, length, FALSE);
	write_words(writer, writer->decoded->str, writer->decoded->len);
}

const MarkupEvents sanitise_events = {on_open, on_close, on_text};

Writer *sanitise_begin(gsize length)
{
	Writer *writer = g_new0(Writer, 1);

	writer->out = g_string_sized_new(length);
	writer->attributes = g_string_new(NULL);
	writer->style = g_string_new(NULL);
	writer->decoded = g_string_new(NULL);
	return writer;
}

char *sanitise_end(Writer *writer, guint *remote_images)
{
	char *clean = g_string_free(writer->out, FALSE);

	if (remote_images)
		*remote_images = writer->remote_images;
	g_string_free(writer->attributes, TRUE);
	g_string_free(writer->style, TRUE);
	g_string_free(writer->decoded, TRUE);
	g_free(writer);
	return clean;
}

char *sanitise_html(const char *html, gsize length, guint *remote_images)
{
	Writer *writer = sanitise_begin(length);

	markup_walk(html, length, &sanitise_events, writer);
	return sanitise_end(writer, remote_images);
}

/* Content-IDs */

/* Adds what follows "cid:" at the start of an address, or in url() of a style. */
static void add_content_ids(GHashTable *ids, const char *text)
{
	while ((text = strcasestr(text, "cid:"))) {
		const gsize length = strcspn(text += 4, "\"'()<> \t\r\n\f");
		g_autofree char *written = g_strndup(text, length);
		char *id = g_uri_unescape_string(written, NULL);

		if (!id || !g_utf8_validate(id, -1, NULL)) {
			g_free(id);
			id = g_steal_pointer(&written);
		}
		if (*id)
			g_hash_table_add(ids, id);
		else
			g_free(id);
		text += length;
	}
}

GHashTable *html_content_ids(const char *html, gsize length)
{
	static const char *const names[] = {"src", "href", "background", "data", "poster", "style"};
	GHashTable *ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	HtmlReader reader;
	HtmlKind kind;

	html_reader_init(&reader, html, length);
	while ((kind = html_next(&reader)) != HTML_END) {
		if (kind == HTML_RAW_TEXT) {
			g_autofree char *text =
				g_strndup(html + reader.start, reader.end - reader.start);

			add_content_ids(ids, text);
		}
		for (guint i = 0; kind == HTML_START_TAG && i < G_N_ELEMENTS(names); i++) {
			g_autofree char *value = html_attribute_value(&reader, names[i]);

			add_content_ids(ids, value);
		}
	}
	return ids;
}
