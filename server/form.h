/* Form: the fields of a query or of a form's body, both kinds of encoding.
 *
 * Names and values are UTF-8 without NUL; of a name that comes twice the first counts; what cannot
 * be read is left out. Linear in the body, which evhttp has bounded. */
#pragma once

#include <glib.h>

typedef GHashTable Form; /* of char → char */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Form, g_hash_table_unref)

/* application/x-www-form-urlencoded, also a URL's query. NULL is empty. */
Form *form_parse(const char *text);
/* A body by its Content-Type, that or multipart/form-data (RFC 7578). A file is a field like
 * others; of another type the form is empty. */
Form *form_parse_body(const char *type, const char *body, gsize length);
/* The value; "" where it is missing. Borrowed. */
const char *form_get(const Form *form, const char *name);
