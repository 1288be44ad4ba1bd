/* Notifications: Microsoft rings (POST /outlook/notifications). It is a hint, never data: who has
 * news is marked, and a graph worker looks with its own token. */
#pragma once

#include "server/site.h"
#include "store/ring.h"

/* Reads a body: each that names a subscription and a client state goes into rings (arrays of the
 * caller's), once. *count: how many there were. FALSE where it is none. Pure. */
gboolean notifications_read(const char *bytes, gsize length, Rings *rings, gsize *count);

void notifications_post(Site *site, struct evhttp_request *request);
