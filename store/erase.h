/* Erase: a case, or all that a person wrote or got, for good (ROLE_ADMIN); and what is older than a
 * tenant keeps mail (ROLE_GATEWAY). In steps of some hundred mails, each a transaction: what is
 * interrupted goes on when it is said again. store/schema/0014-erase.sql says what is reached. */
#pragma once

#include "store/table.h"

/* What was erased. */
typedef struct {
	gint64 erasure_id; /* the audit row */
	gint64 cases, messages, deliveries, attachments, keys, bytes;
} Erasure;

/* Called after each step with what was erased so far; may be NULL. */
typedef void (*EraseTold)(const Erasure *erasure, gpointer data);

gboolean erase_case(Store *store, const char *tenant, const char *reference, Erasure *erasure,
	EraseTold told, gpointer data, GError **error);
gboolean erase_address(Store *store, const char *tenant, const char *address, Erasure *erasure,
	EraseTold told, gpointer data, GError **error);
/* Where the address is still named: reference, message_id (null: the case itself), delivery_id (of
 * mail that lies in no case), places. It stays. */
Table *erase_mentions(Store *store, const char *tenant, const char *address, GError **error);

/* One bounded step for the tenant whose turn it is; *erased 0: nothing is due now. */
gboolean erase_expired(Store *store, gint64 *erased, GError **error);
