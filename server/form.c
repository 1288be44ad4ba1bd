#include "server/form.h"

#include <string.h>

#include "graph/secret.h"

#define FIELDS_LIMIT   100
#define BOUNDARY_LIMIT 70 /* RFC 2046, 5.1.1 */

/* What people enter may be secret. */
static void wipe(gpointer value)
{
	secret_free(value);
}

static Form *form_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, wipe);
}

static void add(Form *form, const char *name, char *value)
{
	if (*name == '\0' || g_hash_table_contains(form, name) ||
		g_hash_table_size(form) >= FIELDS_LIMIT || !g_utf8_validate(name, -1, NULL) ||
		!g_utf8_validate(value, -1, NULL))
		g_free(value);
	else
		g_hash_table_insert(form, g_strdup(name), value);
}

/* NULL where it is not encoded as it should be. */
static char *decode(const char *text, gsize length)
{
	g_autofree char *spaced = g_strndup(text, length);

	g_strdelimit(spaced, "+", ' ');
	return g_uri_unescape_string(spaced, NULL);
}

Form *form_parse(const char *text)
{
	Form *form = form_new();

	while (text != NULL && *text != '\0') {
		const gsize length = strcspn(text, "&");
		const gsize name_length = MIN(strcspn(text, "="), length);
		const gsize value_at = MIN(name_length + 1, length);
		g_autofree char *name = decode(text, name_length);
		char *value = decode(text + value_at, length - value_at);

		if (name != NULL && value != NULL)
			add(form, name, value);
		else
			g_free(value);
		text += length + (text[length] == '&');
	}
	return form;
}

/* The value of a parameter, quoted or not: boundary of a Content-Type, name of a disposition. */
static char *parameter_of(const char *header, const char *name)
{
	const gsize length = strlen(name);
	const char *value = NULL;

	for (const char *at = strchr(header, ';'); at != NULL && value == NULL;
		at = strchr(at + 1, ';')) {
		const char *start = at + 1 + strspn(at + 1, " \t");

		if (g_ascii_strncasecmp(start, name, length) == 0 && start[length] == '=')
			value = start + length + 1;
	}
	if (value == NULL)
		return NULL;
	return *value == '"' ? g_strndup(value + 1, strcspn(value + 1, "\""))
			     : g_strndup(value, strcspn(value, "; \t"));
}

/* The name of the field that a part's header block describes; NULL where it names none. */
static char *name_of_part(const char *headers, gsize length)
{
	g_autofree char *block = g_strndup(headers, length);
	g_auto(GStrv) lines = g_strsplit(block, "\r\n", -1);

	for (char **line = lines; *line != NULL; line++)
		if (g_ascii_strncasecmp(*line, "Content-Disposition:", 20) == 0)
			return parameter_of(*line, "name");
	return NULL;
}

/* One part: headers, an empty line, the value. A value with a NUL is no text. */
static void add_part(Form *form, const char *part, gsize length)
{
	const char *blank = memmem(part, length, "\r\n\r\n", 4);
	const char *value = blank != NULL ? blank + 4 : NULL;
	const gsize value_length = blank != NULL ? (gsize)(part + length - value) : 0;
	g_autofree char *name = NULL;

	if (blank == NULL || memchr(value, '\0', value_length) != NULL)
		return;
	name = name_of_part(part, (gsize)(blank - part));
	if (name != NULL)
		add(form, name, g_strndup(value, value_length));
}

/* Parts stand between lines that begin with the boundary. */
static Form *parse_parts(const char *boundary, const char *body, gsize length)
{
	g_autofree char *mark = g_strdup_printf("\r\n--%s", boundary);
	const gsize mark_length = strlen(mark);
	const char *end = body + length;
	const char *part = NULL;
	Form *form = form_new();
	/* The first boundary may begin the body. */
	const char *at = length >= mark_length - 2 && memcmp(body, mark + 2, mark_length - 2) == 0
				 ? body - 2
				 : memmem(body, length, mark, mark_length);

	while (at != NULL) {
		if (part != NULL)
			add_part(form, part, (gsize)(at - part));
		part = at + mark_length;
		at = memmem(part, (gsize)(end - part), mark, mark_length);
	}
	return form;
}

Form *form_parse_body(const char *type, const char *body, gsize length)
{
	static const char urlencoded[] = "application/x-www-form-urlencoded";
	static const char multipart[] = "multipart/form-data";
	g_autofree char *text = NULL;
	g_autofree char *boundary = NULL;

	if (type == NULL || body == NULL)
		return form_new();
	if (g_ascii_strncasecmp(type, urlencoded, sizeof urlencoded - 1) == 0) {
		text = g_strndup(body, length);
		return form_parse(text);
	}
	if (g_ascii_strncasecmp(type, multipart, sizeof multipart - 1) == 0)
		boundary = parameter_of(type, "boundary");
	if (boundary == NULL || *boundary == '\0' || strlen(boundary) > BOUNDARY_LIMIT)
		return form_new();
	return parse_parts(boundary, body, length);
}

const char *form_get(const Form *form, const char *name)
{
	const char *value = g_hash_table_lookup((Form *)form, name);

	return value != NULL ? value : "";
}
