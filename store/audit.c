#include "store/audit.h"

#include "store/db.h"

Table *audit_stats(Store *store, GError **error)
{
	const char *const values[] = {NULL};

	return table_query(store, "counting deliveries",
		"select tenant, received, filed, held, duplicate, rejected, failed"
		" from casegate.stats order by tenant",
		values, error);
}

gboolean audit_totals(Store *store, AuditTotals *totals, GError **error)
{
	g_autoptr(PGresult) result = db_run(store, "counting deliveries",
		"SELECT coalesce(sum(received), 0)::bigint, coalesce(sum(filed), 0)::bigint, "
		"coalesce(sum(held), 0)::bigint,"
		" coalesce(sum(duplicate), 0)::bigint, coalesce(sum(rejected), 0)::bigint, "
		"coalesce(sum(failed), 0)::bigint,"
		" coalesce(sum(abs(received - filed - held - duplicate - rejected - failed)), "
		"0)::bigint FROM casegate.stats",
		NULL, error);

	if (!result)
		return FALSE;
	*totals = (AuditTotals){
		.received = db_bigint(result, 0, 0),
		.filed = db_bigint(result, 0, 1),
		.held = db_bigint(result, 0, 2),
		.duplicate = db_bigint(result, 0, 3),
		.rejected = db_bigint(result, 0, 4),
		.failed = db_bigint(result, 0, 5),
		.unaccounted = db_bigint(result, 0, 6),
	};
	return TRUE;
}

Table *audit_login(Store *store, GError **error)
{
	const char *const values[] = {NULL};

	return table_query(store, "asking who we are",
		"select session_user as login, current_setting('server_version') as version,"
		" (select rolsuper from pg_roles where rolname = session_user) as is_super",
		values, error);
}

Table *audit_directory(Store *store, GError **error)
{
	const char *const values[] = {NULL};

	return table_query(store, "counting tenants",
		"select (select count(*) from casegate.tenant) as tenants,"
		" (select count(*) from casegate.agent_address) as addresses",
		values, error);
}
