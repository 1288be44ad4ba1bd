/* Identity: is this mail already here, and by what name does it enter the union?
 *
 * By its Message-ID, by the presumed id of an inline forward (verified against what the block
 * says), or, where there is none, by its content. The same id with other content is a message of
 * its own. docs/MATCHING.md 2. */
#pragma once

#include "store/plan.h"

typedef struct {
	gint64 known_as; /* the message that it already is, 0: new */
	gint64 evicts;   /* the message that was only presumed to have this mail's id, 0: none */
	gint64 joins;    /* a second message that it already is, taken from texts: they are one, 0:
			    none */
	gboolean reuses_id; /* the sender of that one gives one id to many mails: it names none */
	gboolean has_given_up;    /* the id that was presumed is another mail's: the first that it
				     names */
	gboolean completes;       /* that one was taken from a text, and this is the real mail */
	gboolean is_in_texts;     /* that one has no id but what forwards presumed */
	gboolean is_same_content; /* all of that one is in this one */
	const char *kind;   /* "id", "presumed", "content", "reused": as in message.identity */
	GPtrArray *keys;    /* of char: uuids; the own key first, then what it names, nearest first,
			       then its links */
	GPtrArray *signals; /* of char: beside each key what it is: "message_id", "references", … */
	GPtrArray *details;  /* of char, or NULL: the id */
	GPtrArray *ref_keys; /* of char: the keys of item->references, nearest first */
} Identity;

void identity_free(Identity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Identity, identity_free)

/* Locks out whoever files the same mail, or one that this one waits for, at this moment by another
 * way (all items of a delivery at once, in one order), with the next statement. Held until the
 * transaction ends. */
void identity_lock(Store *store, const char *tenant, const Plan *plan);
/* Looks for the mail. May take the presumed id back from the item when the known mail of that id is
 * another. sent_message: the mail of ours that this is known to be the sent copy of, 0: none. */
Identity *identity_find(
	Store *store, const char *tenant, PlanItem *item, gint64 sent_message, GError **error);
