#include "parser/smime.h"

#include <string.h>

#define OID_SIGNED "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define OID_DATA   "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"

/* ContentInfo with the five letters "Hallo", lengths stated, and the same with open lengths in two
 * pieces. */
static const char der[] =
	"\x30\x2f" OID_SIGNED "\xa0\x22\x30\x20\x02\x01\x01\x31\x00\x30\x17" OID_DATA
	"\xa0\x0a\x24\x08\x04\x02Ha\x04\x02ll\x31\x00";
static const char plain[] =
	"\x30\x2c" OID_SIGNED "\xa0\x1f\x30\x1d\x02\x01\x01\x31\x00\x30\x14" OID_DATA
	"\xa0\x07\x04\x05Hallo\x31\x00";
static const char open_lengths[] =
	"\x30\x80" OID_SIGNED "\xa0\x80\x30\x80\x02\x01\x01\x31\x80\0\0\x30\x80" OID_DATA
	"\xa0\x80\x24\x80\x04\x02Ha\x04\x03llo\0\0\0\0\0\0\x31\x00\0\0\0\0\0\0";
static const char detached[] =
	"\x30\x23" OID_SIGNED "\xa0\x16\x30\x14\x02\x01\x01\x31\x00\x30\x0b" OID_DATA "\x31\x00";

static void check(const char *cms, gsize length, const char *want)
{
	g_autoptr(GBytes) bytes = g_bytes_new_static(cms, length);
	g_autoptr(GBytes) have = smime_content(bytes);
	g_autofree char *text = NULL;

	if (have)
		text = g_strndup(g_bytes_get_data(have, NULL), g_bytes_get_size(have));
	g_assert_cmpstr(text, ==, want);
}

static void test_forms(void)
{
	check(plain, sizeof plain - 1, "Hallo");
	check(der, sizeof der - 1, "Hall");
	check(open_lengths, sizeof open_lengths - 1, "Hallo");
	check(detached, sizeof detached - 1, NULL);
	check("", 0, NULL);
	check("\x30\x80", 2, NULL);
	check("Hallo", 5, NULL);
}

/* Every cut and every changed byte is read without harm. */
static void test_damaged(void)
{
	char copy[sizeof open_lengths];

	for (gsize length = 0; length < sizeof open_lengths; length++) {
		g_autoptr(GBytes) bytes = g_bytes_new(open_lengths, length);
		g_autoptr(GBytes) have = smime_content(bytes);

		g_assert_true(!have || g_bytes_get_size(have) <= 5);
	}
	for (gsize i = 0; i < sizeof copy * 256; i++) {
		g_autoptr(GBytes) bytes = NULL;
		g_autoptr(GBytes) have = NULL;

		memcpy(copy, open_lengths, sizeof copy);
		copy[i / 256] = (char)(i % 256);
		bytes = g_bytes_new(copy, sizeof copy - 1);
		have = smime_content(bytes);
		g_assert_true(!have || g_bytes_get_size(have) < sizeof copy);
	}
}

static void test_deep(void)
{
	g_autoptr(GByteArray) deep = g_byte_array_new();
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GBytes) have = NULL;

	g_byte_array_append(deep, (const guint8 *)open_lengths, 22);
	for (int i = 0; i < 100000; i++)
		g_byte_array_append(deep, (const guint8 *)"\x30\x80", 2);
	bytes = g_byte_array_free_to_bytes(g_steal_pointer(&deep));
	have = smime_content(bytes);
	g_assert_null(have);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/smime/forms", test_forms);
	g_test_add_func("/smime/damaged", test_damaged);
	g_test_add_func("/smime/deep", test_deep);
	return g_test_run();
}
