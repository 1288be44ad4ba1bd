/* Secret: text that is wiped when it is freed: tokens, client secrets, keys, codes. A Secret is a
 * plain string; only its end differs. */
#pragma once

#include <glib.h>

typedef char Secret;

void secret_free(Secret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Secret, secret_free)

/* So many random bytes in base64url without padding. */
Secret *secret_random(gsize size_bytes);
/* SHA-256 of a text as 64 hex digits. To be freed. */
char *secret_sha256(const char *text);
/* base64url without padding (RFC 7515, 2). */
char *secret_base64url(const void *data, gsize size);
/* The bytes of it, or NULL where it is none. */
GBytes *secret_from_base64url(const char *text);
/* Keeps this process's memory out of core files, and from other processes of the same user. */
void secret_guard_process(void);
