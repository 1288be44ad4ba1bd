#include "html/css.h"

#include <stdlib.h>
#include <string.h>

#include "html/link.h"

/* One declaration: bytes of the style, trimmed. */
typedef struct {
	const char *name, *value;
	gsize name_length, value_length;
} Declaration;

static void trim(const char **text, gsize *length)
{
	while (*length && g_ascii_isspace(**text)) {
		(*text)++;
		(*length)--;
	}
	while (*length && g_ascii_isspace((*text)[*length - 1]))
		(*length)--;
}

/* The ';' that ends a declaration: one in quotes or parentheses does not ("url(data:…;base64,…)").
 */
static const char *declaration_end(const char *at)
{
	char quote = '\0';
	guint depth = 0;

	for (; *at; at++) {
		if (quote)
			quote = *at == quote ? '\0' : quote;
		else if (*at == '"' || *at == '\'')
			quote = *at;
		else if (*at == '(')
			depth++;
		else if (*at == ')' && depth > 0)
			depth--;
		else if (*at == ';' && depth == 0)
			break;
	}
	return at;
}

/* The next declaration of the style at *at; FALSE at its end. */
static gboolean next_declaration(const char **at, Declaration *declaration)
{
	while (**at) {
		const char *start = *at, *end = declaration_end(start);
		const char *colon = memchr(start, ':', (gsize)(end - start));

		*at = *end ? end + 1 : end;
		if (!colon)
			continue;
		*declaration = (Declaration){
			start, colon + 1, (gsize)(colon - start), (gsize)(end - colon - 1)};
		trim(&declaration->name, &declaration->name_length);
		trim(&declaration->value, &declaration->value_length);
		return TRUE;
	}
	return FALSE;
}

static inline gboolean is_named(const Declaration *declaration, const char *name)
{
	return declaration->name_length == strlen(name) &&
	       g_ascii_strncasecmp(declaration->name, name, declaration->name_length) == 0;
}

static gboolean begins(const Declaration *declaration, const char *word)
{
	return declaration->value_length >= strlen(word) &&
	       g_ascii_strncasecmp(declaration->value, word, strlen(word)) == 0;
}

/* Where this lower-case word begins in the value; NULL: it does not hold it. */
static const char *find_word(const Declaration *declaration, const char *word)
{
	const gsize length = strlen(word);

	for (gsize i = 0; i + length <= declaration->value_length; i++)
		if (g_ascii_strncasecmp(declaration->value + i, word, length) == 0)
			return declaration->value + i;
	return NULL;
}

static gboolean has_word(const Declaration *declaration, const char *word)
{
	return find_word(declaration, word) != NULL;
}

/* Does a number begin here that is at most this? It cannot reach out of its declaration, which ends
 * at a blank, a semicolon or the end. */
static gboolean is_at_most(const char *value, double most)
{
	char *end = NULL;
	double number;

	if (!g_ascii_isdigit(*value) && !strchr("+-.", *value))
		return FALSE;
	number = g_ascii_strtod(value, &end);
	return end != value && number <= most;
}

/* "0", "0px", "0.00em": a number that is nothing. at most: what is still nothing. */
static gboolean is_nothing(const Declaration *declaration, double at_most)
{
	return declaration->value_length > 0 && is_at_most(declaration->value, at_most);
}

/* "font: italic 0 Arial" */
static gboolean has_no_size(const Declaration *declaration)
{
	g_autofree char *value = g_strndup(declaration->value, declaration->value_length);
	g_auto(GStrv) words = g_strsplit_set(value, " \t\r\n\f", 20);

	for (guint i = 0; words[i]; i++)
		if (g_ascii_isdigit(*words[i]) && g_ascii_strtod(words[i], NULL) < 0.01)
			return TRUE;
	return FALSE;
}

/* A size in proportion to that of the element around. */
static gboolean is_relative(const Declaration *declaration)
{
	return (has_word(declaration, "em") && !has_word(declaration, "rem")) ||
	       has_word(declaration, "%");
}

/* One pixel or point is not read by anybody; one em is the size of what is around. */
static gboolean is_tiny(const Declaration *declaration)
{
	if (is_named(declaration, "font"))
		return has_no_size(declaration);
	return is_named(declaration, "font-size") &&
	       is_nothing(declaration, is_relative(declaration) ? 0.01 : 1);
}

/* (mso-hide is no such: it hides from Outlook what all others see.) */
static gboolean hides(const Declaration *declaration)
{
	if (is_named(declaration, "display"))
		return begins(declaration, "none");
	if (is_named(declaration, "visibility"))
		return begins(declaration, "hidden") || begins(declaration, "collapse");
	return is_named(declaration, "opacity") && is_nothing(declaration, 0.05);
}

/* The size of the words: the last declaration counts. */
static CssTraits size_traits(const Declaration *declaration, CssTraits before)
{
	if (!is_named(declaration, "font") && !is_named(declaration, "font-size"))
		return before;
	if (is_tiny(declaration))
		return CSS_TINY;
	return is_relative(declaration) ? before : CSS_SIZED;
}

/* Outlook: "border:none;border-top:solid #E1E1E1 1.0pt"; through the web: "border-style:solid none
 * none". */
static gboolean is_rule_above(const Declaration *declaration)
{
	if (is_named(declaration, "border-top") || is_named(declaration, "border-top-style"))
		return has_word(declaration, "solid");
	return is_named(declaration, "border-style") && begins(declaration, "solid none none");
}

/* A border on every side is a box, not a rule. */
static gboolean is_box(const Declaration *declaration)
{
	if (is_named(declaration, "border-left") || is_named(declaration, "border-bottom"))
		return has_word(declaration, "solid");
	return FALSE;
}

/* Which of the two vertical margins this declaration sets to nothing or to something. */
static void read_margin(
	const Declaration *declaration, gboolean *is_flush_above, gboolean *is_flush_below)
{
	const char *end = declaration->value + declaration->value_length;
	const char *bottom = declaration->value;

	if (is_named(declaration, "margin-top"))
		*is_flush_above = is_nothing(declaration, 1);
	else if (is_named(declaration, "margin-bottom"))
		*is_flush_below = is_nothing(declaration, 1);
	if (!is_named(declaration, "margin"))
		return;
	/* "top right bottom left": the third is the bottom's, where there is one. */
	for (guint words = 0; words < 2; words++) {
		while (bottom < end && !g_ascii_isspace(*bottom))
			bottom++;
		while (bottom < end && g_ascii_isspace(*bottom))
			bottom++;
	}
	*is_flush_above = is_nothing(declaration, 1);
	*is_flush_below = bottom < end ? g_ascii_strtod(bottom, NULL) <= 1 : *is_flush_above;
}

CssTraits css_traits(const char *style)
{
	CssTraits traits = 0, size = 0;
	gboolean is_clipped = FALSE, is_small = FALSE, is_boxed = FALSE;
	gboolean is_flush_above = FALSE, is_flush_below = FALSE;
	Declaration declaration;

	while (next_declaration(&style, &declaration)) {
		if (hides(&declaration))
			traits |= CSS_HIDDEN;
		else if (is_rule_above(&declaration))
			traits |= CSS_RULE_ABOVE;
		else if (is_named(&declaration, "white-space") && begins(&declaration, "pre"))
			traits |= CSS_PREFORMATTED;
		else if (is_named(&declaration, "font-weight") &&
			 (begins(&declaration, "bold") || begins(&declaration, "6") ||
				 begins(&declaration, "7") || begins(&declaration, "8") ||
				 begins(&declaration, "9")))
			traits |= CSS_BOLD;
		else if (is_named(&declaration, "overflow"))
			is_clipped = begins(&declaration, "hidden");
		else if (is_named(&declaration, "height") || is_named(&declaration, "width") ||
			 is_named(&declaration, "max-height") ||
			 is_named(&declaration, "max-width"))
			is_small |= is_nothing(&declaration, 1);
		is_boxed |= is_box(&declaration);
		size = size_traits(&declaration, size);
		read_margin(&declaration, &is_flush_above, &is_flush_below);
	}
	if (is_clipped && is_small)
		traits |= CSS_HIDDEN;
	if (is_flush_above && is_flush_below)
		traits |= CSS_NO_MARGIN;
	if (is_boxed)
		traits &= ~(guint)CSS_RULE_ABOVE;
	return traits | size;
}

/* What may stay, sorted. Nothing here loads, leaves its place or covers another. */
static const char *const properties[] = {"background", "background-color", "border",
	"border-bottom", "border-bottom-color", "border-bottom-style", "border-bottom-width",
	"border-collapse", "border-color", "border-left", "border-left-color", "border-left-style",
	"border-left-width", "border-radius", "border-right", "border-right-color",
	"border-right-style", "border-right-width", "border-spacing", "border-style", "border-top",
	"border-top-color", "border-top-style", "border-top-width", "border-width", "caption-side",
	"color", "direction", "display", "empty-cells", "font", "font-family", "font-size",
	"font-stretch", "font-style", "font-variant", "font-weight", "height", "letter-spacing",
	"line-height", "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right",
	"margin-top", "max-height", "max-width", "min-height", "min-width", "overflow-wrap",
	"padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "table-layout",
	"text-align", "text-decoration", "text-decoration-color", "text-decoration-line",
	"text-decoration-style", "text-transform", "vertical-align", "white-space", "width",
	"word-break", "word-spacing", "word-wrap"};

enum {
	VALUE_MAX = 500,
	DIGITS_MAX = 4, /* of the whole part of a number: no boxes of a million pixels */
};

static int compare_property(gconstpointer name, gconstpointer property)
{
	return strcmp(name, *(const char *const *)property);
}

static const char *allowed_name(const Declaration *declaration)
{
	char lower[32];
	const char *const *found;

	if (declaration->name_length >= sizeof lower)
		return NULL;
	for (gsize i = 0; i < declaration->name_length; i++)
		lower[i] = g_ascii_tolower(declaration->name[i]);
	lower[declaration->name_length] = '\0';
	found = bsearch(lower, properties, G_N_ELEMENTS(properties), sizeof properties[0],
		compare_property);
	return found ? *found : NULL;
}

/* How many bytes "(1, 2%, .3)" takes at text; 0 where it is anything else. */
static gsize numbers_in_parentheses(const char *text, gsize length)
{
	for (gsize i = 1; i < length; i++) {
		if (text[i] == ')')
			return i + 1;
		if (!g_ascii_isdigit(text[i]) && !memchr("., %", text[i], 4))
			return 0;
	}
	return 0;
}

static gboolean is_color_function(const GString *before)
{
	static const char *const functions[] = {"rgb", "rgba", "hsl", "hsla"};
	gsize start = before->len;

	while (start > 0 && g_ascii_isalpha(before->str[start - 1]))
		start--;
	for (guint i = 0; i < G_N_ELEMENTS(functions); i++)
		if (g_ascii_strcasecmp(before->str + start, functions[i]) == 0)
			return TRUE;
	return FALSE;
}

/* The number or hexadecimal color at text: how many bytes, 0 where it is too large or negative. */
static gsize number_length(const char *text, gsize length)
{
	gsize at = 1, digits = 0;

	if (text[0] == '-') /* a negative margin would cover what is not the sender's */
		return length > 1 && (g_ascii_isdigit(text[1]) || text[1] == '.') ? 0 : 1;
	if (text[0] == '#') {
		while (at < length && g_ascii_isxdigit(text[at]))
			at++;
		return at;
	}
	for (at = 0; at < length && g_ascii_isdigit(text[at]); at++)
		digits++;
	if (digits > DIGITS_MAX)
		return 0;
	if (at < length && text[at] == '.')
		for (at++; at < length && g_ascii_isdigit(text[at]);)
			at++;
	return at;
}

/* How many bytes of the value at text may stay as they are; 0 where one may not. */
static gsize token_length(const GString *before, const char *text, gsize length, gboolean is_font)
{
	if (g_ascii_isdigit(*text) || *text == '.' || *text == '#')
		return MAX(number_length(text, length), (gsize)(*text == '.'));
	if (*text == '-')
		return number_length(text, length);
	if (*text == '(')
		return is_color_function(before) ? numbers_in_parentheses(text, length) : 0;
	return g_ascii_isalpha(*text) || memchr(" ,%+_", *text, 5) ||
	       (is_font && (guchar)*text >= 0x80);
}

/* Appends the value, FALSE where it holds anything that is not on the list. Quotes are left out: a
 * font's name needs none. "!important" is cut: what the app says is more important. */
static gboolean append_value(GString *out, const Declaration *declaration)
{
	const char *text = declaration->value;
	const gboolean is_font = is_named(declaration, "font-family");
	gsize length = declaration->value_length;

	if (length == 0 || length > VALUE_MAX)
		return FALSE;
	while (length > 0 && *text != '!') {
		gsize taken = 1;

		if (g_ascii_isspace(*text)) {
			g_string_append_c(out, ' ');
		} else if (*text != '"' && *text != '\'') {
			taken = token_length(out, text, length, is_font);
			g_string_append_len(out, text, (gssize)taken);
		}
		if (taken == 0)
			return FALSE;
		text += taken;
		length -= taken;
	}
	return TRUE;
}

/* Words keep their room, and of display only what keeps a box a box. */
static gboolean is_harmless(const Declaration *declaration)
{
	if (hides(declaration) || is_tiny(declaration))
		return FALSE;
	if (is_named(declaration, "color"))
		return !begins(declaration, "transparent");
	if (is_named(declaration, "line-height") || is_named(declaration, "height") ||
		is_named(declaration, "max-height") || is_named(declaration, "width") ||
		is_named(declaration, "max-width"))
		return !is_nothing(declaration, 0.01);
	if (is_named(declaration, "display"))
		return begins(declaration, "block") || begins(declaration, "inline");
	return TRUE;
}

/* Would this declaration load an image from elsewhere? */
static gboolean is_remote(const Declaration *declaration)
{
	const char *end = declaration->value + declaration->value_length, *start;
	g_autofree char *url = NULL;

	if (!memchr(declaration->value, '(', declaration->value_length))
		return FALSE;
	start = find_word(declaration, "url(");
	if (!start)
		return FALSE;
	url = g_strndup(start + strlen("url("), (gsize)(end - start) - strlen("url("));
	start = url + strspn(url, " \t\r\n\f\"'");
	url[start - url + (gssize)strcspn(start, "\"')")] = '\0';
	return link_is_remote(start);
}

void css_clean(GString *out, const char *style, guint *remote_images)
{
	g_autoptr(GString) value = g_string_new(NULL);
	const gsize start = out->len;
	Declaration declaration;

	while (next_declaration(&style, &declaration)) {
		const char *name = allowed_name(&declaration);

		*remote_images += is_remote(&declaration) ? 1 : 0;
		g_string_truncate(value, 0);
		if (!name || !is_harmless(&declaration) || !append_value(value, &declaration))
			continue;
		if (out->len > start)
			g_string_append_c(out, ';');
		g_string_append(out, name);
		g_string_append_c(out, ':');
		g_string_append_len(out, value->str, (gssize)value->len);
	}
}
