/* People: who the addresses of a mail are to a tenant, and the tenant's rules that filing needs. */
#pragma once

#include "mime/mail.h"
#include "store/store.h"

/* In SQL: those participants p of casegate.message m in lines, address key, tab and name. */
#define PEOPLE_OF_MESSAGE(which)                                                                 \
	"(SELECT coalesce(string_agg(coalesce(p.address_key, '') || E'\t' || coalesce(p.name, "  \
	"''), E'\n'), '')"                                                                       \
	" FROM casegate.participant p WHERE p.tenant = m.tenant AND p.message_id = m.message_id" \
	" AND " which ")"

typedef struct {
	char *user; /* the user's key; NULL for others, and for a colleague by domain without an
		       account */
	gboolean is_ours;        /* a user, or of one of the tenant's domains */
	gboolean is_agent;       /* an agent address: listed, never a participant */
	gboolean is_participant; /* takes part in a case of the tenant */
	gboolean is_never_filed; /* on the tenant's never_file list */
	gboolean is_namesake;    /* of a name alone: a user's address is made of its words */
} Person;

typedef struct {
	GHashTable *persons; /* address_key → Person */
	char *vouched_user;  /* the key of the user that the envelope vouches for, or NULL */
	GTimeZone *timezone;
	GPtrArray *trusted_arc; /* of char */
	gboolean has_quota;
	gboolean has_numbers; /* it has described its own order or offer numbers */
} People;

/* trusted_arc: words. An unknown time zone is UTC. */
People *people_new(const char *zone, const char *trusted_arc);
/* key: as address_key() writes it; person is copied. */
void people_add(People *people, const char *key, const Person *person);
void people_free(People *people);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(People, people_free)

/* Never NULL: of an address that was not loaded, and of NULL, nothing is known. Borrowed. */
const Person *people_find(const People *people, const char *address);

/* "Muster, Anna" and "Anna Muster" are "anna muster": how a person is looked for of whom only the
 * name is stated. NULL: one word names nobody. As name_key() in schema/0022-names.sql. */
char *people_name_key(const char *name);
/* Never NULL: by the address, where none is stated by the name. */
const Person *people_find_mailbox(const People *people, const Mailbox *mailbox);
gboolean people_is_ours(const People *people, const Mailbox *mailbox);

/* Never NULL. The author's. */
const Person *people_author(const People *people, const Mail *mail);
/* The first who is neither ours nor the agent, or NULL. A name without an address is nobody that
 * mail can reach. Borrowed. */
const Mailbox *people_outsider(const People *people, const GPtrArray *mailboxes);

/* The author, one of ours, writes his name: so he may stand in the text of this very mail. Returns
 * the name's key, NULL where there is nothing to learn. */
char *people_note_author(People *people, const Mail *mail);
/* Keeps it for other mails, with the next statement, unless it is kept already (NULL). After the
 * commit what it returned is handed to people_note_learnt(). */
char *people_learn_name(Store *store, const char *tenant, const Mail *mail, const char *name_key);
void people_note_learnt(char *news);

/* The key of a colleague by domain: he becomes a user whose key is his address, with the next
 * statement. */
void people_add_colleague(Store *store, const char *tenant, const char *address);
