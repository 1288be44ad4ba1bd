#include "mime/threadindex.h"

#include <string.h>

/* Base64 of a head of 22 bytes whose GUID is the bytes 1 to 16, and of replies to it. */
#define HEAD "Adyrq6urAQIDBAUGBwgJCgsMDQ4PEA"

static const struct {
	const char *in;
	gboolean want;
	guint depth;
} rows[] = {
	{HEAD "==",			  TRUE,  0},
	{HEAD "AAAAA",		       TRUE,  0}, /* four bytes are no reply */
	{HEAD "AAAAAA",                      TRUE,  1},
	{HEAD "AAA\r\n AAAAAAAAAA==",        TRUE,  2},
	{"Adyrq6urAQIDBAUGBwgJCgsMDQ4P",     FALSE, 0}, /* 21 bytes */
	{"AtyrqKurAQIDBAUGBwgJCgsMDQ4PEA==", FALSE, 0}, /* begins with two */
	{"Adyrq6urAAAAAAAAAAAAAAAAAAAAAA==", FALSE, 0}, /* no GUID */
	{"",				 FALSE, 0},
	{"kein Base64!",                     FALSE, 0},
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		guint8 guid[16] = {0};
		guint depth = 99;

		g_assert_cmpint(threadindex_parse(rows[i].in, guid, &depth), ==, rows[i].want);
		g_assert_cmpuint(depth, ==, rows[i].want ? rows[i].depth : 99);
		for (guint8 j = 0; rows[i].want && j < 16; j++)
			g_assert_cmpuint(guid[j], ==, j + 1U);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/threadindex/rows", test_rows);
	return g_test_run();
}
