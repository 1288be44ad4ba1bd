#include <string.h>

#include "store/session.h"

void queued_free(gpointer data)
{
	Queued *queued = data;

	if (queued->is_owner)
		args_free(queued->args);
	g_free(queued);
}

gboolean db_should_repeat(const Store *store)
{
	return strcmp(store->last_state, "40001") == 0 || strcmp(store->last_state, "40P01") == 0 ||
	       strcmp(store->last_state, "23505") == 0 || strcmp(store->last_state, "23503") == 0;
}

gboolean db_took_too_long(const Store *store)
{
	return strcmp(store->last_state, "57014") == 0;
}

static gboolean is_good(const PGresult *result)
{
	return PQresultStatus(result) == PGRES_TUPLES_OK ||
	       PQresultStatus(result) == PGRES_COMMAND_OK;
}

/* ------------------------------------------------------------------------- sending */

/* The name of the prepared statement, or NULL with an error. */
static const char *prepare(Store *store, const char *what, const char *sql, GError **error)
{
	const char *name = g_hash_table_lookup(store->prepared, sql);
	g_autofree char *fresh = NULL;
	g_autoptr(PGresult) result = NULL;

	if (name)
		return name;
	fresh = g_strdup_printf("s%u", g_hash_table_size(store->prepared));
	result = PQprepare(store->connection, fresh, sql, 0, NULL);
	if (PQresultStatus(result) != PGRES_COMMAND_OK) {
		session_fail(store, result, what, error);
		return NULL;
	}
	name = fresh;
	g_hash_table_insert(store->prepared, (char *)sql, g_steal_pointer(&fresh));
	return name;
}

/* Several statements, one way there and back. */
static gboolean send_queue(Store *store)
{
	gboolean is_sent = PQenterPipelineMode(store->connection) == 1;

	for (guint i = 0; is_sent && i < store->queue->len; i++) {
		const Queued *queued = g_ptr_array_index(store->queue, i);

		is_sent = args_send(store->connection,
			g_hash_table_lookup(store->prepared, queued->sql), queued->args);
	}
	return is_sent && PQpipelineSync(store->connection) == 1;
}

/* The answer to the last statement, or NULL with the error of the first that failed. */
static PGresult *receive_queue(Store *store, GError **error)
{
	PGresult *last = NULL;
	gboolean has_failed = FALSE;

	for (guint i = 0; i < store->queue->len; i++) {
		const Queued *queued = g_ptr_array_index(store->queue, i);
		PGresult *end;

		g_clear_pointer(&last, PQclear);
		last = PQgetResult(store->connection);
		if (!is_good(last) && !has_failed) {
			has_failed = TRUE;
			session_fail(store, last, queued->what, error);
		}
		while (last && (end = PQgetResult(store->connection)))
			PQclear(end);
	}
	PQclear(PQgetResult(store->connection)); /* of the sync */
	if (PQexitPipelineMode(store->connection) != 1)
		session_close(store); /* the server went away in between */
	if (has_failed)
		g_clear_pointer(&last, PQclear);
	return last;
}

static PGresult *run_queue_once(Store *store, GError **error)
{
	const Queued *last = g_ptr_array_index(store->queue, store->queue->len - 1);
	PGresult *result;

	for (guint i = 0; i < store->queue->len; i++) {
		const Queued *queued = g_ptr_array_index(store->queue, i);

		if (!prepare(store, queued->what, queued->sql, error))
			return NULL;
	}
	if (store->queue->len > 1) {
		if (send_queue(store))
			return receive_queue(store, error);
		session_fail(store, NULL, last->what, error);
		session_close(store);
		return NULL;
	}
	result = args_execute(
		store->connection, g_hash_table_lookup(store->prepared, last->sql), last->args);
	if (is_good(result))
		return result;
	session_fail(store, result, last->what, error);
	PQclear(result);
	return NULL;
}

/* Is it a transaction from its beginning? */
static gboolean begins_transaction(const Store *store)
{
	const Queued *first = g_ptr_array_index(store->queue, 0);

	return strcmp(first->sql, "BEGIN") == 0;
}

/* Setting up a session runs statements of its own. */
static gboolean reopen(Store *store, GError **error)
{
	GPtrArray *waiting = g_steal_pointer(&store->queue);
	gboolean is_open;

	store->queue = g_ptr_array_new_with_free_func(queued_free);
	is_open = session_reopen(store, error);
	g_ptr_array_unref(store->queue);
	store->queue = waiting;
	return is_open;
}

/* The server may have gone away since the last mail: what begins here is sent once more. */
static PGresult *run_queue(Store *store, GError **error)
{
	g_autoptr(GError) first = NULL;
	PGresult *result = NULL;

	if (session_is_open(store) || reopen(store, &first)) {
		result = run_queue_once(store, &first);
		if (!result && !session_is_open(store) && begins_transaction(store)) {
			g_clear_error(&first);
			result = reopen(store, &first) ? run_queue_once(store, &first) : NULL;
		}
	}
	g_ptr_array_set_size(store->queue, 0);
	if (first)
		g_propagate_error(error, g_steal_pointer(&first));
	return result;
}

/* ---------------------------------------------------------------------- statements */

static void enqueue(
	Store *store, const char *what, const char *sql, const Args *args, gboolean is_owner)
{
	Queued *queued = g_new0(Queued, 1);

	queued->what = what;
	queued->sql = sql;
	queued->args = (Args *)args;
	queued->is_owner = is_owner;
	g_ptr_array_add(store->queue, queued);
}

void db_queue(Store *store, const char *what, const char *sql, Args *args)
{
	enqueue(store, what, sql, args, TRUE);
}

PGresult *db_run(Store *store, const char *what, const char *sql, const Args *args, GError **error)
{
	enqueue(store, what, sql, args, FALSE);
	return run_queue(store, error);
}

gboolean db_script(Store *store, const char *what, const char *sql, GError **error)
{
	g_autoptr(PGresult) before = NULL;
	g_autoptr(PGresult) result = NULL;

	if (store->queue->len > 0) {
		before = run_queue(store, error);
		if (!before)
			return FALSE;
	}
	result = PQexec(store->connection, sql);
	if (is_good(result))
		return TRUE;
	session_fail(store, result, what, error);
	return FALSE;
}

gboolean db_begin(Store *store, const char *tenant, GError **error)
{
	store->last_state[0] = '\0';
	g_ptr_array_set_size(store->queue, 0);
	if (!session_is_open(store) && !session_reopen(store, error))
		return FALSE;
	db_queue(store, "beginning a transaction", "BEGIN", NULL);
	if (tenant) {
		Args *args = args_new();

		args_text(args, tenant);
		db_queue(store, "naming the tenant",
			"SELECT set_config('casegate.tenant', $1, true)", args);
	}
	return TRUE;
}

gboolean db_commit(Store *store, GError **error)
{
	g_autoptr(PGresult) result = db_run(store, "committing", "COMMIT", NULL, error);

	return result != NULL;
}

void db_rollback(Store *store)
{
	g_ptr_array_set_size(store->queue, 0);
	if (session_is_open(store) && PQtransactionStatus(store->connection) != PQTRANS_IDLE)
		PQclear(PQexec(store->connection, "ROLLBACK"));
}

PGresult *db_ask(Store *store, const char *tenant, const char *what, const char *sql,
	const Args *args, GError **error)
{
	g_autoptr(PGresult) result = NULL;

	if (!db_begin(store, tenant, error))
		return NULL;
	result = db_run(store, what, sql, args, error);
	if (result && db_commit(store, error))
		return g_steal_pointer(&result);
	db_rollback(store);
	return NULL;
}

gboolean db_act(Store *store, const char *tenant, const char *what, const char *sql,
	const Args *args, GError **error)
{
	g_autoptr(PGresult) result = db_ask(store, tenant, what, sql, args, error);

	return result != NULL;
}
