/* Filed: what is stored about a delivery, for who asks why a mail lies where it lies (ROLE_ADMIN).
 */
#pragma once

#include "store/table.h"

/* Each a table of its own, and every value as the views of docs/SCHEMA.md have it. */
typedef struct {
	Table *delivery;   /* one row: the view deliveries, with the reference of its case */
	Table *messages;   /* what it brought, in order */
	Table *candidates; /* its evidence with each case's reference, subject and state, best first
			    */
	Table *events;     /* what has happened to these messages and this delivery, in order */
} Filed;

void filed_free(Filed *filed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Filed, filed_free)

/* NULL with an error; a delivery that is not the tenant's is CASEGATE_ERROR_REJECT. */
Filed *filed_load(Store *store, const char *tenant, const char *delivery_id, GError **error);
/* The deliveries that brought a message, the first first: delivery_id. Never empty. */
Table *filed_deliveries(Store *store, const char *tenant, const char *message_id, GError **error);
