/* Outlook: a tenant's app registration, its users' connections, and sign-ins on their way (schema
 * 0013). Everything secret is sealed (graph/seal.h) before it comes here and leaves as it came.
 * Each function is a transaction of its own unless it says otherwise. */
#pragma once

#include "store/table.h"

/* Owns everything. secret, or certificate and private_key, are set. */
typedef struct {
	char *directory, *client, *cloud, *redirect_uri;
	char *secret, *certificate, *private_key; /* NULL for ROLE_WEB, but for the certificate */
	gboolean is_app, may_read, may_send;
	char *language;    /* the tenant's: "de" or "en" */
	gint64 granted_at; /* an administrator's consent, seconds since 1970; 0: none */
} Registration;

void registration_free(Registration *registration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Registration, registration_free)

/* *registration is NULL where the tenant has none. has_secrets: with what only ROLE_GRAPH and
 * ROLE_ADMIN may read. */
gboolean registration_find(Store *store, const char *tenant, gboolean has_secrets,
	Registration **registration, GError **error);
/* Without secret and private_key those that are there stay; a new registration needs one. */
gboolean registration_save(
	Store *store, const char *tenant, const Registration *registration, GError **error);
/* The keys of all tenants that have one. Of char. ROLE_ADMIN. */
GPtrArray *registration_tenants(Store *store, GError **error);
gboolean registration_remove(Store *store, const char *tenant, GError **error);
gboolean registration_note_granted(Store *store, const char *tenant, GError **error);
/* Microsoft says that the app asks for too many mailboxes at once: half as many from now on, and
 * slowly more again. */
gboolean registration_narrow(Store *store, const char *tenant, GError **error);
/* For how long the login host still wants to be left alone by this app; 0: it does not. */
gboolean registration_login_parked(
	Store *store, const char *tenant, double *seconds, GError **error);
gboolean registration_park_login(Store *store, const char *tenant, double seconds, GError **error);

/* One user's connection. Owns everything. */
typedef struct {
	char *tenant, *user;
	char *mailbox;             /* NULL: never connected */
	char *state;               /* as in the view outlook_connections */
	char *hint;                /* or NULL */
	char *directory, *account; /* tid and oid, or NULL */
	gboolean is_app, may_read, may_send;
	gint64 failures;
} OutlookConnection;

void outlook_connection_free(OutlookConnection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutlookConnection, outlook_connection_free)

/* *connection is NULL where the user never asked to connect. */
gboolean outlook_connection_find(Store *store, const char *tenant, const char *user,
	OutlookConnection **connection, GError **error);
/* Makes his row, where there is none. */
gboolean outlook_connection_ask(
	Store *store, const char *tenant, const char *user, gboolean is_app, GError **error);
/* hint and last_error may be NULL. */
gboolean outlook_state_set(Store *store, const char *tenant, const char *user, const char *state,
	const char *hint, const char *last_error, GError **error);
/* FALSE with CASEGATE_ERROR_REJECT where another user of the tenant has this mailbox. */
gboolean outlook_mailbox_is_free(
	Store *store, const char *tenant, const char *user, const char *mailbox, GError **error);
/* What a sign-in or a bound mailbox brought; another account than before starts anew. */
gboolean outlook_connected(
	Store *store, const OutlookConnection *connection, gboolean does_poll, GError **error);
gboolean outlook_disconnected(Store *store, const char *tenant, const char *user, GError **error);
/* The keys of all users of a tenant that have a row. Of char. */
GPtrArray *outlook_users(Store *store, const char *tenant, GError **error);
/* The columns of outlook_connections, scopes, and the flow: seen_at and filed_at, seen and filed,
 * over all folders. user NULL: all. */
Table *outlook_list(Store *store, const char *tenant, const char *user, GError **error);

/* ---- sign-ins ---- */

typedef struct {
	char *tenant;
	char *user;    /* NULL: admin consent from the shell */
	char *purpose; /* "connect", "reconnect", "adminconsent" */
} Signin;

void signin_clear(Signin *signin);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Signin, signin_clear)

/* Hashes are hex; session_hash may be NULL. verifier is sealed. */
gboolean signin_add(Store *store, const char *tenant, const char *user, const char *purpose,
	const char *state_hash, const char *session_hash, const char *verifier, const char *nonce,
	GError **error);
/* Takes the sign-in that a state belongs to, once. *signin is empty where there is none: unknown,
 * used, expired, or another browser's. */
gboolean signin_use(Store *store, const char *state_hash, const char *session_hash, Signin *signin,
	GError **error);
/* What became of a sign-in's code so far. */
typedef enum {
	SIGNIN_FRESH,     /* it may be redeemed, and is noted as given away */
	SIGNIN_SPENT,     /* that was begun before, and nobody knows how it ended */
	SIGNIN_CONNECTED, /* … but well: the user has been connected since */
} SigninSpent;

/* The code of a user's sign-in is about to be redeemed, for this attempt of its job. */
gboolean signin_spend(Store *store, const char *tenant, const char *user, const char *state_hash,
	gint64 attempt, SigninSpent *spent, GError **error);
/* The sealed verifier and the nonce of a sign-in. FALSE with an error also where there is none. */
gboolean signin_load(Store *store, const char *tenant, const char *state_hash, char **verifier,
	char **nonce, GError **error);
