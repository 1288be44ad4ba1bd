#include "graph/redeem.h"

#include <string.h>

#include "graph/signin.h"
#include "graph/token.h"
#include "store/mailbox.h"
#include "store/token.h"

#define CLOCK_SLACK_SECONDS 300
#define ID_TOKEN_MAX        65536

void redeemed_clear(Redeemed *redeemed)
{
	g_clear_pointer(&redeemed->outcome, g_free);
	g_clear_pointer(&redeemed->sentence, g_free);
}

void identified_clear(Identified *identified)
{
	g_clear_pointer(&identified->directory, g_free);
	g_clear_pointer(&identified->account, g_free);
	g_clear_pointer(&identified->mailbox, g_free);
}

/* ---- who signed in ---- */

static json_t *claims_of(const char *id_token)
{
	g_auto(GStrv) parts = g_strsplit(id_token, ".", 4);
	g_autoptr(GBytes) payload = NULL;

	if (strlen(id_token) > ID_TOKEN_MAX || g_strv_length(parts) != 3)
		return NULL;
	payload = secret_from_base64url(parts[1]);
	if (payload == NULL)
		return NULL;
	return told_parse(g_bytes_get_data(payload, NULL), g_bytes_get_size(payload));
}

/* "https://login.microsoftonline.com/TID/v2.0": of the host that was asked, or of another name that
 * Microsoft has for it. */
static gboolean is_issuer_of(const char *issuer, const char *directory, const char *login_url)
{
	const char *const hosts[] = {login_url, "https://login.microsoftonline.com",
		"https://login.microsoftonline.us", "https://login.partner.microsoftonline.cn",
		"https://login.chinacloudapi.cn"};

	for (guint i = 0; i < G_N_ELEMENTS(hosts); i++) {
		g_autofree char *whole = g_strdup_printf("%s/%s/v2.0", hosts[i], directory);

		if (g_strcmp0(issuer, whole) == 0)
			return TRUE;
	}
	return FALSE;
}

gboolean redeem_identify(
	const char *id_token, const IdentityWanted *wanted, gint64 now, Identified *identified)
{
	g_autoptr(json_t) claims = claims_of(id_token);
	const char *directory = told_text(claims, "tid");
	const char *account = told_text(claims, "oid");
	const char *mailbox = told_text(claims, "preferred_username");

	if (mailbox == NULL || strchr(mailbox, '@') == NULL)
		mailbox = told_text(claims, "email");
	if (directory == NULL || account == NULL || mailbox == NULL ||
		strchr(mailbox, '@') == NULL || strlen(mailbox) > 320 ||
		g_strcmp0(told_text(claims, "aud"), wanted->client) != 0 ||
		g_strcmp0(told_text(claims, "nonce"), wanted->nonce) != 0 ||
		!is_issuer_of(told_text(claims, "iss"), directory, wanted->login_url) ||
		told_number(claims, "exp", 0) < now - CLOCK_SLACK_SECONDS)
		return FALSE;
	identified->directory = g_strdup(directory);
	identified->account = g_strdup(account);
	identified->mailbox = g_strdup(mailbox);
	return TRUE;
}

/* ---- a code ---- */

static gboolean refuse(const Account *account, SigninRefused why, GError **error)
{
	const Remedy remedy = remedy_of_signin(why);

	remedy_set_error(&remedy, account->registration->language, NULL, error);
	return FALSE;
}

static gboolean ask_for_tokens(Account *account, const Job *job, const char *sealed_verifier,
	TokenAnswer *answer, GError **error)
{
	const GraphSettings *settings = account->settings;
	const SealPlace code_place = signin_code_place(job->tenant, job->state_hash);
	const SealPlace verifier_place = signin_verifier_place(job->tenant, job->state_hash);
	g_autofree char *scopes = signin_scopes(account->registration, &account->cloud);
	g_autoptr(Secret) code = seal_open(settings->ring, &code_place, job->sealed, error);
	g_autoptr(Secret) verifier = NULL;

	if (code == NULL)
		return FALSE;
	verifier = seal_open(settings->ring, &verifier_place, sealed_verifier, error);
	if (verifier == NULL)
		return FALSE;
	{
		const char *form[] = {"grant_type", "authorization_code", "code", code,
			"redirect_uri", account->registration->redirect_uri, "code_verifier",
			verifier, "scope", scopes, NULL};

		return token_ask(account, form, answer, error);
	}
}

static gboolean check_answer(const Account *account, const TokenAnswer *answer,
	const Identified *identified, GError **error)
{
	const Registration *registration = account->registration;
	const Remedy scopes = remedy_of_scopes();

	if (g_uuid_string_is_valid(registration->directory) &&
		g_ascii_strcasecmp(registration->directory, identified->directory) != 0)
		return refuse(account, REFUSED_ACCOUNT, error);
	if ((registration->may_read && !answer->may_read) ||
		(registration->may_send && !answer->may_send)) {
		remedy_set_error(
			&scopes, registration->language, "granted less than asked for", error);
		return FALSE;
	}
	if (answer->refresh_token != NULL)
		return TRUE;
	remedy_set_error(&scopes, registration->language, "offline_access was not granted", error);
	return FALSE;
}

/* The tokens first: a connection without them could not be used, they without it hurt nobody. */
static gboolean keep(Account *account, const Job *job, const TokenAnswer *answer,
	const Identified *identified, GError **error)
{
	const SealRing *ring = account->settings->ring;
	const SealPlace access_place = token_place(job->tenant, job->user, "access_token");
	const SealPlace refresh_place = token_place(job->tenant, job->user, "refresh_token");
	g_auto(TokenRow) row = {0};
	g_autoptr(GError) cause = NULL;
	const OutlookConnection connected = {.tenant = job->tenant,
		.user = job->user,
		.mailbox = identified->mailbox,
		.directory = identified->directory,
		.account = identified->account,
		.may_read = account->registration->may_read && answer->may_read,
		.may_send = account->registration->may_send && answer->may_send};

	if (!outlook_mailbox_is_free(
		    account->store, job->tenant, job->user, identified->mailbox, &cause)) {
		if (cause->code == CASEGATE_ERROR_REJECT)
			return refuse(account, REFUSED_MAILBOX, error);
		g_propagate_error(error, g_steal_pointer(&cause));
		return FALSE;
	}
	row.refresh_token = seal_text(ring, &refresh_place, answer->refresh_token);
	row.access_token = seal_text(ring, &access_place, answer->access_token);
	row.refreshed_at = g_get_real_time() / G_USEC_PER_SEC;
	row.access_expires_at = row.refreshed_at + answer->expires_in;
	return token_replace(account->store, job->tenant, job->user, &row, error) &&
	       outlook_connected(
		       account->store, &connected, account->settings->poll_seconds > 0, error);
}

static gboolean exchange(Account *account, const Job *job, GError **error)
{
	g_auto(TokenAnswer) answer = {0};
	g_auto(Identified) identified = {0};
	g_autofree char *verifier = NULL;
	g_autofree char *nonce = NULL;
	IdentityWanted wanted;

	if (!signin_load(account->store, job->tenant, job->state_hash, &verifier, &nonce, error) ||
		!ask_for_tokens(account, job, verifier, &answer, error))
		return FALSE;
	wanted = (IdentityWanted){account->registration->client, nonce, account->cloud.login_url};
	if (answer.id_token == NULL || !redeem_identify(answer.id_token, &wanted,
					       g_get_real_time() / G_USEC_PER_SEC, &identified))
		return refuse(account, REFUSED_IDENTITY, error);
	return check_answer(account, &answer, &identified, error) &&
	       keep(account, job, &answer, &identified, error);
}

/* A code is good once. Who was killed with it in his hand does not offer it again: Microsoft would
 * take that for a theft. */
static gboolean redeem_code(Account *account, const Job *job, GError **error)
{
	SigninSpent spent;

	if (!signin_spend(account->store, job->tenant, job->user, job->state_hash, job->attempt,
		    &spent, error))
		return FALSE;
	if (spent == SIGNIN_CONNECTED)
		return TRUE;
	if (spent == SIGNIN_FRESH)
		return exchange(account, job, error);
	return refuse(account, REFUSED_INTERRUPTED, error);
}

/* ---- an admin consent ---- */

/* A token of the directory that is registered here proves that it was this one. What was cached has
 * the permissions of before. */
static gboolean prove_consent(Account *account, const Job *job, GError **error)
{
	g_autofree char *scope = g_strconcat(account->cloud.scope_prefix, ".default", NULL);
	const char *form[] = {"grant_type", "client_credentials", "scope", scope, NULL};
	g_auto(TokenAnswer) answer = {0};

	return token_ask(account, form, &answer, error) &&
	       registration_note_granted(account->store, job->tenant, error) &&
	       (!account->registration->is_app || token_keep_for_app(account, &answer, error));
}

/* ---- the job ---- */

static const char *outcome_of(const GError *error)
{
	const char *state = remedy_state(error);

	if (state == NULL)
		return error->code == CASEGATE_ERROR_RETRY ? "later" : "refused";
	return strcmp(state, "reconnect") == 0 ? "refused" : state;
}

/* "Later" leaves the state as it was: it says nothing about the mailbox. */
static void note(Account *account, const Job *job, const GError *cause)
{
	const char *state = remedy_state(cause);
	g_autofree char *hint = remedy_hint(cause);

	if (account == NULL || job->user == NULL || state == NULL ||
		strcmp(job->kind, "redeem") != 0)
		return;
	outlook_state_set(
		account->store, job->tenant, job->user, state, hint, cause->message, NULL);
}

void redeem_job(
	Store *store, const GraphSettings *settings, Http *http, const Job *job, Redeemed *redeemed)
{
	const gboolean is_consent = strcmp(job->kind, "consent") == 0;
	g_autoptr(GError) error = NULL;
	g_autoptr(Account) account = account_open(
		store, settings, http, job->tenant, is_consent ? NULL : job->user, &error);

	redeemed_clear(redeemed);
	if (account != NULL && (is_consent ? prove_consent(account, job, &error)
					   : redeem_code(account, job, &error))) {
		redeemed->outcome = g_strdup(is_consent ? "granted" : "connected");
		return;
	}
	note(account, job, error);
	redeemed->outcome = g_strdup(outcome_of(error));
	redeemed->sentence = remedy_hint(error);
}

/* ---- app-only ---- */

gboolean redeem_mailbox(Store *store, const GraphSettings *settings, const char *tenant,
	const char *user, const char *mailbox, GError **error)
{
	g_autoptr(Registration) registration = NULL;
	OutlookConnection connected = {.tenant = (char *)tenant,
		.user = (char *)user,
		.mailbox = (char *)mailbox,
		.account = (char *)mailbox,
		.is_app = TRUE};

	if (!registration_find(store, tenant, FALSE, &registration, error))
		return FALSE;
	if (registration == NULL || !registration->is_app) {
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
			"tenant %s is not registered app-only: `casegate outlook set … --app-only`",
			tenant);
		return FALSE;
	}
	connected.directory = registration->directory;
	connected.may_read = registration->may_read;
	connected.may_send = registration->may_send;
	return outlook_mailbox_is_free(store, tenant, user, mailbox, error) &&
	       outlook_connection_ask(store, tenant, user, TRUE, error) &&
	       outlook_connected(store, &connected, settings->poll_seconds > 0, error);
}
