/* The part of the site that belongs to Outlook: its key, and its routes. */
#include "server/callback.h"
#include "server/dialog.h"
#include "server/log.h"
#include "server/notifications.h"
#include "server/site.h"

void site_open_outlook(Site *site)
{
	const Config *config = site->config;
	g_autoptr(GError) error = NULL;

	if (!config->graph.is_enabled)
		return;
	if (*config->secrets.key_file == '\0') {
		log_warning("the Outlook settings stay closed: [secrets] key_file is not set");
		return;
	}
	site->ring = seal_ring_load(config->secrets.key_file, &error);
	if (site->ring == NULL)
		log_error("the Outlook settings stay closed: %s", error->message);
	secret_guard_process();
	site->settings = (GraphSettings){.login_url = config->graph.login_url,
		.api_url = config->graph.api_url,
		.public_url = config->http.public_url,
		.poll_seconds = config->graph.poll_seconds,
		.ring = site->ring};
}

void site_close_outlook(Site *site)
{
	g_clear_pointer(&site->ring, seal_ring_free);
}

const SiteRoute *site_outlook_routes(guint *count)
{
	static const SiteRoute routes[] = {
		{"/settings/outlook",              EVHTTP_REQ_GET,  dialog_get        },
		{"/settings/outlook/style.css",    EVHTTP_REQ_GET,  dialog_get_style  },
		{"/settings/outlook/registration", EVHTTP_REQ_POST, dialog_post       },
		{"/settings/outlook/consent",      EVHTTP_REQ_POST, dialog_post       },
		{"/settings/outlook/connect",      EVHTTP_REQ_POST, dialog_post       },
		{"/settings/outlook/disconnect",   EVHTTP_REQ_POST, dialog_post       },
		{"/settings/outlook/test",         EVHTTP_REQ_POST, dialog_post       },
		{"/settings/outlook/unset",        EVHTTP_REQ_POST, dialog_post       },
		{"/settings/outlook/leave",        EVHTTP_REQ_POST, dialog_post       },
		{"/outlook/callback",              EVHTTP_REQ_GET,  callback_get      },
		{"/outlook/notifications",         EVHTTP_REQ_POST, notifications_post},
	};

	*count = G_N_ELEMENTS(routes);
	return routes;
}
