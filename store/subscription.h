/* Subscription: the one of each mailbox at Microsoft. Its client state is kept as a hash. */
#pragma once

#include "store/store.h"

/* Owns everything. */
typedef struct {
	char *id; /* NULL: none, or being made */
	char *url;
	char *lifecycle;   /* Microsoft's last word about it, or NULL */
	gint64 created_at; /* seconds since 1970 */
	gint64 expires_at;
} Subscription;

void subscription_clear(Subscription *subscription);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Subscription, subscription_clear)

/* Empty where there is none. */
gboolean subscription_load(Store *store, const char *tenant, const char *user,
	Subscription *subscription, GError **error);
/* One is about to be made: its handshake is expected from now on. client_state_hash is hex. */
gboolean subscription_begin(Store *store, const char *tenant, const char *user, const char *url,
	const char *client_state_hash, GError **error);
/* It was made or renewed. */
gboolean subscription_save(Store *store, const char *tenant, const char *user, const char *id,
	gint64 expires_at, GError **error);
gboolean subscription_remove(Store *store, const char *tenant, const char *user, GError **error);
/* When it is to be seen to again, from now. */
gboolean subscription_schedule(
	Store *store, const char *tenant, const char *user, double seconds, GError **error);
/* *has_missed: notifications may have been lost since this was asked last. */
gboolean subscription_take_missed(
	Store *store, const char *tenant, const char *user, gboolean *has_missed, GError **error);
