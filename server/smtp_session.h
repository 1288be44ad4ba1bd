/* The inside of an SmtpSession, for smtp.c (the session and its lines), smtp_command.c (what each
 * command does) and smtp_content.c (DATA and BDAT). Nobody else includes this. */
#pragma once

#include "server/smtp.h"

/* Bytes that are read only to be dropped, before we give up on this client. */
#define SMTP_DROP_LIMIT (1024 * 1024)

typedef enum {
	STATE_GREETED, /* we greeted */
	STATE_READY,   /* they greeted */
	STATE_MAIL,    /* a sender */
	STATE_RCPT,    /* and a recipient */
	STATE_CHUNKS,  /* and content by BDAT, more to come */
} SmtpState;

typedef enum {
	READING_COMMAND,
	READING_DATA,  /* up to CRLF.CRLF */
	READING_CHUNK, /* chunk_left bytes */
	READING_LINE,  /* a line that is too long, to be dropped */
} SmtpReading;

/* Where the last content byte left us, for CRLF.CRLF. */
typedef enum {
	LINE_START, /* behind CRLF, or at the very start */
	LINE_TEXT,
	LINE_CR,
} SmtpLine;

struct SmtpSession {
	const SmtpSettings *settings; /* borrowed */
	SmtpState state;
	SmtpReading reading;
	SmtpLine line;
	SmtpAction
		due; /* SMTP_ASK_RECIPIENT or SMTP_SUBMIT: an answer is due; else SMTP_CONTINUE */
	guint errors, junk;
	gboolean is_extended, is_utf8, is_tls, has_ended, is_last_chunk, is_stored;
	gint64 chunk_left, content_size;
	gsize recipients_size, dropped;
	const char *content; /* what SMTP_STORE means */
	gsize content_bytes;
	Reply refusal; /* of the content; code 0: none */
	char *helo, *sender, *question;
	GPtrArray *recipients;
};

/* What is fed, and how far we are. */
typedef struct {
	char *bytes;
	gsize size, at;
	GString *replies;
} SmtpInput;

/* Replies. The second counts an error of the client; the last one that it may make is answered 421.
 */
SmtpAction smtp_accept(SmtpInput *input, guint code, const char *status, const char *text);
SmtpAction smtp_fail(
	SmtpSession *session, SmtpInput *input, guint code, const char *status, const char *text);
SmtpAction smtp_close(SmtpInput *input, guint code, const char *status, const char *text);

void smtp_enter(SmtpSession *session, SmtpState state);
/* Ends the transaction, whatever came of it. SMTP_FORGET when content was stored for nothing. */
SmtpAction smtp_reset(SmtpSession *session);
/* The refusal of the content: one reply for each recipient in LMTP, one for all in SMTP. */
void smtp_refuse_all(SmtpSession *session, GString *replies);

/* Runs one command line, without its end; smtp_command.c. */
SmtpAction smtp_run_command(SmtpSession *session, SmtpInput *input, const char *line);

/* Read on in content, and end it; smtp_content.c. */
SmtpAction smtp_read_data(SmtpSession *session, SmtpInput *input);
SmtpAction smtp_read_chunk(SmtpSession *session, SmtpInput *input);
SmtpAction smtp_finish_content(SmtpSession *session, SmtpInput *input);
