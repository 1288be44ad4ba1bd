#include "store/sealed.h"

#include <string.h>

#include "store/db.h"

/* Each column that holds sealed values, and how its row is named where it was sealed. A test looks
 * for others (tests/sql/outlook.sql). */
static const struct {
	const char *table, *column, *place, *row;
} columns[] = {
	{"outlook_registration", "secret",        "secret",        "''"                       },
	{"outlook_registration", "private_key",   "private_key",   "''"                       },
	{"outlook_registration", "access_token",  "access_token",  "''"                       },
	{"outlook_token",        "refresh_token", "refresh_token", "\"user\""                 },
	{"outlook_token",        "access_token",  "access_token",  "\"user\""                 },
	{"outlook_state",        "verifier",      "verifier",      "encode(state_hash, 'hex')"},
	{"outlook_job",          "sealed",        "code",          "encode(state_hash, 'hex')"},
};

static void sealed_free(gpointer data)
{
	SealedValue *sealed = data;

	g_free(sealed->tenant);
	g_free(sealed->row);
	g_free(sealed->column);
	g_free(sealed->table);
	g_free(sealed->value);
	g_free(sealed);
}

static gboolean add_column(Store *store, guint i, GPtrArray *all, GError **error)
{
	/* Kept as the statement's name for as long as the connection lives. */
	g_autofree char *sql =
		g_strdup_printf("SELECT tenant, %s, %s FROM casegate.%s WHERE %s IS NOT NULL",
			columns[i].row, columns[i].column, columns[i].table, columns[i].column);
	g_autoptr(PGresult) result =
		db_run(store, "listing sealed values", g_intern_string(sql), NULL, error);

	for (int row = 0; result != NULL && row < PQntuples(result); row++) {
		SealedValue *sealed = g_new0(SealedValue, 1);

		sealed->tenant = g_strdup(db_text(result, row, 0));
		sealed->row = g_strdup(db_text(result, row, 1));
		sealed->value = g_strdup(db_text(result, row, 2));
		sealed->table = g_strdup(columns[i].table);
		sealed->column = g_strdup(columns[i].place);
		g_ptr_array_add(all, sealed);
	}
	return result != NULL;
}

GPtrArray *sealed_list(Store *store, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(sealed_free);

	for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
		if (!add_column(store, i, all, error))
			return NULL;
	return g_steal_pointer(&all);
}

gboolean sealed_replace(Store *store, const SealedValue *sealed, const char *value, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autofree char *sql = NULL;

	args_text(args, sealed->tenant);
	args_text(args, sealed->value);
	args_text(args, value);
	for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
		if (strcmp(columns[i].table, sealed->table) != 0 ||
			strcmp(columns[i].place, sealed->column) != 0)
			continue;
		sql = g_strdup_printf(
			"UPDATE casegate.%s SET %s = $3 WHERE tenant = $1 AND %s = $2",
			columns[i].table, columns[i].column, columns[i].column);
		return db_act(
			store, sealed->tenant, "sealing anew", g_intern_string(sql), args, error);
	}
	g_assert_not_reached();
}
