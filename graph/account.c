#include "graph/account.h"

#include <string.h>

#include "graph/token.h"
#include "store/mailbox.h"

#define API_VERSION      "/v1.0"
#define JSON_BYTES       (16 * 1024 * 1024)
#define TIMEOUT_SECONDS  60
#define PATIENCE_SECONDS 20
/* A token that is older may lack what was granted since. */
#define TOKEN_OLD_SECONDS 30
/* A consent goes round Microsoft's machines that long; so often a refusal is not believed. */
#define CONSENT_SECONDS 300
#define CONSENT_TRIES   3
/* Waiting longer than this is for others to use: the mailbox is parked. */
#define WAIT_HERE_SECONDS 5.0

/* ---- opening ---- */

static gboolean find_connection(
	Account *account, const char *tenant, const char *user, GError **error)
{
	if (user == NULL) {
		account->connection = g_new0(OutlookConnection, 1);
		account->connection->tenant = g_strdup(tenant);
		account->connection->is_app = TRUE;
		return TRUE;
	}
	if (!outlook_connection_find(account->store, tenant, user, &account->connection, error))
		return FALSE;
	if (account->connection != NULL)
		return TRUE;
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
		"user %s has never connected Outlook: `casegate outlook connect %s %s`", user,
		tenant, user);
	return FALSE;
}

static gboolean find(Account *account, const char *tenant, const char *user, GError **error)
{
	if (!find_connection(account, tenant, user, error) ||
		!registration_find(account->store, tenant, TRUE, &account->registration, error))
		return FALSE;
	if (account->registration == NULL) {
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
			"tenant %s has no app registration: `casegate outlook set` stores it",
			tenant);
		return FALSE;
	}
	if (cloud_find(account->settings, account->registration->cloud, &account->cloud))
		return TRUE;
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
		"tenant %s is registered in a cloud that this program does not know", tenant);
	return FALSE;
}

Account *account_open(Store *store, const GraphSettings *settings, Http *http, const char *tenant,
	const char *user, GError **error)
{
	g_autoptr(Account) account = g_new0(Account, 1);
	g_autofree char *escaped = NULL;

	account->store = store;
	account->settings = settings;
	account->http = http;
	account->patience_seconds = PATIENCE_SECONDS;
	if (!find(account, tenant, user, error))
		return NULL;
	escaped = http_escape(
		account->connection->mailbox != NULL ? account->connection->mailbox : "");
	account->path = account->connection->is_app ? g_strconcat("/users/", escaped, NULL)
						    : g_strdup("/me");
	return g_steal_pointer(&account);
}

void account_close(Account *account)
{
	if (account == NULL)
		return;
	registration_free(account->registration);
	outlook_connection_free(account->connection);
	secret_free(account->access_token);
	g_free(account->path);
	g_free(account);
}

/* ---- one try ---- */

char *account_url(const Account *account, const char *path)
{
	return g_strconcat(account->cloud.api_url, API_VERSION, account->path, path, NULL);
}

static char *url_of(const Account *account, const Call *call)
{
	if (call->link != NULL)
		return g_strdup(call->link);
	if (call->root != NULL)
		return g_strconcat(account->cloud.api_url, API_VERSION, call->root, NULL);
	return account_url(account, call->path);
}

static gboolean ask(Account *account, const Call *call, HttpAnswer *answer, GError **error)
{
	g_autofree char *url = url_of(account, call);
	const HttpRequest request = {.method = call->method,
		.url = url,
		.base = account->cloud.api_url,
		.bearer = account->access_token,
		.prefer = call->prefer,
		.content_type = call->content_type,
		.body = call->body,
		.body_size = call->body_size,
		.answer_max = call->answer_max != 0 ? call->answer_max : JSON_BYTES,
		.is_once = call->is_once,
		.is_head_only = call->is_head_only,
		.timeout_seconds =
			call->timeout_seconds != 0 ? call->timeout_seconds : TIMEOUT_SECONDS};

	account->requests++;
	return http_ask(account->http, &request, answer, error);
}

static gboolean wants_sign_in(const HttpAnswer *answer)
{
	return answer->status == 401 && answer->challenge != NULL &&
	       (strcasestr(answer->challenge, "insufficient_claims") != NULL ||
		       strcasestr(answer->challenge, "claims=") != NULL);
}

/* What the answer means. Sending is done where it may have been done. */
static Remedy judge(
	const Call *call, const HttpAnswer *answer, const json_t *body, CallTrouble *trouble)
{
	Remedy remedy = told_remedy(answer->status, body, NULL);

	/* Another sign-in is wanted, whatever the token's age. */
	if (wants_sign_in(answer))
		remedy.kind = REMEDY_RECONNECT;
	trouble->kind = remedy.kind;
	trouble->status = answer->status;
	/* 503 and 429 say that nothing was done when they say when to come again. */
	trouble->is_unclear = call->is_once && answer->status >= 500 &&
			      !(answer->status == 503 && answer->retry_seconds >= 0) &&
			      answer->status != 507;
	return remedy;
}

static gboolean fail(Account *account, const Call *call, const HttpAnswer *answer,
	CallTrouble *trouble, GError **error)
{
	g_autoptr(json_t) body = told_json(answer);
	const Remedy remedy = judge(call, answer, body, trouble);
	const char *code = NULL;
	g_autofree char *details = NULL;

	told_remedy(answer->status, body, &code);
	details = g_strdup_printf("HTTP %d %.80s, request %.60s", answer->status,
		code != NULL ? code : "", answer->request_id != NULL ? answer->request_id : "-");
	remedy_set_error(&remedy, account->registration->language, details, error);
	return FALSE;
}

static gboolean fail_unanswered(Account *account, const Call *call, const HttpAnswer *answer,
	CallTrouble *trouble, const GError *cause, GError **error)
{
	const Remedy remedy = remedy_of_network();

	if (cause->code != CASEGATE_ERROR_RETRY) {
		trouble->kind = REMEDY_REJECT;
		g_propagate_error(error, g_error_copy(cause));
		return FALSE;
	}
	trouble->kind = REMEDY_RETRY;
	trouble->is_unclear = call->is_once && answer->was_sent;
	remedy_set_error(&remedy, account->registration->language, cause->message, error);
	return FALSE;
}

/* An app's token names the permissions that it had when it was given; an administrator may have
 * consented since. */
static gboolean may_be_old(const Account *account, const CallTrouble *trouble)
{
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;

	return account->connection->is_app && trouble->kind == REMEDY_CONSENT &&
	       now - account->token_given_at > TOKEN_OLD_SECONDS;
}

/* Of all mailboxes of this app fewer are worked at for a while. */
static void note_crowding(Account *account, const json_t *body)
{
	static const char *const codes[] = {
		"ApplicationThrottled", "ErrorTooManyObjectsOpened", NULL};
	const char *message = told_text(json_object_get(body, "error"), "message");

	if (told_has_code(body, codes) ||
		(message != NULL && strcasestr(message, "MailboxConcurrency") != NULL))
		registration_narrow(account->store, account->connection->tenant, NULL);
}

/* With a token that is good; with another one where this one was not taken. */
static gboolean try_once(Account *account, const Call *call, HttpAnswer *answer,
	CallTrouble *trouble, GError **error)
{
	memset(trouble, 0, sizeof *trouble);
	trouble->kind = REMEDY_RETRY;
	for (guint i = 0; i < 2; i++) {
		g_autoptr(Secret) refused = i > 0 ? g_strdup(account->access_token) : NULL;
		g_autoptr(GError) cause = NULL;
		g_autoptr(json_t) body = NULL;

		if (!token_fresh(account, refused, &cause)) {
			trouble->kind = cause->code == CASEGATE_ERROR_RETRY ? REMEDY_RETRY
									    : REMEDY_RECONNECT;
			g_propagate_error(error, g_steal_pointer(&cause));
			return FALSE;
		}
		if (!ask(account, call, answer, &cause))
			return fail_unanswered(account, call, answer, trouble, cause, error);
		account->park_seconds = MAX(answer->retry_seconds, 0);
		if (answer->status >= 200 && answer->status < 300)
			return TRUE;
		body = told_json(answer);
		note_crowding(account, body);
		judge(call, answer, body, trouble);
		if (trouble->kind != REMEDY_REFRESH && !may_be_old(account, trouble))
			break;
	}
	return fail(account, call, answer, trouble, error);
}

/* ---- until it is done ---- */

/* Another process of ours may have been asked for patience with this mailbox. */
static gboolean await_parked(Account *account, gint64 until, GError **error)
{
	const Remedy remedy = remedy_of_network();
	double seconds = 0;

	if (!mailbox_parked_seconds(account->store, account->connection->tenant,
		    account->connection->user, &seconds, error))
		return FALSE;
	if (seconds <= 0)
		return TRUE;
	if (g_get_monotonic_time() + (gint64)(seconds * G_USEC_PER_SEC) <= until &&
		account->wait != NULL && account->wait((gint64)(seconds * 1000) + 1, account->data))
		return TRUE;
	account->park_seconds = seconds;
	remedy_set_error(&remedy, account->registration->language, "asked for patience", error);
	return FALSE;
}

gboolean account_wait(Account *account, guint tries, gint64 until)
{
	double seconds = account->park_seconds > 0 ? account->park_seconds : http_backoff(tries);
	gint64 at = g_get_monotonic_time() + (gint64)(seconds * G_USEC_PER_SEC);

	if (account->park_seconds > 0)
		mailbox_park(account->store, account->connection->tenant, account->connection->user,
			seconds, NULL);
	else
		account->park_seconds = seconds;
	if (at > until || account->wait == NULL)
		return FALSE;
	/* A worker has other mailboxes to see to. */
	if (seconds > WAIT_HERE_SECONDS && account->patience_seconds <= PATIENCE_SECONDS)
		return FALSE;
	return account->wait((gint64)(seconds * 1000) + 1, account->data);
}

/* What an administrator has consented to just now is known everywhere in minutes. */
static gboolean may_be_on_its_way(const Account *account, const CallTrouble *trouble, guint tries)
{
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;

	return trouble->kind == REMEDY_CONSENT && trouble->status == 403 && tries < CONSENT_TRIES &&
	       now - account->registration->granted_at < CONSENT_SECONDS;
}

static gboolean is_worth_a_try(
	const Account *account, const GError *cause, const CallTrouble *trouble, guint tries)
{
	if (cause->code == CASEGATE_ERROR_RETRY)
		return !trouble->is_unclear && trouble->kind != REMEDY_RESYNC;
	return may_be_on_its_way(account, trouble, tries);
}

gboolean account_call(Account *account, const Call *call, HttpAnswer *answer, CallTrouble *trouble,
	GError **error)
{
	const gint64 until = g_get_monotonic_time() + account->patience_seconds * G_USEC_PER_SEC;
	CallTrouble unused = {0};

	if (trouble == NULL)
		trouble = &unused;
	*trouble = (CallTrouble){.kind = REMEDY_RETRY};
	for (guint tries = 0;; tries++) {
		g_autoptr(GError) cause = NULL;

		if (await_parked(account, until, &cause) &&
			try_once(account, call, answer, trouble, &cause))
			return TRUE;
		if (!is_worth_a_try(account, cause, trouble, tries) ||
			!account_wait(account, trouble->kind == REMEDY_CONSENT ? tries + 1 : tries,
				until)) {
			g_propagate_error(error, g_steal_pointer(&cause));
			return FALSE;
		}
	}
}

json_t *account_get(Account *account, const Call *call, CallTrouble *trouble, GError **error)
{
	g_auto(HttpAnswer) answer = {0};
	const Remedy remedy = remedy_of_network();
	json_t *body;

	if (!account_call(account, call, &answer, trouble, error))
		return NULL;
	body = told_json(&answer);
	if (body == NULL)
		remedy_set_error(&remedy, account->registration->language,
			answer.is_cut ? "an answer without end" : "no JSON", error);
	return body;
}

gboolean account_note_error(Account *account, const GError *cause, GError **error)
{
	const OutlookConnection *connection = account->connection;
	const char *state = remedy_state(cause);
	g_autofree char *hint = remedy_hint(cause);
	double seconds = account->park_seconds;

	if (state != NULL)
		return outlook_state_set(account->store, connection->tenant, connection->user,
			state, hint, cause->message, error);
	if (seconds <= 0)
		seconds = http_backoff((guint)CLAMP(connection->failures + 2, 0, 12));
	account->connection->failures++;
	return mailbox_note_failure(account->store, connection->tenant, connection->user,
		cause->message, seconds, error);
}
