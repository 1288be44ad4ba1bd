#include "server/tls.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <unistd.h>

#include "store/error.h"

#define PEM_LIMIT (256 * 1024)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)

static gboolean refuse(GError **error, const char *what)
{
	unsigned long code = ERR_get_error();
	const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;

	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE, "[tls] %s%s%s", what,
		reason != NULL ? ": " : "", reason != NULL ? reason : "");
	ERR_clear_error();
	return FALSE;
}

/* A whole file from its start into memory that is wiped when freed; the file may be read again. */
static BIO *read_file(int descriptor)
{
	g_autoptr(BIO) memory = BIO_new(BIO_s_secmem());
	char part[4096];
	gsize total = 0;
	gssize got;

	while ((got = pread(descriptor, part, sizeof part, (off_t)total)) > 0) {
		total += (gsize)got;
		if (total > PEM_LIMIT || BIO_write(memory, part, (int)got) != got)
			return NULL;
	}
	OPENSSL_cleanse(part, sizeof part);
	return got == 0 ? g_steal_pointer(&memory) : NULL;
}

/* Nobody is there to type a password. */
static int no_password(G_GNUC_UNUSED char *buffer, G_GNUC_UNUSED int size,
	G_GNUC_UNUSED int is_writing, G_GNUC_UNUSED void *data)
{
	return 0;
}

static gboolean use_certificate(SSL_CTX *context, int descriptor, GError **error)
{
	g_autoptr(BIO) file = read_file(descriptor);
	g_autoptr(X509) first = NULL;
	X509 *next;

	if (file != NULL)
		first = PEM_read_bio_X509_AUX(file, NULL, no_password, NULL);
	if (first == NULL || SSL_CTX_use_certificate(context, first) != 1)
		return refuse(error, "certificate cannot be used");
	while ((next = PEM_read_bio_X509(file, NULL, no_password, NULL)) != NULL)
		if (SSL_CTX_add0_chain_cert(context, next) != 1) {
			X509_free(next);
			return refuse(error, "certificate's chain cannot be used");
		}
	ERR_clear_error();
	return TRUE;
}

static gboolean use_key(SSL_CTX *context, int descriptor, GError **error)
{
	g_autoptr(BIO) file = read_file(descriptor);
	g_autoptr(EVP_PKEY) key = NULL;

	if (file != NULL)
		key = PEM_read_bio_PrivateKey(file, NULL, no_password, NULL);
	if (key == NULL || SSL_CTX_use_PrivateKey(context, key) != 1)
		return refuse(error, "key cannot be used (it must be PEM without a password)");
	if (SSL_CTX_check_private_key(context) != 1)
		return refuse(error, "key does not belong to the certificate");
	return TRUE;
}

SSL_CTX *tls_load(int certificate, int key, GError **error)
{
	g_autoptr(SSL_CTX) context = NULL;

	/* The listener opens no files, so neither may OpenSSL: no openssl.cnf. */
	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	context = SSL_CTX_new(TLS_server_method());
	if (context == NULL) {
		refuse(error, "TLS could not be set up");
		return NULL;
	}
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					     SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
	/* Memory for 2000 connections: keep nothing between them and no buffers while they idle. */
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	if (!use_certificate(context, certificate, error) || !use_key(context, key, error))
		return NULL;
	return g_steal_pointer(&context);
}
