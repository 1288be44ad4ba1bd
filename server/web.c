#include "server/web.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <string.h>

#include "server/log.h"
#include "server/metrics.h"
#include "server/sockets.h"
#include "store/store.h"

#define HEADERS_LIMIT   (16 * 1024)
#define BODY_LIMIT      (256 * 1024)
#define IDLE_SECONDS    15
#define REOPEN_PAUSE_US G_USEC_PER_SEC
#define TICK_SECONDS    5

typedef struct {
	const Config *config;
	struct event_base *base;
	Store *store; /* NULL: not open */
	gint64 opened_at;
} Web;

typedef struct {
	const char *path;
	unsigned methods; /* of enum evhttp_cmd_type */
	void (*run)(Web *web, struct evhttp_request *request);
} Route;

static void answer(struct evhttp_request *request, int status, const char *reason, const char *type,
	const char *text)
{
	struct evbuffer *body = evbuffer_new();
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);

	evhttp_add_header(headers, "Content-Type", type);
	evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	evbuffer_add(body, text, strlen(text));
	evhttp_send_reply(request, status, reason, body);
	evbuffer_free(body);
}

static void answer_text(
	struct evhttp_request *request, int status, const char *reason, const char *text)
{
	answer(request, status, reason, "text/plain; charset=utf-8", text);
}

static void get_health(G_GNUC_UNUSED Web *web, struct evhttp_request *request)
{
	answer_text(request, HTTP_OK, "OK", "ok\n");
}

static void get_metrics(G_GNUC_UNUSED Web *web, struct evhttp_request *request)
{
	GString *text = g_string_sized_new(8192);

	metrics_note_memory();
	metrics_format(text);
	answer(request, HTTP_OK, "OK", "text/plain; version=0.0.4; charset=utf-8", text->str);
	g_string_free(text, TRUE);
}

static gboolean is_ready(Web *web, GError **error)
{
	gint64 now = g_get_monotonic_time();

	if (web->store == NULL && web->opened_at != 0 && now - web->opened_at < REOPEN_PAUSE_US) {
		g_set_error_literal(error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY,
			"the database could not be reached a moment ago");
		return FALSE;
	}
	if (web->store == NULL) {
		web->opened_at = now;
		web->store = store_open(web->config->database.url, ROLE_WEB, error);
	}
	return web->store != NULL && store_ping(web->store, error);
}

static void get_readiness(Web *web, struct evhttp_request *request)
{
	g_autoptr(GError) error = NULL;

	if (is_ready(web, &error)) {
		answer_text(request, HTTP_OK, "OK", "ready\n");
		return;
	}
	/* The reason stands in the log: who asks here is not always an operator. */
	log_info("not ready: %s", error->message);
	answer_text(request, HTTP_SERVUNAVAIL, "Service Unavailable",
		"the database is not there, or its schema is not ours\n");
}

#define GET (EVHTTP_REQ_GET | EVHTTP_REQ_HEAD)

static const Route routes[] = {
	{"/healthz", GET, get_health   },
	{"/readyz",  GET, get_readiness},
	{"/metrics", GET, get_metrics  },
};

static void on_request(struct evhttp_request *request, void *data)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;

	for (guint i = 0; path != NULL && i < G_N_ELEMENTS(routes); i++) {
		if (!g_str_equal(routes[i].path, path))
			continue;
		if ((routes[i].methods & evhttp_request_get_command(request)) != 0)
			routes[i].run(data, request);
		else
			answer_text(request, HTTP_BADMETHOD, "Method Not Allowed",
				"not with this method\n");
		return;
	}
	answer_text(request, HTTP_NOTFOUND, "Not Found", "there is nothing here\n");
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

static struct evhttp *open_http(Web *web, const GPtrArray *sockets)
{
	struct evhttp *http = evhttp_new(web->base);

	evhttp_set_max_headers_size(http, HEADERS_LIMIT);
	evhttp_set_max_body_size(http, BODY_LIMIT);
	evhttp_set_timeout(http, IDLE_SECONDS);
	evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST);
	evhttp_set_default_content_type(http, NULL);
	evhttp_set_gencb(http, on_request, web);
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
	Web web = {.config = config, .base = event_base_new()};
	struct evhttp *http = open_http(&web, sockets);
	struct event *end = event_new(web.base, leash, EV_READ, on_leash, web.base);
	struct event *ticker = event_new(web.base, -1, EV_PERSIST, on_tick, NULL);

	event_add(end, NULL);
	event_add(ticker, &tick);
	event_base_dispatch(web.base);
	event_free(end);
	event_free(ticker);
	evhttp_free(http);
	event_base_free(web.base);
	g_clear_pointer(&web.store, store_close);
	return 0;
}
