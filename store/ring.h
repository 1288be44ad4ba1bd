/* Ring: Microsoft's doorbell (schema 0010). Whose mailbox it is says the subscription; that it is
 * Microsoft who rings says the client state, of which the database has the hash. */
#pragma once

#include "store/store.h"

/* Marks the mailbox: there is news. lifecycle is NULL, or what is to be done about the
 * subscription. *is_ours FALSE: the subscription is unknown, or the client state is not its. */
gboolean ring_mark(Store *store, const char *subscription, const char *client_state_hash,
	const char *lifecycle, gboolean *is_ours, GError **error);
/* Is a handshake of ours under way? Only then a validation token is repeated. */
gboolean ring_expects_handshake(Store *store, gboolean *is_expected, GError **error);
