#include "store/filed.h"

#include "store/directory.h"

void filed_free(Filed *filed)
{
	if (!filed)
		return;
	table_free(filed->delivery);
	table_free(filed->messages);
	table_free(filed->candidates);
	table_free(filed->events);
	g_free(filed);
}

static gboolean check_id(const char *text, const char *what, GError **error)
{
	if (g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64, NULL, NULL))
		return TRUE;
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
		"'%s' is no %s's number; casegate case show TENANT REFERENCE --json shows them",
		text, what);
	return FALSE;
}

/* From the table: a mail that waits out of a forward of several is in no view but held. */
static Table *load_delivery(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading a delivery",
		"select d.tenant, d.delivery_id, d.received_at, d.protocol, d.recipient, "
		"d.outcome, "
		"d.reason, d.standing, d.submitted_by, d.authenticated, d.kind, d.opened_case,"
		" m.case_id, m.message_id, c.reference, d.internet_message_id,"
		" encode(d.source_sha256, 'hex') as source_sha256, d.size, d.part_of"
		" from casegate.delivery d"
		" left join casegate.message m on m.tenant = d.tenant and m.message_id = "
		"d.message_id"
		" left join casegate.cases c on c.tenant = m.tenant and c.case_id = m.case_id"
		" where d.tenant = $1 and d.delivery_id = $2::bigint",
		values, error);
}

/* What waits has no case: it is read from the table. */
static Table *load_messages(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading what a delivery brought",
		"select m.message_id, m.internet_message_id, m.identity, m.direction, m.source, "
		"m.kind, m.from_name,"
		" m.from_address, m.subject, m.sent_at, m.case_id, c.reference, r.position"
		" from casegate.delivery_message_row r"
		" join casegate.message m on m.tenant = r.tenant and m.message_id = r.message_id"
		" left join casegate.cases c on c.tenant = m.tenant and c.case_id = m.case_id"
		" where r.tenant = $1 and r.delivery_id = $2::bigint order by r.position, "
		"m.message_id",
		values, error);
}

static Table *load_candidates(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading the evidence",
		"select e.position / 1000 as message, e.case_id, c.reference, c.subject, c.state, "
		"e.signal, e.detail, e.strength, e.chosen"
		" from casegate.match_evidence e left join casegate.cases c on c.tenant = e.tenant "
		"and c.case_id = e.case_id"
		" where e.tenant = $1 and e.delivery_id = $2::bigint"
		" order by e.position / 1000, not e.chosen, casegate.evidence_rank(e.strength, "
		"e.signal), e.position",
		values, error);
}

static Table *load_events(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading what has happened since",
		"select e.event_id, e.at, e.kind, e.case_id, e.message_id, e.delivery_id, "
		"e.\"user\", e.detail"
		" from casegate.events e where e.tenant = $1 and (e.delivery_id = $2::bigint or "
		"e.message_id in ("
		"  select r.message_id from casegate.delivery_message_row r where r.tenant = $1 "
		"and r.delivery_id = $2::bigint))"
		" order by e.event_id",
		values, error);
}

Filed *filed_load(Store *store, const char *tenant, const char *delivery_id, GError **error)
{
	const char *const values[] = {tenant, delivery_id, NULL};
	g_autoptr(Filed) filed = g_new0(Filed, 1);

	if (!directory_has_tenant(store, tenant, error) ||
		!check_id(delivery_id, "delivery", error) ||
		!(filed->delivery = load_delivery(store, values, error)) ||
		!(filed->messages = load_messages(store, values, error)) ||
		!(filed->candidates = load_candidates(store, values, error)) ||
		!(filed->events = load_events(store, values, error)))
		return NULL;
	if (filed->delivery->rows->len == 1)
		return g_steal_pointer(&filed);
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
		"tenant \"%s\" has no delivery %s", tenant, delivery_id);
	return NULL;
}

Table *filed_deliveries(Store *store, const char *tenant, const char *message_id, GError **error)
{
	const char *const values[] = {tenant, message_id, NULL};
	g_autoptr(Table) table = NULL;

	if (!directory_has_tenant(store, tenant, error) || !check_id(message_id, "message", error))
		return NULL;
	table = table_query(store, "looking for a message's deliveries",
		"select r.delivery_id from casegate.delivery_message_row r"
		" where r.tenant = $1 and r.message_id = $2::bigint order by r.delivery_id",
		values, error);
	if (!table || table->rows->len > 0)
		return g_steal_pointer(&table);
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
		"tenant \"%s\" has no message %s that came as a delivery", tenant, message_id);
	return NULL;
}
