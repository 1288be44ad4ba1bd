/* Site: what the pages of the web process share, and how they are found. One event loop: whatever
 * answers a request asks the database briefly (statements end after two seconds) and waits for
 * nothing else; what takes longer is waited for by wait.h. */
#pragma once

#include <event2/http.h>

#include "graph/signin.h"
#include "server/config.h"

typedef struct Site Site;

struct Site {
	const Config *config;
	struct event_base *base;
	Store *store; /* by site_store() */
	gint64 opened_at;
	SealRing *ring; /* NULL: the integration is off, or has no key */
	GraphSettings settings;
	guint waiting; /* requests that wait.h holds */
};

typedef struct {
	const char *path;
	unsigned methods; /* of enum evhttp_cmd_type */
	void (*run)(Site *site, struct evhttp_request *request);
} SiteRoute;

/* The database, connected again where needed; not more than once a second. NULL with an error while
 * it is away. Owned by the site. */
Store *site_store(Site *site, GError **error);

/* The Outlook settings, the way back from Microsoft, and its notifications. */
void site_open_outlook(Site *site);
void site_close_outlook(Site *site);
const SiteRoute *site_outlook_routes(guint *count);
