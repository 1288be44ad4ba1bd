#include "store/outbox.h"

#include "store/content.h"
#include "store/db.h"

static void recipient_free(gpointer data)
{
	Recipient *recipient = data;

	g_free(recipient->role);
	g_free(recipient->name);
	g_free(recipient->address);
	g_free(recipient);
}

static void file_free(gpointer data)
{
	SendFile *file = data;

	g_free(file->filename);
	g_free(file->content_type);
	g_free(file->sha256);
	g_free(file);
}

void outgoing_free(Outgoing *outgoing)
{
	if (outgoing == NULL)
		return;
	g_free(outgoing->send_id);
	g_free(outgoing->internet_id);
	g_free(outgoing->subject);
	g_free(outgoing->text);
	g_free(outgoing->html);
	g_free(outgoing->answers_id);
	g_clear_pointer(&outgoing->references, g_ptr_array_unref);
	g_clear_pointer(&outgoing->recipients, g_ptr_array_unref);
	g_clear_pointer(&outgoing->files, g_ptr_array_unref);
	g_free(outgoing);
}

static SendState state_of(const char *name)
{
	return g_str_equal(name, "queued")    ? SEND_QUEUED
	       : g_str_equal(name, "sending") ? SEND_SENDING
					      : SEND_UNKNOWN;
}

static Outgoing *outgoing_of(const PGresult *result)
{
	Outgoing *outgoing = g_new0(Outgoing, 1);

	outgoing->message_id = db_bigint(result, 0, 0);
	outgoing->case_id = db_bigint(result, 0, 1);
	outgoing->state = state_of(db_text(result, 0, 2));
	outgoing->send_id = g_strdup(db_text(result, 0, 3));
	outgoing->internet_id = g_strdup(db_text(result, 0, 4));
	outgoing->subject = g_strdup(db_text(result, 0, 5));
	outgoing->text = g_strdup(db_text(result, 0, 6));
	outgoing->html = g_strdup(db_text(result, 0, 7));
	outgoing->answers_id = g_strdup(db_text(result, 0, 8));
	outgoing->attempt = db_bigint(result, 0, 9);
	outgoing->started_ago_seconds =
		db_text(result, 0, 10) != NULL ? db_bigint(result, 0, 10) : -1;
	outgoing->queued_ago_seconds = db_bigint(result, 0, 11);
	outgoing->started_last_minute = db_bigint(result, 0, 12);
	return outgoing;
}

/* The mail itself. */
static PGresult *find_row(
	Store *store, const char *tenant, const char *user, gint64 message_id, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_text(args, tenant);
	args_text(args, user);
	args_id(args, message_id);
	return db_run(store, "looking for mail to send",
		"SELECT m.message_id, m.case_id, m.send_state, o.send_id, m.internet_message_id, "
		"m.subject, m.text, o.html,"
		" (SELECT r.internet_message_id FROM casegate.message r WHERE r.tenant = o.tenant "
		"AND r.message_id = o.reply_to_message),"
		" o.attempt, extract(epoch FROM now() - o.started_at)::bigint, extract(epoch FROM "
		"now() - o.queued_at)::bigint,"
		" (SELECT count(*) FROM casegate.outbox x WHERE x.tenant = $1 AND x.\"user\" = $2 "
		"AND x.started_at > now() - interval '1 minute')"
		" FROM casegate.outbox o JOIN casegate.message m ON m.tenant = o.tenant AND "
		"m.message_id = o.message_id"
		" WHERE o.tenant = $1 AND o.\"user\" = $2 AND m.send_state IN ('queued', "
		"'sending', "
		"'unknown')"
		" AND CASE WHEN $3::bigint IS NULL THEN o.due_at <= now() AND NOT "
		"casegate.outlook_send_waits($1, m.case_id, m.message_id)"
		"  ELSE m.message_id = $3::bigint END"
		" ORDER BY o.queued_at, m.message_id LIMIT 1",
		args, error);
}

static Args *mail_args(const char *tenant, const Outgoing *outgoing)
{
	Args *args = args_new();

	args_text(args, tenant);
	args_bigint(args, outgoing->message_id);
	return args;
}

static gboolean add_references(Store *store, const char *tenant, Outgoing *outgoing, GError **error)
{
	g_autoptr(Args) args = mail_args(tenant, outgoing);
	g_autoptr(PGresult) result = db_run(store, "reading what a mail answers",
		"SELECT r.id FROM casegate.message m, unnest(m.refs) WITH ORDINALITY r(id, i)"
		" WHERE m.tenant = $1 AND m.message_id = $2 ORDER BY r.i LIMIT 20",
		args, error);

	outgoing->references = g_ptr_array_new_with_free_func(g_free);
	for (int i = 0; result != NULL && i < PQntuples(result); i++)
		g_ptr_array_add(outgoing->references, g_strdup(db_text(result, i, 0)));
	return result != NULL;
}

static gboolean add_recipients(Store *store, const char *tenant, Outgoing *outgoing, GError **error)
{
	g_autoptr(Args) args = mail_args(tenant, outgoing);
	g_autoptr(PGresult) result = db_run(store, "reading a mail's recipients",
		"SELECT role, name, address FROM casegate.participant WHERE tenant = $1 AND "
		"message_id = $2 AND role IN ('to', 'cc') ORDER BY role DESC, position",
		args, error);

	outgoing->recipients = g_ptr_array_new_with_free_func(recipient_free);
	for (int i = 0; result != NULL && i < PQntuples(result); i++) {
		Recipient *recipient = g_new0(Recipient, 1);

		recipient->role = g_strdup(db_text(result, i, 0));
		recipient->name = g_strdup(db_text(result, i, 1));
		recipient->address = g_strdup(db_text(result, i, 2));
		g_ptr_array_add(outgoing->recipients, recipient);
	}
	return result != NULL;
}

static gboolean add_files(Store *store, const char *tenant, Outgoing *outgoing, GError **error)
{
	g_autoptr(Args) args = mail_args(tenant, outgoing);
	g_autoptr(PGresult) result = db_run(store, "reading a mail's attachments",
		"SELECT filename, content_type, encode(sha256, 'hex'), size FROM "
		"casegate.attachment WHERE tenant = $1 AND message_id = $2 ORDER BY position",
		args, error);

	outgoing->files = g_ptr_array_new_with_free_func(file_free);
	for (int i = 0; result != NULL && i < PQntuples(result); i++) {
		SendFile *file = g_new0(SendFile, 1);

		file->filename = g_strdup(db_text(result, i, 0));
		file->content_type = g_strdup(db_text(result, i, 1));
		file->sha256 = g_strdup(db_text(result, i, 2));
		file->size = db_bigint(result, i, 3);
		g_ptr_array_add(outgoing->files, file);
	}
	return result != NULL;
}

static gboolean load(Store *store, const char *tenant, const char *user, gint64 message_id,
	Outgoing **outgoing, GError **error)
{
	g_autoptr(PGresult) result = find_row(store, tenant, user, message_id, error);
	g_autoptr(Outgoing) found = NULL;

	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 0)
		return TRUE;
	found = outgoing_of(result);
	if (!add_references(store, tenant, found, error) ||
		!add_recipients(store, tenant, found, error) ||
		!add_files(store, tenant, found, error))
		return FALSE;
	*outgoing = g_steal_pointer(&found);
	return TRUE;
}

gboolean outbox_find(Store *store, const char *tenant, const char *user, gint64 message_id,
	Outgoing **outgoing, GError **error)
{
	*outgoing = NULL;
	if (db_begin(store, tenant, error) &&
		load(store, tenant, user, message_id, outgoing, error) && db_commit(store, error))
		return TRUE;
	db_rollback(store);
	g_clear_pointer(outgoing, outgoing_free);
	return FALSE;
}

GBytes *outbox_load_file(Store *store, const char *tenant, const SendFile *file, GError **error)
{
	g_autoptr(GBytes) content = NULL;

	if (file->size == 0)
		return g_bytes_new("", 0);
	if (db_begin(store, tenant, error))
		content = content_load(store, tenant, file->sha256, error);
	if (content != NULL && db_commit(store, error))
		return g_steal_pointer(&content);
	db_rollback(store);
	return NULL;
}

gboolean outbox_begin(Store *store, const char *tenant, const Outgoing *outgoing,
	gboolean *may_send, GError **error)
{
	g_autoptr(Args) args = mail_args(tenant, outgoing);
	g_autoptr(PGresult) result = db_ask(store, tenant, "beginning to send",
		"SELECT casegate.outlook_send_begin($1, $2)", args, error);

	*may_send = result != NULL && db_bool(result, 0, 0);
	return result != NULL;
}

gboolean outbox_set(Store *store, const char *tenant, const Outgoing *outgoing, const char *state,
	const char *error_text, double due_seconds, GError **error)
{
	g_autoptr(Args) args = mail_args(tenant, outgoing);
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	args_text(args, state);
	args_text(args, error_text);
	args_text(args,
		due_seconds >= 0 ? g_ascii_formatd(text, sizeof text, "%.3f", due_seconds) : NULL);
	return db_act(store, tenant, "noting what became of a mail",
		"SELECT casegate.outlook_send_set($1, $2, $3, $4, $5)", args, error);
}

gboolean outbox_schedule(Store *store, const char *tenant, const char *user, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_text(args, tenant);
	args_text(args, user);
	return db_act(store, tenant, "scheduling an outbox",
		"SELECT casegate.outlook_send_schedule($1, $2)", args, error);
}

gboolean outbox_add(Store *store, const char *tenant, const char *user, const char *reference,
	const char *to, const char *subject, const char *text, gint64 *message_id, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_text(args, user);
	args_text(args, reference);
	args_text(args, to);
	args_text(args, subject);
	args_text(args, text);
	result = db_ask(store, tenant, "queueing a mail",
		"SELECT casegate.outlook_test_mail($1, $2, $3, $4, $5, $6)", args, error);
	if (result == NULL)
		return FALSE;
	*message_id = db_bigint(result, 0, 0);
	return TRUE;
}

char *outbox_case_reference(Store *store, const char *tenant, gint64 case_id, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_bigint(args, case_id);
	result = db_ask(store, tenant, "reading a case's reference",
		"SELECT casegate.case_reference(number) FROM casegate.case_file WHERE tenant = $1 "
		"AND "
		"case_id = $2",
		args, error);
	return result != NULL ? g_strdup(PQntuples(result) == 1 ? db_text(result, 0, 0) : "")
			      : NULL;
}

GHashTable *outbox_awaited(Store *store, const char *tenant, const char *user, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;
	GHashTable *subjects;

	args_text(args, tenant);
	args_text(args, user);
	result = db_ask(store, tenant, "listing sent mail whose copy is awaited",
		"SELECT DISTINCT m.subject FROM casegate.outbox o JOIN casegate.message m ON "
		"m.tenant = o.tenant AND m.message_id = o.message_id WHERE o.tenant = $1 AND "
		"o.\"user\" = $2 AND o.started_at > now() - interval '2 days'"
		" AND NOT EXISTS (SELECT FROM casegate.outlook_sighting s WHERE s.tenant = "
		"o.tenant AND s.\"user\" = o.\"user\" AND s.message_id = o.message_id)",
		args, error);
	if (result == NULL)
		return NULL;
	subjects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (int i = 0; i < PQntuples(result); i++)
		g_hash_table_add(subjects, g_strdup(db_text(result, i, 0)));
	return subjects;
}
