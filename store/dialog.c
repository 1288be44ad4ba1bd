#include "store/dialog.h"

#include "store/db.h"

void dialog_free(Dialog *dialog)
{
	if (dialog == NULL)
		return;
	g_free(dialog->tenant);
	g_free(dialog->tenant_name);
	g_free(dialog->user);
	g_free(dialog->language);
	g_free(dialog->timezone);
	g_clear_pointer(&dialog->registration, table_free);
	g_clear_pointer(&dialog->connections, table_free);
	g_clear_pointer(&dialog->folders, table_free);
	g_clear_pointer(&dialog->job, table_free);
	g_clear_pointer(&dialog->addresses, table_free);
	g_free(dialog);
}

/* Ends the transaction that a function began; FALSE where something went wrong in it. */
static gboolean end(Store *store, gboolean is_good, GError **error)
{
	if (is_good)
		return db_commit(store, error);
	db_rollback(store);
	return FALSE;
}

gboolean dialog_add_ticket(
	Store *store, const char *tenant, const char *user, char **ticket, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) entered = NULL;
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_text(args, user);
	if (db_begin(store, NULL, error))
		entered = db_run(store, "signing in as a user",
			"SELECT casegate.sign_in_admin($1, $2)", args, error);
	if (entered != NULL)
		result = db_run(store, "making a ticket", "SELECT casegate.settings_ticket($1, $2)",
			args, error);
	if (result != NULL)
		*ticket = g_strdup(db_text(result, 0, 0));
	return end(store, result != NULL, error);
}

gboolean dialog_enter(Store *store, const char *tenant, const char *ticket_hash,
	const char *session_hash, gboolean *is_in, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_hex(args, ticket_hash);
	args_hex(args, session_hash);
	if (db_begin(store, tenant, error))
		result = db_run(store, "exchanging a ticket",
			"SELECT casegate.settings_enter($1, $2)", args, error);
	*is_in = result != NULL && db_bool(result, 0, 0);
	return end(store, result != NULL, error);
}

gboolean dialog_leave(Store *store, const char *tenant, const char *session_hash, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_hex(args, session_hash);
	if (db_begin(store, tenant, error))
		result = db_run(store, "ending a session", "SELECT casegate.settings_leave($1)",
			args, error);
	return end(store, result != NULL, error);
}

/* *dialog stays NULL where the session is nobody's. */
static gboolean sign_in(
	Store *store, const char *tenant, const char *session_hash, Dialog **dialog, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_hex(args, session_hash);
	result = db_run(store, "finding a session",
		"SELECT s.\"user\", s.sees_all, s.language, t.name, t.timezone"
		" FROM casegate.settings_sign_in($1) s, casegate.tenant t"
		" WHERE t.tenant = casegate.tenant_now()",
		args, error);
	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 0)
		return TRUE;
	*dialog = g_new0(Dialog, 1);
	(*dialog)->tenant = g_strdup(tenant);
	(*dialog)->user = g_strdup(db_text(result, 0, 0));
	(*dialog)->sees_all = db_bool(result, 0, 1);
	(*dialog)->language = g_strdup(db_text(result, 0, 2));
	(*dialog)->tenant_name = g_strdup(db_text(result, 0, 3));
	(*dialog)->timezone = g_strdup(db_text(result, 0, 4));
	return TRUE;
}

/* Whose mailboxes he may know of: his own, or all. */
#define HIS "(c.\"user\" = casegate.user_now() OR casegate.sees_all())"

static gboolean read_all(Store *store, Dialog *dialog, GError **error)
{
	const char *const none[] = {NULL};
	const struct {
		Table **into;
		const char *what, *sql;
	} reads[] = {
		{&dialog->registration, "reading the registration",
                 "SELECT r.directory, r.client, r.cloud, r.mode, r.may_read, r.may_send,"
			" r.certificate IS NOT NULL AS is_certificate, r.granted_at, r.changed_at"
			" FROM casegate.outlook_registration r WHERE r.tenant = "
			"casegate.tenant_now()"						},
		{&dialog->connections,  "reading the connections",
                 "SELECT c.\"user\", c.mailbox, c.mode, c.state, c.hint, c.last_sync_at, "
			"c.last_error,"
			" array_to_string(c.scopes, ' ') AS scopes, c.\"user\" = "
			"casegate.user_now() AS own"
			" FROM casegate.outlook_connection c"
			" WHERE c.tenant = casegate.tenant_now() AND " HIS
			" ORDER BY c.\"user\" = casegate.user_now() DESC, c.\"user\""          },
		{&dialog->folders,      "reading the flow",
                 "SELECT c.\"user\", c.mailbox, f.folder, f.seen_at, f.filed_at, f.seen, "
			"f.filed"
			" FROM casegate.outlook_folder f"
			" JOIN casegate.outlook_connection c ON c.tenant = f.tenant AND c.\"user\" "
			"= f.\"user\""
			" WHERE f.tenant = casegate.tenant_now() AND " HIS
			" ORDER BY c.\"user\" = casegate.user_now() DESC, c.\"user\", f.folder"},
		{&dialog->job,          "reading the last job",
                 "SELECT j.kind, j.outcome, j.sentence,"
			" coalesce(j.finished_at, j.created_at) AS at"
			" FROM casegate.outlook_job j WHERE j.tenant = casegate.tenant_now()"
			" AND j.\"user\" = casegate.user_now()"
			" AND j.kind IN ('test', 'disconnect', 'unset')"
			" AND j.created_at > now() - interval '1 day'"
			" ORDER BY j.job_id DESC LIMIT 1"                                      },
		{&dialog->addresses,    "reading a user's addresses",
                 "SELECT a.address FROM casegate.user_address a WHERE a.tenant = "
			"casegate.tenant_now()"
			" AND a.\"user\" = casegate.user_now() ORDER BY a.address"             },
	};

	for (guint i = 0; i < G_N_ELEMENTS(reads); i++) {
		*reads[i].into = table_query(store, reads[i].what, reads[i].sql, none, error);
		if (*reads[i].into == NULL)
			return FALSE;
	}
	return TRUE;
}

gboolean dialog_load(
	Store *store, const char *tenant, const char *session_hash, Dialog **dialog, GError **error)
{
	g_autoptr(Dialog) found = NULL;
	gboolean is_good = db_begin(store, tenant, error) &&
			   sign_in(store, tenant, session_hash, &found, error) &&
			   (found == NULL || read_all(store, found, error));

	*dialog = NULL;
	if (!end(store, is_good, error))
		return FALSE;
	*dialog = g_steal_pointer(&found);
	return TRUE;
}

gboolean dialog_bind(Store *store, const char *tenant, const char *session_hash,
	const char *mailbox, gboolean does_poll, GError **error)
{
	g_autoptr(Dialog) found = NULL;
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, mailbox);
	args_bool(args, does_poll);
	if (db_begin(store, tenant, error) && sign_in(store, tenant, session_hash, &found, error))
		result = db_run(store, "binding a mailbox", "SELECT casegate.settings_bind($1, $2)",
			args, error);
	return end(store, result != NULL, error);
}
