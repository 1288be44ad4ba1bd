/* The schema: numbered files of SQL in the binary, each applied once, in order, in one transaction.
 */
#pragma once

#include "store/store.h"

/* Brings the schema to today's version; safe to run twice and from two machines at once (an
 * advisory lock). store is of ROLE_OWNER: a role that owns the database and has CREATEROLE. said is
 * called with one line for each step applied; may be NULL. */
gboolean migrate_run(Store *store, void (*said)(const char *line), GError **error);
/* The newest version that this program knows, and the one that the database has (0: none). */
int migrate_known_version(void);
gboolean migrate_current_version(Store *store, int *version, GError **error);
