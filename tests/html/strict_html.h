/* The grammar of sanitised HTML, checked by other means than those that wrote it: no tokenizer, no
 * table of the parser. For the unit test and the fuzzer. */
#pragma once

#include <glib.h>
#include <string.h>

enum { STRICT_DEPTH = 150, STRICT_NAME = 16 };

typedef struct {
	char open[STRICT_DEPTH][STRICT_NAME];
	guint depth;
} StrictStack;

static inline gboolean strict_is_listed(const char *list, const char *name, gsize length)
{
	g_autofree char *word = g_strdup_printf(" %.*s ", (int)length, name);

	return length > 0 && !memchr(name, ' ', length) && strstr(list, word) != NULL;
}

static inline gboolean strict_is_element(const char *name, gsize length)
{
	return strict_is_listed(
		" a abbr acronym address article aside b bdi bdo big blockquote br caption center "
		"cite code col colgroup dd del dfn div dl dt em figcaption figure font footer h1 "
		"h2 "
		"h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp "
		"section small span strike strong sub sup table tbody td tfoot th thead time tr tt "
		"u ul var wbr ",
		name, length);
}

/* The length of plain text at text: no markup, no lone '&', no control characters. */
static inline gsize strict_plain(const char *text)
{
	const char *at = text;

	for (; *at && !strchr("<>\"", *at); at++) {
		if ((guchar)*at < 0x20 && *at != '\n' && *at != '\t')
			break;
		if (*at == '&' && !g_str_has_prefix(at, "&amp;") && !g_str_has_prefix(at, "&lt;") &&
			!g_str_has_prefix(at, "&gt;") && !g_str_has_prefix(at, "&quot;"))
			break;
	}
	return (gsize)(at - text);
}

static inline gboolean strict_is_style(const char *style)
{
	for (const char *at = style; *at; at++) {
		if (*at == '(' &&
			!(at - style >= 3 && (!g_ascii_strncasecmp(at - 3, "rgb", 3) ||
						     !g_ascii_strncasecmp(at - 3, "hsl", 3))) &&
			!(at - style >= 4 && (!g_ascii_strncasecmp(at - 4, "rgba", 4) ||
						     !g_ascii_strncasecmp(at - 4, "hsla", 4))))
			return FALSE;
		if (strchr("\\@/<>\"'&{}!", *at))
			return FALSE;
	}
	/* No value holds a colon, so these are properties. */
	return !strcasestr(style, "position:") && !strcasestr(style, "behavior:") &&
	       !strcasestr(style, "display:none");
}

static inline gboolean strict_is_value(const char *name, gsize length, const char *value)
{
	if (length == 4 && memcmp(name, "href", 4) == 0)
		return g_str_has_prefix(value, "http://") || g_str_has_prefix(value, "https://") ||
		       g_str_has_prefix(value, "mailto:") || g_str_has_prefix(value, "tel:");
	if (length == 3 && memcmp(name, "src", 3) == 0)
		return !g_ascii_strncasecmp(value, "cid:", 4) ||
		       !g_ascii_strncasecmp(value, "data:image/png;base64,", 22) ||
		       !g_ascii_strncasecmp(value, "data:image/gif;base64,", 22) ||
		       !g_ascii_strncasecmp(value, "data:image/jpeg;base64,", 23) ||
		       !g_ascii_strncasecmp(value, "data:image/jpg;base64,", 22) ||
		       !g_ascii_strncasecmp(value, "data:image/webp;base64,", 23);
	if (length == 3 && memcmp(name, "rel", 3) == 0)
		return strcmp(value, "noopener noreferrer nofollow") == 0;
	if (length == 6 && memcmp(name, "target", 6) == 0)
		return strcmp(value, "_blank") == 0;
	if (length == 5 && memcmp(name, "style", 5) == 0)
		return strict_is_style(value);
	return strict_is_listed(
		" align alt bgcolor border cellpadding cellspacing clear color colspan dir face "
		"height hspace lang noshade nowrap rowspan size span start title type valign value "
		"vspace width ",
		name, length);
}

/* Moves *at behind ` name="value"`; FALSE where it is not one. */
static inline gboolean strict_attribute(const char **at)
{
	const char *name = *at + 1;
	const gsize length = strspn(name, "abcdefghijklmnopqrstuvwxyz");
	const char *value = name + length + 2;
	g_autofree char *copy = NULL;
	gsize size;

	if (**at != ' ' || length == 0 || name[length] != '=' || name[length + 1] != '"')
		return FALSE;
	size = strict_plain(value);
	copy = g_strndup(value, size);
	*at = value + size + 1;
	return value[size] == '"' && strict_is_value(name, length, copy);
}

/* Moves *at behind a tag and keeps the stack; NULL, or what is wrong. */
static inline const char *strict_tag(const char **at, StrictStack *stack)
{
	const gboolean is_end = (*at)[1] == '/';
	const char *name = *at + 1 + is_end;
	const gsize length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789");

	if (!strict_is_element(name, length))
		return "an element that is not on the list";
	*at = name + length;
	while (!is_end && **at == ' ')
		if (!strict_attribute(at))
			return "an attribute that is not on the list";
	if (**at != '>')
		return "a tag that does not end";
	(*at)++;
	if (is_end) {
		if (stack->depth == 0 || strlen(stack->open[stack->depth - 1]) != length ||
			memcmp(stack->open[stack->depth - 1], name, length) != 0)
			return "an end tag of something else";
		stack->depth--;
	} else if (!strict_is_listed(" br hr img wbr col ", name, length)) {
		if (stack->depth == STRICT_DEPTH)
			return "too deep";
		g_snprintf(stack->open[stack->depth++], STRICT_NAME, "%.*s", (int)length, name);
	}
	return NULL;
}

/* NULL, or why this is not what the sanitiser may write. */
static inline const char *strict_html_fault(const char *html)
{
	StrictStack stack = {.depth = 0};
	const char *fault = NULL;

	if (!g_utf8_validate(html, -1, NULL))
		return "not UTF-8";
	while (!fault && *html) {
		html += strict_plain(html);
		if (*html == '<')
			fault = strict_tag(&html, &stack);
		else if (*html && strict_plain(html) == 0)
			return "text that is not escaped";
	}
	return fault ? fault : stack.depth > 0 ? "an element that is not closed" : NULL;
}
