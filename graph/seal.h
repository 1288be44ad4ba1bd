/* Seal: what must not be readable in the database, encrypted under a key that is not in it.
 *
 * AES-256-GCM with a random nonce; the place (tenant, row, column) and the key's id are associated
 * data, so that a value cannot be moved. The format is v1.KEYID.NONCE.TEXT.TAG in base64url;
 * anything else is an error, never taken for cleartext.
 *
 * The key file holds one key of at least 32 bytes; or, all in printable characters, one key a line,
 * the current one first and older ones below it, which still open what was sealed under them. */
#pragma once

#include "graph/secret.h"
#include "store/error.h"

typedef struct SealRing SealRing;

/* NULL with CASEGATE_ERROR_CONFIGURE where the file is missing, too short, or readable by all. */
SealRing *seal_ring_load(const char *path, GError **error);
/* The same of bytes that were read already; about names them in errors. */
SealRing *seal_ring_parse(GBytes *content, const char *about, GError **error);
/* Adds another file's keys as old ones. */
gboolean seal_ring_add_old(SealRing *ring, const char *path, GError **error);
void seal_ring_free(SealRing *ring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SealRing, seal_ring_free)

/* Where a sealed value stands. Borrowed. */
typedef struct {
	const char *tenant;
	const char *row;    /* the user, the state's hash, …; "" where a tenant has one */
	const char *column; /* "refresh_token" */
} SealPlace;

/* NULL stays NULL. To be freed. */
char *seal_text(const SealRing *ring, const SealPlace *place, const char *text);
/* The text, or NULL with CASEGATE_ERROR_CONFIGURE: another key, another place, or no seal. */
Secret *seal_open(const SealRing *ring, const SealPlace *place, const char *sealed, GError **error);
/* Was it sealed under the current key? */
gboolean seal_is_current(const SealRing *ring, const char *sealed);
