#include "graph/assertion.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#define LIFE_SECONDS  600
#define SLACK_SECONDS 60
#define RSA_BITS_MIN  2048

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)

static gboolean refuse(CasegateError code, const char *text, GError **error)
{
	g_set_error_literal(error, CASEGATE_ERROR, (int)code, text);
	return FALSE;
}

/* A key with a passphrase is one that nobody can use unasked. */
static int no_passphrase(char *buffer, int size, int is_writing, void *unused)
{
	(void)buffer;
	(void)size;
	(void)is_writing;
	(void)unused;
	return -1;
}

static X509 *read_certificate(const char *text)
{
	g_autoptr(BIO) bio = BIO_new_mem_buf(text, -1);

	return PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
}

static EVP_PKEY *read_key(const char *text)
{
	g_autoptr(BIO) bio = BIO_new_mem_buf(text, -1);

	return PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
}

PairFault assertion_pair_fault(const char *certificate, const char *private_key)
{
	g_autoptr(X509) x509 = read_certificate(certificate);
	g_autoptr(EVP_PKEY) key = read_key(private_key);

	if (x509 == NULL)
		return PAIR_NO_CERTIFICATE;
	if (key == NULL)
		return PAIR_NO_KEY;
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key) < RSA_BITS_MIN)
		return PAIR_WEAK;
	if (X509_check_private_key(x509, key) != 1)
		return PAIR_STRANGERS;
	if (X509_cmp_current_time(X509_get0_notAfter(x509)) <= 0)
		return PAIR_EXPIRED;
	return PAIR_GOOD;
}

gboolean assertion_check_pair(const char *certificate, const char *private_key, GError **error)
{
	static const char *const texts[] = {
		[PAIR_NO_CERTIFICATE] =
			"the certificate is not in PEM form (-----BEGIN CERTIFICATE-----)",
		[PAIR_NO_KEY] = "the private key is not in PEM form, or has a passphrase",
		[PAIR_WEAK] = "Entra takes RSA certificates of at least 2048 bits",
		[PAIR_STRANGERS] = "the certificate and the private key do not belong together",
		[PAIR_EXPIRED] = "the certificate has expired",
	};
	const PairFault fault = assertion_pair_fault(certificate, private_key);

	return fault == PAIR_GOOD || refuse(CASEGATE_ERROR_REJECT, texts[fault], error);
}

static char *encoded(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);
	char *result = secret_base64url(text, strlen(text));

	json_decref(object);
	free(text);
	return result;
}

static char *header_of(X509 *certificate)
{
	guchar digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;
	g_autofree char *thumbprint = NULL;

	X509_digest(certificate, EVP_sha256(), digest, &size);
	thumbprint = secret_base64url(digest, size);
	return encoded(
		json_pack("{s:s,s:s,s:s}", "alg", "PS256", "typ", "JWT", "x5t#S256", thumbprint));
}

static char *claims_of(const char *client, const char *token_url, gint64 now)
{
	g_autofree char *id = g_uuid_string_random();

	return encoded(json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:I}", "aud", token_url, "iss", client,
		"sub", client, "jti", id, "nbf", (json_int_t)(now - SLACK_SECONDS), "iat",
		(json_int_t)now, "exp", (json_int_t)(now + LIFE_SECONDS)));
}

/* PS256: RSASSA-PSS over SHA-256, the salt as long as the digest. */
static char *sign(EVP_PKEY *key, const char *text)
{
	g_autoptr(EVP_MD_CTX) context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters = NULL;
	gsize size = 0;
	g_autofree guchar *signature = NULL;

	if (EVP_DigestSignInit(context, &parameters, EVP_sha256(), NULL, key) != 1 ||
		EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
		EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1 ||
		EVP_DigestSign(context, NULL, &size, (const guchar *)text, strlen(text)) != 1)
		return NULL;
	signature = g_malloc(size);
	if (EVP_DigestSign(context, signature, &size, (const guchar *)text, strlen(text)) != 1)
		return NULL;
	return secret_base64url(signature, size);
}

Secret *assertion_sign(const char *certificate, const char *private_key, const char *client,
	const char *token_url, gint64 now, GError **error)
{
	g_autoptr(X509) x509 = read_certificate(certificate);
	g_autoptr(EVP_PKEY) key = read_key(private_key);
	g_autofree char *header = NULL, *claims = NULL, *text = NULL, *signature = NULL;

	if (x509 == NULL || key == NULL) {
		refuse(CASEGATE_ERROR_CONFIGURE,
			"the stored certificate cannot be used: store it again", error);
		return NULL;
	}
	header = header_of(x509);
	claims = claims_of(client, token_url, now);
	text = g_strjoin(".", header, claims, NULL);
	signature = sign(key, text);
	if (signature != NULL)
		return g_strjoin(".", text, signature, NULL);
	refuse(CASEGATE_ERROR_CONFIGURE, "the stored private key cannot sign: store it again",
		error);
	return NULL;
}
