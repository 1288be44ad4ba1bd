#include "graph/cloud.h"

#include <string.h>

static const struct {
	const char *name;
	Cloud cloud;
} clouds[] = {
	{"global", {NULL, NULL, "https://graph.microsoft.com/"}                       },
	{"us-l4",  {"https://login.microsoftonline.us", "https://graph.microsoft.us",
			  "https://graph.microsoft.us/"}             },
	{"us-l5",  {"https://login.microsoftonline.us", "https://dod-graph.microsoft.us",
			  "https://dod-graph.microsoft.us/"}         },
	{"china",  {"https://login.partner.microsoftonline.cn",
			  "https://microsoftgraph.chinacloudapi.cn",
			  "https://microsoftgraph.chinacloudapi.cn/"}},
};

gboolean cloud_find(const GraphSettings *settings, const char *name, Cloud *cloud)
{
	for (guint i = 0; i < G_N_ELEMENTS(clouds); i++) {
		if (strcmp(clouds[i].name, name) != 0)
			continue;
		*cloud = clouds[i].cloud;
		if (cloud->login_url == NULL) {
			cloud->login_url = settings->login_url;
			cloud->api_url = settings->api_url;
		}
		return TRUE;
	}
	return FALSE;
}

const char *cloud_names(void)
{
	return "global, us-l4, us-l5 or china";
}
