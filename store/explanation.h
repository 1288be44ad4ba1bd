/* Explanation: notes what filing a mail does, inside the transaction that will be rolled back. The
 * struct itself is ingest's. */
#pragma once

#include "store/message.h"

Explanation *explanation_new(void);
void explanation_set_plan(Explanation *explanation, const Plan *plan, const Mail *mail);
void explanation_add_item(Explanation *explanation, const PlanItem *item, const Identity *identity,
	const Placed *placed);
/* Reads back what the transaction wrote: candidates and merges. */
gboolean explanation_read(Explanation *explanation, Store *store, const char *tenant,
	gint64 delivery_id, GError **error);
