/* Token: the tokens of one connection, sealed, under a row lock, so that there is one refresher at
 * a time however many processes need one. */
#pragma once

#include "store/store.h"

/* Owns everything. */
typedef struct {
	char *refresh_token;                    /* sealed; NULL of an app-only connection */
	char *access_token;                     /* sealed, or NULL */
	gint64 refreshed_at, access_expires_at; /* seconds since 1970; 0: never */
} TokenRow;

void token_row_clear(TokenRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TokenRow, token_row_clear)

/* user NULL: the tenant's app-only token, which lies with its registration. FALSE with an error;
 * CASEGATE_ERROR_RECONNECT where there is none. */
gboolean token_load(
	Store *store, const char *tenant, const char *user, TokenRow *row, GError **error);
/* The same, and locks the row until token_save() or token_release(). Whoever waits longer than a
 * refresh may take gets CASEGATE_ERROR_RETRY. */
gboolean token_lock(
	Store *store, const char *tenant, const char *user, TokenRow *row, GError **error);
gboolean token_save(
	Store *store, const char *tenant, const char *user, const TokenRow *row, GError **error);
void token_release(Store *store);
/* Ends the lock, too: what Microsoft does not take any more is not offered again by who waited. */
void token_forget(Store *store, const char *tenant, const char *user);
/* Without a lock, for a new sign-in: replaces what there was. */
gboolean token_replace(
	Store *store, const char *tenant, const char *user, const TokenRow *row, GError **error);
