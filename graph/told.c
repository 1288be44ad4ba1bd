#include "graph/told.h"

#include <string.h>

#define NESTING_MAX 8

json_t *told_json(const HttpAnswer *answer)
{
	json_t *value;

	if (answer->body == NULL || answer->is_cut)
		return NULL;
	/* jansson bounds the depth by itself (2048). */
	value = json_loadb(answer->body->str, answer->body->len, 0, NULL);
	if (json_is_object(value))
		return value;
	json_decref(value);
	return NULL;
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

/* "BadRequest" around "syncStateNotFound": the inner one says what to do. */
const char *told_error_code(const json_t *object, const char **message)
{
	const json_t *error = json_object_get(object, "error");
	const char *code = NULL;

	if (message != NULL)
		*message = told_text(error, "message");
	for (guint depth = 0; json_is_object(error) && depth < NESTING_MAX; depth++) {
		const char *inner = told_text(error, "code");

		if (inner != NULL)
			code = inner;
		if (json_is_object(json_object_get(error, "innerError")))
			error = json_object_get(error, "innerError");
		else
			error = json_object_get(error, "innererror");
	}
	return code;
}
