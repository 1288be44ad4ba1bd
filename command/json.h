/* JSON: what the commands print for programs. The only other user of jansson is graph/.
 * Every string that goes in is valid UTF-8 when it comes out. Results are to be freed with
 * json_decref(). */
#pragma once

#include <jansson.h>

#include "mime/mail.h"
#include "store/table.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

/* A mail as `casegate parse` prints it. Programs outside rely on the fields: they are added to,
 * never changed. */
json_t *json_from_mail(const Mail *mail);
/* The rows as an array of objects, each value of its column's type; NULL is null. */
json_t *json_from_table(const Table *table);
/* One row of it as an object. */
json_t *json_from_row(const Table *table, guint row);
/* NULL becomes null; what is no UTF-8 is repaired. */
json_t *json_from_text(const char *text);

/* Prints a value and a line's end to stdout: on one line, or indented for a person's eyes. */
void json_print(const json_t *value, gboolean is_indented);
