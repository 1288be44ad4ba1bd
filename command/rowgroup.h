/* Row groups: which rows of a table belong to one value of a column, found without a walk through
 * all. */
#pragma once

#include "store/table.h"

/* column's values as keys (borrowed from table). To be freed with g_hash_table_unref(). */
GHashTable *rowgroup_new(const Table *table, const char *column);
/* The numbers of the rows with this value, in order; *count of them, NULL where there are none.
 * Borrowed. */
const guint *rowgroup_find(GHashTable *groups, const char *value, guint *count);
