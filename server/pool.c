#include "server/pool.h"

#include <time.h>

#include "server/log.h"
#include "server/metrics.h"
#include "server/wire.h"

/* How long a question may wait and be worked on; the client gets 451 then. */
#define QUESTION_LIMIT_US (10 * G_USEC_PER_SEC)
/* How long a mail waits for a worker. Together with the limit below less than the 120 s of a
 * Postfix. */
#define QUEUE_LIMIT_US (30 * G_USEC_PER_SEC)
/* How many workers may die over a job before they read it. */
#define UNREAD_DEATHS 3
/* How many die while they read it until it is filed unread. */
#define READING_DEATHS 2
/* How long a worker may wait for the database with one job, in parse times. */
#define WAITING_FACTOR 6
/* Who computed for a fifth of the parse time on the clock's time was parsing, even on a loaded
 * machine. */
#define COMPUTING_SHARE 5

typedef struct Worker Worker;

struct Job {
	Pool *pool;         /* borrowed */
	char *recipient;    /* of a question, else NULL */
	Envelope *envelope; /* of a mail, else NULL */
	Spool spool;
	const char *unparsed_why; /* a literal, or NULL: read it */
	PoolAnswered answered;    /* both NULL: cancelled */
	PoolFiled filed;
	void *data;
	Worker *worker; /* borrowed; NULL: waits or has ended */
	gint64 queued_at, started_at;
	gint64 cpu_before_us; /* of the worker when it started on this */
	guint deaths;
	gboolean has_begun, was_killed, was_overdue;
};

struct Worker {
	Pool *pool; /* borrowed */
	int socket;
	pid_t pid;
	struct event *event;
	Job *job; /* owned; NULL: idle */
	gboolean is_retired;
};

struct Pool {
	struct event_base *base; /* borrowed */
	const Limits *limits;    /* borrowed */
	PoolKill kill;
	void *data;
	struct event *waker;     /* answers what failed without a worker */
	GQueue questions, mails; /* of Job, waiting; owned */
	GPtrArray *workers;      /* of Worker; owned */
};

static void job_free(Job *job)
{
	g_free(job->recipient);
	envelope_free(job->envelope);
	if (job->envelope != NULL)
		spool_clear(&job->spool);
	g_free(job);
}

/* ---- ends of jobs ---- */

static void answer_question(Job *job, AddressAnswer answer, const GError *error)
{
	if (job->answered != NULL)
		job->answered(job->data, answer, error);
	job_free(job);
}

static void answer_mail(Job *job, const Verdict *verdicts)
{
	/* The room first: what the client sends next may need it. */
	spool_clear(&job->spool);
	if (job->filed != NULL)
		job->filed(job->data, verdicts, job->envelope->recipients->len);
	job_free(job);
}

static void fail(Job *job, const char *why)
{
	g_autoptr(GError) error = g_error_new_literal(CASEGATE_ERROR, CASEGATE_ERROR_RETRY, why);
	g_autofree Verdict *verdicts = NULL;

	if (job->recipient != NULL) {
		answer_question(job, ADDRESS_UNKNOWN, error);
		return;
	}
	verdicts = g_new0(Verdict, job->envelope->recipients->len);
	for (guint i = 0; i < job->envelope->recipients->len; i++)
		verdicts[i].error = error;
	answer_mail(job, verdicts);
}

/* ---- the queue ---- */

static gint64 cpu_time_us(pid_t pid)
{
	clockid_t clock;
	struct timespec spent;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &spent) != 0)
		return 0;
	return (gint64)spent.tv_sec * G_USEC_PER_SEC + spent.tv_nsec / 1000;
}

static gboolean send_job(Worker *worker, Job *job)
{
	if (job->recipient != NULL)
		return wire_send(
			worker->socket, WIRE_QUESTION, wire_pack_question(job->recipient), NULL, 0);
	return wire_send(worker->socket, WIRE_MAIL,
		wire_pack_mail(job->envelope, (gsize)job->spool.size_bytes, job->unparsed_why),
		&job->spool.descriptor, 1);
}

static Job *next_job(Pool *pool)
{
	Job *job = g_queue_pop_head(&pool->questions);

	return job != NULL ? job : g_queue_pop_head(&pool->mails);
}

static void push_job(Pool *pool, Job *job)
{
	g_queue_push_tail(job->recipient != NULL ? &pool->questions : &pool->mails, job);
}

static void worker_start(Worker *worker, Job *job)
{
	worker->job = job;
	job->worker = worker;
	job->started_at = g_get_monotonic_time();
	job->cpu_before_us = job->recipient == NULL ? cpu_time_us(worker->pid) : 0;
}

static void worker_free(gpointer data)
{
	Worker *worker = data;

	event_free(worker->event);
	evutil_closesocket(worker->socket);
	if (worker->job != NULL)
		job_free(worker->job);
	g_free(worker);
}

/* Gives waiting jobs to idle workers, and lets idle retired workers go. */
static void pool_deal(Pool *pool)
{
	for (guint i = pool->workers->len; i-- > 0;) {
		Worker *worker = g_ptr_array_index(pool->workers, i);
		Job *job;

		if (worker->job == NULL && worker->is_retired) {
			g_ptr_array_remove_index(pool->workers, i);
			continue;
		}
		if (worker->job != NULL || (job = next_job(pool)) == NULL)
			continue;
		/* Whoever cannot be reached has died; its event will tell, and the job has not
		 * begun. */
		if (send_job(worker, job))
			worker_start(worker, job);
		else
			g_queue_push_head(
				job->recipient != NULL ? &pool->questions : &pool->mails, job);
	}
	metrics_set(METRIC_QUEUE_DEPTH, pool_depth(pool));
}

/* ---- what workers say ---- */

/* The job of a worker that died on it. */
static void job_lost(Pool *pool, Job *job)
{
	job->worker = NULL;
	/* One death says little about the job: a worker is also killed for no fault of its mail. */
	if (!job->was_killed && ++job->deaths < (job->has_begun ? READING_DEATHS : UNREAD_DEATHS)) {
		job->has_begun = FALSE;
		g_queue_push_head(job->recipient != NULL ? &pool->questions : &pool->mails, job);
		return;
	}
	if (job->recipient != NULL || job->unparsed_why != NULL || job->was_overdue) {
		fail(job, "the worker died");
		return;
	}
	job->unparsed_why = job->was_killed ? "reading it took too long" : "reading it failed";
	metrics_add(METRIC_PARSE_KILLS, 1);
	log_warning("a mail of %" G_GINT64_FORMAT
		    " bytes goes to another worker to be kept unread: %s",
		job->spool.size_bytes, job->unparsed_why);
	job->was_killed = job->has_begun = FALSE;
	job->queued_at = g_get_monotonic_time();
	g_queue_push_head(&pool->mails, job);
}

static void worker_ended(Worker *worker)
{
	Pool *pool = worker->pool;
	Job *job = g_steal_pointer(&worker->job);

	g_ptr_array_remove_fast(pool->workers, worker);
	if (job != NULL)
		job_lost(pool, job);
	pool_deal(pool);
}

/* FALSE: this is no answer to the worker's job. */
static gboolean read_answer(Worker *worker, const WireMessage *message)
{
	Job *job = worker->job;
	g_autoptr(GError) error = NULL;
	g_autofree Verdict *verdicts = NULL;
	AddressAnswer answer;
	guint count;

	if (job != NULL && job->recipient == NULL && message->kind == WIRE_BEGUN) {
		job->has_begun = TRUE;
		return TRUE;
	}
	if (job == NULL || message->kind != (job->recipient != NULL ? WIRE_ANSWER : WIRE_VERDICTS))
		return FALSE;
	if (job->recipient != NULL) {
		if (!wire_unpack_answer(message->body, &answer, &error))
			return FALSE;
		worker->job = NULL;
		answer_question(job, answer, error);
		return TRUE;
	}
	count = job->envelope->recipients->len;
	verdicts = g_new0(Verdict, count);
	if (!wire_unpack_verdicts(message->body, verdicts, count))
		return FALSE;
	worker->job = NULL;
	answer_mail(job, verdicts);
	for (guint i = 0; i < count; i++)
		verdict_clear(&verdicts[i]);
	return TRUE;
}

static void on_worker(G_GNUC_UNUSED evutil_socket_t socket, G_GNUC_UNUSED short what, void *data)
{
	Worker *worker = data;
	Pool *pool = worker->pool;
	g_auto(WireMessage) message = {0};

	switch (wire_receive(worker->socket, &message)) {
	case WIRE_GOT:
		if (read_answer(worker, &message))
			break;
		log_error("worker %d speaks nonsense and is ended", (int)worker->pid);
		pool->kill(pool->data, worker->pid);
		worker_ended(worker);
		return;
	case WIRE_ENDED:
		worker_ended(worker);
		return;
	case WIRE_NOTHING:
	default:
		return;
	}
	pool_deal(pool);
}

/* ---- the outside ---- */

static void on_waker(G_GNUC_UNUSED evutil_socket_t socket, G_GNUC_UNUSED short what, void *data)
{
	pool_deal(data);
}

Pool *pool_new(struct event_base *base, const Limits *limits, PoolKill kill, void *data)
{
	Pool *pool = g_new0(Pool, 1);

	pool->base = base;
	pool->limits = limits;
	pool->kill = kill;
	pool->data = data;
	pool->workers = g_ptr_array_new_with_free_func(worker_free);
	pool->waker = event_new(base, -1, 0, on_waker, pool);
	return pool;
}

static void free_jobs(GQueue *queue)
{
	Job *job;

	while ((job = g_queue_pop_head(queue)) != NULL)
		job_free(job);
}

void pool_free(Pool *pool)
{
	g_ptr_array_unref(pool->workers);
	free_jobs(&pool->questions);
	free_jobs(&pool->mails);
	event_free(pool->waker);
	g_free(pool);
}

void pool_add_worker(Pool *pool, int socket, pid_t pid)
{
	Worker *worker = g_new0(Worker, 1);

	worker->pool = pool;
	worker->socket = socket;
	worker->pid = pid;
	worker->event = event_new(pool->base, socket, EV_READ | EV_PERSIST, on_worker, worker);
	event_add(worker->event, NULL);
	g_ptr_array_add(pool->workers, worker);
	pool_deal(pool);
}

void pool_retire_workers(Pool *pool)
{
	for (guint i = 0; i < pool->workers->len; i++)
		((Worker *)g_ptr_array_index(pool->workers, i))->is_retired = TRUE;
	event_active(pool->waker, EV_TIMEOUT, 0);
}

static Job *add_job(Pool *pool, Job *job)
{
	job->pool = pool;
	job->queued_at = g_get_monotonic_time();
	push_job(pool, job);
	/* Sending never calls back, so an idle worker gets the job at once. */
	pool_deal(pool);
	return job;
}

Job *pool_ask(Pool *pool, const char *recipient, PoolAnswered answered, void *data)
{
	Job *job = g_new0(Job, 1);

	job->recipient = g_strdup(recipient);
	job->answered = answered;
	job->data = data;
	return add_job(pool, job);
}

Job *pool_submit(Pool *pool, Envelope *envelope, Spool *spool, PoolFiled filed, void *data)
{
	Job *job = g_new0(Job, 1);

	job->envelope = envelope;
	job->spool = *spool;
	spool_init(spool, spool->budget);
	job->filed = filed;
	job->data = data;
	return add_job(pool, job);
}

void pool_cancel(Job *job)
{
	job->answered = NULL;
	job->filed = NULL;
	if (job->worker != NULL)
		return;
	g_queue_remove(job->recipient != NULL ? &job->pool->questions : &job->pool->mails, job);
	job_free(job);
}

/* Answers jobs that waited too long for a worker. The oldest stand in front. */
static void end_waiting(GQueue *queue, gint64 limit_us, gint64 now)
{
	Job *job;

	while ((job = g_queue_peek_head(queue)) != NULL && now - job->queued_at > limit_us) {
		g_queue_pop_head(queue);
		fail(job, "no worker was free in time");
	}
}

/* Ends a worker that computes or waits too long. What becomes of its job shows when it has died. */
static void check_worker(Pool *pool, Worker *worker, gint64 now)
{
	const gint64 limit_us = (gint64)pool->limits->parse_seconds * G_USEC_PER_SEC;
	Job *job = worker->job;
	gint64 took_us;

	if (job == NULL || job->was_killed)
		return;
	took_us = now - job->started_at;
	if (took_us < limit_us)
		return;
	job->was_overdue = took_us > WAITING_FACTOR * limit_us;
	if (!job->was_overdue &&
		(job->recipient != NULL ||
			cpu_time_us(worker->pid) - job->cpu_before_us < limit_us / COMPUTING_SHARE))
		return;
	job->was_killed = TRUE;
	pool->kill(pool->data, worker->pid);
}

/* The client of a question waits no longer than this, whatever becomes of the worker. */
static void check_question(Worker *worker, gint64 now)
{
	Job *job = worker->job;
	PoolAnswered answered;
	g_autoptr(GError) error = NULL;

	if (job == NULL || job->answered == NULL || now - job->queued_at < QUESTION_LIMIT_US)
		return;
	answered = g_steal_pointer(&job->answered);
	error = g_error_new_literal(
		CASEGATE_ERROR, CASEGATE_ERROR_RETRY, "the question was not answered in time");
	answered(job->data, ADDRESS_UNKNOWN, error);
}

void pool_tick(Pool *pool)
{
	gint64 now = g_get_monotonic_time();

	end_waiting(&pool->questions, QUESTION_LIMIT_US, now);
	end_waiting(&pool->mails, QUEUE_LIMIT_US, now);
	for (guint i = 0; i < pool->workers->len; i++) {
		check_worker(pool, g_ptr_array_index(pool->workers, i), now);
		check_question(g_ptr_array_index(pool->workers, i), now);
	}
	pool_deal(pool);
}

guint pool_depth(const Pool *pool)
{
	return pool->questions.length + pool->mails.length;
}
