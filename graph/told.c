#include "graph/told.h"

#include <string.h>

#define NESTING_MAX 8

/* ---- JSON ---- */

static gboolean is_hex(const char *text)
{
	return strspn(text, "0123456789abcdefABCDEF") >= 4;
}

/* The UTF-16 unit of "\\uXXXX" at text; 0 where there is none. */
static guint unit_at(const char *text)
{
	char digits[5] = {0};

	if (text[0] != '\\' || text[1] != 'u' || !is_hex(text + 2))
		return 0;
	memcpy(digits, text + 2, 4);
	return (guint)g_ascii_strtoull(digits, NULL, 16);
}

/* Halves of a pair that stand alone become U+FFFD. */
static void mend_escapes(char *text)
{
	for (char *at = text; *at != '\0'; at++) {
		const guint unit = unit_at(at);

		if (*at != '\\')
			continue;
		if (unit >= 0xD800 && unit < 0xDC00 && (unit_at(at + 6) & 0xFC00) == 0xDC00)
			at += 11;
		else if (unit >= 0xD800 && unit < 0xE000)
			memcpy(at, "\\ufffd", 6);
		else if (at[1] != '\0')
			at++;
	}
}

json_t *told_parse(const char *text, gsize size)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of order; RFC 8259 8.1 lets us pass it */
	const gsize skip = size >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
	/* jansson bounds the depth by itself (2048). A NUL ends a text for us. */
	json_t *value = json_loadb(text + skip, size - skip, JSON_ALLOW_NUL, NULL);

	if (value == NULL) {
		g_autofree char *mended = g_utf8_make_valid(text + skip, (gssize)(size - skip));

		mend_escapes(mended);
		value = json_loads(mended, JSON_ALLOW_NUL, NULL);
	}
	if (json_is_object(value))
		return value;
	json_decref(value);
	return NULL;
}

json_t *told_json(const HttpAnswer *answer)
{
	if (answer->body == NULL || answer->is_cut)
		return NULL;
	return told_parse(answer->body->str, answer->body->len);
}

const char *told_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

gint64 told_number(const json_t *object, const char *name, gint64 fallback)
{
	const json_t *value = json_object_get(object, name);
	const char *text = json_string_value(value);
	char *end = NULL;
	gint64 number;

	if (json_is_number(value))
		return (gint64)json_number_value(value);
	if (text == NULL)
		return fallback;
	number = g_ascii_strtoll(text, &end, 10);
	return end != text && *end == '\0' ? number : fallback;
}

/* ---- errors ---- */

/* All codes, "BadRequest" around "syncStateNotFound", the outermost first. Their number. */
static guint codes_of(const json_t *object, const char *codes[NESTING_MAX])
{
	const json_t *error = json_object_get(object, "error");
	guint count = 0;

	for (guint depth = 0; json_is_object(error) && depth < NESTING_MAX; depth++) {
		const json_t *inner = json_object_get(error, "innerError");
		const char *code = told_text(error, "code");

		if (code != NULL)
			codes[count++] = code;
		error = json_is_object(inner) ? inner : json_object_get(error, "innererror");
	}
	return count;
}

Remedy told_remedy(int status, const json_t *object, const char **code)
{
	const char *message = told_text(json_object_get(object, "error"), "message");
	const char *codes[NESTING_MAX] = {NULL};
	const guint count = codes_of(object, codes);

	if (code != NULL)
		*code = count > 0 ? codes[count - 1] : NULL;
	for (guint i = count; i > 0; i--)
		if (remedy_is_code(codes[i - 1]))
			return remedy_of_graph(status, codes[i - 1], message);
	return remedy_of_graph(status, codes[0], message);
}

gboolean told_has_code(const json_t *object, const char *const *names)
{
	const char *codes[NESTING_MAX] = {NULL};
	const guint count = codes_of(object, codes);

	for (guint i = 0; i < count; i++)
		for (guint j = 0; names[j] != NULL; j++)
			if (g_ascii_strcasecmp(codes[i], names[j]) == 0)
				return TRUE;
	return FALSE;
}
