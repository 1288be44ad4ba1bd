/* Assertion: a certificate as the credential instead of a client secret, and what is signed with it
 * (RFC 7523, RFC 7518 3.5). PEM texts come in, nothing of OpenSSL goes out. */
#pragma once

#include "graph/secret.h"
#include "store/error.h"

/* What stands against a certificate and its key, both PEM. */
typedef enum {
	PAIR_GOOD,
	PAIR_NO_CERTIFICATE,
	PAIR_NO_KEY,    /* or one with a passphrase */
	PAIR_WEAK,      /* Entra takes RSA of 2048 bits and more */
	PAIR_STRANGERS, /* they do not belong together */
	PAIR_EXPIRED,
} PairFault;
PairFault assertion_pair_fault(const char *certificate, const char *private_key);
/* Do the two belong together, and is the key RSA? CASEGATE_ERROR_REJECT with a sentence. */
gboolean assertion_check_pair(const char *certificate, const char *private_key, GError **error);
/* A client assertion for the token endpoint, valid for ten minutes from now (seconds since 1970).
 * NULL with CASEGATE_ERROR_CONFIGURE. */
Secret *assertion_sign(const char *certificate, const char *private_key, const char *client,
	const char *token_url, gint64 now, GError **error);
