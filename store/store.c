#include "store/store.h"

#include <string.h>

#include "store/db.h"
#include "store/migrate.h"
#include "store/session.h"

/* Plans are made once, perhaps over empty tables: every look-up is by an index, however small the
 * table is now. A half-open connection must not hold a key that the retry waits for
 * (docs/OPERATING.md). */
#define SESSION                                                                                    \
	"SET statement_timeout = '10s'; SET lock_timeout = '5s';"                                  \
	"SET idle_in_transaction_session_timeout = '10s'; SET client_connection_check_interval = " \
	"'5s';"                                                                                    \
	"SET search_path = casegate, pg_temp; SET TimeZone = 'UTC'; SET DateStyle = 'ISO';"        \
	"SET default_toast_compression = 'lz4'; SET plan_cache_mode = force_generic_plan;"         \
	"SET enable_seqscan = off; SET jit = off"

/* One event loop serves all browsers: it waits for the database briefly. */
#define WEB_SESSION "SET statement_timeout = '2s'; SET lock_timeout = '1s'"

static const char *const role_names[] = {
	[ROLE_GATEWAY] = "casegate_gateway",
	[ROLE_GRAPH] = "casegate_graph",
	[ROLE_WEB] = "casegate_web",
	[ROLE_ADMIN] = "casegate_admin",
	[ROLE_OWNER] = NULL,
};

/* --------------------------------------------------------------------- errors */

/* Which remedy a SQLSTATE has. Everything about the connection or the server's state may pass. */
static CasegateError remedy_of(const char *state)
{
	static const struct {
		const char *prefix;
		CasegateError remedy;
	} remedies[] = {
		{"28", CASEGATE_ERROR_CONFIGURE}, /* who we say we are */
		{"3D", CASEGATE_ERROR_CONFIGURE}, /* no such database */
		{"42", CASEGATE_ERROR_CONFIGURE}, /* no right, no table: not our schema */
		{"3F", CASEGATE_ERROR_CONFIGURE},
		{"P0", CASEGATE_ERROR_REJECT   }, /* raised by our own functions */
		{"22", CASEGATE_ERROR_REJECT   }, /* a value that cannot be */
		{"23", CASEGATE_ERROR_REJECT   }, /* a constraint */
	};

	for (guint i = 0; i < G_N_ELEMENTS(remedies); i++)
		if (g_str_has_prefix(state, remedies[i].prefix))
			return remedies[i].remedy;
	return CASEGATE_ERROR_RETRY;
}

/* The first line of what PostgreSQL says. Full texts may quote a mail, so details are left out. */
static char *first_line(const char *message)
{
	return g_strstrip(g_strndup(message, strcspn(message, "\n")));
}

void session_fail(Store *store, const PGresult *result, const char *what, GError **error)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	g_autofree char *message = NULL;
	gboolean is_ours;

	g_strlcpy(store->last_state, state ? state : "", sizeof store->last_state);
	if (!state || PQstatus(store->connection) == CONNECTION_BAD) {
		message = first_line(PQerrorMessage(store->connection));
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY,
			"%s: lost the database: %s", what, message);
		return;
	}
	/* Texts of our own functions speak to a person; others speak of tables and go with their
	 * state. */
	is_ours = g_str_has_prefix(state, "P0") || strcmp(state, "28000") == 0 ||
		  strcmp(state, "22023") == 0;
	message = first_line(primary ? primary : "unknown error");
	if (is_ours)
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT, "%s", message);
	else
		g_set_error(error, CASEGATE_ERROR, (gint)remedy_of(state), "%s: %s (SQLSTATE %s)",
			what, message, state);
}

/* ----------------------------------------------------------------- connection */

/* The libpq parameters of url with ours behind: the role as user where url names none. */
static PGconn *connect_as(const char *url, StoreRole role, gboolean *has_user)
{
	static const char *const ours[][2] = {
		{"connect_timeout",     "5"       },
		{"tcp_user_timeout",    "10000"   },
		{"keepalives_idle",     "10"      },
		{"keepalives_interval", "5"       },
		{"keepalives_count",    "3"       },
		{"application_name",    "casegate"},
	};
	g_autoptr(GPtrArray) keys = g_ptr_array_new();
	g_autoptr(GPtrArray) values = g_ptr_array_new();
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	PGconn *connection;

	*has_user = g_getenv("PGUSER") != NULL;
	for (PQconninfoOption *option = options; option && option->keyword; option++)
		if (strcmp(option->keyword, "user") == 0 && option->val)
			*has_user = TRUE;
	for (guint i = 0; i < G_N_ELEMENTS(ours); i++) {
		g_ptr_array_add(keys, (char *)ours[i][0]);
		g_ptr_array_add(values, (char *)ours[i][1]);
	}
	if (!*has_user && role_names[role]) {
		g_ptr_array_add(keys, (char *)"user");
		g_ptr_array_add(values, (char *)role_names[role]);
	}
	/* Later keywords win: what the operator wrote in url stands above our defaults. */
	for (PQconninfoOption *option = options; option && option->keyword; option++)
		if (option->val) {
			g_ptr_array_add(keys, option->keyword);
			g_ptr_array_add(values, option->val);
		}
	g_ptr_array_add(keys, NULL);
	g_ptr_array_add(values, NULL);
	connection = PQconnectdbParams(
		(const char *const *)keys->pdata, (const char *const *)values->pdata, 0);
	PQconninfoFree(options);
	return connection;
}

/* Losing a committed mail must be impossible by the server's own settings. */
static gboolean check_durability(Store *store, GError **error)
{
	static const char *const settings[] = {"fsync", "full_page_writes", "synchronous_commit"};

	for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
		g_autofree char *sql = g_strdup_printf("SHOW %s", settings[i]);
		g_autoptr(PGresult) result = PQexec(store->connection, sql);

		if (PQresultStatus(result) != PGRES_TUPLES_OK) {
			session_fail(store, result, "asking for the server's settings", error);
			return FALSE;
		}
		if (strcmp(PQgetvalue(result, 0, 0), "off") == 0) {
			g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
				"the database runs with %s = off and could lose accepted mail: "
				"switch it on",
				settings[i]);
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean check_schema(Store *store, GError **error)
{
	SchemaState state;

	if (!migrate_compare(store, &state, error))
		return FALSE;
	if (state == SCHEMA_SAME)
		return TRUE;
	g_set_error_literal(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE, migrate_remedy(state));
	return FALSE;
}

static gboolean set_up_session(Store *store, gboolean has_user, GError **error)
{
	g_autofree char *set_role = NULL;

	if (!db_script(store, "opening the session", SESSION, error))
		return FALSE;
	if (store->role == ROLE_OWNER)
		return db_script(store, "opening the session",
			"SET statement_timeout = 0; SET lock_timeout = 0", error);
	/* A list over millions of mails may take its time; nobody's mail waits for it. */
	if (store->role == ROLE_WEB && !db_script(store, "opening the session", WEB_SESSION, error))
		return FALSE;
	if (store->role == ROLE_ADMIN &&
		!db_script(store, "opening the session", "SET statement_timeout = '10min'", error))
		return FALSE;
	if (has_user) {
		set_role = g_strdup_printf("SET ROLE %s", role_names[store->role]);
		if (!db_script(store, "taking the role", set_role, error))
			return FALSE;
	}
	return check_durability(store, error) && check_schema(store, error);
}

/* Notices speak of tables and may quote a mail; the server's log has them. */
static void swallow_notice(void *unused, const char *message)
{
	(void)unused;
	(void)message;
}

void session_close(Store *store)
{
	g_clear_pointer(&store->connection, PQfinish);
	g_hash_table_remove_all(store->prepared);
}

gboolean session_reopen(Store *store, GError **error)
{
	gboolean has_user;
	g_autofree char *message = NULL;

	session_close(store);
	store->connection = connect_as(store->url, store->role, &has_user);
	if (PQstatus(store->connection) != CONNECTION_OK) {
		message = first_line(PQerrorMessage(store->connection));
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY,
			"cannot reach the database: %s", message);
		session_close(store);
		return FALSE;
	}
	PQsetErrorVerbosity(store->connection, PQERRORS_TERSE);
	PQsetNoticeProcessor(store->connection, swallow_notice, NULL);
	if (set_up_session(store, has_user, error))
		return TRUE;
	session_close(store);
	return FALSE;
}

gboolean session_is_open(const Store *store)
{
	return store->connection && PQstatus(store->connection) == CONNECTION_OK;
}

Store *store_open(const char *url, StoreRole role, GError **error)
{
	g_autoptr(Store) store = g_new0(Store, 1);

	store->url = g_strdup(url);
	store->role = role;
	store->prepared = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	store->queue = g_ptr_array_new_with_free_func(queued_free);
	if (!session_reopen(store, error))
		return NULL;
	return g_steal_pointer(&store);
}

void store_close(Store *store)
{
	if (!store)
		return;
	session_close(store);
	g_hash_table_unref(store->prepared);
	g_ptr_array_unref(store->queue);
	g_free(store->url);
	g_free(store);
}

int store_descriptor(const Store *store)
{
	return store->connection ? PQsocket(store->connection) : -1;
}

gboolean store_ping(Store *store, GError **error)
{
	g_autoptr(PGresult) result = NULL;

	if (!session_is_open(store) && !session_reopen(store, error))
		return FALSE;
	result = PQexec(store->connection, "SELECT 1");
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		return TRUE;
	session_fail(store, result, "asking the database", error);
	return FALSE;
}

gboolean store_number_events(Store *store, gint64 *numbered, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	/* The notifier passes when another one is at it; a command wants its own events numbered.
	 */
	args_bool(args, store->role == ROLE_ADMIN);
	result =
		db_run(store, "numbering events", "SELECT casegate.number_events($1)", args, error);
	if (result && numbered)
		*numbered = db_bigint(result, 0, 0);
	return result != NULL;
}

gboolean store_renew_statistics(Store *store, GError **error)
{
	g_autoptr(PGresult) result = db_run(store, "renewing the planner's statistics",
		"SELECT casegate.statistics_renew()", NULL, error);

	return result != NULL;
}
