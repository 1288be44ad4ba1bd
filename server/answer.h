/* Answer: what leaves the web process, always with the headers that keep a browser careful: no
 * script, no frame, nothing stored, no referrer. */
#pragma once

#include <event2/http.h>
#include <glib.h>

/* A page; takes html. form_targets: origins besides our own that its forms may lead to, or "". */
void answer_page(
	struct evhttp_request *request, int status, GString *html, const char *form_targets);
void answer_text(struct evhttp_request *request, int status, const char *text);
/* Any bytes that do not change while this program runs. */
void answer_resource(
	struct evhttp_request *request, const char *type, const void *data, gsize length);
void answer_metrics(struct evhttp_request *request, const char *text);
/* 303: what comes next is a GET. */
void answer_redirect(struct evhttp_request *request, const char *location);
void answer_empty(struct evhttp_request *request, int status);

/* Sets a cookie for this path (before the answer): never for scripts, not sent by other sites but
 * for following a link. seconds 0 deletes it. */
void answer_cookie(struct evhttp_request *request, const char *name, const char *value,
	const char *path, guint seconds, gboolean is_secure);
/* The value of a cookie that the browser sent, or NULL. To be freed. */
char *answer_find_cookie(struct evhttp_request *request, const char *name);
