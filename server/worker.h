/* Worker: a process that answers the listener's questions and files its mails, one at a time,
 * straight through with blocking calls. It holds the one database connection of its slot and shares
 * nothing. */
#pragma once

#include "server/config.h"

/* Works until the listener closes the socket; returns the exit code. */
int worker_run(int socket, const Config *config);
