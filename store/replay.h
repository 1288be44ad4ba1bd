/* Replay: decides filed mail again under today's rules, from its stored bytes and through the real
 * path, rolled back (ROLE_ADMIN). What came out otherwise can be applied; a person's decision is
 * never undone. */
#pragma once

#include "store/ingest.h"
#include "store/table.h"

/* What would be otherwise with a mail. */
typedef enum {
	CHANGE_NONE,
	CHANGE_MOVED,     /* into another case */
	CHANGE_SPLIT,     /* into a case of its own */
	CHANGE_RELEASED,  /* it waits, and would be filed */
	CHANGE_READ,      /* it could not be read when it came, and can be now */
	CHANGE_HELD,      /* it is filed, and would wait */
	CHANGE_DIRECTION, /* it stays, but is incoming or outgoing, by today's people */
	CHANGE_MERGED,    /* two cases would be one */
	CHANGE_REJECTED,  /* never_file names somebody in it now */
	CHANGE_IDENTITY,  /* it would be a message of its own, or be known as another */
	CHANGE_UNDECIDED, /* it cannot be decided now: reason says why */
} Change;

const char *change_name(Change change);

/* One mail of which today's rules say something else. */
typedef struct {
	Change change;
	gint64 delivery_id, message_id;
	char *tenant, *received_at, *subject;
	char *was, *now;   /* the reference, or the outcome where it is in no case; now NULL: a new
			      case */
	char *reason;      /* of the new decision, or NULL */
	gboolean is_human; /* a person has put it there: it stays */
	gboolean is_applied;
} Difference;

void difference_free(Difference *difference);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Difference, difference_free)

/* The deliveries to decide, oldest first: tenant, delivery_id. since (as PostgreSQL reads a time)
 * and tenant may be NULL. At most limit behind the last one named (received_at and delivery_id as
 * text, NULL at first). */
Table *replay_list(Store *store, const char *tenant, const char *since, const char *after_time,
	const char *after_delivery, guint limit, GError **error);

/* Decides one delivery again; is_applied: and does it. *difference becomes NULL where nothing
 * changes. */
gboolean replay_decide(Store *store, const AuthPolicy *policy, const char *tenant,
	const char *delivery_id, gboolean is_applied, Difference **difference, GError **error);
