/* Send's decisions: a mail, what Microsoft says and what the mailbox shows, and what becomes of it.
 * The outbox, the requests and the looking are played here, so this links nothing of theirs. */
#include "graph/send.h"

#include <stdlib.h>
#include <string.h>

#include "graph/compose.h"
#include "graph/copy.h"
#include "store/mailbox.h"
#include "store/outbox.h"

#define NEVER (-1)

/* One post's answer. kind REMEDY_RETRY with is_unclear: nobody knows. status 202: taken. */
typedef struct {
	int status;
	RemedyKind kind;
	gboolean is_unclear;
} Posted;

/* clang-format off */
static const struct {
	const char *name;
	SendState state;
	gint64 attempt, started_ago, queued_ago;
	const char *connection;
	gboolean may_read, is_answer, is_there, is_parent_there;
	Posted posts[3];
	/* What must come of it. */
	const char *want;
	double due;           /* NEVER, or at least this long */
	guint posted, looked; /* how often it was given to Microsoft and looked for */
	const char *paths;    /* where to, in order */
} rows[] = {
	{"taken", SEND_QUEUED, 0, -1, 1, "connected", TRUE, FALSE, FALSE, FALSE, {{202, 0, FALSE}}, "sent", NEVER, 1, 0, "/sendMail "},
	{"as a reply", SEND_QUEUED, 0, -1, 1, "connected", TRUE, TRUE, FALSE, TRUE, {{202, 0, FALSE}}, "sent", NEVER, 1, 0, "/messages/P/reply "},
	{"what it answers is not here", SEND_QUEUED, 0, -1, 1, "connected", TRUE, TRUE, FALSE, FALSE, {{202, 0, FALSE}}, "sent", NEVER, 1, 0, "/sendMail "},
	{"what it answers has gone", SEND_QUEUED, 0, -1, 1, "connected", TRUE, TRUE, FALSE, TRUE, {{404, REMEDY_GONE, FALSE}, {202, 0, FALSE}}, "sent", NEVER, 2, 0, "/messages/P/reply /sendMail "},
	{"an answer is taken in no form", SEND_QUEUED, 0, -1, 1, "connected", TRUE, TRUE, FALSE, TRUE, {{400, REMEDY_REJECT, FALSE}, {400, REMEDY_REJECT, FALSE}, {202, 0, FALSE}}, "sent", NEVER, 3, 0, "/messages/P/reply /messages/P/reply /sendMail "},
	{"stamps refused", SEND_QUEUED, 0, -1, 1, "connected", TRUE, FALSE, FALSE, FALSE, {{400, REMEDY_REJECT, FALSE}, {202, 0, FALSE}}, "sent", NEVER, 2, 0, "/sendMail /sendMail "},
	{"refused for good", SEND_QUEUED, 0, -1, 1, "connected", TRUE, FALSE, FALSE, FALSE, {{400, REMEDY_REJECT, FALSE}, {400, REMEDY_REJECT, FALSE}}, "failed", NEVER, 2, 0, "/sendMail /sendMail "},
	{"too large for Graph", SEND_QUEUED, 0, -1, 1, "connected", TRUE, FALSE, FALSE, FALSE, {{413, REMEDY_REJECT, FALSE}}, "failed", NEVER, 1, 0, "/sendMail "},
	{"put off", SEND_QUEUED, 0, -1, 1, "connected", TRUE, FALSE, FALSE, FALSE, {{429, REMEDY_RETRY, FALSE}}, "queued", 1, 1, 0, "/sendMail "},
	{"no consent", SEND_QUEUED, 0, -1, 1, "connected", TRUE, FALSE, FALSE, FALSE, {{403, REMEDY_CONSENT, FALSE}, {403, REMEDY_CONSENT, FALSE}}, "queued", 60, 2, 0, "/sendMail /sendMail "},
	{"sign-in over", SEND_QUEUED, 0, -1, 1, "connected", TRUE, FALSE, FALSE, FALSE, {{401, REMEDY_RECONNECT, FALSE}}, "queued", 60, 1, 0, "/sendMail "},
	{"answer lost", SEND_QUEUED, 0, -1, 1, "connected", TRUE, FALSE, FALSE, FALSE, {{0, REMEDY_RETRY, TRUE}}, "unknown", 5, 1, 0, "/sendMail "},
	{"answer lost, send only", SEND_QUEUED, 0, -1, 1, "connected", FALSE, FALSE, FALSE, FALSE, {{504, REMEDY_RETRY, TRUE}}, "unknown", NEVER, 1, 0, "/sendMail "},
	{"unknown, its copy is there", SEND_UNKNOWN, 1, 20, 30, "connected", TRUE, FALSE, TRUE, FALSE, {{0}}, "sent", NEVER, 0, 1, ""},
	{"unknown, no copy yet", SEND_UNKNOWN, 1, 20, 30, "connected", TRUE, FALSE, FALSE, FALSE, {{0}}, "unknown", 5, 0, 1, ""},
	{"unknown, ten minutes without a copy", SEND_UNKNOWN, 1, 601, 700, "connected", TRUE, FALSE, FALSE, FALSE, {{202, 0, FALSE}}, "sent", NEVER, 1, 1, "/sendMail "},
	{"unknown after the second time", SEND_UNKNOWN, 2, 601, 1400, "connected", TRUE, FALSE, FALSE, FALSE, {{0}}, "unknown", NEVER, 0, 1, ""},
	{"unknown, send only", SEND_UNKNOWN, 1, 601, 700, "connected", FALSE, FALSE, FALSE, FALSE, {{0}}, "unknown", NEVER, 0, 0, ""},
	{"unknown, not connected", SEND_UNKNOWN, 1, 601, 700, "reconnect", TRUE, FALSE, FALSE, FALSE, {{0}}, "unknown", 60, 0, 0, ""},
	{"killed while sending", SEND_SENDING, 1, 3, 30, "connected", TRUE, FALSE, TRUE, FALSE, {{0}}, "sent", NEVER, 0, 1, ""},
	{"not connected", SEND_QUEUED, 0, -1, 1, "reconnect", TRUE, FALSE, FALSE, FALSE, {{0}}, "queued", 60, 0, 0, ""},
	{"for the administrator", SEND_QUEUED, 0, -1, 1, "admin", TRUE, FALSE, FALSE, FALSE, {{0}}, "queued", 60, 0, 0, ""},
	{"for the administrator, send only: tried", SEND_QUEUED, 1, 99, 100, "admin", FALSE, FALSE, FALSE, FALSE, {{202, 0, FALSE}}, "sent", NEVER, 1, 0, "/sendMail "},
	{"a day later", SEND_QUEUED, 0, -1, 86400, "reconnect", TRUE, FALSE, FALSE, FALSE, {{0}}, "failed", NEVER, 0, 0, ""},
	{"by hand, and it had arrived", SEND_QUEUED, 1, 99, 1, "connected", TRUE, FALSE, TRUE, FALSE, {{0}}, "sent", NEVER, 0, 1, ""},
	{"by hand, and it had not", SEND_QUEUED, 1, 99, 1, "connected", TRUE, FALSE, FALSE, FALSE, {{202, 0, FALSE}}, "sent", NEVER, 1, 1, "/sendMail "},
};
/* clang-format on */

/* ---- what is played ---- */

static struct {
	guint row, posted, looked, found, begun;
	char *state;
	double due;
	GString *paths;
} play;

void outgoing_free(Outgoing *outgoing)
{
	g_free(outgoing);
}

gboolean outbox_find(Store *store, const char *tenant, const char *user, gint64 message_id,
	Outgoing **outgoing, GError **error)
{
	(void)store, (void)tenant, (void)user, (void)message_id, (void)error;
	*outgoing = NULL;
	if (play.found++ > 0)
		return TRUE;
	*outgoing = g_new0(Outgoing, 1);
	(*outgoing)->state = rows[play.row].state;
	(*outgoing)->attempt = rows[play.row].attempt;
	(*outgoing)->started_ago_seconds = rows[play.row].started_ago;
	(*outgoing)->queued_ago_seconds = rows[play.row].queued_ago;
	(*outgoing)->answers_id = rows[play.row].is_answer ? (char *)"p@b.test" : NULL;
	return TRUE;
}

gboolean outbox_begin(Store *store, const char *tenant, const Outgoing *outgoing,
	gboolean *may_send, GError **error)
{
	(void)store, (void)tenant, (void)outgoing, (void)error;
	/* Committed before the first byte leaves, and once. */
	g_assert_cmpuint(play.posted, ==, 0);
	g_assert_cmpuint(play.begun++, ==, 0);
	return *may_send = TRUE;
}

gboolean outbox_set(Store *store, const char *tenant, const Outgoing *outgoing, const char *state,
	const char *error_text, double due_seconds, GError **error)
{
	(void)store, (void)tenant, (void)outgoing, (void)error;
	g_assert_true(strcmp(state, "sent") == 0 || (error_text != NULL && *error_text != '\0'));
	g_free(play.state);
	play.state = g_strdup(state);
	play.due = due_seconds;
	return TRUE;
}

gboolean outbox_schedule(Store *store, const char *tenant, const char *user, GError **error)
{
	(void)store, (void)tenant, (void)user, (void)error;
	return TRUE;
}

gboolean outbox_add(Store *store, const char *tenant, const char *user, const char *reference,
	const char *to, const char *subject, const char *text, gint64 *message_id, GError **error)
{
	(void)store, (void)tenant, (void)user, (void)reference, (void)to, (void)subject;
	(void)text, (void)message_id, (void)error;
	g_assert_not_reached();
}

gboolean outlook_state_set(Store *store, const char *tenant, const char *user, const char *state,
	const char *hint, const char *last_error, GError **error)
{
	(void)store, (void)tenant, (void)user, (void)hint, (void)last_error, (void)error;
	g_assert_cmpstr(state, ==, "connected");
	g_assert_cmpstr(rows[play.row].connection, !=, "connected");
	return TRUE;
}

char *compose_mail(Store *store, const char *tenant, const Outgoing *outgoing, ComposeFlags flags,
	const char *language, GError **error)
{
	(void)store, (void)tenant, (void)outgoing, (void)flags, (void)language, (void)error;
	return strdup("{}");
}

char *compose_note(const char *to, const char *subject, const char *text, const char *send_id,
	ComposeFlags flags)
{
	(void)to, (void)subject, (void)text, (void)send_id, (void)flags;
	g_assert_not_reached();
}

gboolean copy_find(Account *account, const Outgoing *outgoing, gboolean *is_there, GError **error)
{
	(void)account, (void)outgoing, (void)error;
	play.looked++;
	*is_there = rows[play.row].is_there;
	return TRUE;
}

gboolean copy_has_left(
	Account *account, const Outgoing *outgoing, gboolean *has_left, GError **error)
{
	(void)account, (void)outgoing, (void)has_left, (void)error;
	g_assert_not_reached();
}

gboolean copy_find_mail(Account *account, const char *internet_id, char **id, GError **error)
{
	(void)account, (void)internet_id, (void)error;
	*id = rows[play.row].is_parent_there ? g_strdup("P") : NULL;
	return TRUE;
}

gboolean account_call(Account *account, const Call *call, HttpAnswer *answer, CallTrouble *trouble,
	GError **error)
{
	const Posted *posted = &rows[play.row].posts[play.posted++];
	const Remedy remedy = {posted->kind, "Deutsch", "English"};

	(void)account;
	g_assert_true(call->is_once);
	answer->body = g_string_new("{}");
	g_string_append_printf(play.paths, "%s ", call->path);
	*trouble = (CallTrouble){posted->kind, posted->is_unclear, posted->status};
	if (posted->status == 202)
		return TRUE;
	remedy_set_error(&remedy, "de", "details", error);
	return FALSE;
}

/* ---- the rows ---- */

static void test_row(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	Registration registration = {.language = (char *)"de"};
	OutlookConnection connection = {.tenant = (char *)"acme",
		.user = (char *)"anna",
		.state = g_strdup(rows[i].connection),
		.hint = (char *)"Was zu tun ist",
		.may_read = rows[i].may_read,
		.may_send = TRUE};
	Account account = {.registration = &registration, .connection = &connection};
	g_autoptr(GError) error = NULL;
	guint sent;

	memset(&play, 0, sizeof play);
	play.row = i;
	play.paths = g_string_new(NULL);
	send_run(&account, &sent, &error);
	g_assert_cmpstr(play.state, ==, rows[i].want);
	if (rows[i].due == NEVER)
		g_assert_cmpfloat(play.due, <, 0);
	else
		g_assert_cmpfloat(play.due, >=, rows[i].due);
	g_assert_cmpuint(play.posted, ==, rows[i].posted);
	g_assert_cmpuint(play.looked, ==, rows[i].looked);
	g_assert_cmpstr(play.paths->str, ==, rows[i].paths);
	g_string_free(play.paths, TRUE);
	g_free(play.state);
	g_free(connection.state);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strconcat("/send/", rows[i].name, NULL);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_row);
	}
	return g_test_run();
}
