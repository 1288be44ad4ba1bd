#include "server/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "server/child.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/sandbox.h"
#include "server/sockets.h"
#include "server/wire.h"

/* Whoever lives shorter is started again later, each time twice as late. */
#define YOUNG_US         (1 * G_USEC_PER_SEC)
#define FIRST_BACKOFF_US (100 * 1000)
#define LAST_BACKOFF_US  (2 * G_USEC_PER_SEC)
/* One that sends and one that reads; more of them on more machines. */
#define GRAPH_WORKERS 2
#define STOP_LIMIT_US (13 * G_USEC_PER_SEC)

typedef struct {
	Config *config;
	GPtrArray *sockets;
	GPtrArray *children; /* of Child */
	int signals;         /* signalfd */
	pid_t pid;
	gboolean is_listening, is_stopping, has_failed;
	gint64 kill_at;
} Supervisor;

/* ---- starting ---- */

static Child *find_listener(const Supervisor *supervisor)
{
	return g_ptr_array_index(supervisor->children, 0);
}

static void child_free(gpointer data)
{
	Child *child = data;

	if (child->leash >= 0)
		close(child->leash);
	g_free(child);
}

static Child *add_child(Supervisor *supervisor, ChildKind kind)
{
	Child *child = g_new0(Child, 1);

	child->kind = kind;
	child->leash = -1;
	g_ptr_array_add(supervisor->children, child);
	return child;
}

/* The lowest slot of the metrics that no process writes to; 0 is our own. */
static guint free_slot(const Supervisor *supervisor)
{
	for (guint slot = 1;; slot++) {
		gboolean is_free = TRUE;

		for (guint i = 0; i < supervisor->children->len; i++) {
			const Child *child = g_ptr_array_index(supervisor->children, i);

			is_free = is_free && (child->pid == 0 || child->slot != slot);
		}
		if (is_free)
			return slot;
	}
}

/* The files are opened here and read there: the key never is in our memory. */
static gboolean open_tls(const Config *config, int files[2], GError **error)
{
	const char *const paths[] = {config->tls.certificate, config->tls.key};

	files[0] = files[1] = -1;
	for (guint i = 0; i < 2 && *config->tls.key != '\0'; i++) {
		files[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
		if (files[i] >= 0)
			continue;
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
			"[tls] %s: %s cannot be read: %s", i == 0 ? "certificate" : "key", paths[i],
			g_strerror(errno));
		if (files[0] >= 0)
			close(files[0]);
		return FALSE;
	}
	return TRUE;
}

static gboolean send_settings(const Supervisor *supervisor, GError **error)
{
	const Config *config = supervisor->config;
	int files[2];

	if (!open_tls(config, files, error))
		return FALSE;
	wire_send(find_listener(supervisor)->leash, WIRE_SETTINGS, wire_pack_settings(config),
		files, files[1] >= 0 ? 2 : 0);
	for (guint i = 0; i < 2; i++)
		if (files[i] >= 0)
			close(files[i]);
	return TRUE;
}

/* What a new process needs beyond its leash. */
static void introduce(Supervisor *supervisor, Child *child)
{
	g_autoptr(GError) error = NULL;
	int leash;

	if (child->kind == CHILD_LISTENER && !send_settings(supervisor, &error)) {
		/* At the start that is the operator's mistake; later the next try may find the
		 * files. */
		log_error("%s", error->message);
		supervisor->has_failed = !supervisor->is_listening;
		kill(child->pid, SIGKILL);
	}
	if (child->kind != CHILD_WORKER)
		return;
	leash = child->leash;
	child->leash = -1;
	wire_send(find_listener(supervisor)->leash, WIRE_WORKER,
		g_variant_new("u", (guint32)child->pid), &leash, 1);
	close(leash);
}

static void start(Supervisor *supervisor, Child *child)
{
	const ChildWorld world = {supervisor->config, supervisor->sockets, supervisor->pid};
	int ends[2];

	child->started_at = g_get_monotonic_time();
	child->slot = free_slot(supervisor);
	child->is_leaving = FALSE;
	child->stopped_at = 0;
	if (!wire_pair(ends)) {
		log_error("no %s can be started: %s", child_name(child->kind), g_strerror(errno));
		child->due_at = child->started_at + LAST_BACKOFF_US;
		return;
	}
	/* The listener's end must not block; a worker's must, so it gets the other one. */
	child->leash = ends[child->kind == CHILD_WORKER ? 0 : 1];
	child->pid = fork();
	if (child->pid == 0)
		child_main(&world, child, ends[child->kind == CHILD_WORKER ? 1 : 0]);
	close(ends[child->kind == CHILD_WORKER ? 1 : 0]);
	if (child->pid > 0) {
		introduce(supervisor, child);
		return;
	}
	log_error("no %s can be started: %s", child_name(child->kind), g_strerror(errno));
	child->pid = 0;
	close(child->leash);
	child->leash = -1;
	child->due_at = child->started_at + LAST_BACKOFF_US;
}

static gboolean has_service(const Supervisor *supervisor, Service service)
{
	for (guint i = 0; i < supervisor->sockets->len; i++)
		if (((const Socket *)g_ptr_array_index(supervisor->sockets, i))->service == service)
			return TRUE;
	return FALSE;
}

static void start_workers(Supervisor *supervisor)
{
	for (guint i = 0; i < supervisor->config->workers.count; i++)
		start(supervisor, add_child(supervisor, CHILD_WORKER));
}

static void start_all(Supervisor *supervisor)
{
	start(supervisor, add_child(supervisor, CHILD_LISTENER));
	start_workers(supervisor);
	start(supervisor, add_child(supervisor, CHILD_NOTIFIER));
	if (has_service(supervisor, SERVICE_HTTP))
		start(supervisor, add_child(supervisor, CHILD_WEB));
	for (guint i = 0; supervisor->config->graph.is_enabled && i < GRAPH_WORKERS; i++)
		start(supervisor, add_child(supervisor, CHILD_GRAPH));
}

/* ---- ending ---- */

static void release(Child *child)
{
	if (child->leash >= 0)
		close(child->leash);
	child->leash = -1;
	child->is_leaving = TRUE;
}

static gboolean is_any_left(const Supervisor *supervisor, gboolean of_mail)
{
	for (guint i = 0; i < supervisor->children->len; i++) {
		const Child *child = g_ptr_array_index(supervisor->children, i);

		if (child->pid != 0 &&
			(!of_mail || child->kind == CHILD_LISTENER || child->kind == CHILD_WORKER))
			return TRUE;
	}
	return FALSE;
}

static void stop(Supervisor *supervisor)
{
	if (supervisor->is_stopping)
		return;
	log_notice("stopping");
	sd_notify(0, "STOPPING=1");
	supervisor->is_stopping = TRUE;
	supervisor->kill_at = g_get_monotonic_time() + STOP_LIMIT_US;
	wire_send(find_listener(supervisor)->leash, WIRE_STOP, NULL, NULL, 0);
	sockets_remove_files(supervisor->sockets);
	g_ptr_array_set_size(supervisor->sockets, 0);
}

/* The listener goes first, with it the workers; then nothing can happen any more that the others
 * tell. */
static void stop_on(Supervisor *supervisor, gint64 now)
{
	gboolean is_mail_over = !is_any_left(supervisor, TRUE);

	for (guint i = 0; i < supervisor->children->len; i++) {
		Child *child = g_ptr_array_index(supervisor->children, i);

		if (child->pid == 0)
			continue;
		if (is_mail_over && child->leash >= 0)
			release(child);
		if (now >= supervisor->kill_at)
			kill(child->pid, SIGKILL);
	}
}

static void log_end(const Child *child, int status)
{
	if (WIFSIGNALED(status))
		log_warning("%s %d was ended by signal %d", child_name(child->kind),
			(int)child->pid, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_warning("%s %d ended with status %d", child_name(child->kind), (int)child->pid,
			WEXITSTATUS(status));
}

/* When to start the next one in this place. */
static void schedule(Child *child)
{
	gint64 now = g_get_monotonic_time();

	if (child->is_leaving || now - child->started_at >= YOUNG_US)
		child->backoff_us = 0;
	else
		child->backoff_us = CLAMP(2 * child->backoff_us, FIRST_BACKOFF_US, LAST_BACKOFF_US);
	child->due_at = now + child->backoff_us;
}

static void child_ended(Supervisor *supervisor, Child *child, int status)
{
	if (!child->is_leaving || WIFSIGNALED(status))
		log_end(child, status);
	if (child->kind == CHILD_WORKER && !child->is_leaving && !supervisor->is_stopping)
		metrics_add(METRIC_WORKER_RESTARTS, 1);
	if (child->leash >= 0)
		close(child->leash);
	child->leash = -1;
	child->pid = 0;
	metrics_release_slot(child->slot);
	if (child->is_replaced)
		g_ptr_array_remove(supervisor->children, child);
	else
		schedule(child);
}

static Child *find_child(const Supervisor *supervisor, pid_t pid)
{
	for (guint i = 0; i < supervisor->children->len; i++) {
		Child *child = g_ptr_array_index(supervisor->children, i);

		if (child->pid == pid)
			return child;
	}
	return NULL;
}

static void reap(Supervisor *supervisor)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
		Child *child = find_child(supervisor, pid);

		if (child == NULL)
			continue;
		if (WIFSTOPPED(status))
			child->stopped_at = g_get_monotonic_time();
		else if (WIFCONTINUED(status))
			child->stopped_at = 0;
		else
			child_ended(supervisor, child, status);
	}
}

/* ---- reloading ---- */

static void warn_of_restart(const Config *old, const Config *new)
{
	char **const olds[] = {old->smtp.listen, old->lmtp.listen, old->http.listen};
	char **const news[] = {new->smtp.listen, new->lmtp.listen, new->http.listen};

	for (guint i = 0; i < G_N_ELEMENTS(olds); i++)
		if (!g_strv_equal((const char *const *)olds[i], (const char *const *)news[i]))
			log_warning("new listen addresses need a restart");
}

static void reload(Supervisor *supervisor)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) old = NULL;
	guint before = supervisor->children->len;
	Config *config = config_load(supervisor->config->requested_path, &error);

	if (config == NULL) {
		log_error("not reloaded: %s", error->message);
		return;
	}
	sd_notify(0, "RELOADING=1");
	old = supervisor->config;
	supervisor->config = config;
	warn_of_restart(old, config);
	log_open(config->log.level, config->log.format);
	if (!send_settings(supervisor, &error))
		log_error("TLS stays as it was: %s", error->message);
	for (guint i = 0; i < before; i++) {
		Child *child = g_ptr_array_index(supervisor->children, i);

		/* The listener has let the workers go; each ends when its mail is done. */
		if (child->kind == CHILD_WORKER)
			child->is_leaving = child->is_replaced = TRUE;
		else if (child->kind != CHILD_LISTENER)
			release(child);
	}
	start_workers(supervisor);
	log_notice("reloaded");
	sd_notify(0, "READY=1");
}

/* ---- the loop ---- */

static void read_signals(Supervisor *supervisor)
{
	struct signalfd_siginfo signal_info;

	while (read(supervisor->signals, &signal_info, sizeof signal_info) == sizeof signal_info) {
		if (signal_info.ssi_signo == SIGCHLD)
			reap(supervisor);
		else if (signal_info.ssi_signo == SIGHUP && !supervisor->is_stopping)
			reload(supervisor);
		else if (signal_info.ssi_signo != SIGHUP)
			stop(supervisor);
	}
}

static void log_listening(const Supervisor *supervisor)
{
	static const char *const names[] = {
		[SERVICE_SMTP] = "smtp", [SERVICE_LMTP] = "lmtp", [SERVICE_HTTP] = "http"};

	for (guint i = 0; i < supervisor->sockets->len; i++) {
		const Socket *socket = g_ptr_array_index(supervisor->sockets, i);

		log_notice("%s on %s", names[socket->service], socket->name);
	}
}

static void read_listener(Supervisor *supervisor)
{
	Child *listener = find_listener(supervisor);
	g_auto(WireMessage) message = {0};
	Child *worker;

	if (wire_receive(listener->leash, &message) != WIRE_GOT) {
		/* Its end will be reaped; until then there is nothing to hear. */
		close(listener->leash);
		listener->leash = -1;
		return;
	}
	if (message.kind == WIRE_LISTENING && !supervisor->is_listening) {
		supervisor->is_listening = TRUE;
		log_listening(supervisor);
		sd_notify(0, "READY=1");
	} else if (message.kind == WIRE_TROUBLE) {
		log_error("%s", g_variant_get_string(message.body, NULL));
		supervisor->has_failed = supervisor->has_failed || !supervisor->is_listening;
	} else if (message.kind == WIRE_KILL) {
		worker = find_child(supervisor, (pid_t)g_variant_get_uint32(message.body));
		if (worker != NULL && worker->kind == CHILD_WORKER)
			kill(worker->pid, SIGKILL);
	}
}

/* Starts who is due, ends who was stopped for too long and serves nobody. The next time to look, in
 * us. */
static gint64 check_children(Supervisor *supervisor, gint64 now)
{
	const gint64 patience_us =
		(gint64)supervisor->config->limits.parse_seconds * G_USEC_PER_SEC;
	gint64 next = now + 60 * G_USEC_PER_SEC;

	for (guint i = 0; i < supervisor->children->len; i++) {
		Child *child = g_ptr_array_index(supervisor->children, i);

		if (child->pid == 0 && child->due_at <= now && !supervisor->is_stopping)
			start(supervisor, child);
		else if (child->pid == 0)
			next = MIN(next, child->due_at);
		if (child->stopped_at == 0)
			continue;
		if (now - child->stopped_at >= patience_us)
			kill(child->pid, SIGKILL);
		else
			next = MIN(next, child->stopped_at + patience_us);
	}
	return next;
}

static void wait_for_news(Supervisor *supervisor, gint64 until)
{
	struct pollfd sources[] = {
		{.fd = supervisor->signals,              .events = POLLIN},
		{.fd = find_listener(supervisor)->leash, .events = POLLIN},
	};
	gint64 wait_ms = (until - g_get_monotonic_time()) / 1000 + 1;

	if (poll(sources, G_N_ELEMENTS(sources), (int)MAX(wait_ms, 0)) <= 0)
		return;
	if (sources[1].revents != 0)
		read_listener(supervisor);
	if (sources[0].revents != 0)
		read_signals(supervisor);
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void loop(Supervisor *supervisor)
{
	while (!supervisor->is_stopping || is_any_left(supervisor, FALSE)) {
		gint64 now = g_get_monotonic_time();
		gint64 until = check_children(supervisor, now);

		if (supervisor->has_failed && !supervisor->is_stopping)
			stop(supervisor);
		if (supervisor->is_stopping) {
			stop_on(supervisor, now);
			until = MIN(now + G_USEC_PER_SEC, supervisor->kill_at);
			if (now >= supervisor->kill_at)
				until = now + G_USEC_PER_SEC / 10;
		}
		wait_for_news(supervisor, until);
	}
}

int supervise_run(Config *config, GPtrArray *sockets)
{
	Supervisor supervisor = {.config = config, .sockets = sockets, .pid = getpid()};
	g_autofree char *why = NULL;

	supervisor.children = g_ptr_array_new_with_free_func(child_free);
	supervisor.signals = open_signals();
	/* Twice the workers: after a SIGHUP the old ones end while the new ones begin. */
	metrics_open(CHILD_KINDS + GRAPH_WORKERS + 2 * config->workers.count);
	metrics_use_slot(0, "supervisor");
	if (!sandbox_enter(SANDBOX_PLAIN, &why))
		log_warning("%s", why);
	start_all(&supervisor);
	loop(&supervisor);
	close(supervisor.signals);
	g_ptr_array_unref(supervisor.children);
	config_free(supervisor.config);
	log_notice("stopped");
	return supervisor.has_failed ? 1 : 0;
}
