/* Items: the mails that one delivery brings, filed one after the other inside its transaction. */
#pragma once

#include "store/delivery.h"
#include "store/message.h"

/* What came of it beside the delivery's row. */
typedef struct {
	Explanation *explanation; /* filled where it is not NULL; borrowed */
	gint64 case_number;       /* of case_id */
	gint64 case_id;           /* where the delivery's first new message lies, 0: nowhere */
	gboolean must_wait;       /* it may join nothing: roll back, and file it as held */
	char *reason; /* why it, or its first mail, must wait; to be freed. NULL: it need not */
} Placing;

/* Fills the row's outcome, message and opened_case. Of several mails in one forward each waits for
 * itself where it must: the first as this delivery if nothing else of it was placed, every other as
 * a delivery of its own (part_of). */
gboolean items_file(
	Store *store, const Filing *filing, DeliveryRow *row, Placing *placing, GError **error);
