/* Audit: what an operator asks of the installation as a whole (ROLE_ADMIN). */
#pragma once

#include "store/table.h"

/* One row a tenant: tenant, received, filed, held, duplicate, rejected, failed. Nothing is lost
 * silently: received is the sum of the other five, for every tenant, always. */
Table *audit_stats(Store *store, GError **error);
/* One row: login (who the url made us), is_super, version (of the server). */
Table *audit_login(Store *store, GError **error);
/* One row: tenants and addresses, as counts. */
Table *audit_directory(Store *store, GError **error);
