#include "server/worker.h"

#include <poll.h>
#include <unistd.h>

#include "server/log.h"
#include "server/metrics.h"
#include "server/spool.h"
#include "server/wire.h"
#include "store/address.h"
#include "store/erase.h"
#include "store/ingest.h"
#include "store/reparse.h"

/* A database that cannot be opened is not asked again at once: each try may wait for a dead host.
 */
#define REOPEN_PAUSE_US (G_USEC_PER_SEC / 2)
/* A connection that was not used for so long is tried before it is relied on. */
#define IDLE_US         G_USEC_PER_SEC
#define MEMORY_PAUSE_US G_USEC_PER_SEC
/* Without work for so long a worker looks for released mail that is to be read again, and for mail
 * that is older than its tenant keeps it. */
#define IDLE_PAUSE_MS   5000
#define EXPIRY_PAUSE_US (60 * G_USEC_PER_SEC)

typedef struct {
	int socket;
	const Config *config;
	Store *store;  /* NULL: not open */
	GError *error; /* why not, the last time */
	gint64 opened_at, used_at, noted_at;
	gint64 expired_at; /* when there was nothing to erase */
	char *logged;      /* the last trouble that was told, so that it is told once */
} Worker;

/* ---- the database ---- */

static void log_trouble(Worker *worker, const GError *error)
{
	if (g_strcmp0(worker->logged, error->message) == 0)
		return;
	g_free(worker->logged);
	worker->logged = g_strdup(error->message);
	if (g_error_matches(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE))
		log_error("mail is answered 451 until this is changed: %s", error->message);
	else
		log_warning("mail is answered 451 for now: %s", error->message);
}

/* TRUE with a store; else worker->error says why there is none. */
static gboolean open_store(Worker *worker)
{
	gint64 now = g_get_monotonic_time();

	if (worker->store != NULL)
		return TRUE;
	if (worker->error != NULL && now - worker->opened_at < REOPEN_PAUSE_US)
		return FALSE;
	g_clear_error(&worker->error);
	worker->store = store_open(worker->config->database.url, ROLE_GATEWAY, &worker->error);
	worker->opened_at = g_get_monotonic_time();
	if (worker->store == NULL) {
		log_trouble(worker, worker->error);
		return FALSE;
	}
	if (worker->logged != NULL)
		log_notice("the database is there again");
	g_clear_pointer(&worker->logged, g_free);
	return TRUE;
}

/* The same with a store that works: the first call over a connection that was lost meanwhile fails,
 * and that shall not be a mail. The second ping is over a new connection. */
static gboolean ready_store(Worker *worker)
{
	gint64 now = g_get_monotonic_time();
	gboolean was_idle = now - worker->used_at > IDLE_US;

	if (!open_store(worker))
		return FALSE;
	worker->used_at = now;
	if (!was_idle || store_ping(worker->store, NULL))
		return TRUE;
	g_clear_error(&worker->error);
	if (store_ping(worker->store, &worker->error))
		return TRUE;
	log_trouble(worker, worker->error);
	worker->used_at = 0;
	return FALSE;
}

/* ---- questions and mails ---- */

static gboolean answer_question(Worker *worker, GVariant *body)
{
	g_autoptr(GError) error = NULL;
	AgentAddress found = {0};
	gboolean sent;

	if (!ready_store(worker))
		error = g_error_copy(worker->error);
	else if (!address_find(worker->store, g_variant_get_string(body, NULL), &found, &error))
		log_trouble(worker, error);
	sent = wire_send(
		worker->socket, WIRE_ANSWER, wire_pack_answer(found.answer, error), NULL, 0);
	agent_address_clear(&found);
	return sent;
}

static void fail_all(Verdict *verdicts, guint count, const GError *error)
{
	for (guint i = 0; i < count; i++)
		verdicts[i].error = g_error_copy(error);
}

/* Files what the descriptor holds; each recipient gets a verdict. */
static void file_mail(Worker *worker, const Envelope *envelope, int descriptor, gsize size,
	const char *unparsed_why, Verdict *verdicts)
{
	g_autoptr(GBytes) source = NULL;
	g_autoptr(GError) error = NULL;

	if (!ready_store(worker)) {
		fail_all(verdicts, envelope->recipients->len, worker->error);
		return;
	}
	source = spool_map(descriptor, size);
	if (source == NULL) {
		error = g_error_new(CASEGATE_ERROR, CASEGATE_ERROR_RETRY,
			"the mail's %" G_GSIZE_FORMAT " bytes could not be mapped", size);
		log_trouble(worker, error);
		fail_all(verdicts, envelope->recipients->len, error);
		return;
	}
	if (unparsed_why != NULL)
		ingest_unparsed(worker->store, envelope, source, unparsed_why, verdicts);
	else
		ingest(worker->store, envelope, worker->config->auth_policy, source, verdicts);
}

static gboolean answer_mail(Worker *worker, WireMessage *message)
{
	gsize size;
	g_autofree char *unparsed_why = NULL;
	g_autoptr(Envelope) envelope = wire_unpack_mail(message->body, &size, &unparsed_why);
	guint count = envelope->recipients->len;
	g_autofree Verdict *verdicts = g_new0(Verdict, count);
	gboolean sent;

	if (!wire_send(worker->socket, WIRE_BEGUN, NULL, NULL, 0))
		return FALSE;
	file_mail(worker, envelope, message->descriptors[0], size, unparsed_why, verdicts);
	for (guint i = 0; i < count; i++)
		if (verdicts[i].error != NULL)
			log_trouble(worker, verdicts[i].error);
	sent = wire_send(
		worker->socket, WIRE_VERDICTS, wire_pack_verdicts(verdicts, count), NULL, 0);
	for (guint i = 0; i < count; i++)
		verdict_clear(&verdicts[i]);
	return sent;
}

static gboolean answer_next(Worker *worker)
{
	g_auto(WireMessage) message = {0};

	if (wire_receive(worker->socket, &message) != WIRE_GOT)
		return FALSE;
	if (message.kind == WIRE_QUESTION)
		return answer_question(worker, message.body);
	if (message.kind == WIRE_MAIL)
		return answer_mail(worker, &message);
	return FALSE;
}

/* Reads released mail again that nobody could read. What spins or crashes ends this worker, and is
 * not tried again; the listener knows nothing of it, hence the alarm. */
static void reparse(Worker *worker)
{
	gboolean found = TRUE;

	while (found) {
		g_autoptr(GError) error = NULL;

		if (!ready_store(worker))
			return;
		alarm(worker->config->limits.parse_seconds);
		if (!reparse_next(worker->store, worker->config->auth_policy, &found, &error) &&
			error != NULL)
			log_trouble(worker, error);
		alarm(0);
	}
}

/* Erases one step of what is too old. TRUE: there may be more. */
static gboolean expire(Worker *worker)
{
	g_autoptr(GError) error = NULL;
	gint64 erased = 0;

	if (g_get_monotonic_time() - worker->expired_at < EXPIRY_PAUSE_US || !ready_store(worker))
		return FALSE;
	if (!erase_expired(worker->store, &erased, &error))
		log_warning("mail that is too old is erased later: %s", error->message);
	if (erased == 0)
		worker->expired_at = g_get_monotonic_time();
	return erased > 0;
}

/* Waits for the next message; idle time is for what nobody waits for. */
static void wait_for_work(Worker *worker)
{
	struct pollfd ready = {.fd = worker->socket, .events = POLLIN};
	int pause_ms = IDLE_PAUSE_MS;

	while (poll(&ready, 1, pause_ms) == 0) {
		reparse(worker);
		pause_ms = expire(worker) ? 0 : IDLE_PAUSE_MS;
	}
}

int worker_run(int socket, const Config *config)
{
	Worker worker = {.socket = socket, .config = config};

	/* Before the first question, so that this one does not wait for a connection. */
	open_store(&worker);
	wait_for_work(&worker);
	while (answer_next(&worker)) {
		wait_for_work(&worker);
		if (g_get_monotonic_time() - worker.noted_at < MEMORY_PAUSE_US)
			continue;
		metrics_note_memory();
		worker.noted_at = g_get_monotonic_time();
	}
	g_clear_pointer(&worker.store, store_close);
	g_clear_error(&worker.error);
	g_free(worker.logged);
	return 0;
}
