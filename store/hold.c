#include "store/hold.h"

#include "store/directory.h"

Table *hold_list(Store *store, const char *tenant, gboolean is_all, GError **error)
{
	const char *const values[] = {tenant, is_all ? "t" : "f", NULL};

	if (!directory_has_tenant(store, tenant, error))
		return NULL;
	return table_query(store, "listing held mail",
		"select h.tenant, h.delivery_id, h.received_at, h.kind, h.outcome, h.from_name, "
		"h.from_address,"
		" h.subject, h.preview, h.reason, h.candidates, h.is_quiet, h.recipient, "
		"h.standing, h.submitted_by"
		" from casegate.held h"
		" where h.tenant = $1 and ($2::boolean or not h.is_quiet)"
		" order by h.received_at, h.delivery_id",
		values, error);
}

static gboolean is_id(const char *text)
{
	return g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64, NULL, NULL);
}

/* Whose mail it is; NULL with an error where nothing waits under this id. */
static char *tenant_of(Store *store, const char *delivery_id, GError **error)
{
	const char *const values[] = {delivery_id, NULL};

	if (!is_id(delivery_id)) {
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
			"'%s' is no delivery's number; casegate hold list TENANT shows them",
			delivery_id);
		return NULL;
	}

	g_autoptr(Table) table = table_query(store, "finding a held mail",
		"select tenant from casegate.delivery"
		" where outcome in ('held', 'failed') and delivery_id = $1::bigint",
		values, error);

	if (table == NULL)
		return NULL;
	if (table->rows->len == 0) {
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
			"no mail waits under the number %s; casegate hold list TENANT shows those "
			"that do",
			delivery_id);
		return NULL;
	}
	return g_strdup(table_get(table, 0, "tenant"));
}

static char *release(Store *store, const char *const *values, GError **error)
{
	g_autoptr(Table) table = table_query(store, "releasing a held mail",
		"with signed_in as materialized (select casegate.sign_in_admin($1, nullif($4, '')))"
		" select casegate.release_held($2::bigint, nullif($3, '')::bigint) as message_id "
		"from signed_in",
		values, error);

	return table != NULL ? g_strdup(table_get(table, 0, "message_id")) : NULL;
}

Table *hold_release(Store *store, const char *delivery_id, const char *reference,
	const char *by_user, GError **error)
{
	g_autofree char *tenant = tenant_of(store, delivery_id, error);
	g_autofree char *case_id = NULL;
	g_autofree char *user = NULL;

	if (tenant == NULL ||
		(reference && !directory_has_case(store, tenant, reference, &case_id, error)) ||
		(by_user && !directory_has_user(store, tenant, by_user, &user, error)))
		return NULL;

	const char *const values[] = {
		tenant, delivery_id, case_id ? case_id : "", user ? user : "", NULL};
	g_autofree char *message_id = release(store, values, error);

	if (message_id == NULL)
		return NULL;

	const char *const filed[] = {tenant, message_id, NULL};

	return table_query(store, "finding a released mail",
		"select c.reference, c.case_id, m.message_id,"
		" exists (select from casegate.reparse q where q.tenant = $1 and q.message_id = "
		"m.message_id and q.claimed_at is null) as is_unread"
		" from casegate.messages m join casegate.cases c using (tenant, case_id)"
		" where m.tenant = $1 and m.message_id = $2::bigint",
		filed, error);
}

gboolean hold_refuse(Store *store, const char *delivery_id, GError **error)
{
	g_autofree char *tenant = tenant_of(store, delivery_id, error);
	const char *const values[] = {tenant, delivery_id, NULL};

	if (tenant == NULL)
		return FALSE;

	g_autoptr(Table) table = table_query(store, "refusing a held mail",
		"with signed_in as materialized (select casegate.sign_in_admin($1, null))"
		" select casegate.refuse_held($2::bigint) from signed_in",
		values, error);

	return table != NULL;
}
