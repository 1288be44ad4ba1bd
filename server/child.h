/* Child: one process of the gateway below the supervisor, and what it is from its first moment on.
 */
#pragma once

#include <sys/types.h>

#include "server/config.h"

typedef enum {
	CHILD_LISTENER,
	CHILD_WORKER,
	CHILD_NOTIFIER,
	CHILD_WEB,
	CHILD_GRAPH,
	CHILD_KINDS,
} ChildKind;

/* One place that is to be filled by a process. */
typedef struct {
	ChildKind kind;
	guint slot; /* of the metrics, while it lives */
	pid_t pid;  /* 0: none now */
	int leash; /* our end, by which it is told to go; -1: none (a worker's is the listener's) */
	gboolean is_leaving;  /* was told to go */
	gboolean is_replaced; /* and another stands for it already: a worker after SIGHUP */
	gint64 started_at, due_at, backoff_us;
	gint64 stopped_at; /* by SIGSTOP; 0: it runs */
} Child;

const char *child_name(ChildKind kind); /* "listener" */

/* What a new process finds. */
typedef struct {
	const Config *config;
	const GPtrArray *sockets; /* of Socket */
	pid_t supervisor;
} ChildWorld;

/* In the new process: gives up all that is not its own, and runs until it is told to go. leash is
 * its end. */
void child_main(const ChildWorld *world, const Child *child, int leash) G_GNUC_NORETURN;
