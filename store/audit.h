/* Audit: what an operator asks of the installation as a whole (ROLE_ADMIN). */
#pragma once

#include "store/table.h"

/* One row a tenant: tenant, received, filed, held, duplicate, rejected, failed. Nothing is lost
 * silently: received is the sum of the other five, for every tenant, always. */
Table *audit_stats(Store *store, GError **error);
/* The same of all tenants together (also for ROLE_WEB); unaccounted is what the identity lacks, 0.
 * Looks at every delivery: not for each mail. */
typedef struct {
	gint64 received, filed, held, duplicate, rejected, failed, unaccounted;
} AuditTotals;

gboolean audit_totals(Store *store, AuditTotals *totals, GError **error);
/* One row: login (who the url made us), is_super, version (of the server). */
Table *audit_login(Store *store, GError **error);
/* One row: tenants and addresses, as counts. */
Table *audit_directory(Store *store, GError **error);
