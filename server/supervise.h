/* Supervise: the process that starts the others, starts them again when they end, and ends them.
 *
 * SIGTERM and SIGINT: the listener stops accepting and ends what is on its way (10 s), then all go;
 * after 13 s what is left is killed. SIGHUP: the configuration is read again, the listener takes
 * over limits and certificates, all others are replaced, each when it is idle. Children ignore
 * these signals, so that one to the whole process group does no harm, and die with their
 * supervisor. */
#pragma once

#include "server/config.h"

/* Runs the gateway on an array of Socket until it is told to stop. Takes config over. Returns the
 * exit code: 1 when it could not start, which was logged. */
int supervise_run(Config *config, GPtrArray *sockets);
