/* Plan: what a delivery brings and on whose authority. Pure: no database, no clock.
 *
 * Standing first (who is the sender, by exactly one From mailbox), then what the mail is: a carrier
 * of other mails (a user's forward), or the mail itself. docs/MATCHING.md has the table. A Plan
 * borrows from the Mail, the Envelope and the People that it was made of. */
#pragma once

#include "mime/mail.h"
#include "store/ingest.h"
#include "store/people.h"

typedef enum {
	STANDING_NOBODY,
	STANDING_KNOWN, /* takes part in a case of the tenant */
	STANDING_USER,
} Standing;

const char *standing_name(Standing standing);

/* What a user wrote above a mail that he forwarded. */
typedef struct {
	const Mailbox *author; /* borrowed; may be NULL */
	gint64 at;
	const char *text; /* borrowed */
} PlanComment;

/* What a mail says of an earlier mail that it quotes. */
typedef struct {
	gboolean is_stated; /* it says who and when; else only text counts */
	char *from_key;     /* address_key(), "" where only a name is stated */
	const char *name;   /* borrowed, "" where none is stated */
	gint64 at;
	gboolean has_zone;
	const char *text; /* borrowed */
} PlanQuote;

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
	GPtrArray *quotes;   /* of PlanQuote, nearest first, limited: those that state who and when;
				of a mail   that names nothing else the nearest that does not */
	/* What it names. */
	char *message_id; /* its own or presumed id, NULL: none */
	gboolean is_presumed;
	GPtrArray *references; /* of char, nearest first, without message_id */
	gboolean has_thread_index;
	const guint8 *thread_guid;
	char *conversation; /* mailbox and conversation id, NULL: none that names its thread */
	char *side;         /* the company outside that it is with (store/side.h), NULL: internal */
	gboolean is_loose;  /* a user's answer that names nothing but its subject */
	gboolean is_weak;   /* may be a new matter on an old thread */
	gboolean may_open;
	gboolean may_reopen;
} PlanItem;

typedef struct {
	Standing standing;
	char *user;                /* the bringing user's key, or NULL */
	gboolean is_new_colleague; /* user is his address and has no account yet */
	const char *sender; /* the author's address key, "" without; borrowed from author_key */
	char *author_key;
	AuthVerdict authenticated;
	gboolean is_held;     /* waits for a human, with reason */
	gboolean is_quiet;    /* shown only with `hold list --all` */
	gboolean is_rejected; /* never_file */
	gboolean is_bounce;   /* may join the case of the mail that it reports on */
	char *reason;         /* why held or rejected */
	GPtrArray *items;     /* of PlanItem, never empty */
} Plan;

/* All addresses of a mail and of the mails in it, as keys, each once: what people_load() asks for.
 * Of char. */
GPtrArray *plan_addresses(const Mail *mail);

Plan *plan_make(
	const Mail *mail, const Envelope *envelope, const People *people, const AuthPolicy *policy);
void plan_free(Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)

/* The participants' keys of an item (From, To, Cc without agents), each once. Of char. */
GPtrArray *plan_item_people(const PlanItem *item, const People *people);
