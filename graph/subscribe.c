#include "graph/subscribe.h"

#include <stdlib.h>
#include <string.h>

#include "store/mailbox.h"
#include "store/subscription.h"

#define PATH "/outlook/notifications"
/* Microsoft's own limit is 4,230 minutes for messages. */
#define LIFE_MINUTES       4200
#define RENEW_SECONDS      86400
#define AGAIN_SECONDS      60
#define REFUSED_SECONDS    3600
#define CLIENT_STATE_BYTES 32

static char *time_text(gint64 seconds)
{
	g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(seconds);

	return g_date_time_format(at, "%Y-%m-%dT%H:%M:%SZ");
}

static gint64 expires_of(const json_t *answer)
{
	const char *text = told_text(answer, "expirationDateTime");
	g_autoptr(GDateTime) at = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;

	return at != NULL ? g_date_time_to_unix(at) : g_get_real_time() / G_USEC_PER_SEC + 3600;
}

/* A day before its end, of a short one a third. */
static gboolean schedule(Account *account, gint64 expires_at, GError **error)
{
	const gint64 left = expires_at - g_get_real_time() / G_USEC_PER_SEC;
	const gint64 before = MIN(RENEW_SECONDS, left / 3);

	return subscription_schedule(account->store, account->connection->tenant,
		account->connection->user, (double)MAX(left - before, 1), error);
}

static gboolean take(Account *account, const char *id, const json_t *answer, GError **error)
{
	const gint64 expires_at = expires_of(answer);

	return subscription_save(account->store, account->connection->tenant,
		       account->connection->user, id, expires_at, error) &&
	       schedule(account, expires_at, error);
}

static char *resource_of(const Account *account)
{
	return g_strconcat(account->path + 1, "/messages", NULL);
}

static json_t *wanted(const Account *account, const char *url, const char *client_state)
{
	g_autofree char *until = time_text(g_get_real_time() / G_USEC_PER_SEC + LIFE_MINUTES * 60);
	g_autofree char *resource = resource_of(account);

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "changeType", "created", "notificationUrl",
		url, "lifecycleNotificationUrl", url, "resource", resource, "expirationDateTime",
		until, "clientState", client_state);
}

/* The row comes first: our own web process answers the handshake while we wait here. */
static gboolean create(Account *account, const char *url, GError **error)
{
	const OutlookConnection *connection = account->connection;
	g_autoptr(Secret) client_state = secret_random(CLIENT_STATE_BYTES);
	g_autofree char *hash = secret_sha256(client_state);
	g_autoptr(json_t) body = wanted(account, url, client_state);
	g_autoptr(json_t) answer = NULL;
	char *text = json_dumps(body, JSON_COMPACT);
	const Call call = {.method = "POST",
		.root = "/subscriptions",
		.content_type = "application/json",
		.body = text,
		.body_size = strlen(text),
		.is_once = TRUE};

	if (subscription_begin(
		    account->store, connection->tenant, connection->user, url, hash, error))
		answer = account_get(account, &call, NULL, error);
	secret_free(text);
	return answer != NULL && told_text(answer, "id") != NULL &&
	       take(account, told_text(answer, "id"), answer, error);
}

/* ---- strays ---- */

static void end_one(Account *account, const char *id)
{
	g_autofree char *escaped = http_escape(id);
	g_autofree char *root = g_strconcat("/subscriptions/", escaped, NULL);
	const Call call = {.method = "DELETE", .root = root};
	g_auto(HttpAnswer) answer = {0};

	account_call(account, &call, &answer, NULL, NULL);
}

static gboolean is_ours(const json_t *entry, const char *resource)
{
	const char *url = told_text(entry, "notificationUrl");
	const char *what = told_text(entry, "resource");

	return url != NULL && g_str_has_suffix(url, PATH) && what != NULL &&
	       g_ascii_strcasecmp(*what == '/' ? what + 1 : what, resource) == 0;
}

/* Subscriptions of this mailbox that nobody here knows: whoever made one was killed before he had
 * noted it, or could not end it when the mailbox was disconnected. They would ring in vain. */
static void end_strays(Account *account)
{
	g_autofree char *resource = resource_of(account);
	const Call call = {.method = "GET", .root = "/subscriptions"};
	g_autoptr(json_t) list = account_get(account, &call, NULL, NULL);
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(list, "value"), i, entry)
	{
		const char *id = told_text(entry, "id");

		if (id != NULL && is_ours(entry, resource))
			end_one(account, id);
	}
}

/* ---- keeping ---- */

/* *is_gone: Microsoft does not know it any more. */
static gboolean renew(
	Account *account, const Subscription *subscription, gboolean *is_gone, GError **error)
{
	g_autofree char *until = time_text(g_get_real_time() / G_USEC_PER_SEC + LIFE_MINUTES * 60);
	g_autofree char *id = http_escape(subscription->id);
	g_autofree char *root = g_strconcat("/subscriptions/", id, NULL);
	g_autofree char *body = g_strdup_printf("{\"expirationDateTime\":\"%s\"}", until);
	const Call call = {.method = "PATCH",
		.root = root,
		.content_type = "application/json",
		.body = body,
		.body_size = strlen(body)};
	g_autoptr(GError) cause = NULL;
	CallTrouble trouble;
	g_autoptr(json_t) answer = account_get(account, &call, &trouble, &cause);

	*is_gone = answer == NULL && trouble.kind == REMEDY_GONE;
	if (answer != NULL)
		return take(account, subscription->id, answer, error);
	if (!*is_gone)
		g_propagate_error(error, g_steal_pointer(&cause));
	return FALSE;
}

static gboolean keep(Account *account, const char *url, GError **error)
{
	const OutlookConnection *connection = account->connection;
	g_auto(Subscription) subscription = {0};
	gboolean is_gone = FALSE;

	if (!subscription_load(
		    account->store, connection->tenant, connection->user, &subscription, error))
		return FALSE;
	if (subscription.id == NULL || g_strcmp0(subscription.url, url) != 0 ||
		g_strcmp0(subscription.lifecycle, "subscriptionRemoved") == 0) {
		if (subscription.id != NULL &&
			g_strcmp0(subscription.lifecycle, "subscriptionRemoved") != 0)
			subscribe_end(account);
		else if (subscription.id == NULL)
			end_strays(account);
		return create(account, url, error);
	}
	if (subscription.lifecycle == NULL &&
		subscription.expires_at - g_get_real_time() / G_USEC_PER_SEC > RENEW_SECONDS)
		return schedule(account, subscription.expires_at, error);
	if (renew(account, &subscription, &is_gone, error))
		return TRUE;
	/* What happened meanwhile rang nowhere. */
	return is_gone && create(account, url, error) &&
	       mailbox_ring(account->store, connection->tenant, connection->user, error);
}

gboolean subscribe_keep(Account *account, GError **error)
{
	const OutlookConnection *connection = account->connection;
	g_autofree char *url = g_strconcat(account->settings->public_url, PATH, NULL);
	g_autoptr(GError) cause = NULL;

	if (*account->settings->public_url == '\0')
		return subscription_schedule(
			account->store, connection->tenant, connection->user, RENEW_SECONDS, error);
	if (keep(account, url, &cause))
		return TRUE;
	/* What Microsoft refuses for good it refuses tomorrow, too. */
	subscription_schedule(account->store, connection->tenant, connection->user,
		cause->code == CASEGATE_ERROR_RETRY ? MAX(account->park_seconds, AGAIN_SECONDS)
						    : REFUSED_SECONDS,
		NULL);
	g_propagate_error(error, g_steal_pointer(&cause));
	return FALSE;
}

void subscribe_end(Account *account)
{
	const OutlookConnection *connection = account->connection;
	g_auto(Subscription) subscription = {0};

	if (!subscription_load(
		    account->store, connection->tenant, connection->user, &subscription, NULL) ||
		subscription.id == NULL)
		return;
	end_one(account, subscription.id);
	subscription_remove(account->store, connection->tenant, connection->user, NULL);
}
