/* Listener: the process that waits. One event loop over sockets and timers; it parses no mail, asks
 * no database, and after its start opens nothing. */
#pragma once

#include "server/config.h"

/* Serves the SMTP and LMTP sockets of an array of Socket. What is to be known comes over control, a
 * non-blocking socket of wire_pair(): settings first, then workers. Returns the exit code. */
int listener_run(int control, const GPtrArray *sockets);
