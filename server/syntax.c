#include "server/syntax.h"

#include <string.h>

static const char *skip_spaces(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/* "@a,@b:" before the address; obsolete, to be accepted and ignored (RFC 5321 4.1.1.3). */
static const char *skip_route(const char *at)
{
	const char *colon;

	if (*at != '@')
		return at;
	colon = at + strcspn(at, ":>\" ");
	return *colon == ':' ? colon + 1 : NULL;
}

/* Behind the last byte of the address: the closing bracket outside of quotes; NULL: there is none.
 */
static const char *find_bracket(const char *at)
{
	gboolean is_quoted = FALSE;

	for (; *at != '\0'; at++) {
		if (is_quoted && *at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && *at == '>')
			return at;
		else if (!is_quoted && (*at == '<' || *at == ' ' || *at == '\t'))
			return NULL;
	}
	return NULL;
}

/* Either empty, or a local part and a domain that are not. A local part alone is "postmaster". */
static gboolean is_address(const char *start, const char *end)
{
	const char *at = g_strrstr_len(start, end - start, "@");

	return start == end || at == NULL || (at > start && at + 1 < end);
}

char *syntax_read_path(const char **at)
{
	const char *start, *end;

	if (**at != '<')
		return NULL;
	start = skip_route(*at + 1);
	end = start != NULL ? find_bracket(start) : NULL;
	if (end == NULL || end - start > SYNTAX_PATH_LIMIT || !is_address(start, end))
		return NULL;
	/* A route to nobody is no path, and a parameter needs a space before it. */
	if ((start == end && start != *at + 1) ||
		(end[1] != '\0' && skip_spaces(end + 1) == end + 1))
		return NULL;
	*at = skip_spaces(end + 1);
	return g_strndup(start, (gsize)(end - start));
}

gboolean syntax_skip_keyword(const char **at, const char *keyword)
{
	gsize size = strlen(keyword);

	if (g_ascii_strncasecmp(*at, keyword, size) != 0)
		return FALSE;
	*at = skip_spaces(*at + size);
	return TRUE;
}

gboolean syntax_next_parameter(const char **at, Parameter *parameter)
{
	const char *start = skip_spaces(*at);
	gsize size = strcspn(start, " \t");
	const char *equals = memchr(start, '=', size);

	if (size == 0)
		return FALSE;
	*at = start + size;
	*parameter = (Parameter){.key = start, .key_size = size};
	if (equals != NULL) {
		parameter->key_size = (gsize)(equals - start);
		parameter->value = equals + 1;
		parameter->value_size = size - parameter->key_size - 1;
	}
	return TRUE;
}

gboolean syntax_is_key(const Parameter *parameter, const char *key)
{
	return parameter->key_size == strlen(key) &&
	       g_ascii_strncasecmp(parameter->key, key, parameter->key_size) == 0;
}

gboolean syntax_is_value(const Parameter *parameter, const char *value)
{
	return parameter->value != NULL && parameter->value_size == strlen(value) &&
	       g_ascii_strncasecmp(parameter->value, value, parameter->value_size) == 0;
}

gint64 syntax_read_number(const char *digits, gsize size)
{
	gint64 number = 0;

	if (digits == NULL || size < 1 || size > 20)
		return -1;
	for (gsize i = 0; i < size; i++) {
		gint64 digit = digits[i] - '0';

		if (!g_ascii_isdigit(digits[i]))
			return -1;
		number = number > (G_MAXINT64 - digit) / 10 ? G_MAXINT64 : number * 10 + digit;
	}
	return number;
}

char *syntax_clean_name(const char *name)
{
	char *clean = g_strdup(name);

	for (char *at = clean; *at != '\0'; at++)
		if (!g_ascii_isalnum(*at) && (guchar)*at < 0x80 && strchr("-._:[]/", *at) == NULL)
			*at = '?';
	return clean;
}
