/* Wait: a request that is answered when something has happened in the database, or at its
 * deadline. The event loop goes on meanwhile; the row is looked at a few times a second. */
#pragma once

#include "server/site.h"

/* Answers the request and returns TRUE, or FALSE: not yet. is_last: it must answer now. */
typedef gboolean (*WaitLook)(
	Site *site, struct evhttp_request *request, gpointer about, gboolean is_last);

/* Looks at once and then until it has answered, for at most so many seconds. about is freed by
 * free_about, also where the browser goes away first. */
void wait_for(Site *site, struct evhttp_request *request, guint seconds, WaitLook look,
	gpointer about, GDestroyNotify free_about);
