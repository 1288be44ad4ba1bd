/* A structured field like Content-Type: its value and its parameters, RFC 2045 and RFC 2231 and
 * what mailers make of them (encoded words in quotes, raw letters, missing quotes). Total, linear.
 */
#pragma once

#include <glib.h>

typedef struct {
	char *value; /* "text/plain", "attachment": lower case, without white space and comments, ""
			for none */
	GHashTable *table; /* lower-case name → decoded value, one line; NULL: none */
	gboolean is_cut;   /* there were more parameters, or pieces of one, than are read */
} Params;

/* text is valid UTF-8, unfolded; NULL is empty. Never NULL. */
Params *params_parse(const char *text);
void params_free(Params *params);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Params, params_free)

/* The value of a parameter, or NULL. Borrowed. */
const char *params_get(const Params *params, const char *name);
