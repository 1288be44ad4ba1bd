/* Audit: nothing is lost silently. received is the sum of the other five, for every tenant, always.
 */
#pragma once

#include "store/table.h"

/* One row a tenant: tenant, received, filed, held, duplicate, rejected, failed. */
Table *audit_stats(Store *store, GError **error);
