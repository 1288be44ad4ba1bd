#include "graph/assertion.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "graph/told.h"

#define NOW 1796000000

static char *pem_of(BIO *bio)
{
	char *bytes;
	const long size = BIO_get_mem_data(bio, &bytes);
	char *text = g_strndup(bytes, (gsize)size);

	BIO_free(bio);
	return text;
}

static char *key_pem(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
	return pem_of(bio);
}

static char *certificate_pem(EVP_PKEY *key, long valid_seconds)
{
	X509 *x509 = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());

	ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
	X509_gmtime_adj(X509_getm_notBefore(x509), -7200);
	X509_gmtime_adj(X509_getm_notAfter(x509), valid_seconds);
	X509_set_pubkey(x509, key);
	X509_sign(x509, key, EVP_sha256());
	PEM_write_bio_X509(bio, x509);
	X509_free(x509);
	return pem_of(bio);
}

/* Two good keys, one that is too short, one of another kind. */
static EVP_PKEY *good, *other, *weak, *curve;

static void test_pairs(void)
{
	g_autofree char *good_key = key_pem(good);
	g_autofree char *weak_key = key_pem(weak);
	g_autofree char *curve_key = key_pem(curve);
	g_autofree char *good_certificate = certificate_pem(good, 3600);
	g_autofree char *old_certificate = certificate_pem(good, -3600);
	g_autofree char *other_certificate = certificate_pem(other, 3600);
	g_autofree char *weak_certificate = certificate_pem(weak, 3600);
	g_autofree char *curve_certificate = certificate_pem(curve, 3600);
	const struct {
		const char *certificate, *key;
		PairFault want;
	} pairs[] = {
		{good_certificate,  good_key,         PAIR_GOOD          },
		{old_certificate,   good_key,         PAIR_EXPIRED       },
		{other_certificate, good_key,         PAIR_STRANGERS     },
		{weak_certificate,  weak_key,         PAIR_WEAK          },
		{curve_certificate, curve_key,        PAIR_WEAK          },
		{good_certificate,  "",               PAIR_NO_KEY        },
		{good_certificate,  good_certificate, PAIR_NO_KEY        },
		{"",                good_key,         PAIR_NO_CERTIFICATE},
		{good_key,          good_key,         PAIR_NO_CERTIFICATE},
	};

	for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_cmpint(assertion_pair_fault(pairs[i].certificate, pairs[i].key), ==,
			pairs[i].want);
		g_assert_cmpint(assertion_check_pair(pairs[i].certificate, pairs[i].key, &error),
			==, pairs[i].want == PAIR_GOOD);
		g_assert_cmpint(error == NULL, ==, pairs[i].want == PAIR_GOOD);
	}
}

static json_t *part_of(const char *text)
{
	g_autoptr(GBytes) bytes = secret_from_base64url(text);

	g_assert_nonnull(bytes);
	return told_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static gboolean is_signed(EVP_PKEY *key, const char *text, const char *signature)
{
	g_autoptr(GBytes) bytes = secret_from_base64url(signature);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters = NULL;
	int is_good;

	EVP_DigestVerifyInit(context, &parameters, EVP_sha256(), NULL, key);
	EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
	EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, 32);
	is_good = EVP_DigestVerify(context, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes),
		(const guchar *)text, strlen(text));
	EVP_MD_CTX_free(context);
	return is_good == 1;
}

/* GRAPH.md 1.5, member by member. */
static void test_sign(void)
{
	g_autofree char *key = key_pem(good);
	g_autofree char *certificate = certificate_pem(good, 3600);
	g_autoptr(Secret) one = assertion_sign(
		certificate, key, "client", "https://login.test/t/oauth2/v2.0/token", NOW, NULL);
	g_autoptr(Secret) two = assertion_sign(
		certificate, key, "client", "https://login.test/t/oauth2/v2.0/token", NOW, NULL);
	g_auto(GStrv) parts = g_strsplit(one, ".", -1);
	g_autoptr(json_t) header = part_of(parts[0]);
	g_autoptr(json_t) claims = part_of(parts[1]);
	g_autofree char *text = g_strjoin(".", parts[0], parts[1], NULL);

	g_assert_cmpuint(g_strv_length(parts), ==, 3);
	g_assert_cmpstr(told_text(header, "alg"), ==, "PS256");
	g_assert_cmpstr(told_text(header, "typ"), ==, "JWT");
	g_assert_cmpuint(strlen(told_text(header, "x5t#S256")), ==, 43);
	g_assert_cmpstr(told_text(claims, "aud"), ==, "https://login.test/t/oauth2/v2.0/token");
	g_assert_cmpstr(told_text(claims, "iss"), ==, "client");
	g_assert_cmpstr(told_text(claims, "sub"), ==, "client");
	g_assert_cmpint(told_number(claims, "nbf", 0), ==, NOW - 60);
	g_assert_cmpint(told_number(claims, "exp", 0), ==, NOW + 600);
	g_assert_true(is_signed(good, text, parts[2]));
	g_assert_false(is_signed(other, text, parts[2]));
	g_assert_cmpstr(one, !=, two);
}

static void test_broken(void)
{
	g_autofree char *key = key_pem(good);
	g_autoptr(GError) error = NULL;

	g_assert_null(assertion_sign("", key, "c", "u", NOW, &error));
	g_assert_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE);
}

int main(int argc, char **argv)
{
	int failed;

	g_test_init(&argc, &argv, NULL);
	good = EVP_RSA_gen(2048);
	other = EVP_RSA_gen(2048);
	weak = EVP_RSA_gen(1024);
	curve = EVP_EC_gen("P-256");
	g_test_add_func("/assertion/pairs", test_pairs);
	g_test_add_func("/assertion/sign", test_sign);
	g_test_add_func("/assertion/broken", test_broken);
	failed = g_test_run();
	EVP_PKEY_free(good);
	EVP_PKEY_free(other);
	EVP_PKEY_free(weak);
	EVP_PKEY_free(curve);
	return failed;
}
