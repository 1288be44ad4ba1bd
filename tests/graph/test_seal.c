#include "graph/seal.h"

#include <glib/gstdio.h>
#include <string.h>

#define KEY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa="
#define KEY_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb="

static const SealPlace home = {"acme", "anna", "refresh_token"};

static SealRing *ring_of(const char *content, GError **error)
{
	g_autoptr(GBytes) bytes = g_bytes_new(content, strlen(content));

	return seal_ring_parse(bytes, "key", error);
}

static void test_round_trip(void)
{
	static const char *const texts[] = {"", "x", "a secret ä ~.+/=", NULL};
	g_autoptr(SealRing) ring = ring_of(KEY_A "\n", NULL);

	for (guint i = 0; texts[i] != NULL; i++) {
		g_autofree char *one = seal_text(ring, &home, texts[i]);
		g_autofree char *two = seal_text(ring, &home, texts[i]);
		g_autoptr(Secret) open = seal_open(ring, &home, one, NULL);

		g_assert_cmpstr(open, ==, texts[i]);
		g_assert_cmpstr(one, !=, two);
		g_assert_true(g_str_has_prefix(one, "v1."));
		g_assert_true(
			*texts[i] == '\0' || strstr(one, texts[i]) == NULL || strlen(texts[i]) < 3);
	}
	g_assert_null(seal_text(ring, &home, NULL));
}

/* Another row, column or tenant does not open it. */
static void test_place(void)
{
	static const SealPlace others[] = {
		{"beta", "anna",  "refresh_token"    },
		{"acme", "bob",   "refresh_token"    },
		{"acme", "anna",  "access_token"     },
		{"acm",  "eanna", "refresh_token"    },
		{"acme", "",      "annarefresh_token"},
	};
	g_autoptr(SealRing) ring = ring_of(KEY_A, NULL);
	g_autofree char *sealed = seal_text(ring, &home, "secret");

	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(seal_open(ring, &others[i], sealed, &error));
		g_assert_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE);
		g_assert_null(strstr(error->message, "secret\""));
	}
}

/* Every changed character is noticed, and cleartext is no seal. */
static void test_forged(void)
{
	static const char *const others[] = {"", "secret", "v1", "v1....", "v2.x.x.x.x",
		"v1.00000000.AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA", "....", NULL};
	g_autoptr(SealRing) ring = ring_of(KEY_A, NULL);
	g_autofree char *sealed = seal_text(ring, &home, "secret");

	for (guint i = 0; others[i] != NULL; i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(seal_open(ring, &home, others[i], &error));
		g_assert_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE);
	}
	for (gsize i = 0; i < strlen(sealed); i++) {
		g_autofree char *forged = g_strdup(sealed);
		g_autoptr(GError) error = NULL;

		forged[i] = forged[i] == '-' ? 'g' : '-';
		g_assert_null(seal_open(ring, &home, forged, &error));
	}
}

static void test_ring(void)
{
	g_autoptr(SealRing) old = ring_of(KEY_A "\n", NULL);
	g_autoptr(SealRing) both = ring_of(KEY_B "\r\n\n" KEY_A "\n", NULL);
	g_autoptr(SealRing) new = ring_of(KEY_B, NULL);
	g_autofree char *sealed = seal_text(old, &home, "secret");
	g_autoptr(Secret) open = seal_open(both, &home, sealed, NULL);
	g_autofree char *again = seal_text(both, &home, open);
	g_autoptr(Secret) reopened = seal_open(new, &home, again, NULL);

	g_assert_cmpstr(open, ==, "secret");
	g_assert_cmpstr(reopened, ==, "secret");
	g_assert_false(seal_is_current(both, sealed));
	g_assert_true(seal_is_current(both, again));
	g_assert_null(seal_open(new, &home, sealed, NULL));
}

static void test_key_files(void)
{
	static const struct {
		const char *content;
		gsize size;
		gboolean is_good;
	} rows[] = {
		{"",								   0,  FALSE},
		{"too short",							  9,  FALSE},
		{"\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", 33, FALSE},
		{KEY_A "\nshort\n",						    51, FALSE},
		{KEY_A,								44, TRUE },
		{"\001\002\003\n4567890123456789012345678901234567890",                39, TRUE },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) bytes = g_bytes_new(rows[i].content, rows[i].size);
		g_autoptr(GError) error = NULL;
		g_autoptr(SealRing) ring = seal_ring_parse(bytes, "key", &error);

		g_assert_cmpint(ring != NULL, ==, rows[i].is_good);
		g_assert_cmpint(error == NULL, ==, rows[i].is_good);
	}
	g_assert_null(seal_ring_load("", NULL));
	g_assert_null(seal_ring_load("/nonexistent/key", NULL));
}

static void test_base64url(void)
{
	for (gsize size = 0; size < 70; size++) {
		g_autofree guchar *data = g_malloc0(size + 1);
		g_autofree char *text = NULL;
		g_autoptr(GBytes) back = NULL;

		for (gsize i = 0; i < size; i++)
			data[i] = (guchar)(i * 37 + 251);
		text = secret_base64url(data, size);
		back = secret_from_base64url(text);
		g_assert_cmpuint(g_bytes_get_size(back), ==, size);
		g_assert_true(memcmp(g_bytes_get_data(back, NULL), data, size) == 0 || size == 0);
		g_assert_null(strpbrk(text, "+/="));
	}
	g_assert_null(secret_from_base64url("a"));
	g_assert_null(secret_from_base64url("ab=="));
	g_assert_null(secret_from_base64url("AB")); /* bits that are dropped are none */
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/seal/round trip", test_round_trip);
	g_test_add_func("/seal/place", test_place);
	g_test_add_func("/seal/forged", test_forged);
	g_test_add_func("/seal/ring", test_ring);
	g_test_add_func("/seal/key files", test_key_files);
	g_test_add_func("/seal/base64url", test_base64url);
	return g_test_run();
}
