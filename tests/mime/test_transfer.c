#include "mime/transfer.h"

#include <string.h>

static const struct {
	Transfer transfer;
	const char *in, *want;
	gboolean is_clean;
} rows[] = {
	{TRANSFER_BASE64,           "SGFsbG8=",                                    "Hallo",     TRUE },
	{TRANSFER_BASE64,           "SGFsbG8=\r\nV2VsdA==",                        "HalloWelt", TRUE },
	{TRANSFER_BASE64,           "SGFsbG8=V2VsdA==",                            "HalloWelt", TRUE },
	{TRANSFER_BASE64,           "SGF\r\n sbG 8=",                              "Hallo",     TRUE },
	{TRANSFER_BASE64,           "SGFsbG8",				     "Hallo",     FALSE},
	{TRANSFER_BASE64,           "SGF*sbG8=",                                   "Hallo",     FALSE},
	{TRANSFER_BASE64,           "SGFsbG8= und mehr\n",                         "Hallo",     FALSE},
	{TRANSFER_BASE64,           "SGFsbG8=\n____\nListe: liste@acme.example\n", "Hallo",     FALSE},
	{TRANSFER_BASE64,           "",					    "",          TRUE },
	{TRANSFER_BASE64,           "====",					"",          TRUE },
	{TRANSFER_QUOTED_PRINTABLE, "Gr=C3=BC=C3=9Fe",
         "Gr\xc3\xbc\xc3\x9f"
		"e",									    TRUE },
	{TRANSFER_QUOTED_PRINTABLE, "a=\r\nb=\nc= \r\nd",                          "abcd",      TRUE },
	{TRANSFER_QUOTED_PRINTABLE, "a \t\r\nb",                                   "a\r\nb",    TRUE },
	{TRANSFER_QUOTED_PRINTABLE, "a b=3d=3D",                                   "a b==",     TRUE },
	{TRANSFER_QUOTED_PRINTABLE, "a=ZZ=",                                       "a=ZZ",      FALSE},
	{TRANSFER_QUOTED_PRINTABLE, "",					    "",          TRUE },
	{TRANSFER_UUENCODE,         "begin 644 a.txt\n%2&%L;&\\\n`\nend\n",        "Hallo",     TRUE },
	{TRANSFER_UUENCODE,         "%2&%L;&\\\r\n`\r\nend\r\n",                   "Hallo",     TRUE },
	{TRANSFER_UUENCODE,         "%2\n",					"",          FALSE},
	{TRANSFER_IDENTITY,         "a=3D",					"a=3D",      TRUE },
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) in = g_bytes_new_static(rows[i].in, strlen(rows[i].in));
		g_autoptr(GBytes) want = g_bytes_new_static(rows[i].want, strlen(rows[i].want));
		gboolean is_clean;
		g_autoptr(GBytes) out = transfer_decode(rows[i].transfer, in, &is_clean);

		g_assert_true(g_bytes_equal(out, want));
		g_assert_cmpint(is_clean, ==, rows[i].is_clean);
	}
}

static void test_names(void)
{
	static const struct {
		const char *value;
		Transfer want;
		gboolean is_known;
	} names[] = {
		{"base64",               TRANSFER_BASE64,           TRUE },
		{" BASE64 (x)",          TRANSFER_BASE64,           TRUE },
		{"\"quoted-printable\"", TRANSFER_QUOTED_PRINTABLE, TRUE },
		{"8bit;",                TRANSFER_IDENTITY,         TRUE },
		{"x-uuencode",           TRANSFER_UUENCODE,         TRUE },
		{"",		     TRANSFER_IDENTITY,         TRUE },
		{NULL,                   TRANSFER_IDENTITY,         TRUE },
		{"base6",                TRANSFER_IDENTITY,         FALSE},
		{"yenc",                 TRANSFER_IDENTITY,         FALSE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		gboolean is_known;

		g_assert_cmpint(transfer_parse(names[i].value, &is_known), ==, names[i].want);
		g_assert_cmpint(is_known, ==, names[i].is_known);
	}
}

/* What is encoded comes back, whatever its length. */
static void test_round_trip(void)
{
	guint8 bytes[300];

	for (gsize i = 0; i < sizeof bytes; i++)
		bytes[i] = (guint8)(i * 7);
	for (gsize length = 0; length < sizeof bytes; length++) {
		g_autofree char *code = g_base64_encode(bytes, length);
		g_autoptr(GByteArray) out = g_byte_array_new();

		g_assert_true(transfer_decode_base64(code, strlen(code), out));
		g_assert_cmpuint(out->len, ==, length);
		g_assert_true(length == 0 || memcmp(out->data, bytes, length) == 0);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/transfer/rows", test_rows);
	g_test_add_func("/transfer/names", test_names);
	g_test_add_func("/transfer/round-trip", test_round_trip);
	return g_test_run();
}
