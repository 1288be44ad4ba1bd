/* Plan: what a delivery brings and on whose authority. Pure: no database, no clock.
 *
 * Standing first (who is the sender, by exactly one From mailbox), then what the mail is: a carrier
 * of other mails (a user's forward), or the mail itself. docs/MATCHING.md has the table. A Plan
 * borrows from the Mail, the Envelope and the People that it was made of. */
#pragma once

#include "mime/mail.h"
#include "store/planitem.h"

typedef enum {
	STANDING_NOBODY,
	STANDING_KNOWN, /* takes part in a case of the tenant */
	STANDING_USER,
} Standing;

const char *standing_name(Standing standing);

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
