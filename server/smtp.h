/* SMTP and LMTP (RFC 5321, RFC 2033) as one session: bytes go in, replies and one action come out.
 *
 * No socket, no clock, no database. The caller keeps the bytes, feeds what it has, does what the
 * returned action asks for, and feeds again. Offered: PIPELINING 8BITMIME SMTPUTF8 CHUNKING
 * ENHANCEDSTATUSCODES SIZE, and STARTTLS where there is a certificate. Not BINARYMIME: what arrives
 * must survive mbox and other queues. A mail ends at CRLF.CRLF only; a bare LF or CR is content
 * there, and an error in a command. */
#pragma once

#include "server/config.h"
#include "server/reply.h"
#include "store/ingest.h"

typedef struct SmtpSession SmtpSession;

/* What all sessions of one socket have in common. Borrowed; may change between two calls. */
typedef struct {
	Protocol protocol; /* PROTOCOL_SMTP or PROTOCOL_LMTP */
	const char *host;  /* our name */
	const Limits *limits;
	gboolean offers_tls;
	gint64 spool_free_bytes; /* what a mail that comes now may use */
} SmtpSettings;

typedef enum {
	SMTP_NEED_BYTES,    /* feed more, together with what was not used */
	SMTP_ASK_RECIPIENT, /* look up smtp_question(), then smtp_answer_recipient() */
	SMTP_STORE,     /* append smtp_content() to the mail; if that fails smtp_refuse_content() */
	SMTP_FORGET,    /* what was stored of this mail is void */
	SMTP_SUBMIT,    /* file the mail, then smtp_answer_mail() */
	SMTP_START_TLS, /* send the replies, shake hands, then smtp_tls_started() */
	SMTP_CLOSE,     /* send the replies, then close */
	SMTP_CONTINUE,  /* of the answers only: feed again at once */
} SmtpAction;

SmtpSession *smtp_session_new(const SmtpSettings *settings);
void smtp_session_free(SmtpSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SmtpSession, smtp_session_free)

/* The first line, before any byte is read. */
void smtp_greet(const SmtpSession *session, GString *replies);

/* Reads bytes (which it may change), sets *used to how many are done with, appends replies. Never
 * called while an answer is due. A line or an end that is not complete stays unused: at most
 * SMTP_LINE_LIMIT. */
#define SMTP_LINE_LIMIT 2048
SmtpAction smtp_feed(SmtpSession *session, char *bytes, gsize size, gsize *used, GString *replies);

/* The address that SMTP_ASK_RECIPIENT asks for. Borrowed until it is answered. */
const char *smtp_question(const SmtpSession *session);
SmtpAction smtp_answer_recipient(SmtpSession *session, const Reply *answer, GString *replies);

/* The bytes that SMTP_STORE brings: part of what was fed. */
const char *smtp_content(const SmtpSession *session, gsize *size);
/* The mail cannot be kept: the rest of it is dropped and answered with this. */
void smtp_refuse_content(SmtpSession *session, const Reply *reply);

/* One answer for each recipient. The transaction is over then. */
void smtp_answer_mail(SmtpSession *session, const Reply *answers, GString *replies);

/* Forgets everything said before (RFC 3207 4.2). */
void smtp_tls_started(SmtpSession *session);

/* The transaction as it stands. Names are borrowed. */
gboolean smtp_is_in_transaction(const SmtpSession *session);
gboolean smtp_is_in_content(const SmtpSession *session);
guint smtp_recipient_count(const SmtpSession *session);
const char *smtp_helo(const SmtpSession *session); /* "" before */
const char *smtp_with(const SmtpSession *session); /* for Received: "ESMTPS" */
/* What the session knows of it: protocol, sender, recipients. */
Envelope *smtp_make_envelope(const SmtpSession *session);
