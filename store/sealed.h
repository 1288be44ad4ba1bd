/* Sealed: every sealed value in the database, for sealing it anew under another key (ROLE_ADMIN).
 */
#pragma once

#include "store/store.h"

/* Owns everything. table and column are names of ours. */
typedef struct {
	char *tenant;
	char *row;    /* as in its SealPlace */
	char *column; /* as in its SealPlace */
	char *table;
	char *value;
} SealedValue;

/* All of them, of all tenants. Of SealedValue; NULL with an error. */
GPtrArray *sealed_list(Store *store, GError **error);
/* Puts value in its place, unless somebody put another one there meanwhile. */
gboolean sealed_replace(Store *store, const SealedValue *sealed, const char *value, GError **error);
