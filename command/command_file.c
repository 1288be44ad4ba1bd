#include <stdio.h>

#include "command/command.h"
#include "command/mailfiles.h"
#include "command/progress.h"
#include "store/address.h"
#include "store/delivery.h"
#include "store/directory.h"
#include "store/ingest.h"

enum {
	TRIES = 6,         /* of one mail while the database is away or busy: 6 seconds */
	GIVEN_UP_MOST = 2, /* then the others need not wait as long, each of them */
	FIRST_WAIT_MS = 200,
	OUTCOMES = OUTCOME_FAILED + 1,
};

/* One run of the command. */
typedef struct {
	const Invocation *invocation;
	const Config *config; /* borrowed, as all here */
	Store *store;
	const char *to, *tenant;
	const char *user; /* who vouches, or NULL */
	gboolean is_history;
	gint64 began_at; /* microseconds since 1970 */
	Progress *progress;
	guint mails, outcomes[OUTCOMES], opened_cases, errors;
	guint given_up; /* mails in a row for which waiting did not help */
} Filing;

static Envelope *envelope_of(const Filing *filing)
{
	Envelope *envelope = envelope_new(PROTOCOL_IMPORT);

	/* The operator's own files: what our edge wrote into them counts. */
	envelope->is_trusted_peer = TRUE;
	envelope->received_at = g_get_real_time();
	envelope->vouched_by = g_strdup(filing->user);
	envelope->is_history = filing->is_history;
	g_ptr_array_add(envelope->recipients, g_strdup(filing->to));
	return envelope;
}

/* Files one mail; what may pass by waiting is tried again, each time after twice the wait. */
static void file_patiently(const Filing *filing, GBytes *source, Verdict *verdict)
{
	g_autoptr(Envelope) envelope = envelope_of(filing);

	for (guint try = 0; try < TRIES; try++) {
		verdict_clear(verdict);
		*verdict = (Verdict){0};
		if (try > 0)
			g_usleep((gulong)(FIRST_WAIT_MS << (try - 1)) * 1000);
		ingest(filing->store, envelope, filing->config->auth_policy, source, verdict);
		if (!g_error_matches(verdict->error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY))
			return;
	}
}

/* A run of old mail that goes on where one before was interrupted need not read again what that one
 * filed. The same bytes twice in one run are two deliveries. */
static gboolean is_there(const Filing *filing, GBytes *source)
{
	gboolean was_imported = FALSE;

	return filing->is_history &&
	       delivery_was_imported(filing->store, filing->tenant, filing->to, source,
		       filing->began_at, &was_imported, NULL) &&
	       was_imported;
}

static void complain(Filing *filing, const char *where, const char *why)
{
	progress_pause(filing->progress);
	command_remark(filing->invocation, "%s: %s", where, why);
}

static void count(Filing *filing, const char *where, const Verdict *verdict)
{
	const gboolean is_given_up =
		g_error_matches(verdict->error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY);

	filing->mails++;
	filing->given_up = is_given_up ? filing->given_up + 1 : 0;
	if (verdict->error != NULL) {
		filing->errors++;
		complain(filing, where, verdict->error->message);
		return;
	}
	filing->outcomes[verdict->outcome]++;
	filing->opened_cases += verdict->opened_case ? 1 : 0;
	if (verdict->outcome == OUTCOME_FAILED)
		complain(filing, where,
			verdict->reason ? verdict->reason : "kept, but it could not be read");
}

static void file_all(Filing *filing, MailFiles *files)
{
	g_autofree char *where = NULL;

	while (filing->given_up < GIVEN_UP_MOST) {
		GError *error = NULL;
		g_autoptr(GBytes) source = mailfiles_next(files, &where, &error);
		Verdict verdict = {0};

		if (source == NULL && error == NULL)
			return;
		if (source == NULL) {
			filing->errors++;
			progress_pause(filing->progress);
			command_fail(filing->invocation, error);
			continue;
		}
		if (is_there(filing, source))
			verdict.outcome = OUTCOME_DUPLICATE;
		else
			file_patiently(filing, source, &verdict);
		count(filing, where, &verdict);
		verdict_clear(&verdict);
		progress_set(filing->progress, mailfiles_position(files), filing->mails);
	}
}

static void print_totals(const Filing *filing, guint skipped, guint flagged)
{
	const guint *outcomes = filing->outcomes;

	printf("%u %s: %u filed (%u new %s), %u held, %u duplicate, %u rejected, %u failed",
		filing->mails, filing->mails == 1 ? "mail" : "mails", outcomes[OUTCOME_FILED],
		filing->opened_cases, filing->opened_cases == 1 ? "case" : "cases",
		outcomes[OUTCOME_HELD], outcomes[OUTCOME_DUPLICATE], outcomes[OUTCOME_REJECTED],
		outcomes[OUTCOME_FAILED]);
	if (filing->errors > 0)
		printf("; %u not filed because of errors", filing->errors);
	if (filing->given_up >= GIVEN_UP_MOST)
		fputs("; gave up: run it again, what is filed is not filed twice", stdout);
	if (skipped > 0)
		printf("; %u %s left out that did not look like mail", skipped,
			skipped == 1 ? "file was" : "files were");
	if (flagged > 0)
		printf("; %u %s left out as drafts or deleted", flagged,
			flagged == 1 ? "mail was" : "mails were");
	putchar('\n');
}

/* A wrong address or user would fail every single mail: asked once, before the first. */
static gboolean check_destination(
	Store *store, const char *to, const char *from, char **tenant, char **user, GError **error)
{
	AgentAddress found = {0};
	gboolean is_there = address_find(store, to, &found, error);

	if (is_there && found.answer == ADDRESS_UNKNOWN) {
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
			"no tenant has the address '%s'; casegate address list shows all", to);
		is_there = FALSE;
	}
	if (is_there && from != NULL)
		is_there = directory_has_user(store, found.tenant, from, user, error);
	*tenant = g_strdup(found.tenant);
	agent_address_clear(&found);
	return is_there;
}

static Status file_paths(Filing *filing, char *const *paths)
{
	g_autoptr(Progress) progress =
		progress_new(progress_is_visible() ? mailfiles_measure(paths) : 0);
	g_autoptr(MailFiles) files = mailfiles_open(paths);

	filing->progress = progress;
	file_all(filing, files);
	progress_pause(progress);
	print_totals(filing, mailfiles_skipped(files), mailfiles_flagged(files));
	return command_finish(filing->invocation, filing->store,
		filing->errors > 0 ? STATUS_FAILED : STATUS_DONE);
}

Status command_file(Invocation *invocation)
{
	g_autofree char *to = NULL, *from = NULL, *tenant = NULL, *user = NULL;
	gboolean is_history = FALSE;
	const GOptionEntry options[] = {
		{"to",      0, 0, G_OPTION_ARG_FILENAME, &to, "the agent address to file for",
                 "ADDRESS"},
		{"from",        0, 0, G_OPTION_ARG_FILENAME, &from,
                 "you vouch that this user (key or address) brought it, whoever its From is", "USER"},
		{"history",      0, 0, G_OPTION_ARG_NONE, &is_history, "old mail: nobody is notified",
                 NULL},
		{NULL},
	};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 1, G_MAXUINT, &status))
		return status;
	if (to == NULL)
		return command_usage(invocation, "for which address? --to ADDRESS");

	g_autoptr(Config) config = command_load_config(invocation);
	g_autoptr(Store) store = config ? command_open_store(invocation) : NULL;

	if (store == NULL)
		return STATUS_FAILED;
	if (!check_destination(store, to, from, &tenant, &user, &error))
		return command_fail(invocation, error);

	Filing filing = {.invocation = invocation,
		.config = config,
		.store = store,
		.to = to,
		.tenant = tenant,
		.user = user,
		.is_history = is_history,
		.began_at = g_get_real_time()};

	return file_paths(&filing, invocation->arguments);
}
