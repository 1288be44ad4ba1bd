#include "store/audit.h"

Table *audit_stats(Store *store, GError **error)
{
	const char *const values[] = {NULL};

	return table_query(store, "counting deliveries",
		"select tenant, received, filed, held, duplicate, rejected, failed"
		" from casegate.stats order by tenant",
		values, error);
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
