/* Http: one request and its answer, to one of two hosts and nowhere else. The only user of libcurl.
 *
 * Redirects are not followed, plain http is for loopback alone, a URL that somebody sent us is
 * compared as parsed host, never by its beginning. Bodies are capped. Connections are kept and
 * reused, but for requests that must not be repeated: libcurl itself would repeat them. */
#pragma once

#include "graph/secret.h"
#include "store/error.h"

typedef struct Http Http;

/* has_ended is asked while waiting for Microsoft; TRUE gives up. May be NULL. */
Http *http_new(gboolean (*has_ended)(gpointer data), gpointer data);
void http_free(Http *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Http, http_free)

typedef struct {
	const char *method; /* "GET", "POST", "PATCH", "DELETE" */
	const char *url;
	const char *base;         /* scheme, host and port that url must have */
	const char *bearer;       /* or NULL */
	const char *prefer;       /* or NULL */
	const char *content_type; /* of body, or NULL */
	const char *body;         /* or NULL */
	gsize body_size;
	gsize answer_max;      /* bytes; what is longer sets is_cut */
	gboolean is_once;      /* never repeated by itself */
	gboolean is_head_only; /* stops behind the header block of a mail */
	guint timeout_seconds;
} HttpRequest;

/* Owns everything. */
typedef struct {
	int status; /* 0: no answer came */
	GString *body;
	gboolean is_cut;      /* the answer is longer than it may be */
	gboolean was_sent;    /* without an answer: the whole request may have arrived */
	char *content_type;   /* or NULL */
	char *request_id;     /* Microsoft's, for its support; or NULL */
	char *challenge;      /* all of WWW-Authenticate, or NULL */
	double retry_seconds; /* Retry-After; negative: none */
} HttpAnswer;

void http_answer_clear(HttpAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HttpAnswer, http_answer_clear)

/* FALSE with CASEGATE_ERROR_RETRY when no answer came, or CASEGATE_ERROR_REJECT when url may not be
 * asked. Any status is an answer. */
gboolean http_ask(Http *http, const HttpRequest *request, HttpAnswer *answer, GError **error);

/* Has url the scheme, host and port of base, no user, and https (http on loopback)? */
gboolean http_is_same_host(const char *url, const char *base);
/* May a token be sent to this configured address at all? */
gboolean http_is_safe_base(const char *url);
/* Seconds of a Retry-After: a number, also with a fraction, or a date; negative where it is none.
 */
double http_retry_after(const char *value, gint64 now);
/* The wait before try number n (0 is the first repetition), with full jitter, in seconds. */
double http_backoff(guint n);
/* The empty line behind the header block of a mail, whatever its line ends; NULL where there is
 * none (yet). */
const char *http_head_end(const char *mail, gsize size);
/* Percent-encodes one segment of a path, or one value of a form or a query. To be freed. */
char *http_escape(const char *text);
