/* The schema: numbered files of SQL in the binary, each applied once, in order, in one transaction.
 */
#pragma once

#include "store/store.h"

/* Brings the schema to today's version; safe to run twice and from two machines at once (an
 * advisory lock). store is of ROLE_OWNER: a role that owns the database and has CREATEROLE. said is
 * called with one line for each step applied; may be NULL. */
gboolean migrate_run(Store *store, void (*said)(const char *line), GError **error);
/* The newest version that this program knows. */
int migrate_known_version(void);

typedef enum {
	SCHEMA_ABSENT, /* no casegate schema yet */
	SCHEMA_OLDER,  /* some of our steps are not applied */
	SCHEMA_SAME,
	SCHEMA_NEWER, /* it has steps that we do not know */
	SCHEMA_OTHER, /* a step of the same number was applied from another text: an unreleased
			 build made it, and nothing that we do with it could be trusted */
} SchemaState;

/* Compares the steps that the database noted, and the SHA-256 of what was applied, with ours. */
gboolean migrate_compare(Store *store, SchemaState *state, GError **error);
/* What is wrong with a schema in that state and what to do; NULL for SCHEMA_SAME. */
const char *migrate_remedy(SchemaState state);
