#include "graph/signin.h"

#include <string.h>

#include "graph/assertion.h"
#include "graph/remedy.h"
#include "store/job.h"

#define CALLBACK_PATH  "/outlook/callback"
#define STATE_BYTES    32
#define VERIFIER_BYTES 48
#define FIELD_MAX      4096

/* ---- the registration ---- */

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean refuse(GError **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (error != NULL)
		*error = g_error_new_valist(
			CASEGATE_ERROR, CASEGATE_ERROR_REJECT, format, arguments);
	va_end(arguments);
	return FALSE;
}

char *signin_redirect_uri(const GraphSettings *settings, GError **error)
{
	if (*settings->public_url != '\0')
		return g_strconcat(settings->public_url, CALLBACK_PATH, NULL);
	g_set_error_literal(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
		"[http] public_url is not set: Microsoft must know where to send the user back to");
	return NULL;
}

/* A domain's or a directory's name: what may stand in a path without being escaped. */
static gboolean is_directory(const char *text)
{
	static const char *const shared[] = {"common", "organizations", "consumers", NULL};

	return *text != '\0' && strlen(text) < 256 && !g_strv_contains(shared, text) &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
		       strlen(text);
}

static gboolean check_input(
	const GraphSettings *settings, const RegistrationInput *input, GError **error)
{
	Cloud cloud;

	if (!is_directory(input->directory))
		return refuse(error,
			"the directory (tenant) ID is the GUID that Entra shows, or a domain of "
			"the directory");
	if (!g_uuid_string_is_valid(input->client))
		return refuse(error, "the application (client) ID is the GUID that Entra shows");
	if (!cloud_find(settings, input->cloud, &cloud))
		return refuse(error, "the cloud is %s", cloud_names());
	if (!input->may_read && !input->may_send)
		return refuse(error, "the scopes are read, send or both");
	if (input->secret != NULL && input->private_key != NULL)
		return refuse(error, "either a client secret or a certificate, not both");
	if ((input->certificate != NULL) != (input->private_key != NULL))
		return refuse(error, "a certificate needs its private key, and the key it");
	if (input->secret != NULL && g_uuid_string_is_valid(input->secret))
		return refuse(error, "this is the secret's ID: enter the secret's value, which "
				     "Entra shows once");
	if (input->secret != NULL && (*input->secret == '\0' || strlen(input->secret) > FIELD_MAX ||
					     strpbrk(input->secret, "\r\n") != NULL))
		return refuse(error, "the client secret is one line");
	return input->certificate == NULL ||
	       assertion_check_pair(input->certificate, input->private_key, error);
}

static char *seal_column(
	const GraphSettings *settings, const char *tenant, const char *column, const char *text)
{
	const SealPlace place = {tenant, "", column};

	return seal_text(settings->ring, &place, text);
}

static char *trimmed(const char *text)
{
	return text != NULL ? g_strstrip(g_strdup(text)) : NULL;
}

static gboolean save(Store *store, const GraphSettings *settings, const char *tenant,
	const RegistrationInput *input, char *redirect_uri, GError **error)
{
	g_autoptr(Registration) registration = g_new0(Registration, 1);
	g_autoptr(Registration) before = NULL;

	if (input->secret == NULL && input->private_key == NULL) {
		if (!registration_find(store, tenant, FALSE, &before, error))
			return FALSE;
		if (before == NULL)
			return refuse(error, "a client secret, or a certificate with its key, is "
					     "needed");
	}
	registration->directory = g_strdup(input->directory);
	registration->client = g_strdup(input->client);
	registration->cloud = g_strdup(input->cloud);
	registration->redirect_uri = g_strdup(redirect_uri);
	registration->is_app = input->is_app;
	registration->may_read = input->may_read;
	registration->may_send = input->may_send;
	registration->secret = seal_column(settings, tenant, "secret", input->secret);
	registration->certificate = g_strdup(input->certificate);
	registration->private_key =
		seal_column(settings, tenant, "private_key", input->private_key);
	return registration_save(store, tenant, registration, error);
}

gboolean signin_register(Store *store, const GraphSettings *settings, const char *tenant,
	const RegistrationInput *input, char **redirect_uri, GError **error)
{
	g_autofree char *uri = signin_redirect_uri(settings, error);
	g_autofree char *directory = trimmed(input->directory);
	g_autofree char *client = trimmed(input->client);
	g_autoptr(Secret) secret = trimmed(input->secret);
	RegistrationInput clean = *input;

	if (uri == NULL)
		return FALSE;
	clean.directory = directory;
	clean.client = client;
	clean.secret = secret;
	if (!check_input(settings, &clean, error) ||
		!save(store, settings, tenant, &clean, uri, error))
		return FALSE;
	if (redirect_uri != NULL)
		*redirect_uri = g_steal_pointer(&uri);
	return TRUE;
}

/* ---- the way out ---- */

SealPlace signin_code_place(const char *tenant, const char *state_hash)
{
	return (SealPlace){tenant, state_hash, "code"};
}

SealPlace signin_verifier_place(const char *tenant, const char *state_hash)
{
	return (SealPlace){tenant, state_hash, "verifier"};
}

char *signin_scopes(const Registration *registration, const Cloud *cloud)
{
	GString *scopes = g_string_new("openid profile offline_access");

	if (registration->may_read)
		g_string_append_printf(scopes, " %sMail.Read", cloud->scope_prefix);
	if (registration->may_send)
		g_string_append_printf(scopes, " %sMail.Send", cloud->scope_prefix);
	return g_string_free(scopes, FALSE);
}

static void add_field(GString *url, const char *name, const char *value)
{
	g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);

	g_string_append_printf(
		url, "%c%s=%s", strchr(url->str, '?') != NULL ? '&' : '?', name, escaped);
}

/* The registration and its cloud, or FALSE with a sentence. */
static gboolean load(Store *store, const GraphSettings *settings, const char *tenant,
	Registration **registration, Cloud *cloud, GError **error)
{
	if (!registration_find(store, tenant, FALSE, registration, error))
		return FALSE;
	if (*registration == NULL) {
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
			"tenant %s has no app registration: `casegate outlook set` stores it",
			tenant);
		return FALSE;
	}
	if (cloud_find(settings, (*registration)->cloud, cloud))
		return TRUE;
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
		"tenant %s is registered in a cloud that this program does not know", tenant);
	return FALSE;
}

static char *authorize_url(const Registration *registration, const Cloud *cloud, const char *state,
	const char *challenge, const char *nonce, const char *mailbox)
{
	GString *url = g_string_new(cloud->login_url);
	g_autofree char *scopes = signin_scopes(registration, cloud);

	g_string_append_printf(url, "/%s/oauth2/v2.0/authorize", registration->directory);
	add_field(url, "client_id", registration->client);
	add_field(url, "response_type", "code");
	add_field(url, "redirect_uri", registration->redirect_uri);
	add_field(url, "response_mode", "query");
	add_field(url, "scope", scopes);
	add_field(url, "state", state);
	add_field(url, "code_challenge", challenge);
	add_field(url, "code_challenge_method", "S256");
	add_field(url, "nonce", nonce);
	add_field(url, "prompt", "select_account");
	if (mailbox != NULL)
		add_field(url, "login_hint", mailbox);
	return g_string_free(url, FALSE);
}

static char *consent_url(const Registration *registration, const Cloud *cloud, const char *state)
{
	GString *url = g_string_new(cloud->login_url);
	g_autofree char *everything = g_strconcat(cloud->scope_prefix, ".default", NULL);
	g_autofree char *named = signin_scopes(registration, cloud);

	g_string_append_printf(url, "/%s/v2.0/adminconsent", registration->directory);
	add_field(url, "client_id", registration->client);
	add_field(url, "redirect_uri", registration->redirect_uri);
	add_field(url, "scope", registration->is_app ? everything : named);
	add_field(url, "state", state);
	return g_string_free(url, FALSE);
}

/* PKCE (RFC 7636, 4.2). */
static char *challenge_of(const char *verifier)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	guchar digest[32];
	gsize size = sizeof digest;

	g_checksum_update(checksum, (const guchar *)verifier, -1);
	g_checksum_get_digest(checksum, digest, &size);
	return secret_base64url(digest, size);
}

typedef struct {
	const char *tenant, *user, *purpose, *session;
} Beginning;

static char *begin(Store *store, const GraphSettings *settings, const Beginning *of,
	const Registration *registration, const Cloud *cloud, const char *mailbox, GError **error)
{
	g_autoptr(Secret) state = secret_random(STATE_BYTES);
	g_autoptr(Secret) verifier = secret_random(VERIFIER_BYTES);
	g_autoptr(Secret) nonce = secret_random(STATE_BYTES);
	g_autofree char *state_hash = secret_sha256(state);
	g_autofree char *session_hash = of->session != NULL ? secret_sha256(of->session) : NULL;
	g_autofree char *challenge = challenge_of(verifier);
	const SealPlace place = signin_verifier_place(of->tenant, state_hash);
	g_autofree char *sealed = seal_text(settings->ring, &place, verifier);

	if (!signin_add(store, of->tenant, of->user, of->purpose, state_hash, session_hash, sealed,
		    nonce, error))
		return NULL;
	if (strcmp(of->purpose, "adminconsent") == 0)
		return consent_url(registration, cloud, state);
	return authorize_url(registration, cloud, state, challenge, nonce, mailbox);
}

char *signin_begin(Store *store, const GraphSettings *settings, const char *tenant,
	const char *user, const char *session, GError **error)
{
	g_autoptr(Registration) registration = NULL;
	g_autoptr(OutlookConnection) connection = NULL;
	Beginning of = {tenant, user, "connect", session};
	Cloud cloud;

	if (!load(store, settings, tenant, &registration, &cloud, error))
		return NULL;
	if (registration->is_app) {
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
			"tenant %s is registered app-only: nobody signs in, `casegate outlook "
			"connect %s %s --mailbox ADDRESS` binds the mailbox",
			tenant, tenant, user);
		return NULL;
	}
	if (!outlook_connection_ask(store, tenant, user, FALSE, error) ||
		!outlook_connection_find(store, tenant, user, &connection, error))
		return NULL;
	if (connection != NULL && connection->account != NULL)
		of.purpose = "reconnect";
	return begin(store, settings, &of, registration, &cloud,
		connection != NULL ? connection->mailbox : NULL, error);
}

char *signin_begin_consent(Store *store, const GraphSettings *settings, const char *tenant,
	const char *user, const char *session, GError **error)
{
	g_autoptr(Registration) registration = NULL;
	const Beginning of = {tenant, user, "adminconsent", session};
	Cloud cloud;

	if (!load(store, settings, tenant, &registration, &cloud, error))
		return NULL;
	return begin(store, settings, &of, registration, &cloud, NULL, error);
}

/* ---- the way back ---- */

void signin_result_clear(SigninResult *result)
{
	g_clear_pointer(&result->tenant, g_free);
	g_clear_pointer(&result->user, g_free);
	g_clear_pointer(&result->outcome, g_free);
	g_clear_pointer(&result->sentence, g_free);
}

/* The redirect says no: a word for the page, and the connection's state. */
static gboolean take_refusal(Store *store, const Signin *signin, const SigninAnswer *answer,
	const char *language, SigninResult *result, GError **error)
{
	const Remedy remedy = remedy_of_login(0, answer->error, NULL, answer->error_description);
	g_autofree char *number = remedy_aadsts(answer->error_description);
	g_autoptr(GError) why = NULL;
	const char *state;

	remedy_set_error(&remedy, language, number, &why);
	state = remedy_state(why);
	result->sentence = remedy_hint(why);
	result->outcome = g_strdup(
		state == NULL ? (remedy.kind == REMEDY_RETRY ? "later" : "refused")
		: strcmp(state, "reconnect") == 0
			? (strcmp(answer->error, "access_denied") == 0 ? "declined" : "refused")
			: state);
	/* Who refuses to consent for all says nothing about his own mailbox. */
	if (state == NULL || signin->user == NULL || strcmp(signin->purpose, "adminconsent") == 0)
		return TRUE;
	return outlook_state_set(
		store, signin->tenant, signin->user, state, result->sentence, why->message, error);
}

static gboolean take_code(Store *store, const GraphSettings *settings, const Signin *signin,
	const SigninAnswer *answer, const char *state_hash, SigninResult *result, GError **error)
{
	const SealPlace place = signin_code_place(signin->tenant, state_hash);
	g_autofree char *sealed = seal_text(settings->ring, &place, answer->code);
	const gboolean is_consent = strcmp(signin->purpose, "adminconsent") == 0;
	const Job job = {.tenant = signin->tenant,
		.kind = (char *)(is_consent ? "consent" : "redeem"),
		.user = signin->user,
		.state_hash = (char *)state_hash,
		.sealed = is_consent ? NULL : sealed};

	if (!is_consent && (answer->code == NULL || strlen(answer->code) > FIELD_MAX)) {
		result->outcome = g_strdup("refused");
		return TRUE;
	}
	return job_add(store, &job, &result->job_id, error);
}

gboolean signin_take(Store *store, const GraphSettings *settings, const SigninAnswer *answer,
	SigninResult *result, GError **error)
{
	g_autofree char *state_hash = secret_sha256(answer->state != NULL ? answer->state : "");
	g_autofree char *session_hash =
		answer->session != NULL ? secret_sha256(answer->session) : NULL;
	g_autoptr(Registration) registration = NULL;
	g_auto(Signin) signin = {0};

	memset(result, 0, sizeof *result);
	if (!signin_use(store, state_hash, session_hash, &signin, error))
		return FALSE;
	if (signin.tenant == NULL)
		return TRUE;
	result->is_known = TRUE;
	result->tenant = g_strdup(signin.tenant);
	result->user = g_strdup(signin.user);
	if (!registration_find(store, signin.tenant, FALSE, &registration, error))
		return FALSE;
	/* An admin consent that failed says admin_consent=True all the same. */
	if (answer->error != NULL)
		return take_refusal(store, &signin, answer,
			registration != NULL ? registration->language : NULL, result, error);
	return take_code(store, settings, &signin, answer, state_hash, result, error);
}
