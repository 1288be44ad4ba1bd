/* Syntax: the words of SMTP command lines (RFC 5321 4.1.2). Pure functions over NUL-terminated
 * lines that hold no control characters and are valid UTF-8. */
#pragma once

#include <glib.h>

#define SYNTAX_PATH_LIMIT 320 /* bytes of an address; RFC 5321 asks for 256 */

/* Reads "<address>" at *at, with a source route dropped and a quoted local part kept as written,
 * and moves *at behind it and its spaces. The address without brackets, "" for <>; NULL: malformed
 * or too long. */
char *syntax_read_path(const char **at);

/* Moves *at over the keyword and the spaces behind it: "FROM:" in any case. FALSE: it is not there.
 */
gboolean syntax_skip_keyword(const char **at, const char *keyword);

/* One parameter "KEY" or "KEY=VALUE" of MAIL or RCPT; value is NULL without "=". Borrowed from the
 * line, not terminated. FALSE at the end of the line. */
typedef struct {
	const char *key, *value;
	gsize key_size, value_size;
} Parameter;

gboolean syntax_next_parameter(const char **at, Parameter *parameter);
gboolean syntax_is_key(const Parameter *parameter, const char *key);
gboolean syntax_is_value(const Parameter *parameter, const char *value);

/* A number of 1 to 20 digits that ends at size; one that does not fit becomes G_MAXINT64. -1: no
 * number. */
gint64 syntax_read_number(const char *digits, gsize size);

/* A name as it may stand in a Received line: what could be read as syntax there becomes "?". */
char *syntax_clean_name(const char *name);
