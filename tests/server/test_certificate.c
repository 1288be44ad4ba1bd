#include "server/certificate.h"

#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "store/error.h"

enum { DAY = 24 * 60 * 60 };

/* A certificate and its key as files. */
typedef struct {
	char *directory, *certificate, *key;
} Pair;

static void write_key(const char *path, EVP_PKEY *key, const char *passphrase)
{
	FILE *file = fopen(path, "w");

	g_assert_nonnull(file);
	g_assert_cmpint(PEM_write_PrivateKey(file, key, passphrase ? EVP_aes_128_cbc() : NULL,
				(const unsigned char *)passphrase,
				passphrase ? (int)strlen(passphrase) : 0, NULL, NULL),
		==, 1);
	fclose(file);
}

/* Self-signed, valid from long ago until so many days from now. */
static void write_certificate(const char *path, EVP_PKEY *key, int days)
{
	X509 *certificate = X509_new();
	FILE *file = fopen(path, "w");

	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -100L * DAY);
	X509_gmtime_adj(X509_getm_notAfter(certificate), (long)days * DAY + (days >= 0 ? 60 : -60));
	X509_set_pubkey(certificate, key);
	g_assert_cmpint(X509_sign(certificate, key, EVP_sha256()), >, 0);
	g_assert_nonnull(file);
	g_assert_cmpint(PEM_write_X509(file, certificate), ==, 1);
	fclose(file);
	X509_free(certificate);
}

static void make_pair(Pair *pair, gconstpointer data)
{
	(void)data;
	pair->directory = g_dir_make_tmp("certificate-XXXXXX", NULL);
	g_assert_nonnull(pair->directory);
	pair->certificate = g_build_filename(pair->directory, "cert.pem", NULL);
	pair->key = g_build_filename(pair->directory, "key.pem", NULL);
}

static void remove_pair(Pair *pair, gconstpointer data)
{
	(void)data;
	g_remove(pair->certificate);
	g_remove(pair->key);
	g_rmdir(pair->directory);
	g_free(pair->certificate);
	g_free(pair->key);
	g_free(pair->directory);
}

static void fill_pair(const Pair *pair, int days)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	write_certificate(pair->certificate, key, days);
	write_key(pair->key, key, NULL);
	EVP_PKEY_free(key);
}

/* Is refused, and the error names the file. */
static void assert_refused(const Pair *pair, const char *file, const char *what)
{
	g_autofree char *expires = NULL;
	g_autoptr(GError) error = NULL;
	gint64 days_left = 0;

	g_assert_false(
		certificate_check(pair->certificate, pair->key, &expires, &days_left, &error));
	g_assert_true(g_error_matches(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE));
	g_assert_true(g_str_has_prefix(error->message, file));
	g_assert_nonnull(strstr(error->message, what));
}

static void test_days(Pair *pair, gconstpointer data)
{
	static const int rows[] = {90, 1, 0, -1, -30};

	(void)data;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GDateTime) now = g_date_time_new_now_utc();
		g_autoptr(GDateTime) then = g_date_time_add_seconds(
			now, (double)rows[i] * DAY + (rows[i] >= 0 ? 60 : -60));
		g_autofree char *want = g_date_time_format(then, "%Y-%m-%d");
		g_autofree char *expires = NULL;
		gint64 days_left = 0;

		fill_pair(pair, rows[i]);
		g_assert_true(certificate_check(
			pair->certificate, pair->key, &expires, &days_left, NULL));
		g_assert_cmpint(days_left, ==, rows[i]);
		g_assert_cmpstr(expires, ==, want);
	}
}

static void test_missing(Pair *pair, gconstpointer data)
{
	(void)data;
	assert_refused(pair, pair->certificate, "cannot be used");
	fill_pair(pair, 90);
	g_remove(pair->key);
	assert_refused(pair, pair->key, "cannot be used");
}

static void test_other_key(Pair *pair, gconstpointer data)
{
	EVP_PKEY *other = EVP_EC_gen("P-256");

	(void)data;
	fill_pair(pair, 90);
	write_key(pair->key, other, NULL);
	EVP_PKEY_free(other);
	assert_refused(pair, pair->key, "key");
}

/* The terminal is never asked. */
static void test_passphrase(Pair *pair, gconstpointer data)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	(void)data;
	write_certificate(pair->certificate, key, 90);
	write_key(pair->key, key, "secret");
	EVP_PKEY_free(key);
	assert_refused(pair, pair->key, "cannot be used");
}

static void test_junk(Pair *pair, gconstpointer data)
{
	(void)data;
	fill_pair(pair, 90);
	g_assert_true(g_file_set_contents(pair->certificate, "no PEM at all", -1, NULL));
	assert_refused(pair, pair->certificate, "cannot be used");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/certificate/days", Pair, NULL, make_pair, test_days, remove_pair);
	g_test_add("/certificate/missing", Pair, NULL, make_pair, test_missing, remove_pair);
	g_test_add("/certificate/other-key", Pair, NULL, make_pair, test_other_key, remove_pair);
	g_test_add("/certificate/passphrase", Pair, NULL, make_pair, test_passphrase, remove_pair);
	g_test_add("/certificate/junk", Pair, NULL, make_pair, test_junk, remove_pair);
	return g_test_run();
}
