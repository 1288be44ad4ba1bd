#include "server/answer.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <string.h>

static const char *reason_of(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{200, "OK"                   },
		{202, "Accepted"             },
		{303, "See Other"            },
		{400, "Bad Request"          },
		{403, "Forbidden"            },
		{404, "Not Found"            },
		{405, "Method Not Allowed"   },
		{422, "Unprocessable Content"},
		{502, "Bad Gateway"          },
		{503, "Service Unavailable"  },
	};

	for (guint i = 0; i < G_N_ELEMENTS(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Error";
}

static void add_header(struct evhttp_request *request, const char *name, const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(request), name, value);
}

static void reply(struct evhttp_request *request, int status, const char *type, const char *cache,
	const void *data, gsize length)
{
	struct evbuffer *body = evbuffer_new();

	if (type != NULL)
		add_header(request, "Content-Type", type);
	add_header(request, "Cache-Control", cache);
	add_header(request, "X-Content-Type-Options", "nosniff");
	evbuffer_add(body, data, length);
	evhttp_send_reply(request, status, reason_of(status), body);
	evbuffer_free(body);
}

void answer_page(
	struct evhttp_request *request, int status, GString *html, const char *form_targets)
{
	g_autofree char *policy =
		g_strdup_printf("default-src 'none'; style-src 'self'; form-action 'self'%s%s; "
				"frame-ancestors 'none'; base-uri 'none'",
			*form_targets != '\0' ? " " : "", form_targets);

	add_header(request, "Content-Security-Policy", policy);
	add_header(request, "X-Frame-Options", "DENY");
	add_header(request, "Referrer-Policy", "no-referrer");
	add_header(request, "Cross-Origin-Opener-Policy", "same-origin");
	add_header(request, "Vary", "Accept-Language, Cookie");
	reply(request, status, "text/html; charset=utf-8", "no-store", html->str, html->len);
	g_string_free(html, TRUE);
}

void answer_text(struct evhttp_request *request, int status, const char *text)
{
	reply(request, status, "text/plain; charset=utf-8", "no-store", text, strlen(text));
}

void answer_metrics(struct evhttp_request *request, const char *text)
{
	reply(request, HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", "no-store", text,
		strlen(text));
}

void answer_resource(
	struct evhttp_request *request, const char *type, const void *data, gsize length)
{
	reply(request, HTTP_OK, type, "public, max-age=300", data, length);
}

void answer_redirect(struct evhttp_request *request, const char *location)
{
	add_header(request, "Location", location);
	add_header(request, "Referrer-Policy", "no-referrer");
	answer_empty(request, 303);
}

void answer_empty(struct evhttp_request *request, int status)
{
	reply(request, status, NULL, "no-store", "", 0);
}

void answer_cookie(struct evhttp_request *request, const char *name, const char *value,
	const char *path, guint seconds, gboolean is_secure)
{
	g_autofree char *cookie =
		g_strdup_printf("%s=%s; Path=%s; Max-Age=%u; HttpOnly; SameSite=Lax%s", name, value,
			path, seconds, is_secure ? "; Secure" : "");

	add_header(request, "Set-Cookie", cookie);
}

char *answer_find_cookie(struct evhttp_request *request, const char *name)
{
	const char *header =
		evhttp_find_header(evhttp_request_get_input_headers(request), "Cookie");
	const gsize length = strlen(name);

	for (const char *at = header; at != NULL && *at != '\0';) {
		const gsize pair = strcspn(at, ";");

		if (pair > length && strncmp(at, name, length) == 0 && at[length] == '=')
			return g_strndup(at + length + 1, pair - length - 1);
		at += pair + (at[pair] == ';');
		at += strspn(at, " \t");
	}
	return NULL;
}
