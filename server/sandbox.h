/* Sandbox: what a process can no longer do, whatever a mail talks it into. Cannot be taken back.
 *
 * Every role: no new privileges, no core dumps. Worker and listener: only the system calls of their
 * list; any other fails with EPERM. The worker may still read files and open sockets to hosts,
 * since libpq needs both to connect again (resolver, certificates, password file), and seccomp
 * cannot see where to: that wall is the unit's IPAddressAllow=. It cannot start a program, write a
 * file, listen, or touch another process. The listener opens nothing at all. */
#pragma once

#include <glib.h>

typedef enum {
	SANDBOX_PLAIN, /* supervisor, notifier, web */
	SANDBOX_WORKER,
	SANDBOX_LISTENER,
} Sandbox;

/* FALSE: the kernel lacks something; *why says what, to be freed. The process runs on all the same.
 */
gboolean sandbox_enter(Sandbox sandbox, char **why);
