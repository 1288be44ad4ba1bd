#include "parser/css.h"

#include <string.h>

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

static gboolean is_named(const Declaration *declaration, const char *name)
{
	return declaration->name_length == strlen(name) &&
	       g_ascii_strncasecmp(declaration->name, name, declaration->name_length) == 0;
}

static gboolean begins(const Declaration *declaration, const char *word)
{
	return declaration->value_length >= strlen(word) &&
	       g_ascii_strncasecmp(declaration->value, word, strlen(word)) == 0;
}

static gboolean has_word(const Declaration *declaration, const char *word)
{
	g_autofree char *value =
		g_ascii_strdown(declaration->value, (gssize)declaration->value_length);

	return strstr(value, word) != NULL;
}

/* "0", "0px", "0.00em": a number that is nothing. at most: what is still nothing. */
static gboolean is_nothing(const Declaration *declaration, double at_most)
{
	g_autofree char *value = g_strndup(declaration->value, declaration->value_length);
	char *end = NULL;
	const double number = g_ascii_strtod(value, &end);

	return end != value && number <= at_most;
}

static gboolean hides(const Declaration *declaration)
{
	if (is_named(declaration, "display"))
		return begins(declaration, "none");
	if (is_named(declaration, "visibility"))
		return begins(declaration, "hidden") || begins(declaration, "collapse");
	if (is_named(declaration, "mso-hide"))
		return begins(declaration, "all");
	if (is_named(declaration, "opacity"))
		return is_nothing(declaration, 0.05);
	if (is_named(declaration, "color"))
		return begins(declaration, "transparent");
	return is_named(declaration, "font-size") && is_nothing(declaration, 1) &&
	       !has_word(declaration, "em") && !has_word(declaration, "%");
}

/* Zero em or percent is nothing, too, but one em is the normal size. */
static gboolean has_no_font_size(const Declaration *declaration)
{
	return is_named(declaration, "font-size") && is_nothing(declaration, 0.01);
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

static gboolean has_small_margin(const Declaration *declaration)
{
	return (is_named(declaration, "margin") || is_named(declaration, "margin-top") ||
		       is_named(declaration, "margin-bottom")) &&
	       is_nothing(declaration, 1);
}

CssTraits css_traits(const char *style)
{
	CssTraits traits = 0;
	gboolean is_clipped = FALSE, is_small = FALSE, is_boxed = FALSE;
	Declaration declaration;

	while (next_declaration(&style, &declaration)) {
		if (hides(&declaration) || has_no_font_size(&declaration))
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
		else if (has_small_margin(&declaration))
			traits |= CSS_NO_MARGIN;
		else if (is_named(&declaration, "overflow"))
			is_clipped = begins(&declaration, "hidden");
		else if (is_named(&declaration, "height") || is_named(&declaration, "width") ||
			 is_named(&declaration, "max-height") ||
			 is_named(&declaration, "max-width"))
			is_small |= is_nothing(&declaration, 1);
		is_boxed |= is_box(&declaration);
	}
	if (is_clipped && is_small)
		traits |= CSS_HIDDEN;
	return is_boxed ? traits & ~(guint)CSS_RULE_ABOVE : traits;
}
