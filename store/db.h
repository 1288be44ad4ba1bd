/* Statements: how store/ talks to PostgreSQL. Included by store/ only; no PGresult leaves the folder.
 *
 * A statement stands in full in the function that runs it and is prepared once a connection (its text is its
 * name). Parameters are a Params: added in order, typed by their function. A failure becomes a GError named by
 * its remedy; a lost connection is opened again by the next db_begin() or db_run() outside a transaction. */
#pragma once

#include <libpq-fe.h>

#include "store/store.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PGresult, PQclear)

typedef struct Params Params;
Params *params_new(void);
void params_free(Params *params);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Params, params_free)

/* Each adds the next parameter. Strings are copied; NULL is SQL's null. */
void params_text(Params *params, const char *value);
void params_bigint(Params *params, gint64 value);
void params_id(Params *params, gint64 id); /* 0 is null */
void params_bool(Params *params, gboolean value);
void params_time(Params *params, gint64 microseconds); /* since 1970, UTC */
void params_hex(Params *params, const char *sha256);    /* bytea from hex digits */
void params_bytes(Params *params, const void *data, gsize length); /* bytea; not copied */
/* text[]: of char, an entry may be NULL. bigint[] and boolean[] are text[] that PostgreSQL casts. */
void params_array(Params *params, const GPtrArray *strings);

/* Runs one statement. NULL with an error. what says for the log what it was doing: "filing a mail". */
PGresult *db_run(Store *store, const char *what, const char *sql, const Params *params, GError **error);
/* Runs a script of several statements without parameters. */
gboolean db_script(Store *store, const char *what, const char *sql, GError **error);

/* A transaction of one tenant (NULL: none named). After any error only db_rollback() helps. */
gboolean db_begin(Store *store, const char *tenant, GError **error);
gboolean db_commit(Store *store, GError **error);
void db_rollback(Store *store);

/* Values of a row. */
const char *db_text(const PGresult *result, int row, int column); /* NULL: null; borrowed */
gint64 db_bigint(const PGresult *result, int row, int column);    /* 0: null */
gboolean db_bool(const PGresult *result, int row, int column);
gint64 db_time(const PGresult *result, int row, int column); /* of extract(epoch …) * 1000000 as bigint */
GBytes *db_bytes(const PGresult *result, int row, int column);

/* True after an error that the same transaction, run again, may not meet: a deadlock, or a world that changed
 * between look and lock (40P01, 40001, and 23505 where two bring the same mail). */
gboolean db_should_repeat(const Store *store);
