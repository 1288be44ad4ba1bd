#include <glib.h>

#include "server/admission.h"

static Clients *clients_new(guint connections, guint per_peer)
{
	Clients *clients = g_new0(Clients, 1);

	clients->limits.connections = connections;
	clients->limits.connections_per_peer = per_peer;
	clients->peers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return clients;
}

static void clients_free(Clients *clients)
{
	g_hash_table_unref(clients->peers);
	g_free(clients);
}

/* One address has its share, whatever others do; what it gives back it has again. */
static void test_per_peer(void)
{
	Clients *clients = clients_new(100, 2);

	g_assert_true(admission_take(clients, "192.0.2.1"));
	g_assert_true(admission_take(clients, "192.0.2.1"));
	g_assert_false(admission_take(clients, "192.0.2.1"));
	g_assert_true(admission_take(clients, "2001:db8::1"));
	admission_give_back(clients, "192.0.2.1");
	g_assert_true(admission_take(clients, "192.0.2.1"));
	admission_give_back(clients, "192.0.2.1");
	admission_give_back(clients, "192.0.2.1");
	admission_give_back(clients, "2001:db8::1");
	/* Nothing is remembered of who left. */
	g_assert_cmpuint(g_hash_table_size(clients->peers), ==, 0);
	clients_free(clients);
}

/* Our own mail server comes with as many connections as it likes. */
static void test_local(void)
{
	static const char *const peers[] = {NULL, "127.0.0.1", "127.8.9.10", "::1"};
	Clients *clients = clients_new(100, 1);

	for (guint i = 0; i < G_N_ELEMENTS(peers); i++) {
		g_assert_true(admission_take(clients, peers[i]));
		g_assert_true(admission_take(clients, peers[i]));
		admission_give_back(clients, peers[i]);
	}
	clients_free(clients);
}

static void test_all(void)
{
	Clients *clients = clients_new(1, 5);

	g_assert_true(admission_take(clients, NULL));
	g_queue_push_tail(&clients->connections, clients);
	g_assert_false(admission_take(clients, NULL));
	g_assert_false(admission_take(clients, "192.0.2.1"));
	g_assert_cmpuint(g_hash_table_size(clients->peers), ==, 0);
	g_queue_clear(&clients->connections);
	clients_free(clients);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/admission/per-peer", test_per_peer);
	g_test_add_func("/admission/local", test_local);
	g_test_add_func("/admission/all", test_all);
	return g_test_run();
}
