#include "server/notifications.h"

#include <event2/buffer.h>
#include <jansson.h>
#include <string.h>

#include "graph/secret.h"
#include "server/answer.h"
#include "server/form.h"
#include "server/log.h"
#include "store/ring.h"

/* Microsoft's token has some hundred characters; it batches notifications by the hundred. */
#define TOKEN_LIMIT         2048
#define NOTIFICATIONS_LIMIT 1000
#define FIELD_LIMIT         256

/* ---- the handshake ---- */

/* Only our own subscribing is answered, and as plain text: nobody borrows this address. */
static void answer_validation(Site *site, struct evhttp_request *request, const char *token)
{
	g_autoptr(GError) error = NULL;
	gboolean is_expected = FALSE;
	Store *store = site_store(site, &error);

	if (store == NULL || !ring_expects_handshake(store, &is_expected, &error)) {
		log_warning("a handshake must wait: %s", error->message);
		answer_text(request, HTTP_SERVUNAVAIL, "later\n");
	} else if (!is_expected || strlen(token) > TOKEN_LIMIT) {
		log_info("a handshake that nobody here asked for");
		answer_text(request, HTTP_BADREQUEST, "no subscription is being made\n");
	} else {
		answer_text(request, HTTP_OK, token);
	}
}

/* ---- the bell ---- */

static const char *text_of(const json_t *notification, const char *name)
{
	const char *text = json_string_value(json_object_get(notification, name));

	return text != NULL && *text != '\0' && strlen(text) <= FIELD_LIMIT ? text : NULL;
}

/* Without a client state nobody has rung: polling finds what is new. Duplicates are normal. */
static void add(Rings *rings, GHashTable *seen, const json_t *notification)
{
	const char *subscription = text_of(notification, "subscriptionId");
	const char *client_state = text_of(notification, "clientState");
	const char *lifecycle = text_of(notification, "lifecycleEvent");
	g_autofree char *hash = client_state != NULL ? secret_sha256(client_state) : NULL;

	if (subscription == NULL || hash == NULL ||
		!g_hash_table_add(seen, g_strdup_printf("%s %s %s", subscription, hash,
						lifecycle != NULL ? lifecycle : "")))
		return;
	g_ptr_array_add(rings->subscriptions, g_strdup(subscription));
	g_ptr_array_add(rings->hashes, g_steal_pointer(&hash));
	g_ptr_array_add(rings->lifecycles, g_strdup(lifecycle));
}

gboolean notifications_read(const char *bytes, gsize length, Rings *rings, gsize *count)
{
	json_t *body = bytes != NULL ? json_loadb(bytes, length, 0, NULL) : NULL;
	const json_t *notifications = json_object_get(body, "value");
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const gboolean is_good = json_is_array(notifications);

	*count = MIN(json_array_size(notifications), NOTIFICATIONS_LIMIT);
	for (gsize i = 0; i < *count; i++)
		add(rings, seen, json_array_get(notifications, i));
	json_decref(body);
	return is_good;
}

static gboolean ring_all(Site *site, const Rings *rings, gsize count, GError **error)
{
	const guint named = rings->subscriptions->len;
	Store *store = named > 0 ? site_store(site, error) : NULL;
	guint ours = 0;

	if (named > 0 && (store == NULL || !ring_mark(store, rings, &ours, error)))
		return FALSE;
	if (ours < named || named == 0)
		log_warning("%u of %" G_GSIZE_FORMAT
			    " notifications name a subscription of ours and its client state",
			ours, count);
	return TRUE;
}

static void take_notifications(Site *site, struct evhttp_request *request)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(request);
	const gsize length = evbuffer_get_length(body);
	g_autoptr(GPtrArray) subscriptions = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) hashes = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) lifecycles = g_ptr_array_new_with_free_func(g_free);
	Rings rings = {subscriptions, hashes, lifecycles};
	g_autoptr(GError) error = NULL;
	gsize count;

	if (!notifications_read((const char *)evbuffer_pullup(body, -1), length, &rings, &count)) {
		answer_text(request, HTTP_BADREQUEST, "no notifications\n");
	} else if (!ring_all(site, &rings, count, &error)) {
		/* Microsoft comes again. */
		log_warning("notifications must wait: %s", error->message);
		answer_text(request, HTTP_SERVUNAVAIL, "later\n");
	} else {
		answer_empty(request, 202);
	}
}

void notifications_post(Site *site, struct evhttp_request *request)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	g_autoptr(Form) query = form_parse(evhttp_uri_get_query(uri));
	const char *token = form_get(query, "validationToken");

	if (*token != '\0')
		answer_validation(site, request, token);
	else
		take_notifications(site, request);
}
