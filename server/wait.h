/* Wait: a request that is answered when a graph worker has finished a job, or at its deadline. The
 * event loop goes on meanwhile; the job's row is looked at a few times a second. */
#pragma once

#include "server/site.h"

/* Answers the request. outcome NULL: not finished in time. */
typedef void (*WaitAnswer)(struct evhttp_request *request, const char *outcome,
	const char *sentence, gconstpointer about);

/* Looks at once and then again, for at most so many seconds. tenant is copied, about is borrowed
 * for as long as it takes; where the browser goes away first nothing is answered. */
typedef struct {
	const char *tenant;
	gint64 job_id;
	guint seconds;
	WaitAnswer answer;
	gconstpointer about;
} WaitJob;

void wait_for_job(Site *site, struct evhttp_request *request, const WaitJob *job);
