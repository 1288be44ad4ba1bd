/* Statements: how store/ talks to PostgreSQL. Included by store/ only; no PGresult leaves the
 * folder.
 *
 * A statement stands in full in the function that runs it and is prepared once a connection (its
 * text is its name). Its parameters are Args: added in order, typed by their function. A failure
 * becomes a GError named by its remedy; a lost connection is opened again by the next db_begin() or
 * db_run() outside a transaction. */
#pragma once

#include <libpq-fe.h>

#include "store/store.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PGresult, PQclear)

typedef struct Args Args;
Args *args_new(void);
void args_free(Args *args);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Args, args_free)

/* Each adds the next parameter. Strings are copied; NULL is SQL's null. */
void args_text(Args *args, const char *value);
void args_bigint(Args *args, gint64 value);
void args_id(Args *args, gint64 id); /* 0 is null */
void args_bool(Args *args, gboolean value);
void args_time(Args *args, gint64 microseconds);             /* since 1970, UTC */
void args_hex(Args *args, const char *sha256);               /* bytea from hex digits */
void args_bytes(Args *args, const void *data, gsize length); /* bytea; not copied */
/* text[]: of char, an entry may be NULL. bigint[] and boolean[] are text[] that PostgreSQL casts.
 */
void args_array(Args *args, const GPtrArray *strings);

/* Runs one statement. NULL with an error. what says for the log what it was doing: "filing a mail".
 */
PGresult *db_run(Store *store, const char *what, const char *sql, const Args *args, GError **error);
/* Runs one statement whose answer nobody needs together with the next one, which fails where this
 * does: one way there and back for all of them. Takes args. */
void db_queue(Store *store, const char *what, const char *sql, Args *args);
/* Runs a script of several statements without parameters. */
gboolean db_script(Store *store, const char *what, const char *sql, GError **error);

/* A transaction of one tenant (NULL: none named). After any error only db_rollback() helps. */
gboolean db_begin(Store *store, const char *tenant, GError **error);
gboolean db_commit(Store *store, GError **error);
void db_rollback(Store *store);

/* One statement as a transaction of the tenant (NULL: none named). NULL with an error. */
PGresult *db_ask(Store *store, const char *tenant, const char *what, const char *sql,
	const Args *args, GError **error);
/* The same where no answer is wanted. */
gboolean db_act(Store *store, const char *tenant, const char *what, const char *sql,
	const Args *args, GError **error);

/* Values of a row. */
const char *db_text(const PGresult *result, int row, int column); /* NULL: null; borrowed */
gint64 db_bigint(const PGresult *result, int row, int column);    /* 0: null */
gboolean db_bool(const PGresult *result, int row, int column);
gint64 db_time(
	const PGresult *result, int row, int column); /* of extract(epoch …) * 1000000 as bigint */
GBytes *db_bytes(const PGresult *result, int row, int column);

/* True after an error that the same transaction, run again, may not meet: a deadlock, or a world
 * that changed between look and lock (40P01, 40001, and 23505 where two bring the same mail). */
gboolean db_should_repeat(const Store *store);

/* True after an error that was statement_timeout's (57014): a savepoint before it can be gone back
 * to. */
gboolean db_took_too_long(const Store *store);
