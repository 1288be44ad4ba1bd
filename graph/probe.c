#include "graph/probe.h"

#include "graph/token.h"

#define DISCOVERY       "/common/v2.0/.well-known/openid-configuration"
#define TIMEOUT_SECONDS 5
#define ANSWER_BYTES    65536

gboolean probe_login_host(const GraphSettings *settings, Http *http, GError **error)
{
	g_autofree char *url = g_strconcat(settings->login_url, DISCOVERY, NULL);
	const HttpRequest request = {.method = "GET",
		.url = url,
		.base = settings->login_url,
		.answer_max = ANSWER_BYTES,
		.timeout_seconds = TIMEOUT_SECONDS};
	g_auto(HttpAnswer) answer = {0};
	g_autoptr(json_t) body = NULL;

	if (!http_ask(http, &request, &answer, error))
		return FALSE;
	body = told_json(&answer);
	if (answer.status == 200 && told_text(body, "token_endpoint") != NULL)
		return TRUE;
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
		"what answers there is no login host of Microsoft (HTTP %d)", answer.status);
	return FALSE;
}

gboolean probe_registration(
	Store *store, const GraphSettings *settings, Http *http, const char *tenant, GError **error)
{
	g_autoptr(Account) account = account_open(store, settings, http, tenant, NULL, error);

	return account != NULL && token_fresh(account, NULL, error);
}
