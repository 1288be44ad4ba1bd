/* Told: reading Microsoft's JSON without believing it. Included by graph/ only: no json_t leaves
 * the folder. Depth and size are bounded; what is missing or of another type is NULL or 0. */
#pragma once

#include <jansson.h>

#include "graph/http.h"
#include "graph/remedy.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

/* The body as an object; NULL where it is none (HTML, nothing, an array). What is no Unicode in it
 * (a letter that Exchange cut in two) is mended, so that one subject does not hide a page. */
json_t *told_json(const HttpAnswer *answer);
json_t *told_parse(const char *text, gsize size);
/* A member that is a text; NULL otherwise. Borrowed. */
const char *told_text(const json_t *object, const char *name);
/* A whole number, also one written as a text; otherwise fallback. */
gint64 told_number(const json_t *object, const char *name, gint64 fallback);
/* What an answer of Graph that is no success means: of its codes, one within the other, the
 * innermost that remedy.h knows. *code (may be NULL) becomes the one that says most, for the log;
 * borrowed from object, which may be NULL. */
Remedy told_remedy(int status, const json_t *object, const char **code);
/* Is one of the codes, however deep, one of names (NULL behind the last)? */
gboolean told_has_code(const json_t *object, const char *const *names);
