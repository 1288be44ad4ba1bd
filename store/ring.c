#include "store/ring.h"

#include "store/db.h"

gboolean ring_mark(Store *store, const Rings *rings, guint *ours, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_array(args, rings->subscriptions);
	args_array(args, rings->hashes);
	args_array(args, rings->lifecycles);
	result = db_run(store, "marking mailboxes that have news",
		"SELECT count(*) FILTER (WHERE casegate.outlook_ring(r.subscription,"
		" decode(r.hash, 'hex'), r.lifecycle))"
		" FROM unnest($1::text[], $2::text[], $3::text[]) AS r(subscription, hash, "
		"lifecycle)",
		args, error);
	if (result == NULL)
		return FALSE;
	*ours = (guint)db_bigint(result, 0, 0);
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
