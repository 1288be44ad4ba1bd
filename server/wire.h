/* Wire: the messages between our own processes, over SOCK_SEQPACKET, one GVariant each, with
 * descriptors.
 *
 * listener → worker   WIRE_QUESTION, WIRE_MAIL with the mail's file; one answer is due before the
 * next worker → listener   WIRE_ANSWER, WIRE_VERDICTS supervisor → listener  WIRE_WORKER with its
 * socket, WIRE_SETTINGS with TLS files, WIRE_STOP listener → supervisor  WIRE_LISTENING,
 * WIRE_TROUBLE, WIRE_KILL
 *
 * A worker reads what strangers wrote, so its messages are checked like a stranger's. */
#pragma once

#include "server/config.h"
#include "store/address.h"
#include "store/ingest.h"

typedef enum {
	WIRE_QUESTION,
	WIRE_ANSWER,
	WIRE_MAIL,
	WIRE_BEGUN, /* the mail was received: what happens to the worker now may be its doing */
	WIRE_VERDICTS,
	WIRE_WORKER,
	WIRE_SETTINGS,
	WIRE_STOP,
	WIRE_LISTENING,
	WIRE_TROUBLE,
	WIRE_KILL,
} WireKind;

#define WIRE_DESCRIPTORS 2

typedef struct {
	WireKind kind;
	GVariant *body;                    /* of the kind's type and in normal form */
	int descriptors[WIRE_DESCRIPTORS]; /* -1: none; taken out they are the taker's */
} WireMessage;

typedef enum {
	WIRE_GOT,
	WIRE_NOTHING, /* a non-blocking socket has no message now */
	WIRE_ENDED,   /* the other side is gone, or spoke nonsense */
} WireState;

/* Two connected ends; the first is non-blocking. FALSE: out of descriptors. */
gboolean wire_pair(int ends[2]);
/* Consumes a floating body; NULL stands for the empty tuple. descriptors may be NULL. FALSE: not
 * sent. */
gboolean wire_send(int socket, WireKind kind, GVariant *body, const int *descriptors, guint count);
/* Waits for a message where the socket blocks. */
WireState wire_receive(int socket, WireMessage *message);
void wire_message_clear(WireMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WireMessage, wire_message_clear)

GVariant *wire_pack_question(const char *recipient);

/* error wins over answer. Returned errors are of CASEGATE_ERROR. */
GVariant *wire_pack_answer(AddressAnswer answer, const GError *error);
gboolean wire_unpack_answer(GVariant *body, AddressAnswer *answer, GError **error);

/* unparsed_why: do not read the mail, file its bytes for this reason; NULL: read it. */
GVariant *wire_pack_mail(const Envelope *envelope, gsize size_bytes, const char *unparsed_why);
Envelope *wire_unpack_mail(GVariant *body, gsize *size_bytes, char **unparsed_why);

/* Without Verdict.reason, which may name people. FALSE: not count verdicts, or senseless ones. */
GVariant *wire_pack_verdicts(const Verdict *verdicts, guint count);
gboolean wire_unpack_verdicts(GVariant *body, Verdict *verdicts, guint count);

/* What the listener needs of the configuration, and may get anew while it runs. */
GVariant *wire_pack_settings(const Config *config);
gboolean wire_unpack_settings(GVariant *body, Limits *limits, GPtrArray **trusted_peers,
	GLogLevelFlags *level, LogFormat *format);
