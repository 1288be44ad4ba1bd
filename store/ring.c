#include "store/ring.h"

#include "store/db.h"

gboolean ring_mark(Store *store, const char *subscription, const char *client_state_hash,
	const char *lifecycle, gboolean *is_ours, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, subscription);
	args_hex(args, client_state_hash);
	args_text(args, lifecycle);
	result = db_run(store, "marking a mailbox that has news",
		"SELECT casegate.outlook_ring($1, $2, $3)", args, error);
	if (result == NULL)
		return FALSE;
	*is_ours = db_bool(result, 0, 0);
	return TRUE;
}

gboolean ring_expects_handshake(Store *store, gboolean *is_expected, GError **error)
{
	g_autoptr(PGresult) result = db_run(store, "looking for a handshake",
		"SELECT casegate.outlook_expects_handshake()", NULL, error);

	if (result == NULL)
		return FALSE;
	*is_expected = db_bool(result, 0, 0);
	return TRUE;
}
