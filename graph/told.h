/* Told: reading Microsoft's JSON without believing it. Included by graph/ only: no json_t leaves
 * the folder. Depth and size are bounded; what is missing or of another type is NULL or 0. */
#pragma once

#include <jansson.h>

#include "graph/http.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

/* The body as an object; NULL where it is none (HTML, nothing, an array). */
json_t *told_json(const HttpAnswer *answer);
/* A member that is a text; NULL otherwise. Borrowed. */
const char *told_text(const json_t *object, const char *name);
/* A whole number, also one written as a text; otherwise fallback. */
gint64 told_number(const json_t *object, const char *name, gint64 fallback);
/* The code of a Graph error that says most: the innermost one that names a state of its own. May be
 * NULL. message (may be NULL) becomes the text beside it. Borrowed. */
const char *told_error_code(const json_t *object, const char **message);
