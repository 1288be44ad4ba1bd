/* Delivery: one arrival of bytes at one agent address, and what became of it. */
#pragma once

#include "store/ingest.h"
#include "store/plan.h"

/* A first delivery of the same bytes at the same address. */
typedef struct {
	gint64 delivery_id; /* 0: none */
	gint64 message_id;  /* 0: none, or waiting */
	gint64 case_id;     /* that message's, 0: none */
	gint64 case_number;
	gboolean is_held;
} Resend;

/* Were these very bytes imported for this address before (microseconds since 1970)? */
gboolean delivery_was_imported(Store *store, const char *tenant, const char *recipient,
	GBytes *source, gint64 before, gboolean *was_imported, GError **error);

/* What is written of a delivery. Borrowed; NULL and 0 where not known. */
typedef struct {
	const char *tenant;
	gint64 delivery_id;
	const Envelope *envelope;
	const char *recipient;
	const char *source_sha256;
	gsize size;
	gboolean is_first;
	const Mail *mail;     /* NULL: not read */
	const Plan *plan;     /* NULL: not planned */
	const PlanItem *item; /* whose face it has; NULL: the plan's first */
	gint64 part_of; /* the delivery that brought it with others, 0: it is one of its own */
	Outcome outcome;
	gint64 message_id, held_message;
	gboolean opened_case;
	const char *reason;
} DeliveryRow;

/* The envelope that a delivery came in, and the digest of its bytes (to be freed). NULL where they
 * are gone, with an error where the database is. */
Envelope *delivery_envelope(
	Store *store, const char *tenant, const char *delivery_id, char **sha256, GError **error);
/* Draws an id for a further one. */
gboolean delivery_draw_id(Store *store, gint64 *delivery_id, GError **error);
/* Writes it, and that it waits where it does, with the next statement (db_queue). */
void delivery_add(Store *store, const DeliveryRow *row);
/* A resend's bringer sees what he brought: the message of the first delivery. Queued. */
void delivery_share(Store *store, const char *tenant, gint64 delivery_id, gint64 message_id);
