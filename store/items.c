#include "store/items.h"

#include "store/casetag.h"
#include "store/db.h"
#include "store/explanation.h"
#include "store/identity.h"
#include "store/numbers.h"
#include "store/waiting.h"

/* The delivery whose mails are filed. */
typedef struct {
	Store *store;
	const Filing *filing;
	DeliveryRow *row;
	Placing *placing;
	gint64 shared_case; /* opened by one of its mails, 0: none yet */
	guint placed;       /* mails that were filed or known */
	GArray *waiting;    /* of guint: those that must wait */
} Items;

/* ------------------------------------------------------------------- one mail */

/* Into the case of its address, else of its tag, else by what it names. */
static gboolean file_item(
	Items *items, const Filing *filing, guint position, Placed *placed, GError **error)
{
	PlanItem *item = g_ptr_array_index(filing->plan->items, position);
	g_autoptr(Identity) identity = identity_find(
		items->store, filing->tenant, item, filing->envelope->sent_message, error);
	Filing tagged = *filing;

	if (!identity ||
		(!filing->pin_case && !casetag_case(items->store, filing->tenant, filing->plan,
					      item, &tagged.pin_case, error)) ||
		!message_file(items->store, &tagged, item, identity, position, items->shared_case,
			placed, error))
		return FALSE;
	/* Of a mailbox nothing waits for a human: it is of a case, or not ours to keep. */
	if (filing->envelope->tenant && placed->outcome == MESSAGE_HELD)
		placed->outcome = MESSAGE_MUST_WAIT;
	if (placed->outcome == MESSAGE_MUST_WAIT)
		return TRUE;
	if (!waiting_end(items->store, filing, item, placed, error))
		return FALSE;
	if (items->placing->explanation)
		explanation_add_item(items->placing->explanation, item, identity, placed);
	if (tagged.pin_case != filing->pin_case &&
		!casetag_note(items->store, filing->tenant, filing->delivery_id, position, error))
		return FALSE;
	return numbers_note(items->store, filing, position, placed, error);
}

/* Takes over a placed mail into the delivery's row: its first new message counts, else its first.
 */
static void take(Items *items, const Placed *placed)
{
	static const Outcome outcomes[] = {
		[MESSAGE_FILED] = OUTCOME_FILED,
		[MESSAGE_DUPLICATE] = OUTCOME_DUPLICATE,
		[MESSAGE_HELD] = OUTCOME_HELD,
		[MESSAGE_MUST_WAIT] = OUTCOME_HELD,
	};
	Outcome outcome = outcomes[placed->outcome];
	DeliveryRow *row = items->row;

	row->opened_case |= placed->opened_case;
	if (placed->opened_case)
		items->shared_case = placed->case_id;
	if (items->placed++ > 0 && !(row->outcome == OUTCOME_DUPLICATE && outcome == OUTCOME_FILED))
		return;
	row->outcome = outcome;
	row->message_id = outcome == OUTCOME_HELD ? 0 : placed->message_id;
	row->held_message = outcome == OUTCOME_HELD ? placed->message_id : 0;
	items->placing->case_id = outcome == OUTCOME_HELD ? 0 : placed->case_id;
	items->placing->case_number = placed->case_number;
}

static void note_reason(Placing *placing, Placed *placed)
{
	if (placing->reason)
		g_free(placed->reason);
	else
		placing->reason = placed->reason
					  ? placed->reason
					  : g_strdup("what it names is in no case of its sender");
	placed->reason = NULL;
}

/* -------------------------------------------------------- one of several mails */

/* What one that must wait has written is undone; the others stay. */
static gboolean file_one_of_several(Items *items, guint position, GError **error)
{
	Placed placed = {0};

	if (!db_script(items->store, "beginning a mail", "SAVEPOINT item", error) ||
		!file_item(items, items->filing, position, &placed, error))
		return FALSE;
	if (placed.outcome != MESSAGE_MUST_WAIT) {
		take(items, &placed);
		return db_script(items->store, "ending a mail", "RELEASE item", error);
	}
	note_reason(items->placing, &placed);
	g_array_append_val(items->waiting, position);
	return db_script(items->store, "undoing a mail", "ROLLBACK TO item", error);
}

/* A delivery of its own for a mail that waits while others of the same forward were placed. */
static gboolean hold_apart(Items *items, guint position, GError **error)
{
	Filing filing = *items->filing;
	DeliveryRow row = *items->row;
	Placed placed = {0};

	filing.is_held = TRUE;
	if (!delivery_draw_id(items->store, &filing.delivery_id, error) ||
		!file_item(items, &filing, position, &placed, error))
		return FALSE;
	row.part_of = row.delivery_id;
	row.delivery_id = filing.delivery_id;
	row.item = g_ptr_array_index(filing.plan->items, position);
	row.is_first = FALSE;
	row.outcome = OUTCOME_HELD;
	row.message_id = 0;
	row.held_message = placed.message_id;
	row.opened_case = FALSE;
	row.reason = items->placing->reason;
	delivery_add(items->store, &row);
	return TRUE;
}

/* The first waits as the delivery itself, if nothing of it was placed. */
static gboolean hold_as_delivery(Items *items, guint position, GError **error)
{
	Filing filing = *items->filing;
	Placed placed = {0};

	filing.is_held = TRUE;
	if (!file_item(items, &filing, position, &placed, error))
		return FALSE;
	take(items, &placed);
	items->row->item = g_ptr_array_index(filing.plan->items, position);
	return TRUE;
}

static gboolean file_several(Items *items, GError **error)
{
	for (guint i = 0; i < items->filing->plan->items->len; i++)
		if (!file_one_of_several(items, i, error))
			return FALSE;
	for (guint i = 0; i < items->waiting->len; i++) {
		guint position = g_array_index(items->waiting, guint, i);

		if (items->placed == 0 ? !hold_as_delivery(items, position, error)
				       : !hold_apart(items, position, error))
			return FALSE;
	}
	return TRUE;
}

/* ---------------------------------------------------------------- the story */

/* What waits because of its sender waits as one mail, whatever is in it. */
static gboolean file_alone(Items *items, GError **error)
{
	Placed placed = {0};

	if (!file_item(items, items->filing, 0, &placed, error))
		return FALSE;
	if (placed.outcome != MESSAGE_MUST_WAIT) {
		take(items, &placed);
		return TRUE;
	}
	/* A closed case was found with the mail already in it. Where it may join nothing, nothing
	 * was written: it waits before another that is locked out by now makes it a copy. */
	items->placing->must_wait = placed.reason || items->filing->envelope->tenant;
	note_reason(items->placing, &placed);
	return items->placing->must_wait || hold_as_delivery(items, 0, error);
}

gboolean items_file(
	Store *store, const Filing *filing, DeliveryRow *row, Placing *placing, GError **error)
{
	g_autoptr(GArray) waiting = g_array_new(FALSE, FALSE, sizeof(guint));
	Items items = {.store = store,
		.filing = filing,
		.row = row,
		.placing = placing,
		.waiting = waiting};

	return filing->is_held || filing->plan->items->len == 1 ? file_alone(&items, error)
								: file_several(&items, error);
}
