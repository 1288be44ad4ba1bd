#include "graph/token.h"

#include <string.h>

#include "graph/assertion.h"
#include "graph/signin.h"
#include "store/token.h"

#define MARGIN_SECONDS  300
#define TIMEOUT_SECONDS 30
/* Where the login host asks for patience and does not say for how long (as MSAL). */
#define PATIENCE_SECONDS 5
#define ANSWER_BYTES     65536
#define ASSERTION_TYPE   "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

gint64 token_margin(gint64 lifetime_seconds)
{
	return MIN(MARGIN_SECONDS, lifetime_seconds / 4);
}

SealPlace token_place(const char *tenant, const char *user, const char *column)
{
	return (SealPlace){tenant, user != NULL ? user : "", column};
}

gboolean token_scope_has(const char *scope, const char *permission)
{
	g_auto(GStrv) parts = g_strsplit(scope != NULL ? scope : "", " ", -1);

	for (guint i = 0; parts[i] != NULL; i++) {
		const char *slash = strrchr(parts[i], '/');

		if (g_ascii_strcasecmp(slash != NULL ? slash + 1 : parts[i], permission) == 0)
			return TRUE;
	}
	return FALSE;
}

void token_answer_clear(TokenAnswer *answer)
{
	secret_free(answer->access_token);
	secret_free(answer->refresh_token);
	secret_free(answer->id_token);
	memset(answer, 0, sizeof *answer);
}

/* ---- asking ---- */

static void add_field(GString *form, const char *name, const char *value)
{
	g_autoptr(Secret) escaped = http_escape(value);

	if (form->len > 0)
		g_string_append_c(form, '&');
	g_string_append_printf(form, "%s=%s", name, escaped);
}

static Secret *open_column(
	const Account *account, const char *column, const char *sealed, GError **error)
{
	const SealPlace place = {account->connection->tenant, "", column};

	return seal_open(account->settings->ring, &place, sealed, error);
}

/* The client secret, or a fresh assertion for this very endpoint. */
static gboolean add_credential(
	const Account *account, const char *url, GString *form, GError **error)
{
	const Registration *registration = account->registration;
	g_autoptr(Secret) secret = NULL;
	g_autoptr(Secret) assertion = NULL;

	if (registration->secret != NULL) {
		secret = open_column(account, "secret", registration->secret, error);
		if (secret == NULL)
			return FALSE;
		add_field(form, "client_secret", secret);
		return TRUE;
	}
	secret = open_column(account, "private_key", registration->private_key, error);
	if (secret == NULL)
		return FALSE;
	assertion = assertion_sign(registration->certificate, secret, registration->client, url,
		g_get_real_time() / G_USEC_PER_SEC, error);
	if (assertion == NULL)
		return FALSE;
	add_field(form, "client_assertion_type", ASSERTION_TYPE);
	add_field(form, "client_assertion", assertion);
	return TRUE;
}

static gboolean refused(
	Account *account, const HttpAnswer *answer, const json_t *body, GError **error)
{
	const char *code = told_text(body, "error");
	const char *description = told_text(body, "error_description");
	const Remedy remedy =
		remedy_of_login(answer->status, code, told_text(body, "suberror"), description);
	g_autofree char *number = remedy_aadsts(description);
	g_autofree char *details = g_strdup_printf("HTTP %d %s %s, trace %s", answer->status,
		code != NULL ? code : "no JSON", number != NULL ? number : "",
		told_text(body, "trace_id") != NULL ? told_text(body, "trace_id") : "-");

	account->park_seconds = answer->retry_seconds >= 0 ? answer->retry_seconds
				: answer->status == 429    ? PATIENCE_SECONDS
							   : 0;
	account->login_park_seconds = account->park_seconds;
	remedy_set_error(&remedy, account->registration->language, details, error);
	return FALSE;
}

/* What goes into a header is one line of visible letters. */
static gboolean is_header_value(const char *text)
{
	for (; *text != '\0'; text++)
		if (!g_ascii_isgraph(*text))
			return FALSE;
	return TRUE;
}

gboolean token_read(const json_t *body, TokenAnswer *answer)
{
	const char *access = told_text(body, "access_token");
	const char *scope = told_text(body, "scope");

	if (access == NULL || !is_header_value(access))
		return FALSE;
	answer->access_token = g_strdup(access);
	answer->refresh_token = g_strdup(told_text(body, "refresh_token"));
	answer->id_token = g_strdup(told_text(body, "id_token"));
	answer->expires_in = CLAMP(told_number(body, "expires_in", 3599), 1, 7 * 86400);
	/* Unsaid is as asked for (RFC 6749, 5.1). */
	answer->may_read = scope == NULL || token_scope_has(scope, "Mail.Read");
	answer->may_send = scope == NULL || token_scope_has(scope, "Mail.Send");
	return TRUE;
}

static gboolean take(Account *account, const HttpAnswer *answer, TokenAnswer *token, GError **error)
{
	g_autoptr(json_t) body = told_json(answer);

	return (answer->status == 200 && token_read(body, token)) ||
	       refused(account, answer, body, error);
}

gboolean token_ask(Account *account, const char *const *form, TokenAnswer *answer, GError **error)
{
	g_autofree char *url = g_strdup_printf("%s/%s/oauth2/v2.0/token", account->cloud.login_url,
		account->registration->directory);
	g_autoptr(GString) body = g_string_new(NULL);
	g_auto(HttpAnswer) got = {0};
	const HttpRequest request = {.method = "POST",
		.url = url,
		.base = account->cloud.login_url,
		.content_type = "application/x-www-form-urlencoded",
		.answer_max = ANSWER_BYTES,
		.is_once = TRUE,
		.timeout_seconds = TIMEOUT_SECONDS};
	HttpRequest with_body = request;
	g_autoptr(GError) cause = NULL;
	gboolean is_done;

	for (guint i = 0; form[i] != NULL; i += 2)
		add_field(body, form[i], form[i + 1]);
	add_field(body, "client_id", account->registration->client);
	if (!add_credential(account, url, body, error))
		return FALSE;
	with_body.body = body->str;
	with_body.body_size = body->len;
	account->requests++;
	is_done = http_ask(account->http, &with_body, &got, &cause);
	memset(body->str, 0, body->len);
	if (!is_done) {
		const Remedy remedy = remedy_of_network();

		remedy_set_error(&remedy, account->registration->language, cause->message, error);
		return FALSE;
	}
	return take(account, &got, answer, error);
}

/* ---- refreshing ---- */

/* The stored token, if it is good for a while and not the one that was refused. *is_usable. */
static gboolean use_stored(Account *account, const TokenRow *row, const char *refused_token,
	gboolean *is_usable, GError **error)
{
	const OutlookConnection *connection = account->connection;
	const SealPlace place = token_place(
		connection->tenant, connection->is_app ? NULL : connection->user, "access_token");
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	const gint64 lifetime = row->access_expires_at - row->refreshed_at;
	g_autoptr(Secret) token = NULL;

	*is_usable = FALSE;
	if (row->access_token == NULL || row->access_expires_at - now <= token_margin(lifetime))
		return TRUE;
	token = seal_open(account->settings->ring, &place, row->access_token, error);
	if (token == NULL)
		return FALSE;
	if (g_strcmp0(token, refused_token) == 0)
		return TRUE;
	secret_free(account->access_token);
	account->access_token = g_steal_pointer(&token);
	account->token_given_at = row->refreshed_at;
	return *is_usable = TRUE;
}

static gboolean ask_as_user(
	Account *account, const TokenRow *row, TokenAnswer *answer, GError **error)
{
	const SealPlace place = token_place(
		account->connection->tenant, account->connection->user, "refresh_token");
	g_autofree char *scopes = signin_scopes(account->registration, &account->cloud);
	g_autoptr(Secret) refresh =
		seal_open(account->settings->ring, &place, row->refresh_token, error);
	const char *form[] = {
		"grant_type", "refresh_token", "refresh_token", refresh, "scope", scopes, NULL};

	return refresh != NULL && token_ask(account, form, answer, error);
}

static gboolean ask_as_app(Account *account, TokenAnswer *answer, GError **error)
{
	g_autofree char *scope = g_strconcat(account->cloud.scope_prefix, ".default", NULL);
	const char *form[] = {"grant_type", "client_credentials", "scope", scope, NULL};

	return token_ask(account, form, answer, error);
}

/* Under the lock: asks, and stores before anybody uses it. Without a new refresh token the old one
 * stays. */
static gboolean refresh(Account *account, const char *user, TokenRow *row, GError **error)
{
	const char *tenant = account->connection->tenant;
	const SealPlace access_place = token_place(tenant, user, "access_token");
	const SealPlace refresh_place = token_place(tenant, user, "refresh_token");
	g_auto(TokenAnswer) answer = {0};
	g_autoptr(GError) cause = NULL;

	account->login_park_seconds = 0;
	if (user != NULL ? !ask_as_user(account, row, &answer, &cause)
			 : !ask_as_app(account, &answer, &cause)) {
		if (user != NULL && cause->code == CASEGATE_ERROR_RECONNECT)
			token_forget(account->store, tenant, user);
		else
			token_release(account->store);
		if (account->login_park_seconds > 0)
			registration_park_login(
				account->store, tenant, account->login_park_seconds, NULL);
		g_propagate_error(error, g_steal_pointer(&cause));
		return FALSE;
	}
	g_free(row->access_token);
	row->access_token = seal_text(account->settings->ring, &access_place, answer.access_token);
	row->refreshed_at = g_get_real_time() / G_USEC_PER_SEC;
	row->access_expires_at = row->refreshed_at + answer.expires_in;
	if (answer.refresh_token != NULL) {
		g_free(row->refresh_token);
		row->refresh_token =
			seal_text(account->settings->ring, &refresh_place, answer.refresh_token);
	}
	if (!token_save(account->store, tenant, user, row, error))
		return FALSE;
	secret_free(account->access_token);
	account->access_token = g_steal_pointer(&answer.access_token);
	account->token_given_at = row->refreshed_at;
	return TRUE;
}

gboolean token_keep_for_app(Account *account, const TokenAnswer *answer, GError **error)
{
	const char *tenant = account->connection->tenant;
	const SealPlace place = token_place(tenant, NULL, "access_token");
	g_auto(TokenRow) row = {0};

	if (!token_lock(account->store, tenant, NULL, &row, error))
		return FALSE;
	g_free(row.access_token);
	row.access_token = seal_text(account->settings->ring, &place, answer->access_token);
	row.refreshed_at = g_get_real_time() / G_USEC_PER_SEC;
	row.access_expires_at = row.refreshed_at + answer->expires_in;
	return token_save(account->store, tenant, NULL, &row, error);
}

/* There is no token: whoever had the lock before has heard that the sign-in is over. */
static gboolean fail_without(const Account *account, const GError *cause, GError **error)
{
	const Remedy remedy = remedy_of_login(400, "invalid_grant", NULL, NULL);

	if (cause->code == CASEGATE_ERROR_RECONNECT)
		remedy_set_error(
			&remedy, account->registration->language, "no token is left", error);
	else
		g_propagate_error(error, g_error_copy(cause));
	return FALSE;
}

/* The login host has asked this app for patience, whichever mailbox it was for. */
static gboolean check_login_parked(Account *account, GError **error)
{
	const Remedy remedy = remedy_of_network();
	double seconds = 0;

	if (!registration_login_parked(
		    account->store, account->connection->tenant, &seconds, error))
		return FALSE;
	if (seconds <= 0)
		return TRUE;
	account->park_seconds = seconds;
	remedy_set_error(&remedy, account->registration->language, "asked for patience", error);
	return FALSE;
}

gboolean token_fresh(Account *account, const char *refused_token, GError **error)
{
	const OutlookConnection *connection = account->connection;
	const char *user = connection->is_app ? NULL : connection->user;
	g_auto(TokenRow) row = {0};
	g_autoptr(GError) cause = NULL;
	gboolean is_usable;

	if (!token_load(account->store, connection->tenant, user, &row, &cause))
		return fail_without(account, cause, error);
	if (!use_stored(account, &row, refused_token, &is_usable, error))
		return FALSE;
	if (is_usable)
		return TRUE;
	if (!check_login_parked(account, error))
		return FALSE;
	if (!token_lock(account->store, connection->tenant, user, &row, &cause))
		return fail_without(account, cause, error);
	if (!use_stored(account, &row, refused_token, &is_usable, error) || is_usable) {
		token_release(account->store);
		return is_usable;
	}
	return refresh(account, user, &row, error);
}
