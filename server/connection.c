#include "server/connection.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/admission.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/trace.h"

#define INPUT_LIMIT (64 * 1024) /* bytes that we read ahead of the session */
#define OUTPUT_LIMIT                                                                \
	(64 * 1024) /* unread replies, beyond which we stop listening to the client \
		     */
#define RATE_GRACE_US (20 * G_USEC_PER_SEC)
/* Deferred, since TLS would call back from within a write, and free what is still in use. */
#define STREAM_OPTIONS (BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS)
#define LINGER_US      (2 * G_USEC_PER_SEC) /* for the last reply to arrive before a reset could */

struct Connection {
	Clients *clients; /* borrowed */
	GList link;       /* in clients->connections */
	struct bufferevent *stream;
	SmtpSession *session;
	Spool spool;
	Job *job;   /* an answer that we wait for; borrowed, NULL: none */
	char *peer; /* "192.0.2.1", or NULL: a unix socket */
	char *id;   /* of the mail that is being filed */
	guint16 port;
	guint8 protocol;
	guint8 is_trusted : 1, is_closing : 1, is_shut : 1, is_ended : 1, is_tls : 1,
		is_blocked : 1, wants_tls : 1;
	gint64 active_at;      /* the last byte from the client */
	gint64 transaction_at; /* MAIL; 0: none */
	gint64 content_at;     /* the first byte of content, or the end of it; 0: none */
	gint64 content_bytes;
	gint64 closing_at;
};

static void connection_run(Connection *connection);

/* ---- out ---- */

static void count_replies(const GString *replies)
{
	for (const char *line = replies->str; *line != '\0';) {
		const char *end = strchr(line, '\n');

		/* "250-" is not the end of a reply. */
		if (line[3] == ' ' && *line >= '2' && *line <= '5')
			metrics_add((Metric)(METRIC_REPLIES_2 + (*line - '2')), 1);
		line = end != NULL ? end + 1 : line + strlen(line);
	}
}

static void send_replies(Connection *connection)
{
	GString *replies = connection->clients->replies;

	if (replies->len == 0)
		return;
	count_replies(replies);
	bufferevent_write(connection->stream, replies->str, replies->len);
	g_string_truncate(replies, 0);
}

static gsize unsent(const Connection *connection)
{
	return evbuffer_get_length(bufferevent_get_output(connection->stream));
}

/* ---- the end ---- */

/* Forgets what is on its way; a worker ends what it has begun. */
static void drop_work(Connection *connection)
{
	if (connection->job != NULL)
		pool_cancel(g_steal_pointer(&connection->job));
	spool_clear(&connection->spool);
}

void connection_free(Connection *connection)
{
	drop_work(connection);
	admission_give_back(connection->clients, connection->peer);
	g_queue_unlink(&connection->clients->connections, &connection->link);
	metrics_set(METRIC_CONNECTIONS_OPEN, connection->clients->connections.length);
	bufferevent_free(connection->stream);
	smtp_session_free(connection->session);
	g_free(connection->peer);
	g_free(connection->id);
	g_free(connection);
}

/* All replies are out: says so to the client, and reads on for a moment, because closing over
 * unread bytes would reset the connection and could take the last reply with it. */
static void shut(Connection *connection)
{
	if (connection->is_tls)
		SSL_shutdown(bufferevent_openssl_get_ssl(connection->stream));
	shutdown(bufferevent_getfd(connection->stream), SHUT_WR);
	connection->is_shut = TRUE;
}

static void connection_close(Connection *connection)
{
	if (connection->is_closing)
		return;
	drop_work(connection);
	connection->is_closing = TRUE;
	connection->closing_at = g_get_monotonic_time();
	if (unsent(connection) == 0)
		shut(connection);
}

static void close_with(Connection *connection, const char *status, const char *text)
{
	const Reply reply = {421, status, text, 0};

	reply_append(connection->clients->replies, &reply);
	send_replies(connection);
	connection_close(connection);
}

/* ---- answers ---- */

static void on_answered(void *data, AddressAnswer answer, const GError *error)
{
	Connection *connection = data;
	Reply reply = error != NULL ? reply_for_error(error) : reply_for_address(answer);
	SmtpAction action;

	connection->job = NULL;
	action = smtp_answer_recipient(connection->session, &reply, connection->clients->replies);
	send_replies(connection);
	if (action == SMTP_CLOSE)
		connection_close(connection);
	else
		connection_run(connection);
}

static void log_verdict(const Connection *connection, const Verdict *verdict, gint64 took_us)
{
	g_autofree char *took = g_strdup_printf("%" G_GINT64_FORMAT, took_us / 1000);
	g_autofree char *delivery = g_strdup_printf("%" G_GINT64_FORMAT, verdict->delivery_id);

	if (verdict->error != NULL)
		log_event(G_LOG_LEVEL_WARNING, "mail not taken", "id", connection->id, "peer",
			connection->peer, "took_ms", took, "why", verdict->error->message,
			(char *)NULL);
	else
		log_event(G_LOG_LEVEL_INFO, "mail", "id", connection->id, "peer", connection->peer,
			"tenant", verdict->tenant, "delivery", delivery, "outcome",
			outcome_name(verdict->outcome), "case",
			*verdict->reference != '\0' ? verdict->reference : NULL, "took_ms", took,
			(char *)NULL);
}

static void on_filed(void *data, const Verdict *verdicts, guint count)
{
	Connection *connection = data;
	g_autofree Reply *replies = g_new(Reply, count);
	gint64 took_us = g_get_monotonic_time() - connection->content_at;

	connection->job = NULL;
	metrics_count_latency(took_us);
	for (guint i = 0; i < count; i++) {
		replies[i] = reply_for_verdict(&verdicts[i]);
		if (verdicts[i].error != NULL)
			metrics_count_refusal(connection->protocol, reply_class(&replies[i]));
		else
			metrics_count_mail(connection->protocol, verdicts[i].outcome);
		log_verdict(connection, &verdicts[i], took_us);
	}
	smtp_answer_mail(connection->session, replies, connection->clients->replies);
	connection->content_at = 0;
	send_replies(connection);
	connection_run(connection);
}

/* ---- what the session asks for ---- */

static char *peer_name(const Connection *connection)
{
	if (connection->peer == NULL)
		return g_strdup("unix");
	if (strchr(connection->peer, ':') != NULL)
		return g_strdup_printf("[%s]:%u", connection->peer, connection->port);
	return g_strdup_printf("%s:%u", connection->peer, connection->port);
}

static Envelope *make_envelope(Connection *connection)
{
	const SmtpSession *session = connection->session;
	Envelope *envelope = smtp_make_envelope(session);
	g_autofree char *peer = peer_name(connection);
	Trace trace = {
		.envelope_from = envelope->envelope_from,
		.helo = smtp_helo(session),
		.peer = peer,
		.host = connection->clients->host,
		.with = smtp_with(session),
		.id = connection->id,
	};

	trace.received_at = envelope->received_at = g_get_real_time();
	envelope->is_trusted_peer = connection->is_trusted;
	g_free(envelope->trace);
	envelope->trace = trace_format(&trace);
	g_free(envelope->peer);
	envelope->peer = g_steal_pointer(&peer);
	return envelope;
}

static void refuse_mail(Connection *connection)
{
	guint count = smtp_recipient_count(connection->session);
	g_autofree Reply *replies = g_new(Reply, count);

	for (guint i = 0; i < count; i++)
		replies[i] = (Reply){452, "4.3.1", "no room for this mail now, try later", 0};
	spool_clear(&connection->spool);
	smtp_answer_mail(connection->session, replies, connection->clients->replies);
	send_replies(connection);
}

static void submit(Connection *connection)
{
	Clients *clients = connection->clients;

	connection->content_at = g_get_monotonic_time();
	g_free(connection->id);
	connection->id = g_strdup_printf("%" G_GINT64_MODIFIER "x-%x",
		(guint64)g_get_real_time() / G_USEC_PER_SEC, ++clients->serial);
	if (!spool_seal(&connection->spool)) {
		refuse_mail(connection);
		return;
	}
	connection->job = pool_submit(
		clients->pool, make_envelope(connection), &connection->spool, on_filed, connection);
}

static void store(Connection *connection)
{
	static const Reply full = {452, "4.3.1", "no room for this mail now, try later", 0};
	gsize size;
	const char *bytes = smtp_content(connection->session, &size);

	if (!spool_write(&connection->spool, bytes, size))
		smtp_refuse_content(connection->session, &full);
}

static void on_read(struct bufferevent *stream, void *data);
static void on_write(struct bufferevent *stream, void *data);
static void on_event(struct bufferevent *stream, short what, void *data);

/* The 220 is out: the same socket goes on under TLS. */
static void start_tls(Connection *connection)
{
	Clients *clients = connection->clients;
	evutil_socket_t descriptor = bufferevent_getfd(connection->stream);
	SSL *ssl = SSL_new(clients->tls);

	connection->wants_tls = FALSE;
	if (ssl == NULL) {
		connection_close(connection);
		return;
	}
	bufferevent_setfd(connection->stream, -1);
	bufferevent_free(connection->stream);
	connection->stream = bufferevent_openssl_socket_new(
		clients->base, descriptor, ssl, BUFFEREVENT_SSL_ACCEPTING, STREAM_OPTIONS);
	bufferevent_openssl_set_allow_dirty_shutdown(connection->stream, 1);
	bufferevent_setwatermark(connection->stream, EV_READ, 0, INPUT_LIMIT);
	bufferevent_setcb(connection->stream, on_read, on_write, on_event, connection);
	connection->is_tls = TRUE;
	bufferevent_enable(connection->stream, EV_READ | EV_WRITE);
}

/* Nothing may be read between our 220 and the handshake: it would be read unprotected. */
static void prepare_tls(Connection *connection)
{
	bufferevent_disable(connection->stream, EV_READ);
	connection->wants_tls = TRUE;
	if (unsent(connection) == 0)
		start_tls(connection);
}

/* TRUE: feed on. */
static gboolean act(Connection *connection, SmtpAction action)
{
	switch (action) {
	case SMTP_STORE:
	case SMTP_CONTINUE:
		return TRUE;
	case SMTP_FORGET:
		spool_clear(&connection->spool);
		return TRUE;
	case SMTP_ASK_RECIPIENT:
		connection->job = pool_ask(connection->clients->pool,
			smtp_question(connection->session), on_answered, connection);
		return FALSE;
	case SMTP_SUBMIT:
		submit(connection);
		return connection->job == NULL;
	case SMTP_START_TLS:
		prepare_tls(connection);
		return FALSE;
	case SMTP_CLOSE:
		connection_close(connection);
		return FALSE;
	case SMTP_NEED_BYTES:
	default:
		return FALSE;
	}
}

/* ---- in ---- */

/* The bytes at hand in one piece, long enough for a whole command line where it is there. */
static char *gather(struct evbuffer *input, gsize *size)
{
	static char nothing[1];
	gsize have = evbuffer_get_length(input);

	*size = evbuffer_get_contiguous_space(input);
	if (*size < have && *size <= SMTP_LINE_LIMIT) {
		evbuffer_pullup(input, (ev_ssize_t)MIN(have, 2 * SMTP_LINE_LIMIT));
		*size = evbuffer_get_contiguous_space(input);
	}
	return *size > 0 ? (char *)evbuffer_pullup(input, (ev_ssize_t)*size) : nothing;
}

/* Feeds the session once. TRUE: there may be more to do. */
static gboolean feed(Connection *connection)
{
	struct evbuffer *input = bufferevent_get_input(connection->stream);
	Clients *clients = connection->clients;
	gsize size, used;
	char *bytes = gather(input, &size);
	SmtpAction action;

	clients->settings[connection->protocol].spool_free_bytes =
		spool_free_bytes(&clients->spool);
	action = smtp_feed(connection->session, bytes, size, &used, clients->replies);
	if (action == SMTP_STORE)
		store(connection);
	evbuffer_drain(input, used);
	send_replies(connection);
	if (action == SMTP_NEED_BYTES)
		return used > 0 && evbuffer_get_length(input) > 0;
	return act(connection, action);
}

/* Keeps the times that connection_tick() judges by. */
static void note_times(Connection *connection)
{
	gint64 now = g_get_monotonic_time();

	if (!smtp_is_in_transaction(connection->session))
		connection->transaction_at = 0;
	else if (connection->transaction_at == 0)
		connection->transaction_at = now;
	if (connection->job != NULL)
		return;
	if (!smtp_is_in_content(connection->session))
		connection->content_at = 0;
	else if (connection->content_at == 0) {
		connection->content_at = now;
		connection->content_bytes = 0;
	}
}

static void connection_run(Connection *connection)
{
	gboolean goes_on = TRUE;

	while (goes_on && connection->job == NULL && !connection->is_closing &&
		!connection->wants_tls) {
		connection->is_blocked = unsent(connection) > OUTPUT_LIMIT;
		if (connection->is_blocked)
			break;
		goes_on = feed(connection);
	}
	note_times(connection);
	if (connection->is_closing || connection->job != NULL || connection->is_blocked)
		return;
	/* The client said all it has; or we stop, and no mail is on its way. */
	if (connection->is_ended)
		connection_close(connection);
	else if (connection->clients->is_stopping)
		connection_stop(connection);
}

static void on_read(struct bufferevent *stream, void *data)
{
	Connection *connection = data;
	struct evbuffer *input = bufferevent_get_input(stream);

	if (connection->is_closing) {
		evbuffer_drain(input, evbuffer_get_length(input));
		return;
	}
	connection->active_at = g_get_monotonic_time();
	connection->content_bytes += (gint64)evbuffer_get_length(input);
	connection_run(connection);
}

/* All output is out. */
static void on_write(G_GNUC_UNUSED struct bufferevent *stream, void *data)
{
	Connection *connection = data;

	if (connection->wants_tls)
		start_tls(connection);
	else if (connection->is_closing && !connection->is_shut)
		shut(connection);
	else if (connection->is_blocked)
		connection_run(connection);
}

static void on_event(G_GNUC_UNUSED struct bufferevent *stream, short what, void *data)
{
	Connection *connection = data;

	if ((what & BEV_EVENT_CONNECTED) != 0) {
		metrics_add(METRIC_TLS_STARTED, 1);
		smtp_tls_started(connection->session);
		connection->active_at = g_get_monotonic_time();
		return;
	}
	/* Whoever only closed his side may still want to read what we say to his last words. */
	if ((what & BEV_EVENT_ERROR) != 0 || connection->is_ended || connection->is_shut) {
		connection_free(connection);
		return;
	}
	connection->is_ended = TRUE;
	if (!connection->is_closing)
		connection_run(connection);
}

/* ---- the start ---- */

/* TRUE: a client that did not wait for the greeting, as every mail program does (RFC 5321 3.1). */
static gboolean is_early(int descriptor)
{
	char byte;

	return recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

static void turn_away(int descriptor)
{
	static const char reply[] = "421 4.3.2 too many connections, try again later\r\n";

	metrics_add(METRIC_REPLIES_4, 1);
	send(descriptor, reply, sizeof reply - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(descriptor);
}

static void greet(Connection *connection)
{
	bufferevent_setwatermark(connection->stream, EV_READ, 0, INPUT_LIMIT);
	bufferevent_setcb(connection->stream, on_read, on_write, on_event, connection);
	bufferevent_enable(connection->stream, EV_READ | EV_WRITE);
	if (connection->peer != NULL && is_early(bufferevent_getfd(connection->stream))) {
		close_with(connection, "4.7.0", "wait for the greeting before you speak");
		return;
	}
	smtp_greet(connection->session, connection->clients->replies);
	send_replies(connection);
}

void connection_open(
	Clients *clients, Protocol protocol, int descriptor, const char *peer, guint port)
{
	Connection *connection;

	if (!admission_take(clients, peer)) {
		turn_away(descriptor);
		return;
	}
	connection = g_new0(Connection, 1);
	connection->clients = clients;
	connection->link.data = connection;
	connection->protocol = (guint8)protocol;
	connection->peer = g_strdup(peer);
	connection->port = (guint16)port;
	connection->is_trusted =
		peer == NULL || config_is_trusted_peer(clients->trusted_networks, peer);
	connection->session = smtp_session_new(&clients->settings[protocol]);
	connection->stream = bufferevent_socket_new(clients->base, descriptor, STREAM_OPTIONS);
	connection->active_at = g_get_monotonic_time();
	spool_init(&connection->spool, &clients->spool);
	g_queue_push_tail_link(&clients->connections, &connection->link);
	metrics_add(
		protocol == PROTOCOL_LMTP ? METRIC_CONNECTIONS_LMTP : METRIC_CONNECTIONS_SMTP, 1);
	metrics_set(METRIC_CONNECTIONS_OPEN, clients->connections.length);
	greet(connection);
}

/* ---- time ---- */

static gboolean is_too_slow(const Connection *connection, gint64 now)
{
	gint64 took_us = now - connection->content_at;

	return connection->content_at != 0 && took_us > RATE_GRACE_US &&
	       connection->content_bytes <
		       connection->clients->limits.data_rate * (took_us / G_USEC_PER_SEC);
}

void connection_tick(Connection *connection, gint64 now)
{
	const Limits *limits = &connection->clients->limits;

	if (connection->is_closing) {
		if ((connection->is_shut && connection->is_ended) ||
			now - connection->closing_at > LINGER_US)
			connection_free(connection);
		return;
	}
	if (connection->job != NULL)
		return;
	if (now - connection->active_at > (gint64)limits->idle_seconds * G_USEC_PER_SEC)
		close_with(connection, "4.4.2", "idle for too long");
	else if (connection->transaction_at != 0 &&
		 now - connection->transaction_at >
			 (gint64)limits->transaction_seconds * G_USEC_PER_SEC)
		close_with(connection, "4.4.2", "this mail takes too long");
	else if (is_too_slow(connection, now))
		close_with(connection, "4.4.2", "this mail comes too slowly");
}

void connection_stop(Connection *connection)
{
	if (connection->job == NULL && !smtp_is_in_content(connection->session) &&
		!connection->is_closing)
		close_with(connection, "4.3.2", "shutting down, try again later");
}
