#include "server/act.h"

#include <string.h>

#include "graph/assertion.h"
#include "server/answer.h"
#include "server/dialog_view.h"
#include "server/log.h"
#include "server/wait.h"
#include "store/job.h"

#define WAIT_SECONDS 20
/* A graph worker waits 45 seconds for the copy of a test mail. */
#define TEST_SECONDS 50

/* What is wrong is shown above the page; a database that is away is said as such. */
static void answer_failure(
	Site *site, struct evhttp_request *request, const Visit *visit, const GError *error)
{
	DialogView view;

	if (g_error_matches(error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY)) {
		dialog_answer_later(request, error);
		return;
	}
	log_warning("the settings refuse: %s", error->message);
	dialog_view_init(&view, site, visit);
	dialog_view_add_fault(&view, "", TEXT_DONE_FAILED);
	dialog_answer(site, request, 422, &view);
}

/* ---- the registration ---- */

/* The blocks of this kind in PEM text, or NULL where there is none. To be freed. */
static char *blocks_of(const char *text, gboolean is_key)
{
	GString *found = g_string_new(NULL);
	const char *at = text;

	while ((at = strstr(at, "-----BEGIN ")) != NULL) {
		const char *end = strstr(at, "-----END ");
		const char *label_end = strstr(at + 11, "-----");
		const gsize length =
			end != NULL ? (gsize)(end - at) + strcspn(end, "\r\n") : strlen(at);
		g_autofree char *label = label_end != NULL
						 ? g_strndup(at + 11, (gsize)(label_end - at - 11))
						 : g_strdup("");

		if ((strstr(label, "PRIVATE KEY") != NULL) == is_key) {
			g_string_append_len(found, at, (gssize)length);
			g_string_append_c(found, '\n');
		}
		at += length;
	}
	return g_string_free(found, found->len == 0);
}

static gboolean is_guid(const char *text)
{
	return g_uuid_string_is_valid(text);
}

typedef struct {
	char *directory, *client;
	Secret *secret, *pem, *certificate, *private_key;
} Entered;

static void entered_clear(Entered *entered)
{
	g_free(entered->directory);
	g_free(entered->client);
	secret_free(entered->secret);
	secret_free(entered->pem);
	secret_free(entered->certificate);
	secret_free(entered->private_key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Entered, entered_clear)

static char *trimmed(const Form *form, const char *name)
{
	return g_strstrip(g_strdup(form_get(form, name)));
}

static void entered_read(Entered *entered, const Form *form)
{
	entered->directory = trimmed(form, "directory");
	entered->client = trimmed(form, "client");
	entered->secret = trimmed(form, "secret");
	entered->pem = g_strjoin("\n", form_get(form, "certificate"), form_get(form, "key"),
		form_get(form, "pem"), NULL);
	g_strstrip(entered->pem);
	entered->certificate = blocks_of(entered->pem, FALSE);
	entered->private_key = blocks_of(entered->pem, TRUE);
}

static void find_pair_fault(DialogView *view, const Entered *entered)
{
	static const struct {
		const char *field;
		Text text;
	} faults[] = {
		[PAIR_NO_CERTIFICATE] = {"certificate", TEXT_ERROR_NO_CERTIFICATE},
		[PAIR_NO_KEY] = {"key",         TEXT_ERROR_NO_KEY        },
		[PAIR_WEAK] = {"certificate", TEXT_ERROR_WEAK_KEY      },
		[PAIR_STRANGERS] = {"key",         TEXT_ERROR_STRANGERS     },
		[PAIR_EXPIRED] = {"certificate", TEXT_ERROR_EXPIRED       },
	};
	const PairFault fault = assertion_pair_fault(entered->certificate, entered->private_key);

	if (fault != PAIR_GOOD)
		dialog_view_add_fault(view, faults[fault].field, faults[fault].text);
}

/* What a person can put right by looking at one field. The rest says signin_register(). */
static void find_faults(DialogView *view, const Entered *entered)
{
	const gboolean has_secret = *entered->secret != '\0';
	const gboolean has_pem = *entered->pem != '\0';

	if (!is_guid(entered->directory))
		dialog_view_add_fault(view, "directory", TEXT_ERROR_DIRECTORY);
	if (!is_guid(entered->client))
		dialog_view_add_fault(view, "client", TEXT_ERROR_CLIENT);
	if (has_secret && has_pem)
		dialog_view_add_fault(view, "secret", TEXT_ERROR_BOTH);
	else if (has_secret && is_guid(entered->secret))
		dialog_view_add_fault(view, "secret", TEXT_ERROR_SECRET_ID);
	else if (has_secret && (strpbrk(entered->secret, "\r\n") || strlen(entered->secret) > 4096))
		dialog_view_add_fault(view, "secret", TEXT_ERROR_SECRET_LINE);
	else if (!has_secret && !has_pem && dialog_page_registered(view, "client") == NULL)
		dialog_view_add_fault(view, "secret", TEXT_ERROR_NEITHER);
	else if (has_pem && (entered->certificate == NULL || entered->private_key == NULL))
		dialog_view_add_fault(view, "certificate", TEXT_ERROR_PEM);
	else if (has_pem)
		find_pair_fault(view, entered);
}

static void act_register(
	Site *site, struct evhttp_request *request, const Visit *visit, const Form *form)
{
	g_auto(Entered) entered = {0};
	g_autoptr(GError) error = NULL;
	DialogView view;
	Store *store;

	entered_read(&entered, form);
	dialog_view_init(&view, site, visit);
	view.entered = form;
	find_faults(&view, &entered);
	if (view.fault_count == 0) {
		const RegistrationInput input = {.directory = entered.directory,
			.client = entered.client,
			.cloud = form_get(form, "cloud"),
			.secret = *entered.secret != '\0' ? entered.secret : NULL,
			.certificate = entered.certificate,
			.private_key = entered.private_key,
			.is_app = g_str_equal(form_get(form, "mode"), "app"),
			.may_read = !g_str_equal(form_get(form, "scopes"), "send"),
			.may_send = TRUE};

		store = site_store(site, &error);
		if (store != NULL && signin_register(store, &site->settings, visit->dialog->tenant,
					     &input, NULL, &error)) {
			answer_redirect(request, DIALOG_PATH "?done=saved#status");
			return;
		}
		answer_failure(site, request, visit, error);
		return;
	}
	dialog_answer(site, request, 422, &view);
}

/* ---- to Microsoft and back ---- */

static void act_consent(Site *site, struct evhttp_request *request, const Visit *visit,
	G_GNUC_UNUSED const Form *form)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *browser = visit_set_signin_cookie(site, request, visit);
	Store *store = site_store(site, &error);
	g_autofree char *url =
		store != NULL ? signin_begin_consent(store, &site->settings, visit->dialog->tenant,
					visit->dialog->user, browser, &error)
			      : NULL;

	if (url != NULL)
		answer_redirect(request, url);
	else
		answer_failure(site, request, visit, error);
}

static void sign_in(Site *site, struct evhttp_request *request, const Visit *visit)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *browser = visit_set_signin_cookie(site, request, visit);
	Store *store = site_store(site, &error);
	g_autofree char *url = store != NULL
				       ? signin_begin(store, &site->settings, visit->dialog->tenant,
						 visit->dialog->user, browser, &error)
				       : NULL;

	if (url != NULL)
		answer_redirect(request, url);
	else
		answer_failure(site, request, visit, error);
}

/* ---- jobs ---- */

/* about: where it leads when it is finished. */
static void answer_awaited(struct evhttp_request *request, const char *outcome,
	G_GNUC_UNUSED const char *sentence, gconstpointer about)
{
	answer_redirect(request, outcome != NULL ? about : DIALOG_PATH "?done=asked#status");
}

/* Leaves a job to a graph worker and waits for it, a while. */
static void ask(Site *site, struct evhttp_request *request, const Visit *visit, const Job *job,
	const char *done)
{
	g_autoptr(GError) error = NULL;
	Store *store = site_store(site, &error);
	WaitJob wait = {.tenant = visit->dialog->tenant,
		.seconds = g_str_equal(job->kind, "test") ? TEST_SECONDS : WAIT_SECONDS,
		.answer = answer_awaited,
		.about = done};

	if (store != NULL && job_add(store, job, &wait.job_id, &error))
		wait_for_job(site, request, &wait);
	else
		answer_failure(site, request, visit, error);
}

static Job job_of(const Visit *visit, const char *kind)
{
	return (Job){
		.tenant = visit->dialog->tenant, .user = visit->dialog->user, .kind = (char *)kind};
}

static gboolean is_own_address(const Dialog *dialog, const char *mailbox)
{
	for (guint row = 0; row < dialog->addresses->rows->len; row++)
		if (g_ascii_strcasecmp(table_get(dialog->addresses, row, "address"), mailbox) == 0)
			return TRUE;
	return FALSE;
}

/* App-only: who does not see all cases may bind a mailbox that is his by its address. */
static void bind_mailbox(
	Site *site, struct evhttp_request *request, const Visit *visit, const Form *form)
{
	g_autofree char *mailbox = trimmed(form, "mailbox");
	g_autofree char *hash = secret_sha256(visit->session);
	g_autoptr(GError) error = NULL;
	DialogView view;
	Store *store;

	dialog_view_init(&view, site, visit);
	view.entered = form;
	if (strchr(mailbox, '@') == NULL || strlen(mailbox) > 254)
		dialog_view_add_fault(&view, "mailbox", TEXT_ERROR_MAILBOX);
	else if (!visit->dialog->sees_all && !is_own_address(visit->dialog, mailbox))
		dialog_view_add_fault(&view, "mailbox", TEXT_ERROR_NOT_YOURS);
	if (view.fault_count > 0) {
		dialog_answer(site, request, 422, &view);
		return;
	}
	store = site_store(site, &error);
	if (store != NULL && dialog_bind(store, visit->dialog->tenant, hash, mailbox,
				     site->settings.poll_seconds > 0, &error))
		answer_redirect(request, DIALOG_PATH "#status");
	else if (g_error_matches(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT)) {
		dialog_view_add_fault(&view, "mailbox", TEXT_ERROR_TAKEN);
		dialog_answer(site, request, 422, &view);
	} else
		answer_failure(site, request, visit, error);
}

static void act_connect(
	Site *site, struct evhttp_request *request, const Visit *visit, const Form *form)
{
	DialogView view;

	dialog_view_init(&view, site, visit);
	if (g_strcmp0(dialog_page_registered(&view, "mode"), "app") == 0)
		bind_mailbox(site, request, visit, form);
	else
		sign_in(site, request, visit);
}

static void act_disconnect(Site *site, struct evhttp_request *request, const Visit *visit,
	G_GNUC_UNUSED const Form *form)
{
	const Job job = job_of(visit, "disconnect");

	ask(site, request, visit, &job, DIALOG_PATH "?done=disconnected#status");
}

static void act_test(Site *site, struct evhttp_request *request, const Visit *visit,
	G_GNUC_UNUSED const Form *form)
{
	const Job job = job_of(visit, "test");

	ask(site, request, visit, &job, DIALOG_PATH "#status");
}

static void act_unset(
	Site *site, struct evhttp_request *request, const Visit *visit, const Form *form)
{
	const Job job = job_of(visit, "unset");
	DialogView view;

	if (g_str_equal(form_get(form, "confirm"), "yes")) {
		ask(site, request, visit, &job, DIALOG_PATH "?done=unset#status");
		return;
	}
	dialog_view_init(&view, site, visit);
	dialog_view_add_fault(&view, "confirm", TEXT_ERROR_CONFIRM);
	dialog_answer(site, request, 422, &view);
}

static void act_leave(Site *site, struct evhttp_request *request, const Visit *visit,
	G_GNUC_UNUSED const Form *form)
{
	g_autoptr(GError) error = NULL;

	if (visit_leave(site, request, visit, &error))
		answer_page(request, HTTP_OK,
			dialog_page_say(visit->language, TEXT_LEFT, TEXT_LEFT_ABOUT, FALSE), "");
	else
		dialog_answer_later(request, error);
}

const Act *act_find(const char *name)
{
	static const Act acts[] = {
		{"registration", TRUE,  TRUE,  act_register  },
		{"consent",      TRUE,  TRUE,  act_consent   },
		{"unset",        TRUE,  TRUE,  act_unset     },
		{"connect",      FALSE, TRUE,  act_connect   },
		{"test",         FALSE, TRUE,  act_test      },
		{"disconnect",   FALSE, FALSE, act_disconnect},
		{"leave",        FALSE, FALSE, act_leave     },
	};

	for (guint i = 0; i < G_N_ELEMENTS(acts); i++)
		if (g_str_equal(acts[i].name, name))
			return &acts[i];
	g_assert_not_reached();
}
