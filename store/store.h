/* Store: one connection to PostgreSQL in one role.
 *
 * Opening makes the first connection; later calls open it again when it was lost, so that a worker
 * outlives its database (the call that meets the loss fails with CASEGATE_ERROR_RETRY). One thread,
 * one call at a time. No PGresult and no PGconn leaves this folder. */
#pragma once

#include <glib.h>

#include "store/error.h"

typedef struct Store Store;

/* The roles of CONTRACT 4: one login role for each kind of process. */
typedef enum {
	ROLE_GATEWAY, /* workers, notifier */
	ROLE_GRAPH,
	ROLE_WEB,
	ROLE_ADMIN, /* the commands */
	ROLE_OWNER, /* migrate: the url's own user */
} StoreRole;

/* url is any libpq connection string. Without a user in it the connection logs in as the role
 * itself; with one it does SET ROLE. NULL with an error: CASEGATE_ERROR_RETRY when the server
 * cannot be reached, CASEGATE_ERROR_CONFIGURE when it refuses us, runs unsafely (fsync,
 * full_page_writes or synchronous_commit off), or has no schema of this version (not for
 * ROLE_OWNER). */
Store *store_open(const char *url, StoreRole role, GError **error);
void store_close(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/* Is the database there and the schema ours? Connects again where needed. */
gboolean store_ping(Store *store, GError **error);
/* The descriptor of the connection, -1 without one: for a process that closes what it does not
 * need. */
int store_descriptor(const Store *store);
/* Numbers all committed events and tells listeners once (casegate_events). *numbered may be NULL.
 * The notifier calls it every 50 ms, a command once before it ends. */
gboolean store_number_events(Store *store, gint64 *numbered, GError **error);
/* Lets the planner know of tables that have become large since it looked (schema 0019). */
gboolean store_renew_statistics(Store *store, GError **error);
