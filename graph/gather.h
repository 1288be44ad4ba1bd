/* Gather: of the mails that a mailbox shows, files those that tie to a case, and forgets the rest.
 * The first look takes what a list brings; who ties to nothing so far is asked once for what he
 * answers, twenty at a time; only what is of a case is fetched, and goes through ingest() as every
 * mail does. */
#pragma once

#include "graph/account.h"
#include "graph/item.h"
#include "mime/authres.h"
#include "store/mailbox.h"

typedef struct {
	Account *account;         /* borrowed */
	const AuthPolicy *policy; /* borrowed */
	gsize message_size;       /* larger mail is filed with its headers and a note */
	/* Of this round: what ties to nothing (of Item), and the sightings of all that was looked
	 * at. */
	GPtrArray *untied;
	GHashTable *seen;
	GPtrArray *skipped_folders; /* of char: ids of drafts, junk …; NULL: not asked for yet */
	guint filed, known, looked; /* new in a case, there already, all */
} Gather;

Gather *gather_new(Account *account, const AuthPolicy *policy, gsize message_size);
void gather_free(Gather *gather);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Gather, gather_free)

/* Takes a page of items (of Item, each removed from the array) and keeps folder (may be NULL) in
 * the transaction of its last mail: read to there, all of it filed. */
gboolean gather_take(Gather *gather, GPtrArray *items, Folder *folder, GError **error);
/* Looks again at what tied to nothing: what came later may name it. */
gboolean gather_again(Gather *gather, GError **error);
/* Is this in a folder whose mail is nobody's business: drafts, junk, deleted, outbox? */
gboolean gather_is_skipped(Gather *gather, const Item *item, gboolean *is_skipped, GError **error);
