#include "server/callback.h"

#include "graph/remedy.h"
#include "server/answer.h"
#include "server/dialog_page.h"
#include "server/log.h"
#include "server/visit.h"
#include "server/wait.h"

/* A graph worker takes a second; Microsoft may take longer. A browser waits at least a minute. */
#define WAIT_SECONDS 25

typedef struct {
	const char *outcome;
	int status;
	Text text;
} Outcome;

/* The last one stands for every word that is not known here. */
static const Outcome outcomes[] = {
	{"connected", 200, TEXT_BACK_CONNECTED},
	{"granted",   200, TEXT_BACK_GRANTED  },
	{"declined",  403, TEXT_BACK_DECLINED },
	{"consent",   403, TEXT_BACK_CONSENT  },
	{"refused",   502, TEXT_BACK_NOT_TAKEN},
	{"admin",     502, TEXT_BACK_ADMIN    },
	{"later",     502, TEXT_BACK_LATER    },
};

static const Outcome *outcome_find(const char *word)
{
	for (guint i = 0; i < G_N_ELEMENTS(outcomes); i++)
		if (g_strcmp0(outcomes[i].outcome, word) == 0)
			return &outcomes[i];
	return &outcomes[G_N_ELEMENTS(outcomes) - 1];
}

/* A state that is none: unknown, used, too old, or another browser's. */
static const Outcome unknown = {"refused", 400, TEXT_BACK_REFUSED};

/* sentence: the same more closely, in the tenant's language. */
static void answer_outcome(
	struct evhttp_request *request, const Outcome *outcome, const char *sentence)
{
	const Language language = visit_language(request);
	Page page;

	page_begin(&page,
		&(PageFrame){
			.language = language, .title = TEXT_CALLBACK, .outcome = outcome->outcome});
	page_add(&page, "<h1>%s</h1>\n<div class=\"status\" role=\"status\" data-outcome=\"%s\">\n",
		page_text(&page, TEXT_CALLBACK), outcome->outcome);
	page_say_in(&page, "p", "state", outcome->text);
	if (sentence != NULL && *sentence != '\0') {
		gboolean is_known;
		g_autofree char *translated =
			remedy_translate(sentence, language_code(language), &is_known);

		page_add(&page, "<p>%s</p>\n", translated);
	}
	page_add(&page, "</div>\n<p><a href=\"" DIALOG_PATH "\">%s</a></p>\n",
		page_text(&page, TEXT_BACK));
	answer_page(request, outcome->status, page_end(&page), "");
}

static void answer_later(struct evhttp_request *request, const GError *error)
{
	log_warning("a sign-in must wait: %s", error->message);
	answer_outcome(request, outcome_find("later"), NULL);
}

static void answer_awaited(struct evhttp_request *request, const char *outcome,
	const char *sentence, G_GNUC_UNUSED gconstpointer about)
{
	answer_outcome(request, outcome_find(outcome), sentence);
}

/* ---- the request ---- */

static const char *given(const Form *query, const char *name)
{
	return g_hash_table_lookup((GHashTable *)query, name);
}

void callback_get(Site *site, struct evhttp_request *request)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	g_autoptr(Form) query = form_parse(evhttp_uri_get_query(uri));
	g_autofree char *session = visit_find_signin_cookie(request);
	const SigninAnswer answer = {given(query, "state"), given(query, "code"),
		given(query, "error"), given(query, "error_description"), session};
	g_auto(SigninResult) result = {0};
	g_autoptr(GError) error = NULL;
	Store *store = site->ring != NULL && answer.state != NULL ? site_store(site, &error) : NULL;

	if (store != NULL && signin_take(store, &site->settings, &answer, &result, &error)) {
		if (result.outcome != NULL) {
			answer_awaited(request, result.outcome, result.sentence, NULL);
			return;
		}
		if (result.is_known) {
			wait_for_job(site, request,
				&(WaitJob){result.tenant, result.job_id, WAIT_SECONDS,
					answer_awaited, NULL});
			return;
		}
	}
	if (error != NULL)
		answer_later(request, error);
	else
		answer_outcome(request, &unknown, NULL);
}
