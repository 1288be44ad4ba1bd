#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "graph/disconnect.h"
#include "graph/redeem.h"
#include "graph/round.h"
#include "graph/send.h"
#include "graph/signin.h"
#include "server/outlook.h"
#include "store/directory.h"
#include "store/mailbox.h"

/* How long a command waits out what passes, and for the copy of a test mail. */
#define PATIENCE_SECONDS 60
#define COPY_SECONDS     60

/* What all of these need. */
typedef struct {
	const Invocation *invocation;
	Config *config;
	SealRing *ring;
	GraphSettings settings;
	Store *store;
	Store *turn; /* holds a mailbox; opened when needed */
	Http *http;
	char *user;
} Outlook;

static void outlook_clear(Outlook *outlook)
{
	g_clear_pointer(&outlook->http, http_free);
	g_clear_pointer(&outlook->turn, store_close);
	g_clear_pointer(&outlook->store, store_close);
	g_clear_pointer(&outlook->ring, seal_ring_free);
	g_clear_pointer(&outlook->config, config_free);
	g_free(outlook->user);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outlook, outlook_clear)

/* One line that begins with the state. Takes error. */
static Status fail(GError *error)
{
	g_autofree char *sentence = remedy_hint(error);

	fprintf(stderr, "%s: %s\n", remedy_word(error), sentence);
	g_error_free(error);
	return STATUS_FAILED;
}

static Status fail_as(const char *state, const char *sentence)
{
	fprintf(stderr, "%s: %s\n", state, sentence);
	return STATUS_FAILED;
}

/* FALSE after saying why. user may be NULL: the command names none. */
static gboolean open_outlook(Outlook *outlook, const Invocation *invocation, const char *tenant,
	const char *user, Status *status)
{
	GError *error = NULL;

	*status = STATUS_FAILED;
	outlook->invocation = invocation;
	outlook->config = command_load_config(invocation);
	if (outlook->config == NULL)
		return FALSE;
	outlook->ring = seal_ring_load(outlook->config->secrets.key_file, &error);
	if (outlook->ring == NULL) {
		*status = fail(error);
		return FALSE;
	}
	outlook->settings = outlook_settings(outlook->config, outlook->ring);
	outlook->http = http_new(NULL, NULL);
	outlook->store = command_open_store(invocation);
	if (outlook->store == NULL)
		return FALSE;
	if (directory_has_tenant(outlook->store, tenant, &error) &&
		(user == NULL ||
			directory_has_user(outlook->store, tenant, user, &outlook->user, &error)))
		return TRUE;
	*status = command_fail(invocation, error);
	return FALSE;
}

static gboolean pause_ms(gint64 ms, gpointer unused)
{
	(void)unused;
	g_usleep((gulong)ms * 1000);
	return TRUE;
}

/* ---- set ---- */

/* A file's text without white space around it, as a Secret. */
static gboolean read_file(const char *path, Secret **text, GError **error)
{
	if (path == NULL || g_file_get_contents(path, text, NULL, NULL)) {
		if (path != NULL)
			g_strstrip(*text);
		return TRUE;
	}
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT, "%s cannot be read", path);
	return FALSE;
}

static gboolean has_scope(const char *scopes, const char *wanted)
{
	g_auto(GStrv) parts = g_strsplit(scopes, ",", -1);

	for (guint i = 0; parts[i] != NULL; i++)
		if (strcmp(g_strstrip(parts[i]), wanted) == 0)
			return TRUE;
	return FALSE;
}

static gboolean are_scopes(const char *scopes)
{
	g_auto(GStrv) parts = g_strsplit(scopes, ",", -1);

	for (guint i = 0; parts[i] != NULL; i++)
		if (strcmp(g_strstrip(parts[i]), "read") != 0 && strcmp(parts[i], "send") != 0)
			return FALSE;
	return *scopes != '\0';
}

Status command_outlook_set(Invocation *invocation)
{
	g_autofree char *directory = NULL, *client = NULL, *secret_file = NULL, *certificate = NULL;
	g_autofree char *key = NULL, *scopes = NULL, *cloud = NULL, *redirect_uri = NULL;
	gboolean is_app = FALSE;
	const GOptionEntry options[] = {
		{"directory",   0, 0, G_OPTION_ARG_FILENAME, &directory,
                 "the directory (tenant) ID in Entra", "ID"},
		{"client",            0, 0, G_OPTION_ARG_FILENAME, &client, "the application (client) ID",
                 "ID"},
		{"secret-file",   0, 0, G_OPTION_ARG_FILENAME, &secret_file,
                 "a file with the client secret", "FILE"},
		{"certificate",         0, 0, G_OPTION_ARG_FILENAME, &certificate, "or a certificate (PEM)",
                 "FILE"},
		{"key",      0, 0, G_OPTION_ARG_FILENAME, &key, "and its private key (PEM)", "FILE"},
		{"app-only",            0, 0, G_OPTION_ARG_NONE, &is_app,
                 "application permissions: nobody signs in", NULL},
		{"scopes",      0, 0, G_OPTION_ARG_FILENAME, &scopes,
                 "read,send (the default), send or read", "SCOPES"},
		{"cloud",          0, 0, G_OPTION_ARG_FILENAME, &cloud,
                 "global (the default), us-l4, us-l5 or china", "CLOUD"},
		{NULL},
	};
	g_autoptr(Secret) secret = NULL;
	g_autoptr(Secret) private_key = NULL;
	g_autofree char *certificate_text = NULL;
	g_auto(Outlook) outlook = {0};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 1, 1, &status))
		return status;
	if (directory == NULL || client == NULL)
		return command_usage(invocation, "--directory and --client are needed");
	if (scopes != NULL && !are_scopes(scopes))
		return command_usage(invocation, "--scopes is read,send or send or read");
	if (!open_outlook(&outlook, invocation, invocation->arguments[0], NULL, &status))
		return status;
	if (!read_file(secret_file, &secret, &error) || !read_file(key, &private_key, &error) ||
		!read_file(certificate, &certificate_text, &error))
		return command_fail(invocation, error);

	const RegistrationInput input = {.directory = directory,
		.client = client,
		.cloud = cloud != NULL ? cloud : "global",
		.secret = secret,
		.certificate = certificate_text,
		.private_key = private_key,
		.is_app = is_app,
		.may_read = scopes == NULL || has_scope(scopes, "read"),
		.may_send = scopes == NULL || has_scope(scopes, "send")};

	if (!signin_register(outlook.store, &outlook.settings, invocation->arguments[0], &input,
		    &redirect_uri, &error))
		return fail(error);
	printf("redirect URI to register in Entra (platform Web):\n%s\n", redirect_uri);
	return STATUS_DONE;
}

/* ---- connect, ticket, disconnect, unset ---- */

Status command_outlook_connect(Invocation *invocation)
{
	g_autofree char *mailbox = NULL;
	g_autofree char *url = NULL;
	gboolean is_admin = FALSE;
	const GOptionEntry options[] = {
		{"admin",    0, 0, G_OPTION_ARG_NONE, &is_admin, "print the URL of the admin consent",
                 NULL},
		{"mailbox",         0, 0, G_OPTION_ARG_FILENAME, &mailbox,
                 "app-only: bind this mailbox, without a sign-in", "ADDRESS"},
		{NULL},
	};
	g_auto(Outlook) outlook = {0};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 1, 2, &status))
		return status;

	const char *tenant = invocation->arguments[0];
	const char *user = invocation->count > 1 ? invocation->arguments[1] : NULL;

	if (user == NULL && !is_admin)
		return command_usage(invocation, "which user?");
	if (!open_outlook(&outlook, invocation, tenant, user, &status))
		return status;
	if (mailbox != NULL) {
		if (!redeem_mailbox(outlook.store, &outlook.settings, tenant, outlook.user, mailbox,
			    &error))
			return fail(error);
		printf("%s is connected to %s\n", outlook.user, mailbox);
		return command_finish(invocation, outlook.store, STATUS_DONE);
	}
	url = is_admin ? signin_begin_consent(outlook.store, &outlook.settings, tenant,
				 outlook.user, NULL, &error)
		       : signin_begin(outlook.store, &outlook.settings, tenant, outlook.user, NULL,
				 &error);
	if (url == NULL)
		return fail(error);
	printf("open this address within ten minutes:\n%s\n", url);
	return STATUS_DONE;
}

Status command_outlook_disconnect(Invocation *invocation)
{
	g_auto(Outlook) outlook = {0};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, NULL, 2, 2, &status) ||
		!open_outlook(&outlook, invocation, invocation->arguments[0],
			invocation->arguments[1], &status))
		return status;
	if (!disconnect_user(outlook.store, &outlook.settings, outlook.http,
		    invocation->arguments[0], outlook.user, &error))
		return fail(error);
	return command_finish(invocation, outlook.store, STATUS_DONE);
}

Status command_outlook_unset(Invocation *invocation)
{
	g_auto(Outlook) outlook = {0};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, NULL, 1, 1, &status) ||
		!open_outlook(&outlook, invocation, invocation->arguments[0], NULL, &status))
		return status;
	if (!disconnect_tenant(outlook.store, &outlook.settings, outlook.http,
		    invocation->arguments[0], &error))
		return fail(error);
	return command_finish(invocation, outlook.store, STATUS_DONE);
}

/* ---- status ---- */

Status command_outlook_status(Invocation *invocation)
{
	static const char *const names[] = {"user", "mailbox", "mode", "state",
		"last_sync_at=last sync", "seen_at=last seen", "filed_at=last filed", "hint", NULL};
	ListStyle style = {.names = names};
	const GOptionEntry options[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &style.is_json, "print JSON", NULL},
		{NULL    },
	};
	g_autofree char *user = NULL;
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 1, 2, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	if (!directory_has_tenant(store, invocation->arguments[0], &error) ||
		(invocation->count > 1 && !directory_has_user(store, invocation->arguments[0],
						  invocation->arguments[1], &user, &error)))
		return command_fail(invocation, error);
	return command_print_list(invocation,
		outlook_list(store, invocation->arguments[0], user, &error), &style, &error);
}

/* ---- sync and test ---- */

/* The account of the command's user; NULL after saying what stands against it, in *status. */
static Account *open_account(Outlook *outlook, const char *tenant, Status *status)
{
	GError *error = NULL;
	g_autoptr(OutlookConnection) connection = NULL;
	g_autoptr(Account) account = NULL;
	const char *state;

	if (!outlook_connection_find(outlook->store, tenant, outlook->user, &connection, &error)) {
		*status = fail(error);
		return NULL;
	}
	/* Also where nothing is registered (any more): there is nothing that anybody must mend. */
	if (connection == NULL || strcmp(connection->state, "disconnected") == 0) {
		*status = fail_as(
			"disconnected", "the mailbox is not connected: `casegate outlook connect`");
		return NULL;
	}
	account = account_open(
		outlook->store, &outlook->settings, outlook->http, tenant, outlook->user, &error);
	if (account == NULL) {
		*status = fail(error);
		return NULL;
	}
	account->wait = pause_ms;
	account->patience_seconds = PATIENCE_SECONDS;
	state = account->connection->state;
	/* What an administrator may have put right is tried; what only the user can, is not. */
	if (strcmp(state, "reconnect") == 0 || account->connection->mailbox == NULL)
		*status = fail_as(state, account->connection->hint != NULL
						 ? account->connection->hint
						 : "the user must sign in again");
	else
		return g_steal_pointer(&account);
	return NULL;
}

static gboolean take_turn(Outlook *outlook, const char *kind, const char *tenant, GError **error)
{
	const Turn turn = {.tenant = (char *)tenant, .user = outlook->user};

	outlook->turn = store_open(outlook->config->database.url, ROLE_ADMIN, error);
	return outlook->turn != NULL &&
	       turn_take(outlook->turn, kind, &turn, PATIENCE_SECONDS, error);
}

static Status end_badly(Outlook *outlook, Account *account, GError *error)
{
	account_note_error(account, error, NULL);
	command_finish(outlook->invocation, outlook->store, STATUS_FAILED);
	return fail(error);
}

/* Until it is done, or what passes has not passed for a minute. */
static gboolean sync_patiently(
	Outlook *outlook, Account *account, RoundReport *report, GError **error)
{
	const gint64 until = g_get_monotonic_time() + PATIENCE_SECONDS * G_USEC_PER_SEC;

	for (guint tries = 0;; tries++) {
		GError *cause = NULL;
		double seconds;

		if (round_run(account, outlook->config->auth_policy,
			    (gsize)outlook->config->limits.message_size, report, &cause))
			return TRUE;
		seconds = account->park_seconds > 0 ? account->park_seconds : http_backoff(tries);
		if (cause->code != CASEGATE_ERROR_RETRY ||
			g_get_monotonic_time() + (gint64)(seconds * G_USEC_PER_SEC) > until) {
			g_propagate_error(error, cause);
			return FALSE;
		}
		g_clear_error(&cause);
		pause_ms((gint64)(seconds * 1000) + 1, NULL);
	}
}

Status command_outlook_sync(Invocation *invocation)
{
	g_auto(Outlook) outlook = {0};
	RoundReport report = {0};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, NULL, 2, 2, &status) ||
		!open_outlook(&outlook, invocation, invocation->arguments[0],
			invocation->arguments[1], &status))
		return status;

	g_autoptr(Account) account = open_account(&outlook, invocation->arguments[0], &status);

	if (account == NULL)
		return status;
	if (!account->connection->may_read) {
		printf("nothing is synced: the integration may only send\n");
		return STATUS_DONE;
	}
	/* So that what happened until now is looked up, also where no `serve` runs. */
	if (!store_number_events(outlook.store, NULL, &error) ||
		!take_turn(&outlook, "sync", invocation->arguments[0], &error))
		return fail(error);
	if (!sync_patiently(&outlook, account, &report, &error))
		return end_badly(&outlook, account, error);
	printf("%u mails seen, %u filed, %u known already, %u requests\n", report.looked,
		report.filed, report.known, report.requests);
	return command_finish(invocation, outlook.store, STATUS_DONE);
}

Status command_outlook_test(Invocation *invocation)
{
	g_autofree char *to = NULL;
	g_autofree char *reference = NULL;
	const GOptionEntry options[] = {
		{"to", 0, 0, G_OPTION_ARG_FILENAME, &to,
                 "to this address (default: the mailbox itself)", "ADDRESS"},
		{"case",   0, 0, G_OPTION_ARG_FILENAME, &reference, "as a mail of this case",
                 "REFERENCE"},
		{NULL},
	};
	g_auto(Outlook) outlook = {0};
	gboolean is_confirmed = FALSE;
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 2, 2, &status) ||
		!open_outlook(&outlook, invocation, invocation->arguments[0],
			invocation->arguments[1], &status))
		return status;

	g_autoptr(Account) account = open_account(&outlook, invocation->arguments[0], &status);

	if (account == NULL)
		return status;
	if (!take_turn(&outlook, "send", invocation->arguments[0], &error))
		return fail(error);
	if (!send_test(account, to, reference, COPY_SECONDS, &is_confirmed, &error))
		return end_badly(&outlook, account, error);
	command_finish(invocation, outlook.store, STATUS_DONE);
	if (is_confirmed)
		printf("sent; its copy was seen in the mailbox\n");
	else if (!account->connection->may_read)
		printf("sent, not confirmed\n");
	else
		return fail_as("later", "sent, but its copy was not seen in the mailbox yet");
	return STATUS_DONE;
}
