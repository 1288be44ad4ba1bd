/* A message that is here and may be the same mail as one that comes. */
#pragma once

#include <libpq-fe.h>

#include "store/overlap.h"
#include "store/plan.h"
#include "store/timetest.h"

typedef struct {
	gint64 message_id;
	const char *own_key, *from_key, *from_name, *base_subject; /* of the result */
	const char *subject, *internet_message_id;
	const char *refs;            /* what it names, with blanks */
	const char *text, *new_text; /* new_text: without what it quotes */
	gint64 files;                /* its attachments without the images of its text */
	const char *attachments;     /* their sha256, sorted, with commas */
	const char *recipients;      /* keys of To and Cc, likewise */
	const char *people; /* To and Cc: key, tab and name, "" where not stated; in lines */
	gint64 sent_at;
	gboolean is_reconstructed;
	gboolean has_own_id;  /* one that it states itself */
	gboolean is_presumed; /* its id is its forward's word */
	gboolean has_zone;    /* its time's zone was stated */
	gboolean has_minute;  /* and its minute */
	gboolean has_second;
} Twin;

/* Its columns, of casegate.message m (TWIN_FIELDS of them, what a query adds follows), and the row
 * as read. */
enum { TWIN_FIELDS = 21 };
#define TWIN_COLUMNS                                                                               \
	"m.message_id, m.own_key, coalesce(m.from_key, ''), m.base_subject, m.text,"               \
	" coalesce(m.new_text, m.text),"                                                           \
	" (extract(epoch FROM m.sent_at) * 1000000)::bigint, m.is_reconstructed,"                  \
	" (SELECT coalesce(string_agg(encode(a.sha256, 'hex'), ',' ORDER BY a.sha256), '')"        \
	"  FROM casegate.attachment a WHERE a.tenant = m.tenant AND a.message_id = m.message_id)," \
	" (SELECT coalesce(string_agg(p.address_key, ',' ORDER BY p.address_key COLLATE \"C\"), "  \
	"'')"                                                                                      \
	"  FROM casegate.participant p WHERE p.tenant = m.tenant AND p.message_id = m.message_id"  \
	"  AND p.role IN ('to', 'cc')),"                                                           \
	" m.internet_message_id IS NOT NULL AND m.identity <> 'presumed', m.identity = "           \
	"'presumed',"                                                                              \
	" m.sent_zone, m.sent_precision IN ('minute', 'second'), m.sent_precision = 'second',"     \
	" coalesce(m.from_name, ''), m.subject, coalesce(m.internet_message_id, ''),"              \
	" array_to_string(m.refs, ' '),"                                                           \
	" (SELECT count(*) FROM casegate.attachment a WHERE a.tenant = m.tenant"                   \
	"  AND a.message_id = m.message_id AND NOT a.inline),"                                     \
	" " PEOPLE_OF_MESSAGE("p.role IN ('to', 'cc')")
Twin twin_of(const PGresult *result, int row);

/* How much of their words is the same; what one of them only quotes does not count. */
Overlap twin_overlap(const PlanItem *item, const Twin *twin);

/* Was the twin taken from a text, and is this the real mail, which takes its place? */
gboolean twin_is_completed(const PlanItem *item, const Twin *twin);
/* Who brings this copy, does he have the whole of the mail? All of its words but a few, and its
 * files. */
gboolean twin_is_brought(const PlanItem *item, const Twin *twin, const Overlap *overlap);

/* A mail that states neither an id nor a time is known again by its very bytes only. */
gboolean twin_has_content_identity(const PlanItem *item);
/* As identities are compared: of the first author, '' without an address. */
char *twin_from_key(const Mail *mail);
/* The sha256 of its attachments, sorted, with commas. */
char *twin_attachments_of(const Mail *mail);
TimeTest twin_compare_times(const PlanItem *item, const Twin *twin);
/* The mail that already has this id: is it really the same (ids are reused, and taken on purpose)?
 */
gboolean twin_is_same_by_id(const PlanItem *item, const Twin *twin, const Overlap *overlap);
/* Is the presumed id of an item that is this twin another mail's after all? The twin names it, a
 * parent's; or the item names the twin's, and the id is that of a forward of it. */
gboolean twin_denies_id(const PlanItem *item, const Twin *twin);
/* Another mail with its id: do its sender's mails all have it (robots)? Then it names nothing. */
gboolean twin_reuses_id(const PlanItem *item, const Twin *twin);
/* A mail of which one side has no id: the same subject is given. */
gboolean twin_is_same_by_content(const PlanItem *item, const Twin *twin, const Overlap *overlap);
