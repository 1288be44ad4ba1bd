/* Connection: one client of the listener, from accept to close. It moves bytes between the socket
 * and its SmtpSession and does what the session asks for; it decides nothing about the protocol. */
#pragma once

#include <event2/event.h>

#include "server/pool.h"
#include "server/smtp.h"
#include "server/spool.h"
#include "server/tls.h"

/* What all connections of the listener share. The listener owns it. */
typedef struct {
	struct event_base *base;
	Pool *pool;
	Limits limits;
	SmtpSettings settings[2]; /* by Protocol: SMTP, LMTP */
	SpoolBudget spool;
	SSL_CTX *tls;                /* NULL: not offered */
	GPtrArray *trusted_networks; /* of GInetAddressMask */
	GHashTable *peers;           /* address → number of its connections */
	GQueue connections;          /* of Connection */
	GString *replies;            /* scratch: empty between calls */
	char *host;
	guint serial; /* of mails, for their ids */
	gboolean is_stopping;
} Clients;

typedef struct Connection Connection;

/* Takes an accepted socket, greets, and lives until one side closes. peer is the client's address
 * without port, NULL for a unix socket. Over a limit it is told so and closed at once. */
void connection_open(
	Clients *clients, Protocol protocol, int descriptor, const char *peer, guint port);
/* Ends what is too slow or too old; to be called a few times a second. */
void connection_tick(Connection *connection, gint64 now);
/* The gateway stops: closes politely what has no mail on its way. */
void connection_stop(Connection *connection);
/* At once, whatever it does. */
void connection_free(Connection *connection);
