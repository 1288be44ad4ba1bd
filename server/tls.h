/* TLS: the listener's side of STARTTLS. Certificate and key come as descriptors, so that only the
 * listener ever holds the key. */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>

/* Reads the PEM chain and key. NULL with an error (CASEGATE_ERROR_CONFIGURE) that says what is
 * wrong. */
SSL_CTX *tls_load(int certificate, int key, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SSL_CTX, SSL_CTX_free)
