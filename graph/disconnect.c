#include "graph/disconnect.h"

#include <string.h>

#include "graph/subscribe.h"

#define PATIENCE_SECONDS 3

gboolean disconnect_user(Store *store, const GraphSettings *settings, Http *http,
	const char *tenant, const char *user, GError **error)
{
	g_autoptr(Account) account = account_open(store, settings, http, tenant, user, NULL);

	if (account != NULL && strcmp(account->connection->state, "connected") == 0) {
		account->patience_seconds = PATIENCE_SECONDS;
		subscribe_end(account);
	}
	return outlook_disconnected(store, tenant, user, error);
}

gboolean disconnect_tenant(
	Store *store, const GraphSettings *settings, Http *http, const char *tenant, GError **error)
{
	g_autoptr(GPtrArray) users = outlook_users(store, tenant, error);

	for (guint i = 0; users != NULL && i < users->len; i++)
		if (!disconnect_user(
			    store, settings, http, tenant, g_ptr_array_index(users, i), error))
			return FALSE;
	return users != NULL && registration_remove(store, tenant, error);
}
