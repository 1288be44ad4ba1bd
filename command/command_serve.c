#include <sys/resource.h>
#include <unistd.h>

#include "command/command.h"
#include "server/log.h"
#include "server/sockets.h"
#include "server/supervise.h"

/* Descriptors for each client: its socket, and the file of its mail, which a worker has, too. */
#define DESCRIPTORS_PER_CONNECTION 2
#define DESCRIPTORS_BESIDES        512

/* As many descriptors as the limits promise to serve, where we may. */
static void raise_descriptors(const Config *config)
{
	const rlim_t want = (rlim_t)config->limits.connections * DESCRIPTORS_PER_CONNECTION +
			    DESCRIPTORS_BESIDES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_max = geteuid() == 0 ? MAX(limit.rlim_max, want) : limit.rlim_max;
	limit.rlim_cur = MIN(limit.rlim_max, want);
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < want)
		log_warning(
			"only %lu open files are allowed, %lu would be needed for %u connections",
			(gulong)limit.rlim_cur, (gulong)want, config->limits.connections);
}

static gboolean is_anything_on(const GPtrArray *sockets)
{
	for (guint i = 0; i < sockets->len; i++)
		if (((const Socket *)g_ptr_array_index(sockets, i))->service != SERVICE_HTTP)
			return TRUE;
	return FALSE;
}

Status command_serve(Invocation *invocation)
{
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, NULL, 0, 0, &status))
		return status;

	g_autoptr(Config) config = command_load_config(invocation);

	if (config == NULL)
		return STATUS_FAILED;
	log_open(config->log.level, config->log.format);
	log_name_process("serve");
	for (guint i = 0; i < config->warnings->len; i++)
		log_warning("%s", (const char *)g_ptr_array_index(config->warnings, i));
	/* One group, so that whoever wants all of us ended can say so to the group. */
	if (getpgrp() != getpid())
		setpgid(0, 0);
	raise_descriptors(config);

	g_autoptr(GPtrArray) sockets = sockets_open(config, &error);

	if (sockets == NULL)
		return command_fail(invocation, error);
	if (!is_anything_on(sockets))
		log_warning("neither [smtp] nor [lmtp] listens: no mail can come in");
	return supervise_run(g_steal_pointer(&config), sockets) == 0 ? STATUS_DONE : STATUS_FAILED;
}
