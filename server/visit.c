#include "server/visit.h"

#include <openssl/crypto.h>
#include <string.h>

#include "server/answer.h"
#include "server/dialog_page.h"

#define SESSION_COOKIE   "casegate_settings"
#define SIGNIN_COOKIE    "casegate_signin"
#define LANGUAGE_COOKIE  "casegate_language"
#define CALLBACK_PATH    "/outlook/callback"
#define SESSION_BYTES    32
#define SESSION_SECONDS  (2 * 60 * 60) /* as long as dialog_session keeps it */
#define SIGNIN_SECONDS   (10 * 60)
#define LANGUAGE_SECONDS (365 * 24 * 60 * 60)
#define TOKEN_LIMIT      400

void visit_clear(Visit *visit)
{
	g_clear_pointer(&visit->session, secret_free);
	g_clear_pointer(&visit->csrf, g_free);
	g_clear_pointer(&visit->dialog, dialog_free);
}

static gboolean is_secure(const Site *site)
{
	return g_str_has_prefix(site->config->http.public_url, "https:");
}

/* Before the last dot of a ticket or a session; NULL where it can be none. */
static char *tenant_of(const char *token)
{
	const char *dot = strlen(token) <= TOKEN_LIMIT ? strrchr(token, '.') : NULL;

	return dot != NULL && dot != token && g_utf8_validate(token, -1, NULL)
		       ? g_strndup(token, (gsize)(dot - token))
		       : NULL;
}

/* What a session is good for besides being one: none of it leads back to it. */
static char *derive(const char *purpose, const char *session)
{
	g_autofree char *text = g_strdup_printf("%s:%s", purpose, session);

	return secret_sha256(text);
}

Language visit_language(struct evhttp_request *request)
{
	g_autofree char *cookie = answer_find_cookie(request, LANGUAGE_COOKIE);
	Language language;

	if (language_find(cookie, &language))
		return language;
	return language_choose(
		evhttp_find_header(evhttp_request_get_input_headers(request), "Accept-Language"));
}

void visit_set_language(Site *site, struct evhttp_request *request, Language language)
{
	answer_cookie(request, LANGUAGE_COOKIE, language_code(language), "/", LANGUAGE_SECONDS,
		is_secure(site));
}

gboolean visit_enter(Site *site, struct evhttp_request *request, const char *ticket,
	gboolean *is_in, GError **error)
{
	g_autofree char *tenant = tenant_of(ticket);
	g_autoptr(Secret) random = secret_random(SESSION_BYTES);
	g_autoptr(Secret) session = g_strdup_printf("%s.%s", tenant, random);
	g_autofree char *ticket_hash = secret_sha256(ticket);
	g_autofree char *session_hash = secret_sha256(session);
	Store *store;

	*is_in = FALSE;
	if (tenant == NULL)
		return TRUE;
	store = site_store(site, error);
	if (store == NULL || !dialog_enter(store, tenant, ticket_hash, session_hash, is_in, error))
		return FALSE;
	if (*is_in)
		answer_cookie(request, SESSION_COOKIE, session, DIALOG_PATH, SESSION_SECONDS,
			is_secure(site));
	return TRUE;
}

gboolean visit_load(Site *site, struct evhttp_request *request, Visit *visit, GError **error)
{
	g_autoptr(Secret) session = answer_find_cookie(request, SESSION_COOKIE);
	g_autofree char *tenant = session != NULL ? tenant_of(session) : NULL;
	g_autofree char *hash = NULL;
	Store *store;

	*visit = (Visit){.language = visit_language(request)};
	if (tenant == NULL)
		return TRUE;
	hash = secret_sha256(session);
	store = site_store(site, error);
	if (store == NULL || !dialog_load(store, tenant, hash, &visit->dialog, error))
		return FALSE;
	visit->csrf = derive("form", session);
	visit->session = g_steal_pointer(&session);
	return TRUE;
}

gboolean visit_has_sent(const Visit *visit, const Form *form)
{
	const char *token = form_get(form, "csrf");

	return strlen(token) == strlen(visit->csrf) &&
	       CRYPTO_memcmp(token, visit->csrf, strlen(visit->csrf)) == 0;
}

gboolean visit_leave(Site *site, struct evhttp_request *request, const Visit *visit, GError **error)
{
	g_autofree char *hash = secret_sha256(visit->session);
	Store *store = site_store(site, error);

	if (store == NULL || !dialog_leave(store, visit->dialog->tenant, hash, error))
		return FALSE;
	answer_cookie(request, SESSION_COOKIE, "", DIALOG_PATH, 0, is_secure(site));
	return TRUE;
}

char *visit_set_signin_cookie(Site *site, struct evhttp_request *request, const Visit *visit)
{
	char *value = derive("sign-in", visit->session);

	answer_cookie(
		request, SIGNIN_COOKIE, value, CALLBACK_PATH, SIGNIN_SECONDS, is_secure(site));
	return value;
}

char *visit_find_signin_cookie(struct evhttp_request *request)
{
	return answer_find_cookie(request, SIGNIN_COOKIE);
}
