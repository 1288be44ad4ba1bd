#include "store/numbers.h"

#include "store/db.h"

/* Half a second for one statement; what it was before is kept. */
static void begin_briefly(Store *store)
{
	db_queue(store, "beginning to look for numbers", "SAVEPOINT numbers", NULL);
	db_queue(store, "beginning to look for numbers",
		"SELECT set_config('casegate.patience', current_setting('statement_timeout'), "
		"true),"
		" set_config('statement_timeout', '500ms', true)",
		NULL);
}

static void end_briefly(Store *store)
{
	db_queue(store, "ending to look for numbers",
		"SELECT set_config('statement_timeout', current_setting('casegate.patience'), "
		"true)",
		NULL);
	db_queue(store, "ending to look for numbers", "RELEASE numbers", NULL);
}

/* Filed without; the evidence says why. */
static gboolean go_back(Store *store, const Filing *filing, guint position, GError **error)
{
	Args *args;

	if (!db_script(store, "undoing a look for numbers", "ROLLBACK TO numbers", error))
		return FALSE;
	args = args_new();
	args_text(args, filing->tenant);
	args_bigint(args, filing->delivery_id);
	args_bigint(args, position);
	db_queue(store, "noting a slow pattern",
		"SELECT casegate.evidence_add($1, $2, $3::int, NULL, NULL, 'number',"
		" 'reference_pattern takes too long with this mail', 'suggestion')",
		args);
	return TRUE;
}

gboolean numbers_note(
	Store *store, const Filing *filing, guint position, const Placed *placed, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;
	g_autoptr(GError) failure = NULL;

	if (!filing->people->has_numbers ||
		(placed->outcome != MESSAGE_FILED && placed->outcome != MESSAGE_HELD))
		return TRUE;
	args_text(args, filing->tenant);
	args_bigint(args, filing->delivery_id);
	args_bigint(args, position);
	args_bigint(args, placed->message_id);
	args_bool(args, placed->opened_case);
	begin_briefly(store);
	result = db_run(store, "noting a mail's numbers",
		"SELECT casegate.numbers_note($1, $2, $3::int, $4, $5)", args, &failure);
	if (result) {
		end_briefly(store);
		return TRUE;
	}
	if (db_took_too_long(store))
		return go_back(store, filing, position, error);
	g_propagate_error(error, g_steal_pointer(&failure));
	return FALSE;
}
