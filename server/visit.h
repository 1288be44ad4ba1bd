/* Visit: who asks for a page of the settings. A browser comes with a ticket, once, and then with
 * the cookie it got for it; a form repeats a token that only our page knows. */
#pragma once

#include "server/form.h"
#include "server/language.h"
#include "server/site.h"
#include "store/dialog.h"

typedef struct {
	char *session; /* the cookie's value: TENANT.RANDOM */
	char *csrf;    /* of this session */
	Language language;
	Dialog *dialog;
} Visit;

void visit_clear(Visit *visit);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Visit, visit_clear)

/* The language of a request: its cookie's, else by Accept-Language. */
Language visit_language(struct evhttp_request *request);
/* Remembers a language. */
void visit_set_language(Site *site, struct evhttp_request *request, Language language);

/* Exchanges a ticket; the answer carries the cookie. *is_in FALSE: it was worth nothing. */
gboolean visit_enter(Site *site, struct evhttp_request *request, const char *ticket,
	gboolean *is_in, GError **error);
/* visit->dialog is NULL where nobody is known by this request. */
gboolean visit_load(Site *site, struct evhttp_request *request, Visit *visit, GError **error);
/* Does the form come from a page of this session? */
gboolean visit_has_sent(const Visit *visit, const Form *form);
/* Ends the session and takes the cookie back. */
gboolean visit_leave(
	Site *site, struct evhttp_request *request, const Visit *visit, GError **error);

/* A value that ties a sign-in to this browser: set as a cookie for the way back. To be freed. */
char *visit_set_signin_cookie(Site *site, struct evhttp_request *request, const Visit *visit);
char *visit_find_signin_cookie(struct evhttp_request *request);
