#include "store/table.h"

#include <string.h>

#include "store/db.h"

static void column_clear(gpointer column)
{
	g_free(((Column *)column)->name);
}

/* A null in the middle would end a GStrv early, so a row is freed by its width. */
void table_free(Table *table)
{
	if (!table)
		return;
	for (guint i = 0; i < table->rows->len; i++)
		for (guint j = 0; j < table->columns->len; j++)
			g_free(((char **)g_ptr_array_index(table->rows, i))[j]);
	g_array_unref(table->columns);
	g_ptr_array_unref(table->rows);
	g_free(table);
}

static Table *table_empty(void)
{
	Table *table = g_new0(Table, 1);

	table->columns = g_array_new(FALSE, FALSE, sizeof(Column));
	g_array_set_clear_func(table->columns, column_clear);
	table->rows = g_ptr_array_new_with_free_func(g_free);
	return table;
}

Table *table_new(const char *const *names)
{
	Table *table = table_empty();

	for (guint i = 0; names[i]; i++) {
		Column column = {g_strdup(names[i]), COLUMN_TEXT};

		g_array_append_val(table->columns, column);
	}
	return table;
}

char **table_add_row(Table *table)
{
	char **row = g_new0(char *, (gsize)table->columns->len + 1);

	g_ptr_array_add(table->rows, row);
	return row;
}

/* By the type that PostgreSQL names (pg_type.dat): what is not here is text. */
static ColumnType type_of(Oid type)
{
	static const struct {
		Oid oid;
		ColumnType type;
	} types[] = {
		{16,   COLUMN_BOOL  }, /* bool */
		{20,   COLUMN_NUMBER}, /* int8 */
		{21,   COLUMN_NUMBER}, /* int2 */
		{23,   COLUMN_NUMBER}, /* int4 */
		{1700, COLUMN_NUMBER}, /* numeric */
		{1184, COLUMN_TIME  }, /* timestamptz */
		{114,  COLUMN_JSON  }, /* json */
		{3802, COLUMN_JSON  }, /* jsonb */
	};

	for (guint i = 0; i < G_N_ELEMENTS(types); i++)
		if (types[i].oid == type)
			return types[i].type;
	return COLUMN_TEXT;
}

/* "2026-03-02 13:05:00.25+00" → "2026-03-02T13:05:00Z". Sessions run in UTC. */
static char *iso_time(const char *value)
{
	if (strlen(value) < strlen("2026-03-02 13:05:00"))
		return g_strdup(value);
	return g_strdup_printf("%.10sT%.8sZ", value, value + 11);
}

static char *value_of(const PGresult *result, int row, int column, ColumnType type)
{
	const char *value = db_text(result, row, column);

	return value && type == COLUMN_TIME ? iso_time(value) : g_strdup(value);
}

static Table *table_of(const PGresult *result)
{
	Table *table = table_empty();
	int width = PQnfields(result);

	for (int i = 0; i < width; i++) {
		Column column = {g_strdup(PQfname(result, i)), type_of(PQftype(result, i))};

		g_array_append_val(table->columns, column);
	}
	for (int i = 0; i < PQntuples(result); i++) {
		char **row = table_add_row(table);

		for (int j = 0; j < width; j++)
			row[j] = value_of(
				result, i, j, g_array_index(table->columns, Column, (guint)j).type);
	}
	return table;
}

Table *table_query(
	Store *store, const char *what, const char *sql, const char *const *values, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	for (guint i = 0; values && values[i]; i++)
		args_text(args, values[i]);
	result = db_run(store, what, sql, args, error);
	return result ? table_of(result) : NULL;
}

const char *table_get(const Table *table, guint row, const char *column)
{
	char **values = g_ptr_array_index(table->rows, row);

	for (guint i = 0; i < table->columns->len; i++)
		if (strcmp(g_array_index(table->columns, Column, i).name, column) == 0)
			return values[i];
	g_assert_not_reached();
}
