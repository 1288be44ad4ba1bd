/* Message: one planned mail becomes rows, by one call of casegate.file_message(). */
#pragma once

#include "store/identity.h"
#include "store/plan.h"

/* What a delivery knows when it files its mails. Borrowed. */
typedef struct {
	const char *tenant;
	gint64 delivery_id;
	const Envelope *envelope;
	const People *people;
	const Plan *plan;
	const char *source_sha256;
	gint64 pin_case;     /* of the token in the address, 0: none */
	gboolean is_held;    /* keep it without a case, whatever the plan says */
	GPtrArray *released; /* of char: deliveries that were held until now; filled */
} Filing;

typedef enum {
	MESSAGE_FILED,
	MESSAGE_DUPLICATE,
	MESSAGE_HELD,
	MESSAGE_MUST_WAIT, /* it may join nothing: roll back and file it again as held */
} MessageOutcome;

typedef struct {
	MessageOutcome outcome;
	gint64 message_id, case_id, case_number;
	gboolean opened_case;
	gboolean has_held_twins; /* held mail of its author and subject: is one the same? */
	char *reason;            /* of MESSAGE_MUST_WAIT, may be NULL */
} Placed;

/* Files item number position. shared_case: opened before by this delivery, 0: none. */
gboolean message_file(Store *store, const Filing *filing, const PlanItem *item,
	const Identity *identity, guint position, gint64 shared_case, Placed *placed,
	GError **error);
