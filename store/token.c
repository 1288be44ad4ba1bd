#include "store/token.h"

#include <string.h>

#include "store/db.h"

/* Longer than Microsoft takes to answer (graph/token.c). */
#define LOCK_SETTINGS                                            \
	"SET LOCAL idle_in_transaction_session_timeout = '90s';" \
	"SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = '65s'"

#define USER_COLUMNS                                                                    \
	"SELECT refresh_token, access_token, extract(epoch FROM refreshed_at)::bigint," \
	" extract(epoch FROM access_expires_at)::bigint"                                \
	" FROM casegate.outlook_token WHERE tenant = $1 AND \"user\" = $2"
#define APP_COLUMNS                                                                   \
	"SELECT NULL, access_token, extract(epoch FROM access_refreshed_at)::bigint," \
	" extract(epoch FROM access_expires_at)::bigint"                              \
	" FROM casegate.outlook_registration WHERE tenant = $1"

void token_row_clear(TokenRow *row)
{
	g_free(row->refresh_token);
	g_free(row->access_token);
	memset(row, 0, sizeof *row);
}

static gboolean take(const PGresult *result, TokenRow *row, GError **error)
{
	token_row_clear(row);
	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 0) {
		g_set_error_literal(error, CASEGATE_ERROR, CASEGATE_ERROR_RECONNECT,
			"the mailbox is not connected");
		return FALSE;
	}
	row->refresh_token = g_strdup(db_text(result, 0, 0));
	row->access_token = g_strdup(db_text(result, 0, 1));
	row->refreshed_at = db_bigint(result, 0, 2);
	row->access_expires_at = db_bigint(result, 0, 3);
	return TRUE;
}

static Args *names_of(const char *tenant, const char *user)
{
	Args *args = args_new();

	args_text(args, tenant);
	if (user != NULL)
		args_text(args, user);
	return args;
}

gboolean token_load(
	Store *store, const char *tenant, const char *user, TokenRow *row, GError **error)
{
	g_autoptr(Args) args = names_of(tenant, user);
	g_autoptr(PGresult) result = db_ask(store, tenant, "reading a token",
		user != NULL ? USER_COLUMNS : APP_COLUMNS, args, error);

	return take(result, row, error);
}

gboolean token_lock(
	Store *store, const char *tenant, const char *user, TokenRow *row, GError **error)
{
	g_autoptr(Args) args = names_of(tenant, user);
	g_autoptr(PGresult) result = NULL;

	if (!db_begin(store, tenant, error) ||
		!db_script(store, "locking a token", LOCK_SETTINGS, error)) {
		db_rollback(store);
		return FALSE;
	}
	result = db_run(store, "locking a token",
		user != NULL ? USER_COLUMNS " FOR UPDATE" : APP_COLUMNS " FOR UPDATE", args, error);
	if (take(result, row, error))
		return TRUE;
	db_rollback(store);
	return FALSE;
}

gboolean token_save(
	Store *store, const char *tenant, const char *user, const TokenRow *row, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_text(args, row->access_token);
	args_bigint(args, row->refreshed_at);
	args_bigint(args, row->access_expires_at);
	if (user != NULL) {
		args_text(args, user);
		args_text(args, row->refresh_token);
	}
	result = db_run(store, "keeping a token",
		user != NULL
			? "UPDATE casegate.outlook_token SET access_token = $2, refreshed_at = "
			  "to_timestamp($3), access_expires_at = to_timestamp($4), refresh_token = "
			  "$6"
			  " WHERE tenant = $1 AND \"user\" = $5"
			: "UPDATE casegate.outlook_registration SET access_token = $2, "
			  "access_refreshed_at = to_timestamp($3), access_expires_at = "
			  "to_timestamp($4) WHERE tenant = $1",
		args, error);
	if (result != NULL && db_commit(store, error))
		return TRUE;
	db_rollback(store);
	return FALSE;
}

void token_release(Store *store)
{
	db_rollback(store);
}

void token_forget(Store *store, const char *tenant, const char *user)
{
	g_autoptr(Args) args = names_of(tenant, user);
	g_autoptr(PGresult) result = db_run(store, "forgetting a token",
		"DELETE FROM casegate.outlook_token WHERE tenant = $1 AND \"user\" = $2", args,
		NULL);

	if (result == NULL || !db_commit(store, NULL))
		db_rollback(store);
}

gboolean token_replace(
	Store *store, const char *tenant, const char *user, const TokenRow *row, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_text(args, tenant);
	args_text(args, user);
	args_text(args, row->refresh_token);
	args_text(args, row->access_token);
	args_bigint(args, row->refreshed_at);
	args_bigint(args, row->access_expires_at);
	return db_act(store, tenant, "keeping a new token",
		"INSERT INTO casegate.outlook_token AS t (tenant, \"user\", refresh_token, "
		"access_token, refreshed_at, access_expires_at)"
		" VALUES ($1, $2, $3, $4, to_timestamp($5), to_timestamp($6))"
		" ON CONFLICT (tenant, \"user\") DO UPDATE SET refresh_token = "
		"excluded.refresh_token,"
		" access_token = excluded.access_token, refreshed_at = excluded.refreshed_at,"
		" access_expires_at = excluded.access_expires_at",
		args, error);
}
