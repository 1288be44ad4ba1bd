#include "store/audit.h"

Table *audit_stats(Store *store, GError **error)
{
	const char *const values[] = {NULL};

	return table_query(store, "counting deliveries",
		"select tenant, received, filed, held, duplicate, rejected, failed"
		" from casegate.stats order by tenant",
		values, error);
}
