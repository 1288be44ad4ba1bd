#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "server/spool.h"

static void test_round_trip(void)
{
	SpoolBudget budget = {.limit_bytes = 1 << 20};
	Spool spool;
	g_autoptr(GBytes) bytes = NULL;

	spool_init(&spool, &budget);
	g_assert_true(spool_write(&spool, "one ", 4));
	g_assert_true(spool_write(&spool, "two", 3));
	g_assert_true(spool_seal(&spool));
	bytes = spool_map(spool.descriptor, 7);
	g_assert_nonnull(bytes);
	g_assert_cmpuint(g_bytes_get_size(bytes), ==, 7);
	g_assert_cmpint(memcmp(g_bytes_get_data(bytes, NULL), "one two", 7), ==, 0);
	/* Sealed is sealed. */
	g_assert_cmpint(write(spool.descriptor, "x", 1), ==, -1);
	g_assert_cmpint(ftruncate(spool.descriptor, 0), ==, -1);
	spool_clear(&spool);
	spool_clear(&spool);
	g_assert_cmpint(budget.used_bytes, ==, 0);
}

static void test_empty(void)
{
	SpoolBudget budget = {.limit_bytes = 4096};
	Spool spool;
	g_autoptr(GBytes) bytes = NULL;

	spool_init(&spool, &budget);
	g_assert_true(spool_seal(&spool));
	bytes = spool_map(spool.descriptor, 0);
	g_assert_nonnull(bytes);
	g_assert_cmpuint(g_bytes_get_size(bytes), ==, 0);
	spool_clear(&spool);
}

static void test_budget(void)
{
	SpoolBudget budget = {.limit_bytes = 3 * 4096};
	g_autofree char *block = g_malloc0(8192);
	Spool first, second;

	spool_init(&first, &budget);
	spool_init(&second, &budget);
	g_assert_true(spool_write(&first, block, 1));
	g_assert_true(spool_write(&first, block, 4095));
	g_assert_cmpint(budget.used_bytes, ==, 4096);
	g_assert_true(spool_write(&second, block, 8192));
	g_assert_cmpint(spool_free_bytes(&budget), ==, 0);
	/* What does not fit gives back all that it had. */
	g_assert_false(spool_write(&first, block, 1));
	g_assert_cmpint(first.size_bytes, ==, 0);
	g_assert_cmpint(budget.used_bytes, ==, 8192);
	spool_clear(&second);
	g_assert_true(spool_write(&first, block, 8192));
	spool_clear(&first);
	g_assert_cmpint(budget.used_bytes, ==, 0);
	/* A budget that was made smaller meanwhile has nothing free, not less. */
	budget = (SpoolBudget){.limit_bytes = 1, .used_bytes = 5};
	g_assert_cmpint(spool_free_bytes(&budget), ==, 0);
}

static void test_strangers(void)
{
	SpoolBudget budget = {.limit_bytes = 1 << 20};
	Spool spool;
	int plain = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	/* Not sealed, of another size, no file at all: no mapping that could end its reader. */
	spool_init(&spool, &budget);
	g_assert_true(spool_write(&spool, "x", 1));
	g_assert_null(spool_map(spool.descriptor, 1));
	g_assert_true(spool_seal(&spool));
	g_assert_null(spool_map(spool.descriptor, 2));
	g_assert_null(spool_map(plain, 1));
	g_assert_null(spool_map(-1, 1));
	spool_clear(&spool);
	close(plain);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/spool/round-trip", test_round_trip);
	g_test_add_func("/spool/empty", test_empty);
	g_test_add_func("/spool/budget", test_budget);
	g_test_add_func("/spool/strangers", test_strangers);
	return g_test_run();
}
