/* One request and what comes of it: again or not, with which token, and what is noted. Microsoft,
 * the token and the database are played here. */
#include "graph/account.h"

#include <string.h>

#include "graph/token.h"
#include "store/mailbox.h"

/* One answer: status 0 is none. */
typedef struct {
	int status;
	const char *code, *message, *challenge;
	double retry_seconds; /* 0: unsaid */
} Answer;

/* clang-format off */
static const struct {
	const char *name;
	gboolean is_once, is_app, is_consented; /* sending; app-only; just consented to */
	gint64 patience;
	Answer answers[5];
	/* What must come of it. */
	gboolean is_done;
	RemedyKind kind;
	gboolean is_unclear;
	guint asked, refreshed, parked, narrowed;
} rows[] = {
	{"done", FALSE, FALSE, FALSE, 20, {{200, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 1, 0, 0, 0},
	{"a token that ended", FALSE, FALSE, FALSE, 20, {{401, "InvalidAuthenticationToken", NULL, NULL, 0}, {200, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 2, 1, 0, 0},
	{"no token is taken", FALSE, FALSE, FALSE, 20, {{401, NULL, NULL, NULL, 0}, {401, NULL, NULL, NULL, 0}}, FALSE, REMEDY_REFRESH, FALSE, 2, 1, 0, 0},
	{"a challenge", FALSE, FALSE, FALSE, 20, {{401, "InvalidAuthenticationToken", NULL, "Bearer realm=\"\", Bearer claims=\"eyJ9\"", 0}}, FALSE, REMEDY_RECONNECT, FALSE, 1, 0, 0, 0},
	{"patience", FALSE, FALSE, FALSE, 20, {{429, "TooManyRequests", NULL, NULL, 1.5}, {200, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 2, 0, 1, 0},
	{"more patience than a worker has", FALSE, FALSE, FALSE, 20, {{429, NULL, NULL, NULL, 30}}, FALSE, REMEDY_RETRY, FALSE, 1, 0, 1, 0},
	{"but a command has", FALSE, FALSE, FALSE, 60, {{429, NULL, NULL, NULL, 30}, {200, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 2, 0, 1, 0},
	{"crowded", FALSE, FALSE, FALSE, 20, {{429, "ApplicationThrottled", NULL, NULL, 1}, {200, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 2, 0, 1, 1},
	{"crowded, by its words", FALSE, FALSE, FALSE, 20, {{429, "x", "over its MailboxConcurrency limit", NULL, 1}, {200, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 2, 0, 1, 1},
	{"busy", FALSE, FALSE, FALSE, 20, {{503, NULL, NULL, NULL, 0}, {502, NULL, NULL, NULL, 0}, {200, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 3, 0, 0, 0},
	{"no answer", FALSE, FALSE, FALSE, 20, {{0}, {200, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 2, 0, 0, 0},
	{"gone", FALSE, FALSE, FALSE, 20, {{404, "ErrorItemNotFound", NULL, NULL, 0}}, FALSE, REMEDY_GONE, FALSE, 1, 0, 0, 0},
	{"a lost state", FALSE, FALSE, FALSE, 20, {{410, NULL, NULL, NULL, 0}}, FALSE, REMEDY_RESYNC, FALSE, 1, 0, 0, 0},
	{"no permission", FALSE, FALSE, FALSE, 20, {{403, "ErrorAccessDenied", "Check credentials", NULL, 0}}, FALSE, REMEDY_CONSENT, FALSE, 1, 0, 0, 0},
	{"a consent on its way", FALSE, FALSE, TRUE, 20, {{403, "ErrorAccessDenied", "Check credentials", NULL, 0}, {403, "ErrorAccessDenied", "Check credentials", NULL, 0}, {200, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 3, 0, 0, 0},
	{"a consent that says nothing of it", FALSE, FALSE, TRUE, 20, {{403, "ErrorAccessDenied", "Check credentials", NULL, 0}, {403, "ErrorAccessDenied", "Check credentials", NULL, 0},
	  {403, "ErrorAccessDenied", "Check credentials", NULL, 0}, {403, "ErrorAccessDenied", "Check credentials", NULL, 0}}, FALSE, REMEDY_CONSENT, FALSE, 4, 0, 0, 0},
	{"an app's old token", FALSE, TRUE, FALSE, 20, {{403, "ErrorAccessDenied", "Check credentials", NULL, 0}, {200, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 2, 1, 0, 0},
	{"a policy", FALSE, TRUE, FALSE, 20, {{403, "ErrorAccessDenied", "Access to OData is disabled.", NULL, 0}}, FALSE, REMEDY_ADMIN, FALSE, 1, 0, 0, 0},
	{"sent", TRUE, FALSE, FALSE, 20, {{202, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 1, 0, 0, 0},
	{"sent? 504", TRUE, FALSE, FALSE, 20, {{504, NULL, NULL, NULL, 0}}, FALSE, REMEDY_RETRY, TRUE, 1, 0, 0, 0},
	{"sent? 500", TRUE, FALSE, FALSE, 20, {{500, "ErrorInternalServerError", NULL, NULL, 0}}, FALSE, REMEDY_RETRY, TRUE, 1, 0, 0, 0},
	{"sent? 503 without a word", TRUE, FALSE, FALSE, 20, {{503, NULL, NULL, NULL, 0}}, FALSE, REMEDY_RETRY, TRUE, 1, 0, 0, 0},
	{"sent? no answer", TRUE, FALSE, FALSE, 20, {{0}}, FALSE, REMEDY_RETRY, TRUE, 1, 0, 0, 0},
	{"not sent: 503 with patience", TRUE, FALSE, FALSE, 20, {{503, NULL, NULL, NULL, 1}, {202, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 2, 0, 1, 0},
	{"not sent: 429", TRUE, FALSE, FALSE, 20, {{429, NULL, NULL, NULL, 0}, {202, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 2, 0, 0, 0},
	{"not sent: 401", TRUE, FALSE, FALSE, 20, {{401, NULL, NULL, NULL, 0}, {202, NULL, NULL, NULL, 0}}, TRUE, 0, FALSE, 2, 1, 0, 0},
	{"not sent: the quota", TRUE, FALSE, FALSE, 0, {{507, "ErrorQuotaExceeded", NULL, NULL, 0}}, FALSE, REMEDY_RETRY, FALSE, 1, 0, 0, 0},
};
/* clang-format on */

/* ---- what is played ---- */

static struct {
	guint row, asked, refreshed, parked, narrowed;
	double waited;
} play;

gboolean registration_find(Store *store, const char *tenant, gboolean has_secrets,
	Registration **registration, GError **error)
{
	(void)store, (void)tenant, (void)has_secrets, (void)registration, (void)error;
	g_assert_not_reached();
}

void registration_free(Registration *registration)
{
	g_free(registration);
}

gboolean outlook_connection_find(Store *store, const char *tenant, const char *user,
	OutlookConnection **connection, GError **error)
{
	(void)store, (void)tenant, (void)user, (void)connection, (void)error;
	g_assert_not_reached();
}

void outlook_connection_free(OutlookConnection *connection)
{
	g_free(connection);
}

gboolean outlook_state_set(Store *store, const char *tenant, const char *user, const char *state,
	const char *hint, const char *last_error, GError **error)
{
	(void)store, (void)tenant, (void)user, (void)state, (void)hint, (void)last_error;
	(void)error;
	g_assert_not_reached();
}

gboolean mailbox_note_failure(Store *store, const char *tenant, const char *user, const char *what,
	double seconds, GError **error)
{
	(void)store, (void)tenant, (void)user, (void)what, (void)seconds, (void)error;
	g_assert_not_reached();
}

gboolean mailbox_parked_seconds(
	Store *store, const char *tenant, const char *user, double *seconds, GError **error)
{
	(void)store, (void)tenant, (void)user, (void)error;
	*seconds = 0;
	return TRUE;
}

gboolean mailbox_park(
	Store *store, const char *tenant, const char *user, double seconds, GError **error)
{
	(void)store, (void)tenant, (void)user, (void)error;
	g_assert_cmpfloat(seconds, >, 0);
	play.parked++;
	return TRUE;
}

gboolean registration_narrow(Store *store, const char *tenant, GError **error)
{
	(void)store, (void)tenant, (void)error;
	play.narrowed++;
	return TRUE;
}

gboolean token_fresh(Account *account, const char *refused, GError **error)
{
	(void)error;
	play.refreshed += refused != NULL ? 1 : 0;
	if (account->access_token == NULL || refused != NULL) {
		secret_free(account->access_token);
		account->access_token = g_strdup_printf("token-%u", play.refreshed);
	}
	return TRUE;
}

gboolean http_ask(Http *http, const HttpRequest *request, HttpAnswer *answer, GError **error)
{
	const Answer *said = &rows[play.row].answers[play.asked++];
	g_autofree char *expected = g_strdup_printf("token-%u", play.refreshed);

	(void)http;
	g_assert_cmpuint(play.asked, <=, G_N_ELEMENTS(rows[0].answers));
	g_assert_cmpstr(request->bearer, ==, expected);
	http_answer_clear(answer);
	answer->status = said->status;
	answer->retry_seconds = said->retry_seconds > 0 ? said->retry_seconds : -1;
	answer->challenge = g_strdup(said->challenge);
	answer->body = g_string_new(NULL);
	g_string_printf(answer->body, "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}",
		said->code != NULL ? said->code : "", said->message != NULL ? said->message : "");
	if (said->status != 0)
		return TRUE;
	answer->was_sent = TRUE;
	g_set_error_literal(error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY, "no answer");
	return FALSE;
}

void http_answer_clear(HttpAnswer *answer)
{
	if (answer->body != NULL)
		g_string_free(answer->body, TRUE);
	g_free(answer->challenge);
	memset(answer, 0, sizeof *answer);
}

double http_backoff(guint n)
{
	return 0.1 * (n + 1);
}

double http_retry_after(const char *value, gint64 now)
{
	(void)now;
	return g_ascii_strtod(value, NULL);
}

char *http_escape(const char *text)
{
	return g_strdup(text);
}

gboolean cloud_find(const GraphSettings *settings, const char *name, Cloud *cloud)
{
	(void)settings, (void)name, (void)cloud;
	g_assert_not_reached();
}

static gboolean wait_no_time(gint64 ms, gpointer data)
{
	(void)data;
	play.waited += (double)ms;
	return TRUE;
}

/* ---- the rows ---- */

static Registration registration;
static OutlookConnection connection = {
	.tenant = (char *)"acme", .user = (char *)"anna", .mailbox = (char *)"anna@acme.test"};

static void begin(Account *account, guint row)
{
	memset(&play, 0, sizeof play);
	play.row = row;
	registration.language = (char *)"de";
	registration.granted_at =
		rows[row].is_consented ? g_get_real_time() / G_USEC_PER_SEC - 10 : 0;
	connection.is_app = rows[row].is_app;
	*account = (Account){.registration = &registration,
		.connection = &connection,
		.cloud = {.api_url = "https://graph.test"},
		.path = (char *)"/me",
		.patience_seconds = rows[row].patience,
		.wait = wait_no_time};
}

static void test_row(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	const Call call = {.method = "GET", .path = "/messages", .is_once = rows[i].is_once};
	g_auto(HttpAnswer) answer = {0};
	g_autoptr(GError) error = NULL;
	CallTrouble trouble;
	Account account;

	begin(&account, i);
	g_assert_cmpint(
		account_call(&account, &call, &answer, &trouble, &error), ==, rows[i].is_done);
	g_assert_cmpint(error == NULL, ==, rows[i].is_done);
	if (!rows[i].is_done) {
		g_assert_cmpint(trouble.kind, ==, rows[i].kind);
		g_assert_cmpint(trouble.is_unclear, ==, rows[i].is_unclear);
	}
	g_assert_cmpuint(play.asked, ==, rows[i].asked);
	g_assert_cmpuint(play.refreshed, ==, rows[i].refreshed);
	g_assert_cmpuint(play.parked, ==, rows[i].parked);
	g_assert_cmpuint(play.narrowed, ==, rows[i].narrowed);
	secret_free(account.access_token);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strconcat("/account/", rows[i].name, NULL);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_row);
	}
	return g_test_run();
}
