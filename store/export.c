#include "store/export.h"

#include <string.h>

#include "store/db.h"
#include "store/directory.h"

void case_export_free(CaseExport *export)
{
	if (!export)
		return;
	case_history_free(export->history);
	table_free(export->deliveries);
	table_free(export->evidence);
	table_free(export->events);
	g_free(export);
}

static Table *load_deliveries(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading a case's deliveries",
		"select d.delivery_id, d.received_at, d.protocol, d.peer, d.envelope_from, "
		"d.recipient, d.source_sha256,"
		" d.internet_message_id, d.outcome, d.message_id, d.opened_case, d.reason, d.size, "
		"d.kind, d.standing,"
		" d.authenticated, d.submitted_by"
		" from casegate.deliveries d where d.tenant = $1 and d.delivery_id in ("
		"  select r.delivery_id from casegate.delivery_messages r join casegate.messages m "
		"using (tenant, message_id)"
		"  where r.tenant = $1 and m.case_id = $2::bigint) order by d.received_at, "
		"d.delivery_id",
		values, error);
}

static Table *load_evidence(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading a case's evidence",
		"select e.delivery_id, e.case_id, e.signal, e.detail, e.strength, e.chosen from "
		"casegate.match_evidence e"
		" where e.tenant = $1 and e.delivery_id in ("
		"  select r.delivery_id from casegate.delivery_messages r join casegate.messages m "
		"using (tenant, message_id)"
		"  where r.tenant = $1 and m.case_id = $2::bigint) order by e.delivery_id, "
		"e.position",
		values, error);
}

static Table *load_events(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading a case's events",
		"select e.event_id, e.at, e.kind, e.message_id, e.delivery_id, e.\"user\", "
		"e.detail from casegate.events e"
		" where e.tenant = $1 and e.case_id = $2::bigint order by e.event_id",
		values, error);
}

CaseExport *export_case(Store *store, const char *tenant, const char *reference, GError **error)
{
	g_autoptr(CaseExport) export = g_new0(CaseExport, 1);
	const char *values[] = {tenant, NULL, NULL};

	export->history = case_load(store, tenant, reference, TRUE, error);
	if (!export->history)
		return NULL;
	values[1] = table_get(export->history->head, 0, "case_id");
	if (!(export->deliveries = load_deliveries(store, values, error)) ||
		!(export->evidence = load_evidence(store, values, error)) ||
		!(export->events = load_events(store, values, error)))
		return NULL;
	return g_steal_pointer(&export);
}

/* Containers of other programs: OLE (.msg) and TNEF (winmail.dat). */
static gboolean is_mail(GBytes *bytes)
{
	static const struct {
		const char *magic;
		gsize length;
	} containers[] = {
		{"\xd0\xcf\x11\xe0", 4},
		{"\x78\x9f\x3e\x22", 4},
	};
	gsize length = 0;
	const char *data = g_bytes_get_data(bytes, &length);

	for (guint i = 0; i < G_N_ELEMENTS(containers); i++)
		if (length >= containers[i].length &&
			memcmp(data, containers[i].magic, containers[i].length) == 0)
			return FALSE;
	return TRUE;
}

static gboolean read_source(Store *store, const char *sql, const char *tenant,
	const char *message_id, GBytes **source, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_text(args, message_id);
	result = db_run(store, "reading a mail's bytes", sql, args, error);
	*source = result && PQntuples(result) == 1 ? db_bytes(result, 0, 0) : NULL;
	return result != NULL;
}

static gboolean check_message(
	Store *store, const char *tenant, const char *message_id, GError **error)
{
	const char *const values[] = {tenant, message_id, NULL};
	g_autoptr(Table) table = NULL;

	if (!directory_has_tenant(store, tenant, error))
		return FALSE;
	if (g_ascii_string_to_unsigned(message_id, 10, 1, G_MAXINT64, NULL, NULL)) {
		table = table_query(store, "looking for a message",
			"select 1 from casegate.messages where tenant = $1 and message_id = "
			"$2::bigint",
			values, error);
		if (!table || table->rows->len == 1)
			return table != NULL;
	}
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
		"tenant \"%s\" has no message %s; casegate case show TENANT REFERENCE --json shows "
		"them",
		tenant, message_id);
	return FALSE;
}

gboolean export_source(
	Store *store, const char *tenant, const char *message_id, GBytes **source, GError **error)
{
	*source = NULL;
	if (!check_message(store, tenant, message_id, error) ||
		!read_source(store,
			"SELECT casegate.message_source(m.message_id) FROM casegate.messages m"
			" WHERE m.tenant = $1 AND m.message_id = $2::bigint",
			tenant, message_id, source, error))
		return FALSE;
	if (!*source || is_mail(*source))
		return TRUE;
	g_clear_pointer(source, g_bytes_unref);
	return read_source(store,
		"SELECT casegate.delivery_source(m.delivery_id) FROM casegate.messages m"
		" WHERE m.tenant = $1 AND m.message_id = $2::bigint",
		tenant, message_id, source, error);
}
