/* Outbox: mail that users send from the app, on its way through one mailbox. What was begun is
 * committed before Microsoft hears of it, so that whoever comes later knows that it may have gone.
 */
#pragma once

#include "store/store.h"

typedef enum {
	SEND_QUEUED,
	SEND_SENDING, /* whoever began is gone: as good as unknown */
	SEND_UNKNOWN,
} SendState;

typedef struct {
	char *role; /* "to" or "cc" */
	char *name; /* or NULL */
	char *address;
} Recipient;

typedef struct {
	char *filename, *content_type;
	char *sha256; /* hex */
	gint64 size;
} SendFile;

/* Owns everything. */
typedef struct {
	gint64 message_id, case_id;
	SendState state;
	char *send_id;     /* uuid: the stamp on every copy */
	char *internet_id; /* ours, without brackets */
	char *subject, *text;
	char *html;            /* or NULL */
	char *answers_id;      /* the Message-ID of what it answers, or NULL */
	GPtrArray *references; /* of char, nearest first */
	GPtrArray *recipients; /* of Recipient */
	GPtrArray *files;      /* of SendFile */
	gint64 attempt;
	gint64 started_ago_seconds; /* since the last attempt began; -1: never */
	gint64 queued_ago_seconds;
	gint64 started_last_minute; /* mails that this mailbox began in the last minute */
} Outgoing;

void outgoing_free(Outgoing *outgoing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Outgoing, outgoing_free)

/* The next mail of this user that is due, the order of each case kept; *outgoing NULL: none.
 * message_id 0: whichever; else this one, due or not. */
gboolean outbox_find(Store *store, const char *tenant, const char *user, gint64 message_id,
	Outgoing **outgoing, GError **error);
/* The bytes of one of its files. */
GBytes *outbox_load_file(Store *store, const char *tenant, const SendFile *file, GError **error);
/* Commits that it is about to be sent. *may_send FALSE: it is not waiting any more. */
gboolean outbox_begin(Store *store, const char *tenant, const Outgoing *outgoing,
	gboolean *may_send, GError **error);
/* Each says what became of it, but not to a mail whose copy came meanwhile. error_text is for a
 * person or NULL; due_seconds: when to look again, negative: never by itself. */
gboolean outbox_set(Store *store, const char *tenant, const Outgoing *outgoing, const char *state,
	const char *error_text, double due_seconds, GError **error);
/* The subjects of what this mailbox sent in the last days and whose copy has not been seen in it. A
 * set of char. */
GHashTable *outbox_awaited(Store *store, const char *tenant, const char *user, GError **error);
/* Schedules the mailbox's next look into its outbox. */
gboolean outbox_schedule(Store *store, const char *tenant, const char *user, GError **error);
/* Writes a mail into the outbox as this user would (send_mail). to is one address. */
gboolean outbox_add(Store *store, const char *tenant, const char *user, const char *reference,
	const char *to, const char *subject, const char *text, gint64 *message_id, GError **error);
/* "V-000042", or NULL with an error. */
char *outbox_case_reference(Store *store, const char *tenant, gint64 case_id, GError **error);
