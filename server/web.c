#include "server/web.h"

#include <event2/event.h>
#include <event2/http.h>

#include "server/answer.h"
#include "server/ledger.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/site.h"
#include "server/sockets.h"

#define HEADERS_LIMIT   (16 * 1024)
#define BODY_LIMIT      (256 * 1024)
#define IDLE_SECONDS    15
#define REOPEN_PAUSE_US G_USEC_PER_SEC
#define TICK_SECONDS    5

static void get_health(G_GNUC_UNUSED Site *site, struct evhttp_request *request)
{
	answer_text(request, HTTP_OK, "ok\n");
}

Store *site_store(Site *site, GError **error)
{
	gint64 now = g_get_monotonic_time();

	if (site->store != NULL)
		return site->store;
	if (site->opened_at != 0 && now - site->opened_at < REOPEN_PAUSE_US) {
		g_set_error_literal(error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY,
			"the database could not be reached a moment ago");
		return NULL;
	}
	site->opened_at = now;
	site->store = store_open(site->config->database.url, ROLE_WEB, error);
	return site->store;
}

static void get_metrics(Site *site, struct evhttp_request *request)
{
	GString *text = g_string_sized_new(8192);

	metrics_note_memory();
	metrics_format(text);
	ledger_format(text, site_store(site, NULL));
	answer_metrics(request, text->str);
	g_string_free(text, TRUE);
}

static gboolean is_ready(Site *site, GError **error)
{
	Store *store = site_store(site, error);

	return store != NULL && store_ping(store, error);
}

static void get_readiness(Site *site, struct evhttp_request *request)
{
	g_autoptr(GError) error = NULL;

	if (is_ready(site, &error)) {
		answer_text(request, HTTP_OK, "ready\n");
		return;
	}
	/* The reason stands in the log: who asks here is not always an operator. */
	log_info("not ready: %s", error->message);
	answer_text(request, HTTP_SERVUNAVAIL,
		"the database is not there, or its schema is not ours\n");
}

#define GET (EVHTTP_REQ_GET | EVHTTP_REQ_HEAD)

static const SiteRoute own_routes[] = {
	{"/healthz", GET, get_health   },
	{"/readyz",  GET, get_readiness},
	{"/metrics", GET, get_metrics  },
};

static const SiteRoute *find_route(const SiteRoute *routes, guint count, const char *path)
{
	for (guint i = 0; path != NULL && i < count; i++)
		if (g_str_equal(routes[i].path, path))
			return &routes[i];
	return NULL;
}

static void on_request(struct evhttp_request *request, void *data)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
	guint count;
	const SiteRoute *others = site_outlook_routes(&count);
	const SiteRoute *route = find_route(own_routes, G_N_ELEMENTS(own_routes), path);

	if (route == NULL)
		route = find_route(others, count, path);
	if (route == NULL)
		answer_text(request, HTTP_NOTFOUND, "there is nothing here\n");
	else if ((route->methods & evhttp_request_get_command(request)) == 0)
		answer_text(request, HTTP_BADMETHOD, "not with this method\n");
	else
		route->run(data, request);
}

static void on_leash(G_GNUC_UNUSED evutil_socket_t leash, G_GNUC_UNUSED short what, void *data)
{
	event_base_loopexit(data, NULL);
}

static void on_tick(
	G_GNUC_UNUSED evutil_socket_t socket, G_GNUC_UNUSED short what, G_GNUC_UNUSED void *data)
{
	metrics_note_memory();
}

static struct evhttp *open_http(Site *site, const GPtrArray *sockets)
{
	struct evhttp *http = evhttp_new(site->base);

	evhttp_set_max_headers_size(http, HEADERS_LIMIT);
	evhttp_set_max_body_size(http, BODY_LIMIT);
	evhttp_set_timeout(http, IDLE_SECONDS);
	evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST);
	evhttp_set_default_content_type(http, NULL);
	evhttp_set_gencb(http, on_request, site);
	for (guint i = 0; i < sockets->len; i++) {
		const Socket *socket = g_ptr_array_index(sockets, i);

		if (socket->service == SERVICE_HTTP)
			evhttp_accept_socket(http, socket->descriptor);
	}
	return http;
}

int web_run(int leash, const Config *config, const GPtrArray *sockets)
{
	const struct timeval tick = {TICK_SECONDS, 0};
	Site site = {.config = config, .base = event_base_new()};
	struct evhttp *http = open_http(&site, sockets);
	struct event *end = event_new(site.base, leash, EV_READ, on_leash, site.base);
	struct event *ticker = event_new(site.base, -1, EV_PERSIST, on_tick, NULL);

	site_open_outlook(&site);
	event_add(end, NULL);
	event_add(ticker, &tick);
	event_base_dispatch(site.base);
	event_free(end);
	event_free(ticker);
	evhttp_free(http);
	event_base_free(site.base);
	site_close_outlook(&site);
	g_clear_pointer(&site.store, store_close);
	return 0;
}
