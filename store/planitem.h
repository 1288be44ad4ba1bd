/* Plan item: one mail that a delivery brings: what it is, when it was sent, what it is called and
 * names, and whom it is with. Pure. An item borrows from the Mail and owns what it made of it. */
#pragma once

#include "mime/mail.h"
#include "store/ingest.h"
#include "store/people.h"
#include "store/planquote.h"

/* What a user wrote above a mail that he forwarded. */
typedef struct {
	const Mailbox *author; /* borrowed; may be NULL */
	gint64 at;
	const char *text; /* borrowed */
} PlanComment;

/* One mail that the delivery brings. */
typedef struct {
	const Mail *mail; /* the mail itself: an original, or the whole */
	const Mail
		*body; /* whose attachments it has: of an inline forward the wrapper, else mail */
	gboolean is_inline; /* recovered from a text: to be completed by the real mail */
	MailKind kind; /* mail->kind, but a user's own mail is not automatic by Precedence alone */
	const char *source; /* as in casegate.messages */
	const char *direction;
	gint64 sent_at;
	Precision sent_precision;
	gboolean has_zone;   /* sent_at's zone was stated */
	GPtrArray *comments; /* of PlanComment, outermost first */
	GPtrArray *quotes;   /* of PlanQuote: what it quotes, or reports on as a user's bounce */
	/* What it names. */
	char *message_id; /* its own or presumed id, NULL: none */
	gboolean is_presumed;
	GPtrArray *references; /* of char, nearest first, without message_id */
	gboolean has_thread_index;
	const guint8 *thread_guid;
	char *conversation; /* mailbox and conversation id, NULL: none that names its thread */
	char *people;       /* From, To and Cc without agents in lines: key, tab and name */
	char *side;         /* the company outside that it is with (store/side.h), NULL: internal */
	gboolean is_loose;  /* a user's answer that names nothing but its subject */
	gboolean is_weak;   /* may be a new matter on an old thread */
	gboolean is_users;  /* a user of ours brought it, and vouches for what it says */
	gboolean is_believed_bounce; /* may join the case of the mail that it reports on */
	gboolean may_open;
	gboolean may_reopen;
} PlanItem;

/* Of mail, which was found in body (itself, or of an inline original the wrapper; inline_depth
 * counts its levels there, 0: not inline). source is static. is_users: a user of ours brought it.
 */
PlanItem *planitem_new(const Mail *mail, const Mail *body, guint inline_depth, const char *source,
	gboolean is_users, const Envelope *envelope, const People *people);
/* The base subjects of the mail and of all that it quotes, each once, its own first: borrowed char,
 * the array to be freed. */
GPtrArray *planitem_subjects(const PlanItem *item);
/* Whom the mail states that it went to, To and Cc, as keys. Of char. */
GPtrArray *planitem_recipients(const PlanItem *item);
/* Those who did not get the mail that a bounce reports on, as keys. Of char. */
GPtrArray *planitem_unreached(const PlanItem *item);
void planitem_free(PlanItem *item);

/* Gives the item its mailbox's conversation. Exchange puts mails without a Thread-Index into one
 * conversation by their subject alone; of those only answers are believed. */
void planitem_name_conversation(PlanItem *item, const Envelope *envelope);
