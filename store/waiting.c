#include "store/waiting.h"

#include "store/db.h"
#include "store/twin.h"

#define HOUR (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)

/* Held mails of this author and subject, within a day; the delivery behind the twin's columns. */
static PGresult *find_waiting(
	Store *store, const char *tenant, const PlanItem *item, GError **error)
{
	g_autofree char *from_key = twin_from_key(item->mail);
	g_autoptr(Args) args = args_new();

	args_text(args, tenant);
	args_text(args, from_key);
	args_text(args, item->mail->base_subject);
	args_time(args, MAX(item->sent_at - 26 * HOUR, 0));
	args_time(args, item->sent_at + 26 * HOUR);
	return db_run(store, "looking for a held mail by its content",
		"SELECT " TWIN_COLUMNS ", d.delivery_id FROM casegate.message m"
		" JOIN casegate.delivery d ON d.tenant = m.tenant AND d.held_message = m.message_id"
		" WHERE m.tenant = $1 AND m.from_key = $2 AND m.base_subject = $3 AND m.sent_at "
		"BETWEEN $4 AND $5"
		" AND d.outcome = 'held' ORDER BY d.delivery_id LIMIT 50",
		args, error);
}

static gboolean end_one(
	Store *store, const Filing *filing, gint64 held, gint64 message_id, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, filing->tenant);
	args_bigint(args, held);
	args_bigint(args, message_id);
	args_bigint(args, filing->delivery_id);
	result = db_run(store, "releasing a held mail that was brought",
		"SELECT casegate.held_end($1, $2, $3, $4, 'content', NULL, 'strong')", args, error);
	if (result)
		g_ptr_array_add(filing->released, g_strdup_printf("%" G_GINT64_FORMAT, held));
	return result != NULL;
}

gboolean waiting_end(Store *store, const Filing *filing, const PlanItem *item, const Placed *placed,
	GError **error)
{
	g_autoptr(PGresult) result = NULL;

	if (!placed->has_held_twins || placed->outcome == MESSAGE_HELD ||
		filing->plan->standing != STANDING_USER || !twin_has_content_identity(item))
		return TRUE;
	result = find_waiting(store, filing->tenant, item, error);
	for (int i = 0; result && i < PQntuples(result); i++) {
		Twin twin = twin_of(result, i);
		Overlap overlap = twin_overlap(item, &twin);

		if (twin_is_same_by_content(item, &twin, &overlap) &&
			!end_one(store, filing, db_bigint(result, i, TWIN_FIELDS),
				placed->message_id, error))
			return FALSE;
	}
	return result != NULL;
}
