/* Signin: a tenant registers its app, a user signs in at Microsoft, an administrator consents: up
 * to the redirect that comes back. It needs the key and the database, never the network: the code
 * is sealed into a job that a graph worker redeems (graph/redeem.c), so that the process which
 * answers the browser talks to nobody else. The dialog and the commands call the same. */
#pragma once

#include "graph/cloud.h"
#include "store/outlook.h"

/* What an administrator enters. Borrowed; secret, or certificate and private_key (PEM); none of the
 * three keeps what is stored. */
typedef struct {
	const char *directory, *client, *cloud;
	const char *secret, *certificate, *private_key;
	gboolean is_app, may_read, may_send;
} RegistrationInput;

/* Checks, seals and stores it. *redirect_uri (to be freed, may be NULL) is what must be registered
 * in Entra. CASEGATE_ERROR_REJECT with a sentence where something was entered wrongly. */
gboolean signin_register(Store *store, const GraphSettings *settings, const char *tenant,
	const RegistrationInput *input, char **redirect_uri, GError **error);
/* public_url and the path, or NULL with CASEGATE_ERROR_CONFIGURE where there is no public_url. */
char *signin_redirect_uri(const GraphSettings *settings, GError **error);

/* The URL at which a user signs in and consents, valid once, for ten minutes; to be freed.
 * session: a secret of the browser session that must come back, or NULL (from the shell). */
char *signin_begin(Store *store, const GraphSettings *settings, const char *tenant,
	const char *user, const char *session, GError **error);
/* The same for the admin consent; user may be NULL. */
char *signin_begin_consent(Store *store, const GraphSettings *settings, const char *tenant,
	const char *user, const char *session, GError **error);

/* What the redirect brought, percent-decoded; NULL where it was not there. */
typedef struct {
	const char *state, *code, *error, *error_description;
	const char *session; /* of the browser, or NULL */
} SigninAnswer;

/* What is known at once. Owns everything. */
typedef struct {
	gboolean is_known; /* the state was ours, unused, in time, and of this browser session */
	char *tenant, *user;
	/* "declined", "refused", "consent", "admin" or "later"; NULL: job_id will say
	 * (job_find_outcome), "connected" or "granted" at best. */
	char *outcome;
	char *sentence; /* for a person, in the tenant's language; may be NULL */
	gint64 job_id;
} SigninResult;

void signin_result_clear(SigninResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SigninResult, signin_result_clear)

/* Takes the redirect. Without a known state nothing changes. FALSE with an error when the database
 * is away: nothing was taken. */
gboolean signin_take(Store *store, const GraphSettings *settings, const SigninAnswer *answer,
	SigninResult *result, GError **error);
/* Where the code of a sign-in is sealed. */
SealPlace signin_code_place(const char *tenant, const char *state_hash);
SealPlace signin_verifier_place(const char *tenant, const char *state_hash);
/* The scopes to ask for, separated by spaces. To be freed. */
char *signin_scopes(const Registration *registration, const Cloud *cloud);
