#include "server/listener.h"

#include <arpa/inet.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "server/connection.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/sandbox.h"
#include "server/sockets.h"
#include "server/wire.h"

#define TICK_MS 500
/* What is on its way may end in this time after a SIGTERM. */
#define STOP_LIMIT_US (10 * G_USEC_PER_SEC)
#define MEMORY_TICKS  4

typedef struct Listener Listener;

/* One socket that we accept on. */
typedef struct {
	Listener *listener; /* borrowed */
	Protocol protocol;
	struct evconnlistener *acceptor;
} Door;

struct Listener {
	Clients clients;
	int control;
	struct event *control_event, *tick_event;
	GPtrArray *doors; /* of Door; empty when we stop */
	gboolean has_settings, are_doors_shut;
	guint ticks;
	gint64 stopped_at;
};

/* ---- accepting ---- */

/* The address without port; a v4 address that came through a v6 socket is v4. NULL for unix
 * sockets. */
static char *format_peer(const struct sockaddr *address, guint *port)
{
	char text[INET6_ADDRSTRLEN] = "";
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;

	if (address->sa_family == AF_INET) {
		*port = ntohs(v4->sin_port);
		inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
	} else if (address->sa_family == AF_INET6) {
		*port = ntohs(v6->sin6_port);
		if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
			inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], text, sizeof text);
		else
			inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
	} else {
		return NULL;
	}
	return g_strdup(text);
}

static void on_accept(G_GNUC_UNUSED struct evconnlistener *acceptor, evutil_socket_t descriptor,
	struct sockaddr *address, G_GNUC_UNUSED int size, void *data)
{
	const int on = 1;
	Door *door = data;
	guint port = 0;
	g_autofree char *peer = format_peer(address, &port);

	/* Replies are small and waited for. */
	if (peer != NULL)
		setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	connection_open(&door->listener->clients, door->protocol, descriptor, peer, port);
}

static void set_doors(Listener *listener, gboolean are_open)
{
	for (guint i = 0; i < listener->doors->len; i++) {
		Door *door = g_ptr_array_index(listener->doors, i);

		if (are_open)
			evconnlistener_enable(door->acceptor);
		else
			evconnlistener_disable(door->acceptor);
	}
	listener->are_doors_shut = !are_open;
}

/* Out of descriptors most likely: the next tick tries again, instead of an endless loop now. */
static void on_accept_error(G_GNUC_UNUSED struct evconnlistener *acceptor, void *data)
{
	Door *door = data;

	log_warning("no connection can be accepted now: %s",
		evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
	set_doors(door->listener, FALSE);
}

static void door_free(gpointer data)
{
	Door *door = data;

	evconnlistener_free(door->acceptor);
	g_free(door);
}

static void open_doors(Listener *listener, const GPtrArray *sockets)
{
	for (guint i = 0; i < sockets->len; i++) {
		const Socket *socket = g_ptr_array_index(sockets, i);
		Door *door;

		if (socket->service == SERVICE_HTTP)
			continue;
		door = g_new0(Door, 1);
		door->listener = listener;
		door->protocol = socket->service == SERVICE_LMTP ? PROTOCOL_LMTP : PROTOCOL_SMTP;
		door->acceptor = evconnlistener_new(listener->clients.base, on_accept, door,
			LEV_OPT_CLOSE_ON_FREE, 0, socket->descriptor);
		evconnlistener_set_error_cb(door->acceptor, on_accept_error);
		g_ptr_array_add(listener->doors, door);
	}
}

/* ---- what the supervisor says ---- */

static void send_trouble(Listener *listener, const char *what)
{
	wire_send(listener->control, WIRE_TROUBLE, g_variant_new("s", what), NULL, 0);
}

/* FALSE: what TLS was offered before stays. */
static gboolean take_tls(Listener *listener, const WireMessage *message, GError **error)
{
	SSL_CTX *tls = NULL;

	if (message->descriptors[1] >= 0) {
		tls = tls_load(message->descriptors[0], message->descriptors[1], error);
		if (tls == NULL)
			return FALSE;
	}
	g_clear_pointer(&listener->clients.tls, SSL_CTX_free);
	listener->clients.tls = tls;
	for (guint i = 0; i < G_N_ELEMENTS(listener->clients.settings); i++)
		listener->clients.settings[i].offers_tls = tls != NULL;
	return TRUE;
}

/* The first time, and again with SIGHUP: then the workers of now are let go, new ones will come. */
static void take_settings(Listener *listener, const WireMessage *message)
{
	Clients *clients = &listener->clients;
	g_autoptr(GError) error = NULL;
	GPtrArray *networks;
	GLogLevelFlags level;
	LogFormat format;

	if (!wire_unpack_settings(message->body, &clients->limits, &networks, &level, &format))
		return;
	log_open(level, format);
	g_clear_pointer(&clients->trusted_networks, g_ptr_array_unref);
	clients->trusted_networks = networks;
	clients->spool.limit_bytes = clients->limits.spool_bytes;
	if (!take_tls(listener, message, &error))
		send_trouble(listener, error->message);
	if (listener->has_settings)
		pool_retire_workers(clients->pool);
	listener->has_settings = TRUE;
}

static void stop(Listener *listener)
{
	Clients *clients = &listener->clients;
	GList *next;

	if (clients->is_stopping)
		return;
	clients->is_stopping = TRUE;
	listener->stopped_at = g_get_monotonic_time();
	g_ptr_array_set_size(listener->doors, 0);
	for (GList *at = clients->connections.head; at != NULL; at = next) {
		next = at->next;
		connection_stop(at->data);
	}
}

static void take_message(Listener *listener, WireMessage *message)
{
	switch (message->kind) {
	case WIRE_SETTINGS:
		take_settings(listener, message);
		break;
	case WIRE_WORKER:
		evutil_make_socket_nonblocking(message->descriptors[0]);
		pool_add_worker(listener->clients.pool, message->descriptors[0],
			(pid_t)g_variant_get_uint32(message->body));
		message->descriptors[0] = -1;
		break;
	case WIRE_STOP:
		stop(listener);
		break;
	default:
		break;
	}
}

static void on_control(G_GNUC_UNUSED evutil_socket_t socket, G_GNUC_UNUSED short what, void *data)
{
	Listener *listener = data;
	g_auto(WireMessage) message = {0};

	switch (wire_receive(listener->control, &message)) {
	case WIRE_GOT:
		take_message(listener, &message);
		break;
	case WIRE_ENDED:
		/* Without a supervisor there will be no workers. */
		event_base_loopbreak(listener->clients.base);
		break;
	case WIRE_NOTHING:
	default:
		break;
	}
}

static void kill_worker(void *data, pid_t worker)
{
	Listener *listener = data;

	wire_send(listener->control, WIRE_KILL, g_variant_new("u", (guint32)worker), NULL, 0);
}

/* ---- time ---- */

static void on_tick(G_GNUC_UNUSED evutil_socket_t socket, G_GNUC_UNUSED short what, void *data)
{
	Listener *listener = data;
	Clients *clients = &listener->clients;
	gint64 now = g_get_monotonic_time();
	GList *next;

	pool_tick(clients->pool);
	for (GList *at = clients->connections.head; at != NULL; at = next) {
		next = at->next;
		connection_tick(at->data, now);
	}
	metrics_set(METRIC_SPOOL_BYTES, (guint64)clients->spool.used_bytes);
	if (++listener->ticks % MEMORY_TICKS == 0)
		metrics_note_memory();
	if (listener->are_doors_shut)
		set_doors(listener, TRUE);
	if (clients->is_stopping &&
		(clients->connections.length == 0 || now - listener->stopped_at > STOP_LIMIT_US))
		event_base_loopbreak(clients->base);
}

/* ---- the process ---- */

static void listener_init(Listener *listener, int control)
{
	Clients *clients = &listener->clients;

	listener->control = control;
	listener->doors = g_ptr_array_new_with_free_func(door_free);
	clients->base = event_base_new();
	clients->host = g_strdup(g_get_host_name());
	clients->trusted_networks = g_ptr_array_new_with_free_func(g_object_unref);
	clients->peers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	clients->replies = g_string_sized_new(1024);
	clients->pool = pool_new(clients->base, &clients->limits, kill_worker, listener);
	for (guint i = 0; i < G_N_ELEMENTS(clients->settings); i++)
		clients->settings[i] = (SmtpSettings){
			.protocol = (Protocol)i,
			.host = clients->host,
			.limits = &clients->limits,
		};
}

static void listener_clear(Listener *listener)
{
	Clients *clients = &listener->clients;

	g_ptr_array_unref(listener->doors);
	while (clients->connections.head != NULL)
		connection_free(clients->connections.head->data);
	pool_free(clients->pool);
	event_free(listener->control_event);
	event_free(listener->tick_event);
	event_base_free(clients->base);
	g_ptr_array_unref(clients->trusted_networks);
	g_hash_table_unref(clients->peers);
	g_string_free(clients->replies, TRUE);
	g_clear_pointer(&clients->tls, SSL_CTX_free);
	g_free(clients->host);
}

int listener_run(int control, const GPtrArray *sockets)
{
	const struct timeval tick = {0, TICK_MS * 1000};
	Listener listener = {0};
	struct event_base *base;
	g_autofree char *why = NULL;

	listener_init(&listener, control);
	base = listener.clients.base;
	listener.control_event =
		event_new(base, control, EV_READ | EV_PERSIST, on_control, &listener);
	listener.tick_event = event_new(base, -1, EV_PERSIST, on_tick, &listener);
	event_add(listener.control_event, NULL);
	event_add(listener.tick_event, &tick);
	if (!sandbox_enter(SANDBOX_LISTENER, &why))
		log_warning("the listener runs without its sandbox: %s", why);
	/* Settings come before the first client, who could not be served without. */
	while (!listener.has_settings && !event_base_got_break(base) &&
		event_base_loop(base, EVLOOP_ONCE) == 0)
		continue;
	if (listener.has_settings) {
		open_doors(&listener, sockets);
		wire_send(control, WIRE_LISTENING, NULL, NULL, 0);
		event_base_dispatch(base);
	}
	listener_clear(&listener);
	return 0;
}
