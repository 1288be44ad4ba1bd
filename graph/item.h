/* Item: what a mailbox shows of one mail, without the mail itself: enough to know whether it is of
 * a case. A member that is missing means unknown, never empty (GRAPH.md 3.1). */
#pragma once

#include "graph/told.h"

typedef struct {
	char *id;           /* Graph's, good until the mail is moved */
	char *internet_id;  /* without angle brackets; NULL: none */
	char *subject;      /* or NULL */
	char *conversation; /* or NULL */
	char *parent;       /* the folder's id, or NULL */
	char *send_id;      /* what our sending stamped on it, a uuid; or NULL */
	gint64 received_at; /* microseconds since 1970; 0: unknown */
	gint64 size;        /* bytes; 0: unknown */
	gboolean is_draft, is_removed;
	gboolean is_sparse; /* only what changed is here: the rest must be asked for */
	gboolean has_details;
	char *sighting;  /* uuid: the same for this mail whenever this mailbox shows it */
	char *own_key;   /* uuid of internet_id; NULL: none */
	GPtrArray *keys; /* of char: uuids of all that it is called and names */
} Item;

void item_free(Item *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Item, item_free)

/* Reads one member of "value". NULL where it has no id. mailbox: in lower case, conversations are
 * its own. */
Item *item_read(const json_t *object, const char *mailbox);
/* Adds what the second look brought: references, our stamp, the size. */
void item_add_details(Item *item, const json_t *object, const char *mailbox);

/* The $select of the first look, and the query of the second one. */
#define ITEM_SELECT                                                                              \
	"id,internetMessageId,conversationId,conversationIndex,parentFolderId,receivedDateTime," \
	"sentDateTime,subject,from,isDraft"
extern const char item_details_query[];
/* Our stamp: one name for all tenants, because each new one costs a mailbox a slot. */
#define ITEM_SEND_PROPERTY "String {6d1f1a9c-8f0e-4b57-9d1c-2a7c3f5e9b41} Name ZalionSendId"
#define ITEM_SEND_HEADER   "X-Zalion-Send-Id"
