#include "server/certificate.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "store/error.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SSL_CTX, SSL_CTX_free)

static gboolean fail(const char *path, const char *what, GError **error)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE, "%s %s: %s", path, what,
		reason ? reason : "unknown reason");
	ERR_clear_error();
	return FALSE;
}

/* A key with a passphrase would make OpenSSL ask the terminal. */
static int no_passphrase(G_GNUC_UNUSED char *buffer, G_GNUC_UNUSED int size,
	G_GNUC_UNUSED int is_writing, G_GNUC_UNUSED void *data)
{
	return -1;
}

static gboolean read_expiry(SSL_CTX *context, char **expires, gint64 *days_left)
{
	struct tm until;
	const X509 *first = SSL_CTX_get0_certificate(context);
	int days = 0, seconds = 0;

	if (first == NULL || !ASN1_TIME_to_tm(X509_get0_notAfter(first), &until) ||
		!ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(first)))
		return FALSE;
	*expires = g_strdup_printf(
		"%04d-%02d-%02d", until.tm_year + 1900, until.tm_mon + 1, until.tm_mday);
	*days_left = days < 0 || seconds < 0 ? MIN(days, -1) : days;
	return TRUE;
}

gboolean certificate_check(
	const char *certificate, const char *key, char **expires, gint64 *days_left, GError **error)
{
	g_autoptr(SSL_CTX) context = SSL_CTX_new(TLS_server_method());

	SSL_CTX_set_default_passwd_cb(context, no_passphrase);
	if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
		return fail(certificate, "cannot be used as a certificate", error);
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
		return fail(key, "cannot be used as the certificate's key", error);
	if (SSL_CTX_check_private_key(context) != 1)
		return fail(key, "is not the certificate's key", error);
	if (!read_expiry(context, expires, days_left))
		return fail(certificate, "has no readable date of expiry", error);
	return TRUE;
}
