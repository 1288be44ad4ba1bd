/* Disconnect: a mailbox leaves, or the whole integration is taken away. Subscriptions end first,
 * while the tokens still work; what Microsoft does not answer keeps nobody from leaving. */
#pragma once

#include "graph/account.h"

gboolean disconnect_user(Store *store, const GraphSettings *settings, Http *http,
	const char *tenant, const char *user, GError **error);
/* All users, then the registration with its secrets. */
gboolean disconnect_tenant(Store *store, const GraphSettings *settings, Http *http,
	const char *tenant, GError **error);
