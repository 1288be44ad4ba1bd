/* Held mail that a user brings after all, in a text that names no id: told by its content. */
#pragma once

#include "store/message.h"

/* The item was filed, or was here: if a user brought it, held deliveries of the same mail become
 * duplicates of it. */
gboolean waiting_end(Store *store, const Filing *filing, const PlanItem *item, const Placed *placed,
	GError **error);
