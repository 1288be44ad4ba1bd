#include "graph/duty.h"

#include <poll.h>
#include <string.h>

#include "graph/disconnect.h"
#include "graph/redeem.h"
#include "graph/round.h"
#include "graph/send.h"
#include "graph/subscribe.h"
#include "graph/token.h"
#include "store/job.h"
#include "store/mailbox.h"
#include "store/outbox.h"

#define PAUSE_MS         250
#define TROUBLE_PAUSE_MS 2000
#define FOLLOW_US        G_USEC_PER_SEC
#define TIDY_US          (600 * G_USEC_PER_SEC)
#define FAILED_SECONDS   1.0
#define CROWDED_SECONDS  2.0
#define REDEEM_TRIES     2
#define TEST_SECONDS     45

typedef struct {
	int leash;
	const DutySettings *settings;
	GraphSettings graph; /* with the ring */
	SealRing *ring;
	Store *work; /* what is done */
	Store *job;  /* holds a job */
	Store *turn; /* holds a mailbox */
	Http *http;
	gint64 followed_at, tidied_at;
	GHashTable *stamps; /* see account.h */
	char *logged;       /* the last trouble of our own, told once */
} Duty;

/* ---- waiting ---- */

/* FALSE: we are told to go. */
static gboolean wait_ms(gint64 ms, gpointer data)
{
	const Duty *duty = data;
	struct pollfd end = {.fd = duty->leash, .events = POLLIN};

	return poll(&end, 1, (int)CLAMP(ms, 0, G_MAXINT)) == 0;
}

static gboolean has_ended(gpointer data)
{
	return !wait_ms(0, data);
}

/* ---- telling ---- */

static void tell(const Duty *duty, gboolean is_warning, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static void tell(const Duty *duty, gboolean is_warning, const char *format, ...)
{
	va_list arguments;
	g_autofree char *line = NULL;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	duty->settings->log(is_warning, line);
}

static void tell_once(Duty *duty, const GError *error)
{
	if (g_strcmp0(duty->logged, error->message) == 0)
		return;
	g_free(duty->logged);
	duty->logged = g_strdup(error->message);
	tell(duty, TRUE, "Outlook waits: %s", error->message);
}

/* ---- one mailbox ---- */

static Account *open_account(Duty *duty, const char *tenant, const char *user, GError **error)
{
	Account *account = account_open(duty->work, &duty->graph, duty->http, tenant, user, error);

	if (account != NULL) {
		account->wait = wait_ms;
		account->data = duty;
		account->stamps = duty->stamps;
	}
	return account;
}

static void note_error(Duty *duty, Account *account, const char *what, const GError *cause)
{
	const OutlookConnection *connection = account->connection;
	g_autoptr(GError) error = NULL;

	if (has_ended(duty))
		return;
	duty->settings->count(DUTY_FAILURES, 1);
	tell(duty, TRUE, "tenant %s, user %s: %s: %s", connection->tenant, connection->user, what,
		cause->message);
	if (!account_note_error(account, cause, &error))
		tell_once(duty, error);
}

static gboolean do_sync(Duty *duty, Account *account, GError **error)
{
	RoundReport report = {0};
	const gboolean is_well = round_run(
		account, duty->settings->policy, duty->settings->message_size, &report, error);

	duty->settings->count(DUTY_ROUNDS, 1);
	duty->settings->count(DUTY_SEEN, report.looked);
	duty->settings->count(DUTY_FILED, report.filed);
	if (report.filed > 0)
		tell(duty, FALSE,
			"tenant %s, user %s: %u mails seen, %u filed, %u known, %u requests",
			account->connection->tenant, account->connection->user, report.looked,
			report.filed, report.known, report.requests);
	return is_well;
}

static gboolean do_send(Duty *duty, Account *account, GError **error)
{
	guint sent = 0;
	const gboolean is_well = send_run(account, &sent, error);

	duty->settings->count(DUTY_SENT, sent);
	return is_well;
}

static gboolean do_subscribe(Duty *duty, Account *account, GError **error)
{
	g_autoptr(GError) cause = NULL;

	/* A refresh token that nobody uses dies. */
	if (!token_fresh(account, NULL, error))
		return FALSE;
	/* A doorbell that cannot be hung is no reason to stop reading. */
	if (!account->connection->may_read || subscribe_keep(account, &cause))
		return TRUE;
	if (g_strcmp0(remedy_state(cause), "reconnect") == 0)
		note_error(duty, account, "subscribing", cause);
	else
		tell(duty, TRUE, "tenant %s, user %s: subscribing: %s", account->connection->tenant,
			account->connection->user, cause->message);
	return TRUE;
}

static const struct {
	const char *kind, *what;
	gboolean (*run)(Duty *duty, Account *account, GError **error);
} turns[] = {
	{"send",      "sending",     do_send     },
	{"subscribe", "subscribing", do_subscribe},
	{"sync",      "reading",     do_sync     },
};

/* *found: there was something to do. FALSE with an error of our own. */
static gboolean take_turn(Duty *duty, guint i, gboolean *found, GError **error)
{
	g_auto(Turn) turn = {0};
	g_autoptr(GError) cause = NULL;
	g_autoptr(Account) account = NULL;

	if (!turn_claim(
		    duty->turn, turns[i].kind, duty->graph.poll_seconds > 0, &turn, found, error))
		return FALSE;
	if (!*found)
		return TRUE;
	if (!turn.has_place) {
		turn_end(duty->turn);
		return mailbox_park(duty->work, turn.tenant, turn.user,
			g_random_double_range(CROWDED_SECONDS / 2, CROWDED_SECONDS), error);
	}
	account = open_account(duty, turn.tenant, turn.user, &cause);
	if (account == NULL) {
		tell_once(duty, cause);
		mailbox_note_failure(duty->work, turn.tenant, turn.user, cause->message, 60, NULL);
	} else if (!turns[i].run(duty, account, &cause)) {
		note_error(duty, account, turns[i].what, cause);
		/* Whatever it was, also our own database: not again at once. */
		mailbox_park(duty->work, turn.tenant, turn.user, FAILED_SECONDS, NULL);
	}
	if (account != NULL)
		duty->settings->count(DUTY_REQUESTS, account->requests);
	turn_end(duty->turn);
	return TRUE;
}

/* ---- one job ---- */

/* The outcome and the sentence of a test mail. */
static void do_test(Duty *duty, const Job *job, Redeemed *done)
{
	const Turn turn = {.tenant = job->tenant, .user = job->user};
	g_autofree char *reference = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(Account) account = open_account(duty, job->tenant, job->user, &error);
	gboolean is_confirmed = FALSE;

	if (job->case_id != 0 && account != NULL)
		reference = outbox_case_reference(duty->work, job->tenant, job->case_id, &error);
	if (error == NULL && account != NULL &&
		turn_take(duty->turn, "send", &turn, TEST_SECONDS, &error)) {
		if (send_test(account, job->to, reference, TEST_SECONDS, &is_confirmed, &error))
			done->outcome = g_strdup(is_confirmed ? "done" : "sent");
		turn_end(duty->turn);
	}
	if (done->outcome != NULL)
		return;
	done->outcome = g_strdup(remedy_word(error));
	done->sentence = remedy_hint(error);
	if (account != NULL && remedy_state(error) != NULL)
		note_error(duty, account, "the test mail", error);
}

static void do_disconnect(Duty *duty, const Job *job, Redeemed *done)
{
	g_autoptr(GError) error = NULL;
	const gboolean is_done = strcmp(job->kind, "unset") == 0
					 ? disconnect_tenant(duty->work, &duty->graph, duty->http,
						   job->tenant, &error)
					 : disconnect_user(duty->work, &duty->graph, duty->http,
						   job->tenant, job->user, &error);

	done->outcome = g_strdup(is_done ? "done" : remedy_word(error));
	done->sentence = is_done ? NULL : remedy_hint(error);
}

static void do_job(Duty *duty, const Job *job, Redeemed *done)
{
	if (strcmp(job->kind, "test") == 0)
		do_test(duty, job, done);
	else if (strcmp(job->kind, "redeem") == 0 || strcmp(job->kind, "consent") == 0)
		redeem_job(duty->work, &duty->graph, duty->http, job, done);
	else
		do_disconnect(duty, job, done);
}

static gboolean take_job(Duty *duty, gboolean *found, GError **error)
{
	g_autoptr(Job) job = NULL;
	g_auto(Redeemed) done = {0};

	if (!job_claim(duty->job, &job, error))
		return FALSE;
	*found = job != NULL;
	if (job == NULL)
		return TRUE;
	do_job(duty, job, &done);
	tell(duty, FALSE, "tenant %s, user %s: %s: %s", job->tenant,
		job->user != NULL ? job->user : "-", job->kind, done.outcome);
	if (strcmp(done.outcome, "later") == 0 && job->attempt < REDEEM_TRIES)
		return job_postpone(duty->job, job, http_backoff((guint)job->attempt + 1), error);
	return job_finish(duty->job, job, done.outcome, done.sentence, error);
}

/* ---- the story ---- */

static gboolean open_stores(Duty *duty, GError **error)
{
	Store **const stores[] = {&duty->work, &duty->job, &duty->turn};

	if (duty->ring == NULL)
		duty->ring = seal_ring_load(duty->settings->key_file, error);
	if (duty->ring == NULL)
		return FALSE;
	duty->graph.ring = duty->ring;
	for (guint i = 0; i < G_N_ELEMENTS(stores); i++) {
		if (*stores[i] == NULL)
			*stores[i] = store_open(duty->settings->database_url, ROLE_GRAPH, error);
		if (*stores[i] == NULL)
			return FALSE;
	}
	return TRUE;
}

static gboolean look_around(Duty *duty, GError **error)
{
	const gint64 now = g_get_monotonic_time();

	if (duty->graph.poll_seconds > 0 && now - duty->followed_at >= FOLLOW_US) {
		duty->followed_at = now;
		if (!lookup_follow_events(duty->work, error))
			return FALSE;
	}
	if (now - duty->tidied_at < TIDY_US)
		return TRUE;
	duty->tidied_at = now;
	return job_tidy(duty->work, error);
}

/* Everything that is due, what people wait for first. */
static gboolean work(Duty *duty, GError **error)
{
	gboolean is_busy = TRUE;

	if (!open_stores(duty, error) || !look_around(duty, error))
		return FALSE;
	while (is_busy && !has_ended(duty)) {
		gboolean found = FALSE;

		if (!take_job(duty, &found, error))
			return FALSE;
		is_busy = found;
		for (guint i = 0; i < G_N_ELEMENTS(turns) && !has_ended(duty); i++) {
			if (!take_turn(duty, i, &found, error))
				return FALSE;
			is_busy |= found;
		}
	}
	return TRUE;
}

int duty_run(int leash, const DutySettings *settings)
{
	Duty duty = {.leash = leash, .settings = settings, .graph = settings->graph};
	gboolean is_well = TRUE;

	secret_guard_process();
	duty.http = http_new(has_ended, &duty);
	duty.stamps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	do {
		g_autoptr(GError) error = NULL;

		is_well = work(&duty, &error);
		if (!is_well)
			tell_once(&duty, error);
		else
			g_clear_pointer(&duty.logged, g_free);
	} while (wait_ms(is_well ? PAUSE_MS : TROUBLE_PAUSE_MS, &duty));
	g_clear_pointer(&duty.work, store_close);
	g_clear_pointer(&duty.job, store_close);
	g_clear_pointer(&duty.turn, store_close);
	http_free(duty.http);
	g_hash_table_unref(duty.stamps);
	seal_ring_free(duty.ring);
	g_free(duty.logged);
	return 0;
}
