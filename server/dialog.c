#include "server/dialog.h"

#include <event2/buffer.h>
#include <string.h>

#include "server/act.h"
#include "server/answer.h"
#include "server/dialog_view.h"
#include "server/log.h"

/* Made of pages/pages.gresource.xml. */
GResource *pages_get_resource(void);

/* ---- refusals ---- */

static void answer_say(struct evhttp_request *request, int status, Text title, Text about)
{
	const gboolean has_way_back = status == HTTP_SERVUNAVAIL;

	answer_page(request, status,
		dialog_page_say(visit_language(request), title, about, has_way_back), "");
}

static void answer_refusal(struct evhttp_request *request)
{
	answer_say(request, 403, TEXT_REFUSED, TEXT_REFUSED_ABOUT);
}

void dialog_answer_later(struct evhttp_request *request, const GError *error)
{
	log_warning("the settings must wait: %s", error->message);
	answer_say(request, HTTP_SERVUNAVAIL, TEXT_LATER, TEXT_LATER_ABOUT);
}

/* ---- the page ---- */

/* What the address says was just done. */
static Text note_of(const char *done)
{
	static const struct {
		const char *done;
		Text note;
	} notes[] = {
		{"saved",        TEXT_DONE_SAVED       },
		{"disconnected", TEXT_DONE_DISCONNECTED},
		{"asked",        TEXT_DONE_ASKED       },
		{"unset",        TEXT_DONE_UNSET       },
	};

	for (guint i = 0; i < G_N_ELEMENTS(notes); i++)
		if (g_str_equal(notes[i].done, done))
			return notes[i].note;
	return TEXTS;
}

void dialog_view_init(DialogView *view, const Site *site, const Visit *visit)
{
	*view = (DialogView){.dialog = visit->dialog,
		.language = visit->language,
		.csrf = visit->csrf,
		.is_on = site->ring != NULL,
		.note = TEXTS};
}

void dialog_view_add_fault(DialogView *view, const char *field, Text text)
{
	if (view->fault_count < DIALOG_FAULT_MAX)
		view->faults[view->fault_count++] = (DialogFault){field, text};
}

/* scheme://host[:port] of a URL; to be freed. */
static char *origin_of(const char *url)
{
	const char *host = strstr(url, "://");

	return host != NULL ? g_strndup(url, (gsize)(host + 3 - url) + strcspn(host + 3, "/?#"))
			    : g_strdup("");
}

/* A browser holds a form to its page's policy also where the answer sends it on: to sign in. */
static char *form_targets(const Site *site, const DialogView *view)
{
	const char *cloud = dialog_page_registered(view, "cloud");
	g_autofree char *ours = origin_of(site->config->http.public_url);
	g_autofree char *login = NULL;
	Cloud found;

	if (cloud == NULL || site->ring == NULL || !cloud_find(&site->settings, cloud, &found))
		return g_strdup(ours);
	login = origin_of(found.login_url);
	return g_strdup_printf("%s %s", ours, login);
}

void dialog_answer(Site *site, struct evhttp_request *request, int status, DialogView *view)
{
	g_autofree char *uri =
		site->ring != NULL ? signin_redirect_uri(&site->settings, NULL) : NULL;
	g_autofree char *targets = form_targets(site, view);

	view->redirect_uri = uri;
	answer_page(request, status, dialog_page_write(view), targets);
}

/* A ticket in the address becomes a cookie, and the address clean. */
static void enter(Site *site, struct evhttp_request *request, const char *ticket)
{
	g_autoptr(GError) error = NULL;
	gboolean is_in = FALSE;

	if (!visit_enter(site, request, ticket, &is_in, &error))
		dialog_answer_later(request, error);
	else if (is_in)
		answer_redirect(request, DIALOG_PATH);
	else
		answer_refusal(request);
}

void dialog_get(Site *site, struct evhttp_request *request)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	g_autoptr(Form) query = form_parse(evhttp_uri_get_query(uri));
	g_auto(Visit) visit = {0};
	g_autoptr(GError) error = NULL;
	DialogView view;
	Language wanted;

	if (language_find(form_get(query, "lang"), &wanted))
		visit_set_language(site, request, wanted);
	else
		wanted = visit_language(request);
	if (g_hash_table_contains(query, "ticket")) {
		enter(site, request, form_get(query, "ticket"));
	} else if (!visit_load(site, request, &visit, &error)) {
		dialog_answer_later(request, error);
	} else if (visit.dialog == NULL) {
		answer_refusal(request);
	} else {
		visit.language = wanted;
		dialog_view_init(&view, site, &visit);
		view.note = note_of(form_get(query, "done"));
		dialog_answer(site, request, HTTP_OK, &view);
	}
}

void dialog_get_style(G_GNUC_UNUSED Site *site, struct evhttp_request *request)
{
	g_autoptr(GBytes) style = g_resource_lookup_data(pages_get_resource(),
		"/casegate/pages/style.css", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
	gsize length;
	const char *bytes = g_bytes_get_data(style, &length);

	answer_resource(request, "text/css; charset=utf-8", bytes, length);
}

/* ---- the acts ---- */

static Form *read_form(struct evhttp_request *request)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(request);
	const gsize length = evbuffer_get_length(body);
	const char *type =
		evhttp_find_header(evhttp_request_get_input_headers(request), "Content-Type");

	return form_parse_body(type, (const char *)evbuffer_pullup(body, -1), length);
}

void dialog_post(Site *site, struct evhttp_request *request)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const Act *act = act_find(strrchr(evhttp_uri_get_path(uri), '/') + 1);
	g_autoptr(Form) form = NULL;
	g_auto(Visit) visit = {0};
	g_autoptr(GError) error = NULL;

	if (!visit_load(site, request, &visit, &error)) {
		dialog_answer_later(request, error);
		return;
	}
	form = read_form(request);
	if (visit.dialog == NULL || !visit_has_sent(&visit, form))
		answer_refusal(request);
	else if (act->is_for_all && !visit.dialog->sees_all)
		answer_say(request, 403, TEXT_REFUSED, TEXT_FORBIDDEN_ABOUT);
	else if (site->ring == NULL && act->needs_key)
		answer_redirect(request, DIALOG_PATH);
	else
		act->run(site, request, &visit, form);
}
