#include "store/outlook.h"

#include "store/db.h"

/* ---- the registration ---- */

void registration_free(Registration *registration)
{
	if (registration == NULL)
		return;
	g_free(registration->directory);
	g_free(registration->client);
	g_free(registration->cloud);
	g_free(registration->redirect_uri);
	g_free(registration->secret);
	g_free(registration->certificate);
	g_free(registration->private_key);
	g_free(registration->language);
	g_free(registration);
}

static Registration *registration_of(const PGresult *result, gboolean has_secrets)
{
	Registration *registration = g_new0(Registration, 1);

	registration->directory = g_strdup(db_text(result, 0, 0));
	registration->client = g_strdup(db_text(result, 0, 1));
	registration->cloud = g_strdup(db_text(result, 0, 2));
	registration->redirect_uri = g_strdup(db_text(result, 0, 3));
	registration->is_app = db_bool(result, 0, 4);
	registration->may_read = db_bool(result, 0, 5);
	registration->may_send = db_bool(result, 0, 6);
	registration->certificate = g_strdup(db_text(result, 0, 7));
	registration->language = g_strdup(db_text(result, 0, 8));
	registration->granted_at = db_bigint(result, 0, 9);
	if (!has_secrets)
		return registration;
	registration->secret = g_strdup(db_text(result, 0, 10));
	registration->private_key = g_strdup(db_text(result, 0, 11));
	return registration;
}

#define REGISTRATION_SHOWN                                                                        \
	"r.directory, r.client, r.cloud, r.redirect_uri, r.mode = 'app', r.may_read, r.may_send," \
	" r.certificate, t.language, extract(epoch FROM r.granted_at)::bigint"
#define REGISTRATION_FROM                                                                     \
	" FROM casegate.outlook_registration r JOIN casegate.tenant t ON t.tenant = r.tenant" \
	" WHERE r.tenant = $1"

gboolean registration_find(Store *store, const char *tenant, gboolean has_secrets,
	Registration **registration, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	*registration = NULL;
	args_text(args, tenant);
	result = db_ask(store, tenant, "reading the app registration",
		has_secrets ? "SELECT " REGISTRATION_SHOWN
			      ", r.secret, r.private_key" REGISTRATION_FROM
			    : "SELECT " REGISTRATION_SHOWN REGISTRATION_FROM,
		args, error);
	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 1)
		*registration = registration_of(result, has_secrets);
	return TRUE;
}

gboolean registration_save(
	Store *store, const char *tenant, const Registration *registration, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_text(args, registration->directory);
	args_text(args, registration->client);
	args_text(args, registration->cloud);
	args_text(args, registration->is_app ? "app" : "delegated");
	args_bool(args, registration->may_read);
	args_bool(args, registration->may_send);
	args_text(args, registration->secret);
	args_text(args, registration->certificate);
	args_text(args, registration->private_key);
	args_text(args, registration->redirect_uri);
	return db_act(store, tenant, "storing the app registration",
		"SELECT casegate.outlook_registration_set($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		args, error);
}

GPtrArray *registration_tenants(Store *store, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = db_ask(store, NULL, "listing app registrations",
		"SELECT tenant FROM casegate.outlook_registration ORDER BY 1", args, error);
	GPtrArray *tenants;

	if (result == NULL)
		return NULL;
	tenants = g_ptr_array_new_with_free_func(g_free);
	for (int i = 0; i < PQntuples(result); i++)
		g_ptr_array_add(tenants, g_strdup(db_text(result, i, 0)));
	return tenants;
}

gboolean registration_remove(Store *store, const char *tenant, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_text(args, tenant);
	return db_act(store, tenant, "removing the app registration",
		"WITH states AS (DELETE FROM casegate.outlook_state WHERE tenant = $1),"
		" jobs AS (UPDATE casegate.outlook_job SET sealed = NULL WHERE tenant = $1)"
		" DELETE FROM casegate.outlook_registration WHERE tenant = $1",
		args, error);
}

gboolean registration_note_granted(Store *store, const char *tenant, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_text(args, tenant);
	return db_act(store, tenant, "noting the administrator's consent",
		"UPDATE casegate.outlook_registration SET granted_at = now(), access_token = NULL "
		"WHERE tenant = $1",
		args, error);
}

gboolean registration_narrow(Store *store, const char *tenant, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_text(args, tenant);
	return db_act(store, tenant, "working at fewer mailboxes at once",
		"SELECT casegate.outlook_narrow($1)", args, error);
}

gboolean registration_login_parked(
	Store *store, const char *tenant, double *seconds, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	*seconds = 0;
	args_text(args, tenant);
	result = db_ask(store, tenant, "asking for the login host's patience",
		"SELECT greatest(extract(epoch FROM login_parked_until - clock_timestamp()), 0)"
		" FROM casegate.outlook_registration WHERE tenant = $1",
		args, error);
	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 1 && db_text(result, 0, 0) != NULL)
		*seconds = g_ascii_strtod(db_text(result, 0, 0), NULL);
	return TRUE;
}

gboolean registration_park_login(Store *store, const char *tenant, double seconds, GError **error)
{
	g_autoptr(Args) args = args_new();
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	args_text(args, tenant);
	args_text(args, g_ascii_formatd(text, sizeof text, "%.3f", seconds));
	return db_act(store, tenant, "keeping the login host's patience",
		"UPDATE casegate.outlook_registration SET login_parked_until = "
		"greatest(login_parked_until, clock_timestamp() + make_interval(secs => $2))"
		" WHERE tenant = $1",
		args, error);
}

/* ---- connections ---- */

void outlook_connection_free(OutlookConnection *connection)
{
	if (connection == NULL)
		return;
	g_free(connection->tenant);
	g_free(connection->user);
	g_free(connection->mailbox);
	g_free(connection->state);
	g_free(connection->hint);
	g_free(connection->directory);
	g_free(connection->account);
	g_free(connection);
}

gboolean outlook_connection_find(Store *store, const char *tenant, const char *user,
	OutlookConnection **connection, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;
	OutlookConnection *found;

	*connection = NULL;
	args_text(args, tenant);
	args_text(args, user);
	result = db_ask(store, tenant, "reading a connection",
		"SELECT mailbox, state, hint, directory, account, mode = 'app',"
		" 'Mail.Read' = ANY (scopes), 'Mail.Send' = ANY (scopes), failures::bigint"
		" FROM casegate.outlook_connection WHERE tenant = $1 AND \"user\" = $2",
		args, error);
	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 0)
		return TRUE;
	found = *connection = g_new0(OutlookConnection, 1);
	found->tenant = g_strdup(tenant);
	found->user = g_strdup(user);
	found->mailbox = g_strdup(db_text(result, 0, 0));
	found->state = g_strdup(db_text(result, 0, 1));
	found->hint = g_strdup(db_text(result, 0, 2));
	found->directory = g_strdup(db_text(result, 0, 3));
	found->account = g_strdup(db_text(result, 0, 4));
	found->is_app = db_bool(result, 0, 5);
	found->may_read = db_bool(result, 0, 6);
	found->may_send = db_bool(result, 0, 7);
	found->failures = db_bigint(result, 0, 8);
	return TRUE;
}

gboolean outlook_connection_ask(
	Store *store, const char *tenant, const char *user, gboolean is_app, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_text(args, user);
	args_text(args, is_app ? "app" : "delegated");
	return db_act(store, tenant, "beginning to connect",
		"SELECT casegate.outlook_connection_ask($1, $2)", args, error);
}

gboolean outlook_state_set(Store *store, const char *tenant, const char *user, const char *state,
	const char *hint, const char *last_error, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_text(args, user);
	args_text(args, state);
	args_text(args, hint);
	args_text(args, last_error);
	return db_act(store, tenant, "noting a connection's state",
		"SELECT casegate.outlook_state_set($1, $2, $3, $4)", args, error);
}

gboolean outlook_mailbox_is_free(
	Store *store, const char *tenant, const char *user, const char *mailbox, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_text(args, user);
	args_text(args, mailbox);
	result = db_ask(store, tenant, "looking whose mailbox it is",
		"SELECT \"user\" FROM casegate.outlook_connection"
		" WHERE tenant = $1 AND \"user\" <> $2 AND lower(mailbox) = lower($3)",
		args, error);
	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 0)
		return TRUE;
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
		"the mailbox %s is connected by user %s already: a mailbox belongs to one user",
		mailbox, db_text(result, 0, 0));
	return FALSE;
}

gboolean outlook_connected(
	Store *store, const OutlookConnection *connection, gboolean does_poll, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(GPtrArray) scopes = g_ptr_array_new();

	if (connection->may_read)
		g_ptr_array_add(scopes, (char *)"Mail.Read");
	if (connection->may_send)
		g_ptr_array_add(scopes, (char *)"Mail.Send");
	args_text(args, connection->user);
	args_text(args, connection->mailbox);
	args_text(args, connection->is_app ? "app" : "delegated");
	args_text(args, connection->directory);
	args_text(args, connection->account);
	args_array(args, scopes);
	args_bool(args, does_poll);
	return db_act(store, connection->tenant, "noting a connection",
		"SELECT casegate.outlook_connected($1, $2, $3, $4, $5, $6, $7)", args, error);
}

gboolean outlook_disconnected(Store *store, const char *tenant, const char *user, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_text(args, user);
	return db_act(store, tenant, "disconnecting", "SELECT casegate.outlook_disconnected($1)",
		args, error);
}

GPtrArray *outlook_users(Store *store, const char *tenant, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;
	GPtrArray *users;

	args_text(args, tenant);
	result = db_ask(store, tenant, "listing connections",
		"SELECT \"user\" FROM casegate.outlook_connection WHERE tenant = $1 ORDER BY 1",
		args, error);
	if (result == NULL)
		return NULL;
	users = g_ptr_array_new_with_free_func(g_free);
	for (int i = 0; i < PQntuples(result); i++)
		g_ptr_array_add(users, g_strdup(db_text(result, i, 0)));
	return users;
}

Table *outlook_list(Store *store, const char *tenant, const char *user, GError **error)
{
	const char *values[] = {tenant, user != NULL ? user : "", NULL};

	return table_query(store, "listing connections",
		"SELECT tenant, mailbox, \"user\", mode, state, hint, last_sync_at, last_error,"
		" array_to_json(scopes) AS scopes, seen_at, filed_at, seen, filed"
		" FROM casegate.outlook_connections"
		" WHERE tenant = $1 AND ($2 = '' OR \"user\" = $2) ORDER BY \"user\"",
		values, error);
}

/* ---- sign-ins ---- */

void signin_clear(Signin *signin)
{
	g_clear_pointer(&signin->tenant, g_free);
	g_clear_pointer(&signin->user, g_free);
	g_clear_pointer(&signin->purpose, g_free);
}

gboolean signin_add(Store *store, const char *tenant, const char *user, const char *purpose,
	const char *state_hash, const char *session_hash, const char *verifier, const char *nonce,
	GError **error)
{
	g_autoptr(Args) args = args_new();

	args_hex(args, state_hash);
	args_text(args, purpose);
	args_text(args, user);
	args_hex(args, session_hash);
	args_text(args, verifier);
	args_text(args, nonce);
	return db_act(store, tenant, "beginning a sign-in",
		"SELECT casegate.outlook_signin_add($1, $2, $3, $4, $5, $6)", args, error);
}

gboolean signin_use(Store *store, const char *state_hash, const char *session_hash, Signin *signin,
	GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	signin_clear(signin);
	args_hex(args, state_hash);
	args_hex(args, session_hash);
	result = db_ask(store, NULL, "finding a sign-in",
		"SELECT tenant, \"user\", purpose FROM casegate.outlook_signin_use($1, $2)", args,
		error);
	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 1) {
		signin->tenant = g_strdup(db_text(result, 0, 0));
		signin->user = g_strdup(db_text(result, 0, 1));
		signin->purpose = g_strdup(db_text(result, 0, 2));
	}
	return TRUE;
}

gboolean signin_load(Store *store, const char *tenant, const char *state_hash, char **verifier,
	char **nonce, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_hex(args, state_hash);
	result = db_ask(store, tenant, "reading a sign-in",
		"SELECT verifier, nonce FROM casegate.outlook_state WHERE tenant = $1 AND "
		"state_hash = $2",
		args, error);
	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 0) {
		g_set_error_literal(error, CASEGATE_ERROR, CASEGATE_ERROR_RECONNECT,
			"the sign-in is not known any more: begin it again");
		return FALSE;
	}
	*verifier = g_strdup(db_text(result, 0, 0));
	*nonce = g_strdup(db_text(result, 0, 1));
	return TRUE;
}

gboolean signin_spend(Store *store, const char *tenant, const char *user, const char *state_hash,
	gint64 attempt, SigninSpent *spent, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_hex(args, state_hash);
	args_bigint(args, attempt);
	args_text(args, user);
	result = db_ask(store, tenant, "redeeming a sign-in",
		"WITH first AS (UPDATE casegate.outlook_state SET spent_attempt = $3 WHERE tenant "
		"= $1 AND state_hash = $2 AND (spent_attempt IS NULL OR spent_attempt < $3) "
		"RETURNING true)"
		" SELECT EXISTS (SELECT FROM first), EXISTS (SELECT FROM "
		"casegate.outlook_connection c JOIN casegate.outlook_state s ON s.tenant = "
		"c.tenant AND s.state_hash = $2 WHERE c.tenant = $1 AND c.\"user\" = $4 AND "
		"c.state = 'connected' AND c.connected_at >= s.created_at)",
		args, error);
	if (result == NULL)
		return FALSE;
	*spent = db_bool(result, 0, 0)   ? SIGNIN_FRESH
		 : db_bool(result, 0, 1) ? SIGNIN_CONNECTED
					 : SIGNIN_SPENT;
	return TRUE;
}
