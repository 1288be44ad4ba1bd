#include "server/wait.h"

#include <event2/event.h>

#define LOOK_US       (250 * 1000)
#define WAITING_LIMIT 100
/* evhttp's own patience with a silent browser, while we are the silent ones. */
#define SLACK_SECONDS 30

typedef struct {
	Site *site;
	struct evhttp_request *request;
	struct event *timer;
	gint64 ends_at; /* monotonic */
	WaitLook look;
	gpointer about;
	GDestroyNotify free_about;
} Wait;

static void wait_free(Wait *wait)
{
	wait->site->waiting--;
	event_free(wait->timer);
	wait->free_about(wait->about);
	g_free(wait);
}

static void on_close(G_GNUC_UNUSED struct evhttp_connection *connection, void *data)
{
	wait_free(data);
}

static void on_look(G_GNUC_UNUSED evutil_socket_t none, G_GNUC_UNUSED short what, void *data)
{
	const struct timeval pause = {0, LOOK_US};
	Wait *wait = data;
	struct evhttp_connection *connection = evhttp_request_get_connection(wait->request);
	const gboolean is_last =
		g_get_monotonic_time() >= wait->ends_at || wait->site->waiting > WAITING_LIMIT;

	/* The answer may close the connection: from here on it is not ours to hear of. */
	evhttp_connection_set_closecb(connection, NULL, NULL);
	if (wait->look(wait->site, wait->request, wait->about, is_last)) {
		wait_free(wait);
		return;
	}
	evhttp_connection_set_closecb(connection, on_close, wait);
	evtimer_add(wait->timer, &pause);
}

void wait_for(Site *site, struct evhttp_request *request, guint seconds, WaitLook look,
	gpointer about, GDestroyNotify free_about)
{
	Wait *wait = g_new0(Wait, 1);

	*wait = (Wait){.site = site,
		.request = request,
		.timer = evtimer_new(site->base, on_look, wait),
		.ends_at = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC,
		.look = look,
		.about = about,
		.free_about = free_about};
	site->waiting++;
	evhttp_connection_set_timeout(
		evhttp_request_get_connection(request), (int)(seconds + SLACK_SECONDS));
	on_look(-1, 0, wait);
}
