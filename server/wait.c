#include "server/wait.h"

#include <event2/event.h>

#include "store/job.h"

#define LOOK_US       (250 * 1000)
#define WAITING_LIMIT 100
/* evhttp's own patience with a silent browser, while we are the silent ones. */
#define SLACK_SECONDS 30

typedef struct {
	Site *site;
	struct evhttp_request *request;
	struct event *timer;
	gint64 ends_at; /* monotonic */
	WaitJob job;
	char *tenant;
} Wait;

static void wait_free(Wait *wait)
{
	wait->site->waiting--;
	event_free(wait->timer);
	g_free(wait->tenant);
	g_free(wait);
}

static void on_close(G_GNUC_UNUSED struct evhttp_connection *connection, void *data)
{
	wait_free(data);
}

/* A database that is away for a moment is no end: the next look may find it. */
static char *find_outcome(Wait *wait, char **sentence)
{
	char *outcome = NULL;
	Store *store = site_store(wait->site, NULL);

	if (store == NULL ||
		!job_find_outcome(store, wait->tenant, wait->job.job_id, &outcome, sentence, NULL))
		return NULL;
	return outcome;
}

static void on_look(G_GNUC_UNUSED evutil_socket_t none, G_GNUC_UNUSED short what, void *data)
{
	const struct timeval pause = {0, LOOK_US};
	Wait *wait = data;
	g_autofree char *sentence = NULL;
	g_autofree char *outcome = find_outcome(wait, &sentence);
	const gboolean is_last =
		g_get_monotonic_time() >= wait->ends_at || wait->site->waiting > WAITING_LIMIT;

	if (outcome == NULL && !is_last) {
		evtimer_add(wait->timer, &pause);
		return;
	}
	/* The answer may close the connection: from here on it is not ours to hear of. */
	evhttp_connection_set_closecb(evhttp_request_get_connection(wait->request), NULL, NULL);
	wait->job.answer(wait->request, outcome, sentence, wait->job.about);
	wait_free(wait);
}

void wait_for_job(Site *site, struct evhttp_request *request, const WaitJob *job)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);
	Wait *wait = g_new0(Wait, 1);

	*wait = (Wait){.site = site,
		.request = request,
		.timer = evtimer_new(site->base, on_look, wait),
		.ends_at = g_get_monotonic_time() + (gint64)job->seconds * G_USEC_PER_SEC,
		.job = *job,
		.tenant = g_strdup(job->tenant)};
	site->waiting++;
	evhttp_connection_set_timeout(connection, (int)(job->seconds + SLACK_SECONDS));
	evhttp_connection_set_closecb(connection, on_close, wait);
	on_look(-1, 0, wait);
}
