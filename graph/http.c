#include "graph/http.h"

#include <curl/curl.h>
#include <gio/gio.h>
#include <openssl/crypto.h>
#include <string.h>

#define USER_AGENT            "ISV|Zalion|casegate/" CASEGATE_VERSION
#define CONNECT_SECONDS       10
#define RETRY_AFTER_MAX       3600.0
#define BACKOFF_FIRST_SECONDS 0.5
#define BACKOFF_MAX_SECONDS   300.0
#define URL_MAX               16384
#define HEADER_MAX            2048

struct Http {
	CURL *curl;
	gboolean (*has_ended)(gpointer data);
	gpointer data;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CURLU, curl_url_cleanup)

/* ---- which hosts ---- */

static gboolean is_loopback(const char *host)
{
	g_autofree char *bare = g_strdup(host);
	g_autoptr(GInetAddress) address = NULL;

	if (*bare == '[') {
		memmove(bare, bare + 1, strlen(bare));
		bare[strcspn(bare, "]")] = '\0';
	}
	if (g_ascii_strcasecmp(bare, "localhost") == 0)
		return TRUE;
	address = g_inet_address_new_from_string(bare);
	return address != NULL && g_inet_address_get_is_loopback(address);
}

static char *part_of(CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL, *copy;

	if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
		return NULL;
	copy = g_strdup(text);
	curl_free(text);
	return copy;
}

/* "https://host:443" of what may be asked at all; NULL of everything else. */
static char *origin_of(const char *text)
{
	g_autoptr(CURLU) url = curl_url();
	g_autofree char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL, *password = NULL;

	/* What parsers disagree about is nobody's address. */
	if (strlen(text) > URL_MAX || strpbrk(text, " \t\r\n\\") != NULL ||
		curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK)
		return NULL;
	scheme = part_of(url, CURLUPART_SCHEME, 0);
	host = part_of(url, CURLUPART_HOST, 0);
	port = part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	user = part_of(url, CURLUPART_USER, 0);
	password = part_of(url, CURLUPART_PASSWORD, 0);
	if (scheme == NULL || host == NULL || port == NULL || user != NULL || password != NULL)
		return NULL;
	if (strcmp(scheme, "https") != 0 && !(strcmp(scheme, "http") == 0 && is_loopback(host)))
		return NULL;
	return g_strdup_printf("%s://%s:%s", scheme, host, port);
}

gboolean http_is_same_host(const char *url, const char *base)
{
	g_autofree char *one = origin_of(url);
	g_autofree char *other = origin_of(base);

	return one != NULL && other != NULL && g_ascii_strcasecmp(one, other) == 0;
}

gboolean http_is_safe_base(const char *url)
{
	g_autofree char *origin = origin_of(url);

	return origin != NULL;
}

/* ---- waiting ---- */

double http_retry_after(const char *value, gint64 now)
{
	char *end = NULL;
	double seconds = g_ascii_strtod(value, &end);
	time_t at;

	while (g_ascii_isspace(*end))
		end++;
	if (end != value && *end == '\0')
		return seconds >= 0 && seconds <= RETRY_AFTER_MAX ? seconds
		       : seconds > 0                              ? RETRY_AFTER_MAX
								  : -1;
	at = curl_getdate(value, NULL);
	if (at == (time_t)-1)
		return -1;
	return CLAMP((double)(at - now), 0, RETRY_AFTER_MAX);
}

double http_backoff(guint n)
{
	double limit =
		MIN(BACKOFF_FIRST_SECONDS * (double)(1U << MIN(n, 12U)), BACKOFF_MAX_SECONDS);

	return g_random_double_range(limit / 2, limit);
}

const char *http_head_end(const char *mail, gsize size)
{
	const char *crlf = memmem(mail, size, "\r\n\r\n", 4);
	const char *lf = memmem(mail, crlf != NULL ? (gsize)(crlf - mail) : size, "\n\n", 2);

	return lf != NULL ? lf : crlf;
}

char *http_escape(const char *text)
{
	return g_uri_escape_string(text, NULL, FALSE);
}

/* ---- one request ---- */

static gboolean is_ended(const Http *http)
{
	return http->has_ended != NULL && http->has_ended(http->data);
}

static int on_progress(
	void *data, curl_off_t to_come, curl_off_t came, curl_off_t to_go, curl_off_t went)
{
	(void)to_come;
	(void)came;
	(void)to_go;
	(void)went;
	return is_ended(data) ? 1 : 0;
}

Http *http_new(gboolean (*has_ended)(gpointer data), gpointer data)
{
	Http *http = g_new0(Http, 1);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	http->curl = curl_easy_init();
	http->has_ended = has_ended;
	http->data = data;
	g_assert(http->curl != NULL);
	return http;
}

void http_free(Http *http)
{
	if (http == NULL)
		return;
	curl_easy_cleanup(http->curl);
	g_free(http);
}

void http_answer_clear(HttpAnswer *answer)
{
	if (answer->body != NULL) {
		OPENSSL_cleanse(answer->body->str, answer->body->len);
		g_string_free(answer->body, TRUE);
	}
	g_free(answer->content_type);
	g_free(answer->request_id);
	g_free(answer->challenge);
	memset(answer, 0, sizeof *answer);
}

typedef struct {
	const HttpRequest *request;
	HttpAnswer *answer;
} Exchange;

static size_t on_body(char *data, size_t one, size_t count, void *user_data)
{
	Exchange *exchange = user_data;
	GString *body = exchange->answer->body;

	(void)one;
	if (body->len + count > exchange->request->answer_max) {
		exchange->answer->is_cut = TRUE;
		return 0;
	}
	g_string_append_len(body, data, (gssize)count);
	if (exchange->request->is_head_only && http_head_end(body->str, body->len) != NULL)
		return 0;
	return count;
}

static gboolean take_header(const char *line, const char *name, char **value)
{
	gsize length = strlen(name);

	if (g_ascii_strncasecmp(line, name, length) != 0 || line[length] != ':')
		return FALSE;
	g_free(*value);
	*value = g_strstrip(g_strdup(line + length + 1));
	return TRUE;
}

/* Each may stand in a line of its own; any of them may be the one that says why. */
static void take_challenge(const char *line, HttpAnswer *answer)
{
	g_autofree char *before = g_steal_pointer(&answer->challenge);

	if (!take_header(line, "www-authenticate", &answer->challenge))
		answer->challenge = g_steal_pointer(&before);
	else if (before != NULL) {
		g_autofree char *added = g_steal_pointer(&answer->challenge);

		answer->challenge = g_strjoin(", ", before, added, NULL);
	}
}

static size_t on_header(char *data, size_t one, size_t count, void *user_data)
{
	Exchange *exchange = user_data;
	HttpAnswer *answer = exchange->answer;
	g_autofree char *line = g_strndup(data, MIN(count, HEADER_MAX));
	g_autofree char *retry_after = NULL;

	(void)one;
	if (g_str_has_prefix(line, "HTTP/")) {
		answer->retry_seconds = -1;
		g_clear_pointer(&answer->challenge, g_free);
	}
	if (take_header(line, "retry-after", &retry_after))
		answer->retry_seconds =
			http_retry_after(retry_after, g_get_real_time() / G_USEC_PER_SEC);
	else if (!take_header(line, "content-type", &answer->content_type) &&
		 !take_header(line, "request-id", &answer->request_id))
		take_challenge(line, answer);
	return count;
}

static struct curl_slist *add_line(struct curl_slist *lines, const char *name, const char *value)
{
	g_autoptr(Secret) line = value != NULL ? g_strconcat(name, ": ", value, NULL) : NULL;

	return line != NULL ? curl_slist_append(lines, line) : lines;
}

static struct curl_slist *headers_of(const HttpRequest *request)
{
	g_autoptr(Secret) bearer =
		request->bearer != NULL ? g_strconcat("Bearer ", request->bearer, NULL) : NULL;
	g_autofree char *id = g_uuid_string_random();
	struct curl_slist *lines = curl_slist_append(NULL, "Expect:");

	lines = add_line(lines, "Authorization", bearer);
	lines = add_line(lines, "Prefer", request->prefer);
	lines = add_line(lines, "Content-Type", request->content_type);
	lines = add_line(lines, "client-request-id", id);
	return add_line(lines, "return-client-request-id", "true");
}

static void free_headers(struct curl_slist *lines)
{
	for (struct curl_slist *line = lines; line != NULL; line = line->next)
		OPENSSL_cleanse(line->data, strlen(line->data));
	curl_slist_free_all(lines);
}

static void set_safety(CURL *curl, const char *url)
{
	g_autoptr(CURLU) parsed = curl_url();
	g_autofree char *host = NULL;

	curl_url_set(parsed, CURLUPART_URL, url, 0);
	host = part_of(parsed, CURLUPART_HOST, 0);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, is_loopback(host) ? "http,https" : "https");
	if (is_loopback(host))
		curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

static void set_request(Http *http, const HttpRequest *request, struct curl_slist *headers)
{
	CURL *curl = http->curl;

	curl_easy_reset(curl);
	set_safety(curl, request->url);
	curl_easy_setopt(curl, CURLOPT_URL, request->url);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)request->timeout_seconds);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, http);
	/* libcurl repeats a request on a reused connection that died before it answered. */
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, request->is_once ? 1L : 0L);
	if (request->body != NULL || strcmp(request->method, "POST") == 0) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(
			curl, CURLOPT_POSTFIELDS, request->body != NULL ? request->body : "");
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
	}
	if (strcmp(request->method, "GET") != 0)
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

/* Could the whole request have arrived? */
static gboolean was_sent(CURL *curl, CURLcode code, const HttpRequest *request)
{
	curl_off_t uploaded = 0;
	long head_size = 0;

	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return FALSE;
	default:
		break;
	}
	curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &head_size);
	curl_easy_getinfo(curl, CURLINFO_SIZE_UPLOAD_T, &uploaded);
	return head_size > 0 && uploaded >= (curl_off_t)request->body_size;
}

static gboolean refuse_url(const HttpRequest *request, GError **error)
{
	if (http_is_same_host(request->url, request->base))
		return FALSE;
	g_set_error_literal(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
		"Microsoft's answer names an address at another host: it is not asked, and no "
		"token "
		"is sent there");
	return TRUE;
}

gboolean http_ask(Http *http, const HttpRequest *request, HttpAnswer *answer, GError **error)
{
	Exchange exchange = {request, answer};
	struct curl_slist *headers;
	long status = 0;
	CURLcode code;

	http_answer_clear(answer);
	answer->retry_seconds = -1;
	if (refuse_url(request, error))
		return FALSE;
	answer->body = g_string_new(NULL);
	headers = headers_of(request);
	set_request(http, request, headers);
	curl_easy_setopt(http->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, &exchange);
	curl_easy_setopt(http->curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(http->curl, CURLOPT_HEADERDATA, &exchange);
	code = curl_easy_perform(http->curl);
	curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
	free_headers(headers);
	/* Ending it ourselves is no failure: the answer is as long as we wanted it. */
	if (code == CURLE_OK ||
		(code == CURLE_WRITE_ERROR && (answer->is_cut || request->is_head_only))) {
		answer->status = (int)status;
		return TRUE;
	}
	answer->was_sent = was_sent(http->curl, code, request);
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY, "no answer: %s",
		is_ended(http) ? "the gateway stops" : curl_easy_strerror(code));
	return FALSE;
}
