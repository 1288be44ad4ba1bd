/* Probe: would Microsoft take what is configured here? Asked by `casegate check` alone. */
#pragma once

#include "graph/account.h"

/* Is there a login host at all, for who has registered nothing yet? CASEGATE_ERROR_RETRY: nobody
 * answers; CASEGATE_ERROR_CONFIGURE: somebody else does. */
gboolean probe_login_host(const GraphSettings *settings, Http *http, GError **error);
/* Asks for a token of the tenant's app, unless a good one is kept: directory, client and credential
 * are right then. The error is Microsoft's, in words. */
gboolean probe_registration(Store *store, const GraphSettings *settings, Http *http,
	const char *tenant, GError **error);
