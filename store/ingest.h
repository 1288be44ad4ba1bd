/* Ingest: one mail in, one verdict for each of its recipients out. Every way in (LMTP, SMTP, Graph,
 * `casegate file`) meets here; there is no second path to a case. docs/MATCHING.md has the method.
 */
#pragma once

#include "mime/authres.h"
#include "mime/mail.h"
#include "store/store.h"

typedef enum {
	PROTOCOL_SMTP,
	PROTOCOL_LMTP,
	PROTOCOL_GRAPH,
	PROTOCOL_IMPORT,
	PROTOCOL_SEND,
} Protocol;

typedef struct Verdict Verdict;

/* How a mail came. Owns everything. */
typedef struct {
	Protocol protocol;
	char *peer;               /* "192.0.2.1:43210" or "unix"; NULL for an import */
	gboolean is_trusted_peer; /* its Authentication-Results and Received are our edge's */
	char *envelope_from;   /* "" for <>; NULL for an import. Recorded, never believed, except ""
				  for bounces */
	GPtrArray *recipients; /* of char, as written at RCPT */
	gint64 received_at;    /* microseconds since 1970, UTC */
	char *trace;           /* our Return-Path and Received lines, CRLF; "" without */
	char *vouched_by; /* key or address of the user who brought it for certain (--from, Graph),
			     or NULL */
	gboolean is_history; /* import without events */
	/* Of mail that was read from a mailbox (Graph), else NULL. A conversation's id means
	 * something inside its mailbox only. */
	char *mailbox, *conversation_id;
	/* Whose mailbox it is: the recipient is the mailbox then, no agent address, and the mail
	 * is kept only where it ties to a case. */
	char *tenant;
	gint64 sent_message; /* the mail of ours that this is the sent copy of; 0: none known */
	/* Called before the commit with what became of the mail, to write what must be true
	 * together with it; FALSE with an error undoes the mail. May be NULL. */
	gboolean (*before_commit)(
		Store *store, const Verdict *verdict, gpointer data, GError **error);
	gpointer data; /* borrowed */
} Envelope;

Envelope *envelope_new(Protocol protocol);
void envelope_free(Envelope *envelope);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Envelope, envelope_free)

typedef enum {
	OUTCOME_FILED,
	OUTCOME_HELD,
	OUTCOME_DUPLICATE,
	OUTCOME_REJECTED, /* never_file: answered 250, nothing kept */
	OUTCOME_FAILED,   /* kept, could not be read */
	OUTCOME_UNTIED,   /* read from a mailbox, of no case: nothing was written */
} Outcome;

const char *outcome_name(Outcome outcome); /* as in the view casegate.deliveries */

/* What became of a mail at one recipient. When error is set nothing was written and nothing else
 * counts. */
struct Verdict {
	GError *error; /* CASEGATE_ERROR_RETRY: 451; CASEGATE_ERROR_REJECT: 550; CONFIGURE: 451 */
	Outcome outcome;
	char *tenant;
	gint64 delivery_id;         /* 0: none */
	gint64 case_id, message_id; /* 0: none */
	char *reference;            /* of the case, or NULL */
	gboolean opened_case;
	char *reason; /* one sentence for a person, or NULL */
};

void verdict_clear(Verdict *verdict);

/* Files one mail once for each recipient, each in its own transaction: no verdict undoes another.
 * verdicts has room for envelope->recipients->len; what it held is not freed. */
void ingest(Store *store, const Envelope *envelope, const AuthPolicy *policy, GBytes *source,
	Verdict *verdicts);
/* The same without reading the mail: for one that killed or outlasted a worker. Outcome FAILED. */
void ingest_unparsed(
	Store *store, const Envelope *envelope, GBytes *source, const char *why, Verdict *verdicts);

/* One candidate case of a mail, with what speaks for it. */
typedef struct {
	gint64 case_id;                               /* 0: a new case */
	char *reference, *signal, *detail, *strength; /* as in casegate.match_evidence */
	gboolean chosen;
} Candidate;

/* What filing would do: the real path, rolled back. */
typedef struct {
	Verdict verdict;
	char *standing;      /* "user", "known", "nobody" */
	char *user;          /* the user's key, or NULL */
	char *authenticated; /* what the edge proved: "pass", "fail", "none"; never NULL */
	char *form; /* "inline", "attached", "redirect" or NULL: what of the mail is filed */
	GPtrArray *messages;   /* of PlannedMessage: what would be filed, in order */
	GPtrArray *candidates; /* of Candidate, best first */
	GPtrArray *merges;     /* of PlannedMerge */
} Explanation;

/* One mail that a delivery brings, as it would be stored. */
typedef struct {
	char *internet_message_id; /* or NULL */
	char *identity;            /* "id", "presumed id", "content": by what it is known again */
	char *direction, *source, *kind; /* as in casegate.messages */
	char *from_name, *from_address, *subject;
	gint64 sent_at;  /* microseconds since 1970 */
	gint64 known_as; /* the message it already is, 0: new */
	gint64 case_id;  /* where it would lie, 0: it would wait */
	gboolean opened_case;
} PlannedMessage;

/* Two cases that would become one by it. */
typedef struct {
	gint64 from_case, into_case;
	char *from, *into; /* references */
} PlannedMerge;

void explanation_free(Explanation *explanation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Explanation, explanation_free)

/* Explains for the first recipient of the envelope. NULL with an error when the database is away or
 * the address is unknown (CASEGATE_ERROR_REJECT). */
Explanation *ingest_explain(Store *store, const Envelope *envelope, const AuthPolicy *policy,
	GBytes *source, GError **error);
/* The same for a delivery that is filed: as if it had never come and came now. ROLE_ADMIN. */
Explanation *ingest_explain_again(Store *store, const Envelope *envelope, const AuthPolicy *policy,
	GBytes *source, gint64 delivery_id, GError **error);
/* Files a mail that could not be read when it came (outcome FAILED), under its own delivery_id.
 * ROLE_ADMIN. */
void ingest_again(Store *store, const Envelope *envelope, const AuthPolicy *policy, GBytes *source,
	gint64 delivery_id, Verdict *verdict);
