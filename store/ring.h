/* Ring: Microsoft's doorbell (schema 0013). Whose mailbox it is says the subscription; that it is
 * Microsoft who rings says the client state, of which the database has the hash. */
#pragma once

#include "store/store.h"

/* Notifications as they came, at the same place in each: of char. hashes are SHA-256 as hex, of
 * their client states; a lifecycle is NULL, or what is to be done about the subscription. */
typedef struct {
	GPtrArray *subscriptions, *hashes, *lifecycles;
} Rings;

/* Marks the mailboxes: there is news. *ours: how many named a subscription of ours with its client
 * state; the others do nothing. One statement, however many there are. */
gboolean ring_mark(Store *store, const Rings *rings, guint *ours, GError **error);
/* Is a handshake of ours under way? Only then a validation token is repeated. */
gboolean ring_expects_handshake(Store *store, gboolean *is_expected, GError **error);
