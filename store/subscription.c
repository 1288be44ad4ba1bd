#include "store/subscription.h"

#include <string.h>

#include "store/db.h"

void subscription_clear(Subscription *subscription)
{
	g_free(subscription->id);
	g_free(subscription->url);
	g_free(subscription->lifecycle);
	memset(subscription, 0, sizeof *subscription);
}

static Args *names_of(const char *tenant, const char *user)
{
	Args *args = args_new();

	args_text(args, tenant);
	args_text(args, user);
	return args;
}

gboolean subscription_load(Store *store, const char *tenant, const char *user,
	Subscription *subscription, GError **error)
{
	g_autoptr(Args) args = names_of(tenant, user);
	g_autoptr(PGresult) result = db_ask(store, tenant, "reading a subscription",
		"SELECT subscription_id, notification_url, lifecycle, extract(epoch FROM "
		"created_at)::bigint, extract(epoch FROM expires_at)::bigint"
		" FROM casegate.outlook_subscription WHERE tenant = $1 AND \"user\" = $2",
		args, error);

	subscription_clear(subscription);
	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 0)
		return TRUE;
	subscription->id = g_strdup(db_text(result, 0, 0));
	subscription->url = g_strdup(db_text(result, 0, 1));
	subscription->lifecycle = g_strdup(db_text(result, 0, 2));
	subscription->created_at = db_bigint(result, 0, 3);
	subscription->expires_at = db_bigint(result, 0, 4);
	return TRUE;
}

gboolean subscription_begin(Store *store, const char *tenant, const char *user, const char *url,
	const char *client_state_hash, GError **error)
{
	g_autoptr(Args) args = names_of(tenant, user);

	args_text(args, url);
	args_hex(args, client_state_hash);
	return db_act(store, tenant, "beginning a subscription",
		"INSERT INTO casegate.outlook_subscription AS s (tenant, \"user\", "
		"notification_url, client_state_hash) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT (tenant, \"user\") DO UPDATE SET subscription_id = NULL, "
		"notification_url = excluded.notification_url, client_state_hash = "
		"excluded.client_state_hash, created_at = now(), expires_at = NULL,"
		" lifecycle = CASE WHEN s.subscription_id IS NULL THEN s.lifecycle ELSE 'missed' "
		"END",
		args, error);
}

gboolean subscription_save(Store *store, const char *tenant, const char *user, const char *id,
	gint64 expires_at, GError **error)
{
	g_autoptr(Args) args = names_of(tenant, user);

	args_text(args, id);
	args_bigint(args, expires_at);
	return db_act(store, tenant, "keeping a subscription",
		"UPDATE casegate.outlook_subscription SET subscription_id = $3, expires_at = "
		"to_timestamp($4), lifecycle = nullif(lifecycle, 'reauthorizationRequired')"
		" WHERE tenant = $1 AND \"user\" = $2",
		args, error);
}

gboolean subscription_remove(Store *store, const char *tenant, const char *user, GError **error)
{
	g_autoptr(Args) args = names_of(tenant, user);

	return db_act(store, tenant, "ending a subscription",
		"DELETE FROM casegate.outlook_subscription WHERE tenant = $1 AND \"user\" = $2",
		args, error);
}

gboolean subscription_schedule(
	Store *store, const char *tenant, const char *user, double seconds, GError **error)
{
	g_autoptr(Args) args = names_of(tenant, user);
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	args_text(args, g_ascii_formatd(text, sizeof text, "%.3f", seconds));
	return db_act(store, tenant, "scheduling a subscription",
		"UPDATE casegate.outlook_connection SET subscribe_at = clock_timestamp() + "
		"make_interval(secs => $3) WHERE tenant = $1 AND \"user\" = $2",
		args, error);
}

gboolean subscription_take_missed(
	Store *store, const char *tenant, const char *user, gboolean *has_missed, GError **error)
{
	g_autoptr(Args) args = names_of(tenant, user);
	g_autoptr(PGresult) result = db_ask(store, tenant, "asking what notifications missed",
		"UPDATE casegate.outlook_subscription SET lifecycle = nullif(lifecycle, 'missed')"
		" WHERE tenant = $1 AND \"user\" = $2 AND lifecycle IN ('missed', "
		"'subscriptionRemoved') RETURNING true",
		args, error);

	if (result == NULL)
		return FALSE;
	*has_missed |= PQntuples(result) > 0;
	return TRUE;
}
