/* Admission: who may connect now. Limits on all clients, and on those of one address. */
#pragma once

#include "server/connection.h"

/* Counts a client that may come; FALSE: over a limit. peer is its address, NULL for a unix socket;
 * local clients count for the limit on all only. */
gboolean admission_take(Clients *clients, const char *peer);
void admission_give_back(Clients *clients, const char *peer);
