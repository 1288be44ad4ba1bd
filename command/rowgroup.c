#include "command/rowgroup.h"

static void free_rows(gpointer rows)
{
	g_array_unref(rows);
}

GHashTable *rowgroup_new(const Table *table, const char *column)
{
	GHashTable *groups = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_rows);

	for (guint row = 0; row < table->rows->len; row++) {
		const char *value = table_get(table, row, column);
		GArray *rows = value ? g_hash_table_lookup(groups, value) : NULL;

		if (value == NULL)
			continue;
		if (rows == NULL) {
			rows = g_array_new(FALSE, FALSE, sizeof(guint));
			g_hash_table_insert(groups, (char *)value, rows);
		}
		g_array_append_val(rows, row);
	}
	return groups;
}

const guint *rowgroup_find(GHashTable *groups, const char *value, guint *count)
{
	const GArray *rows = value ? g_hash_table_lookup(groups, value) : NULL;

	*count = rows ? rows->len : 0;
	return rows ? &g_array_index(rows, guint, 0) : NULL;
}
