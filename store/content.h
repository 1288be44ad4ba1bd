/* Content: bytes, kept once per tenant and sha256, in pieces so that no row grows with a mail. */
#pragma once

#include "store/store.h"

typedef struct Contents Contents;

/* Collects what a delivery keeps; written by contents_save() in one order, so that two deliveries
 * of the same bytes wait for each other and never in a circle. bytes are kept by reference. */
Contents *contents_new(void);
void contents_free(Contents *contents);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Contents, contents_free)
void contents_add(Contents *contents, const char *sha256, GBytes *bytes);
/* Inside a transaction. counts_quota: the tenant has a quota, what is new is added to its bytes. */
gboolean contents_save(Store *store, const char *tenant, const Contents *contents,
	gboolean counts_quota, GError **error);

/* 64 hex digits. To be freed. */
char *content_sha256(GBytes *bytes);
/* The bytes of a content, or NULL with an error (also when there is none). */
GBytes *content_load(Store *store, const char *tenant, const char *sha256, GError **error);
