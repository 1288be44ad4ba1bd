#include "server/admission.h"

#include "server/metrics.h"

static gboolean is_local(const char *peer)
{
	return peer == NULL || g_str_equal(peer, "::1") || g_str_has_prefix(peer, "127.");
}

static guint count_of(const Clients *clients, const char *peer)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(clients->peers, peer));
}

gboolean admission_take(Clients *clients, const char *peer)
{
	gboolean is_full = clients->connections.length >= clients->limits.connections ||
			   (!is_local(peer) &&
				   count_of(clients, peer) >= clients->limits.connections_per_peer);

	if (is_full)
		metrics_add(METRIC_CONNECTIONS_REFUSED, 1);
	else if (!is_local(peer))
		g_hash_table_insert(clients->peers, g_strdup(peer),
			GUINT_TO_POINTER(count_of(clients, peer) + 1));
	return !is_full;
}

void admission_give_back(Clients *clients, const char *peer)
{
	guint count;

	if (is_local(peer))
		return;
	count = count_of(clients, peer);
	if (count > 1)
		g_hash_table_insert(clients->peers, g_strdup(peer), GUINT_TO_POINTER(count - 1));
	else
		g_hash_table_remove(clients->peers, peer);
}
