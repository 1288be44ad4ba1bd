#include "store/case.h"

#include "store/directory.h"

Table *case_list(Store *store, const char *tenant, gboolean is_open, GError **error)
{
	const char *const values[] = {tenant, is_open ? "t" : "f", NULL};

	if (!directory_has_tenant(store, tenant, error))
		return NULL;
	return table_query(store, "listing cases",
		"select tenant, case_id, reference, subject, state, merged_into, opened_at, "
		"opened_by,"
		" last_message_at, message_count, missing_count, case_address"
		" from casegate.cases where tenant = $1 and (state = 'open' or not $2::boolean)"
		" order by last_message_at desc nulls last, case_id desc",
		values, error);
}

void case_history_free(CaseHistory *history)
{
	if (history == NULL)
		return;
	table_free(history->head);
	table_free(history->members);
	table_free(history->messages);
	table_free(history->recipients);
	table_free(history->attachments);
	table_free(history->comments);
	table_free(history->missing);
	g_free(history);
}

static Table *load_head(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading a case",
		"select c.tenant, c.case_id, c.reference, c.subject, c.state, c.merged_into, "
		"c.opened_at,"
		" c.opened_by, c.last_message_at, c.message_count, c.missing_count, c.case_address,"
		" i.reference as merged_reference, t.timezone"
		" from casegate.cases c join casegate.tenant t using (tenant)"
		" left join casegate.cases i on i.tenant = c.tenant and i.case_id = c.merged_into"
		" where c.tenant = $1 and c.case_id = $2::bigint",
		values, error);
}

/* Whole texts are many megabytes in a long case; a person is shown the first lines. */
static Table *load_messages(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading a case's mails",
		"select tenant, case_id, message_id, internet_message_id, direction, source, kind, "
		"from_name,"
		" from_address, subject, sent_at, received_at, filed_at, submitted_by, comment,"
		" case when $3::boolean then text end as text,"
		" case when $3::boolean then new_text else left(new_text, 4000) end as new_text,"
		" case when $3::boolean then html end as html, send_state, send_error"
		" from casegate.messages where tenant = $1 and case_id = $2::bigint order by "
		"sent_at, message_id",
		values, error);
}

static Table *load_recipients(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading a case's recipients",
		"select r.message_id, r.role, r.name, r.address"
		" from casegate.recipients r join casegate.messages m using (tenant, message_id)"
		" where r.tenant = $1 and m.case_id = $2::bigint"
		" order by r.message_id, array_position(array['to', 'cc', 'bcc', 'reply_to'], "
		"r.role), r.position",
		values, error);
}

static Table *load_attachments(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading a case's attachments",
		"select a.message_id, a.attachment_id, a.filename, a.content_type, a.size, "
		"a.sha256,"
		" a.content_id, a.inline"
		" from casegate.attachments a join casegate.messages m using (tenant, message_id)"
		" where a.tenant = $1 and m.case_id = $2::bigint order by a.message_id, a.position",
		values, error);
}

static Table *load_comments(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading a case's comments",
		"select c.message_id, c.delivery_id, c.position, c.author_name, c.author_address, "
		"c.at, c.text"
		" from casegate.comments c join casegate.messages m using (tenant, message_id)"
		" where c.tenant = $1 and m.case_id = $2::bigint order by c.message_id, c.at, "
		"c.position",
		values, error);
}

static Table *load_members(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "reading a case's members",
		"select \"user\" from casegate.case_member"
		" where tenant = $1 and case_id = $2::bigint and removed_at is null order by "
		"added_at, \"user\"",
		values, error);
}

static Table *load_missing(Store *store, const char *const *values, GError **error)
{
	return table_query(store, "looking for a case's missing mails",
		"with signed_in as materialized ("
		"  select $2::bigint as case_id, casegate.sign_in_admin($1, null))"
		" select m.internet_message_id, m.times, m.named_by, m.named_at, m.subject, "
		"m.stated_name,"
		" m.stated_address, m.stated_at, m.held_delivery"
		" from signed_in s, lateral casegate.missing_messages(s.case_id) m",
		values, error);
}

static gboolean load_all(Store *store, const char *tenant, const char *case_id, gboolean is_whole,
	CaseHistory *history, GError **error)
{
	const char *const values[] = {tenant, case_id, NULL};
	const char *const of_messages[] = {tenant, case_id, is_whole ? "t" : "f", NULL};

	return (history->head = load_head(store, values, error)) &&
	       (history->members = load_members(store, values, error)) &&
	       (history->messages = load_messages(store, of_messages, error)) &&
	       (history->recipients = load_recipients(store, values, error)) &&
	       (history->attachments = load_attachments(store, values, error)) &&
	       (history->comments = load_comments(store, values, error)) &&
	       (history->missing = load_missing(store, values, error));
}

CaseHistory *case_load(
	Store *store, const char *tenant, const char *reference, gboolean is_whole, GError **error)
{
	g_autofree char *case_id = NULL;

	if (!directory_has_case(store, tenant, reference, &case_id, error))
		return NULL;

	CaseHistory *history = g_new0(CaseHistory, 1);

	if (load_all(store, tenant, case_id, is_whole, history, error) &&
		history->head->rows->len == 1)
		return history;
	if (error != NULL && *error == NULL)
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY,
			"the case changed while it was read: try again");
	case_history_free(history);
	return NULL;
}
