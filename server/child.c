#include "server/child.h"

#include <event2/event.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "server/listener.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/notifier.h"
#include "server/outlook.h"
#include "server/sandbox.h"
#include "server/sockets.h"
#include "server/web.h"
#include "server/worker.h"

const char *child_name(ChildKind kind)
{
	static const char *const names[] = {[CHILD_LISTENER] = "listener",
		[CHILD_WORKER] = "worker",
		[CHILD_NOTIFIER] = "notifier",
		[CHILD_WEB] = "web",
		[CHILD_GRAPH] = "graph"};

	return names[kind];
}

/* Everything but these is our parent's business. */
static void keep_only(const int *keep, guint count)
{
	const int limit = (int)sysconf(_SC_OPEN_MAX);
	int last = STDERR_FILENO;

	while (last < limit) {
		int next = G_MAXINT;

		for (guint i = 0; i < count; i++)
			if (keep[i] > last && keep[i] < next)
				next = keep[i];
		if (next > last + 1)
			close_range((guint)last + 1, (guint)next - 1, 0);
		if (next == G_MAXINT)
			return;
		last = next;
	}
}

static void keep_descriptors(const ChildWorld *world, ChildKind kind, int leash)
{
	g_autofree int *keep = g_new(int, world->sockets->len + 2);
	guint count = 0;

	keep[count++] = leash;
	keep[count++] = log_descriptor();
	for (guint i = 0; i < world->sockets->len; i++) {
		const Socket *socket = g_ptr_array_index(world->sockets, i);
		gboolean is_http = socket->service == SERVICE_HTTP;

		if ((kind == CHILD_WEB && is_http) || (kind == CHILD_LISTENER && !is_http))
			keep[count++] = socket->descriptor;
	}
	keep_only(keep, count);
}

/* Signals go to the whole group at times: only the supervisor listens to them. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE};
	sigset_t none;

	for (guint i = 0; i < G_N_ELEMENTS(ignored); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* AddressSanitizer maps terabytes of shadow. gcc and clang say so in different ways. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define UNDER_ASAN
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define UNDER_ASAN
#endif

/* A mail that makes a worker eat memory ends this worker, not the machine. */
static void limit_memory(const Config *config)
{
#ifndef UNDER_ASAN
	const rlim_t bytes = 512UL * 1024 * 1024 + 16 * (rlim_t)config->limits.message_size;
	const struct rlimit limit = {bytes, bytes};

	setrlimit(RLIMIT_AS, &limit);
#else
	(void)config;
#endif
}

static int run(const ChildWorld *world, ChildKind kind, int leash)
{
	g_autofree char *why = NULL;

	switch (kind) {
	case CHILD_LISTENER:
		return listener_run(leash, world->sockets);
	case CHILD_WORKER:
		limit_memory(world->config);
		if (!sandbox_enter(SANDBOX_WORKER, &why))
			log_warning("a worker runs without its sandbox: %s", why);
		return worker_run(leash, world->config);
	case CHILD_NOTIFIER:
		return notifier_run(leash, world->config);
	case CHILD_WEB:
		return web_run(leash, world->config, world->sockets);
	case CHILD_GRAPH:
		return outlook_run(leash, world->config);
	case CHILD_KINDS:
	default:
		return 1;
	}
}

/* libevent's own words belong into the log, not beside it. */
static void log_libevent(int severity, const char *message)
{
	log_line(severity >= EVENT_LOG_WARN ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_DEBUG, "%s",
		message);
}

void child_main(const ChildWorld *world, const Child *child, int leash)
{
	g_autofree char *name = g_strdup_printf("casegate:%s", child_name(child->kind));

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, name);
	ignore_signals();
	/* It may have died before we asked to be told. */
	if (getppid() != world->supervisor)
		_exit(1);
	keep_descriptors(world, child->kind, leash);
	log_name_process(child_name(child->kind));
	event_set_log_callback(log_libevent);
	metrics_use_slot(child->slot, child_name(child->kind));
	_exit(run(world, child->kind, leash));
}
