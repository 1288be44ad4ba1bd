#include "store/keys.h"

static void test_key(void)
{
	/* casegate.key_of('m', 'a@b') says the same: tests/sql/match.sql. */
	g_autofree char *key = key_of("m", "a@b");
	g_autofree char *other_kind = key_of("g", "a@b");

	g_assert_cmpstr(key, ==, "30d2aede-550b-29ab-3e65-892a5c793a67");
	g_assert_cmpstr(other_kind, !=, key);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/keys/same as in SQL", test_key);
	return g_test_run();
}
