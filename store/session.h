/* Session: what a Store is inside, for store.c (the connection) and statement.c (what runs on it).
 */
#pragma once

#include "store/db.h"

struct Store {
	PGconn *connection;
	StoreRole role;
	char *url;
	GHashTable *prepared; /* SQL → name, of this connection */
	GPtrArray *queue;     /* of Queued: what goes along with the next statement */
	char last_state[6];   /* SQLSTATE of the last failure */
};

/* A statement that waits to be sent. */
typedef struct {
	const char *what, *sql; /* borrowed: literals */
	Args *args;             /* NULL: none */
	gboolean is_owner;      /* of args */
} Queued;
void queued_free(gpointer data);

gboolean session_is_open(const Store *store);
void session_close(Store *store);
/* A new connection, set up; the old one is gone. */
gboolean session_reopen(Store *store, GError **error);
/* Sets the error of a failed statement: by its remedy, without a word of a mail. */
void session_fail(Store *store, const PGresult *result, const char *what, GError **error);

/* store/args.c */
PGresult *args_execute(PGconn *connection, const char *name, const Args *args);
gboolean args_send(PGconn *connection, const char *name, const Args *args);
