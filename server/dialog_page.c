#include "server/dialog_page.h"

#include <string.h>

#include "graph/remedy.h"

/* ---- pieces ---- */

void dialog_page_begin_form(Page *page, const DialogView *view, const char *action)
{
	page_add(page,
		"<form method=\"post\" action=\"" DIALOG_PATH "/%s\">\n"
		"<input type=\"hidden\" name=\"csrf\" value=\"%s\">\n",
		action, view->csrf);
}

/* A form that is one button. */
static void add_button_form(
	Page *page, const DialogView *view, const char *action, const char *class, Text text)
{
	dialog_page_begin_form(page, view, action);
	page_add(page, "<button class=\"%s\">%s</button>\n</form>\n", class, page_text(page, text));
}

const char *dialog_page_registered(const DialogView *view, const char *column)
{
	const Table *table = view->dialog->registration;

	return table->rows->len > 0 ? table_get(table, 0, column) : NULL;
}

const DialogFault *dialog_page_fault(const DialogView *view, const char *field)
{
	for (guint i = 0; i < view->fault_count; i++)
		if (g_str_equal(view->faults[i].field, field))
			return &view->faults[i];
	return NULL;
}

static gboolean is_registered(const DialogView *view)
{
	return view->dialog->registration->rows->len > 0;
}

/* A value of his own connection, or NULL where he never asked to connect. */
static const char *own(const DialogView *view, const char *column)
{
	const Table *table = view->dialog->connections;

	return table->rows->len > 0 && g_strcmp0(table_get(table, 0, "own"), "t") == 0
		       ? table_get(table, 0, column)
		       : NULL;
}

static const char *own_state(const DialogView *view)
{
	const char *state = own(view, "state");

	return state != NULL ? state : "disconnected";
}

static gboolean is_own_state(const DialogView *view, const char *state)
{
	return g_str_equal(own_state(view), state);
}

typedef struct {
	const char *state;
	Text word, about;
} StateText;

static const StateText *text_of_state(const char *state)
{
	static const StateText states[] = {
		{"disconnected", TEXT_STATE_DISCONNECTED, TEXT_ABOUT_DISCONNECTED},
		{"connected",    TEXT_STATE_CONNECTED,    TEXT_ABOUT_CONNECTED   },
		{"reconnect",    TEXT_STATE_RECONNECT,    TEXT_ABOUT_RECONNECT   },
		{"consent",      TEXT_STATE_CONSENT,      TEXT_ABOUT_CONSENT     },
		{"admin",        TEXT_STATE_ADMIN,        TEXT_ABOUT_ADMIN       },
	};

	for (guint i = 1; i < G_N_ELEMENTS(states); i++)
		if (g_strcmp0(states[i].state, state) == 0)
			return &states[i];
	return &states[0];
}

/* ---- status ---- */

static void add_fact(Page *page, const DialogView *view, Text name, const char *iso)
{
	page_add(page, "<dt>%s</dt><dd>", page_text(page, name));
	if (iso != NULL)
		page_time(page, iso, view->dialog->timezone);
	else
		page_say(page, TEXT_NEVER);
	page_add(page, "</dd>\n");
}

/* Sentences that were made for the tenant are in its language: those of Microsoft's errors are said
 * in the page's. */
static void add_sentence(Page *page, const DialogView *view, const char *sentence)
{
	gboolean is_known;
	g_autofree char *translated =
		remedy_translate(sentence, language_code(page->language), &is_known);

	page_add(page, "<span lang=\"%s\">%s</span>",
		is_known ? language_code(page->language) : view->dialog->language, translated);
}

static void add_foreign_fact(Page *page, const DialogView *view, Text name, const char *sentence)
{
	if (sentence == NULL || *sentence == '\0')
		return;
	page_add(page, "<dt>%s</dt><dd>", page_text(page, name));
	add_sentence(page, view, sentence);
	page_add(page, "</dd>\n");
}

/* Of a test mail; outcome NULL: nobody has finished it. */
static Text text_of_test(const DialogView *view, const char *outcome)
{
	const char *scopes = own(view, "scopes");

	if (outcome == NULL)
		return TEXT_TEST_RUNNING;
	if (g_str_equal(outcome, "done"))
		return TEXT_TEST_DONE;
	if (!g_str_equal(outcome, "sent"))
		return TEXT_TEST_FAILED;
	return scopes != NULL && strstr(scopes, "Mail.Read") != NULL ? TEXT_TEST_UNSEEN
								     : TEXT_TEST_UNCONFIRMED;
}

/* What became of the last button. Of what simply worked the state tells. */
static void add_job(Page *page, const DialogView *view)
{
	const Table *job = view->dialog->job;
	const char *kind, *outcome, *sentence;
	gboolean is_test;

	if (job->rows->len == 0)
		return;
	kind = table_get(job, 0, "kind");
	outcome = table_get(job, 0, "outcome");
	sentence = table_get(job, 0, "sentence");
	is_test = g_str_equal(kind, "test");
	if (!is_test && g_strcmp0(outcome, "done") == 0)
		return;
	page_add(page, "<dt>%s</dt><dd data-job=\"%s\">",
		page_text(page, is_test ? TEXT_TEST_RESULT : TEXT_DISCONNECT),
		outcome != NULL ? outcome : "running");
	page_time(page, table_get(job, 0, "at"), view->dialog->timezone);
	page_add(page, ": %s",
		page_text(page, is_test           ? text_of_test(view, outcome)
				: outcome == NULL ? TEXT_TEST_RUNNING
						  : TEXT_JOB_FAILED));
	if (sentence != NULL) {
		page_add(page, " ");
		add_sentence(page, view, sentence);
	}
	page_add(page, "</dd>\n");
}

static void add_state(Page *page, const DialogView *view)
{
	const StateText *state = text_of_state(own_state(view));
	const char *mailbox = own(view, "mailbox");
	const char *scopes = own(view, "scopes");
	Text about = state->about;

	if (about == TEXT_ABOUT_CONNECTED && scopes != NULL && strstr(scopes, "Mail.Read") == NULL)
		about = TEXT_ABOUT_CONNECTED_SEND;
	page_add(page, "<p class=\"state\"><strong>%s</strong></p>\n<p>",
		page_text(page, state->word));
	page_say_of(page, about, mailbox != NULL ? mailbox : "–");
	page_add(page, "</p>\n");
}

static void add_status(Page *page, const DialogView *view)
{
	page_add(page,
		"<section class=\"status\" id=\"status\" role=\"status\" tabindex=\"-1\""
		" aria-labelledby=\"h-status\" data-state=\"%s\">\n"
		"<h2 id=\"h-status\">%s</h2>\n",
		own_state(view), page_text(page, TEXT_STATUS));
	if (view->note != TEXTS)
		page_say_in(page, "p", "note", view->note);
	add_state(page, view);
	page_add(page, "<dl>\n");
	add_foreign_fact(page, view, TEXT_HINT, own(view, "hint"));
	if (own(view, "mailbox") != NULL)
		add_fact(page, view, TEXT_LAST_SYNC, own(view, "last_sync_at"));
	if (!is_own_state(view, "connected"))
		add_foreign_fact(page, view, TEXT_LAST_ERROR, own(view, "last_error"));
	add_job(page, view);
	page_add(page, "</dl>\n<p><a href=\"" DIALOG_PATH "\">%s</a></p>\n</section>\n",
		page_text(page, TEXT_REFRESH));
}

/* ---- what must be corrected ---- */

static void add_faults(Page *page, const DialogView *view)
{
	if (view->fault_count == 0)
		return;
	page_add(page,
		"<div class=\"errors\" role=\"alert\" tabindex=\"-1\" "
		"autofocus>\n<h2>%s</h2>\n<ul>\n",
		page_text(page, TEXT_ERRORS));
	for (guint i = 0; i < view->fault_count; i++) {
		const DialogFault *fault = &view->faults[i];

		if (*fault->field != '\0')
			page_add(page, "<li><a href=\"#%s\">", fault->field);
		else
			page_add(page, "<li>");
		page_say(page, fault->text);
		page_add(page, *fault->field != '\0' ? "</a></li>\n" : "</li>\n");
	}
	page_add(page, "</ul>\n</div>\n");
}

/* ---- the steps ---- */

static void begin_step(Page *page, guint *number, const char *id, Text title)
{
	g_autofree char *shown = g_strdup_printf("%u", ++*number);

	page_add(page,
		"<section class=\"step\" aria-labelledby=\"h-%s\">\n<h2 id=\"h-%s\">"
		"<span class=\"number\">%s</span> %s</h2>\n",
		id, id, shown, page_text(page, title));
}

static void end_step(Page *page)
{
	page_add(page, "</section>\n");
}

static void add_consent(Page *page, const DialogView *view, guint *number)
{
	const char *granted_at = dialog_page_registered(view, "granted_at");

	begin_step(page, number, "consent", TEXT_CONSENT_STEP);
	page_say_in(page, "p", NULL, TEXT_CONSENT_ABOUT);
	if (granted_at != NULL) {
		page_add(page, "<dl>\n");
		add_fact(page, view, TEXT_CONSENT_GRANTED, granted_at);
		page_add(page, "</dl>\n");
	}
	if (is_registered(view))
		add_button_form(page, view, "consent", "plain", TEXT_CONSENT_BUTTON);
	else
		page_say_in(page, "p", "wait", TEXT_CONSENT_FIRST);
	end_step(page);
}

/* App-only: nobody signs in, the mailbox is named; one's own unless one sees all. */
static void add_mailbox_field(Page *page, const DialogView *view)
{
	const Table *addresses = view->dialog->addresses;
	const char *entered = view->entered != NULL ? form_get(view->entered, "mailbox") : "";
	const char *mailbox = own(view, "mailbox");
	const DialogFault *fault = dialog_page_fault(view, "mailbox");

	if (*entered == '\0')
		entered = mailbox != NULL            ? mailbox
			  : addresses->rows->len > 0 ? table_get(addresses, 0, "address")
						     : "";
	page_add(page, "<label for=\"mailbox\">%s</label>\n", page_text(page, TEXT_MAILBOX));
	if (fault != NULL)
		page_add(page, "<p class=\"fault\" id=\"mailbox-fault\">%s</p>\n",
			page_text(page, fault->text));
	page_add(page,
		"<input id=\"mailbox\" name=\"mailbox\" type=\"email\" autocomplete=\"email\""
		" required value=\"%s\"",
		entered);
	page_add(page, fault != NULL
			       ? " aria-invalid=\"true\" aria-describedby=\"mailbox-fault\">\n"
			       : ">\n");
}

static void add_connect(Page *page, const DialogView *view, guint *number)
{
	const gboolean is_app = g_strcmp0(dialog_page_registered(view, "mode"), "app") == 0;
	const gboolean is_off = is_own_state(view, "disconnected");

	begin_step(page, number, "connect", TEXT_CONNECT_STEP);
	if (!is_registered(view)) {
		page_say_in(page, "p", "wait",
			view->dialog->sees_all ? TEXT_CONSENT_FIRST : TEXT_CONNECT_WAIT);
	} else {
		page_say_in(page, "p", NULL, is_app ? TEXT_CONNECT_APP_ABOUT : TEXT_CONNECT_ABOUT);
		dialog_page_begin_form(page, view, "connect");
		if (is_app)
			add_mailbox_field(page, view);
		page_add(page, "<button class=\"%s\">%s</button>\n</form>\n",
			is_own_state(view, "connected") ? "plain" : "main",
			page_text(page, is_off ? TEXT_CONNECT : TEXT_RECONNECT));
	}
	if (!is_off) {
		page_say_in(page, "p", "hint", TEXT_DISCONNECT_ABOUT);
		add_button_form(page, view, "disconnect", "plain", TEXT_DISCONNECT);
	}
	end_step(page);
}

static void add_test_step(Page *page, const DialogView *view, guint *number)
{
	begin_step(page, number, "test", TEXT_TEST_STEP);
	page_say_in(page, "p", NULL, TEXT_TEST_ABOUT);
	if (is_own_state(view, "connected"))
		add_button_form(page, view, "test", "plain", TEXT_TEST_BUTTON);
	else
		page_say_in(page, "p", "wait", TEXT_TEST_FIRST);
	end_step(page);
}

/* ---- the flow ---- */

static void add_cell(
	Page *page, const DialogView *view, Text label, const char *value, gboolean is_time)
{
	page_add(page, "<td data-label=\"%s\">", page_text(page, label));
	if (value == NULL)
		page_say(page, TEXT_NEVER);
	else if (is_time)
		page_time(page, value, view->dialog->timezone);
	else
		page_add(page, "%s", value);
	page_add(page, "</td>");
}

static void add_head(Page *page, const Text *columns, guint count)
{
	page_add(page, "<table>\n<thead><tr>");
	for (guint i = 0; i < count; i++)
		page_add(page, "<th scope=\"col\">%s</th>", page_text(page, columns[i]));
	page_add(page, "</tr></thead>\n<tbody>\n");
}

static Text text_of_folder(const char *folder)
{
	return g_strcmp0(folder, "inbox") == 0       ? TEXT_FOLDER_INBOX
	       : g_strcmp0(folder, "sentitems") == 0 ? TEXT_FOLDER_SENT
						     : TEXT_FOLDER_ALL;
}

static void add_folders(Page *page, const DialogView *view)
{
	static const Text columns[] = {TEXT_MAILBOX, TEXT_FLOW_FOLDER, TEXT_FLOW_SEEN_AT,
		TEXT_FLOW_FILED_AT, TEXT_FLOW_SEEN, TEXT_FLOW_FILED};
	const Table *folders = view->dialog->folders;

	if (folders->rows->len == 0)
		return;
	add_head(page, columns, G_N_ELEMENTS(columns));
	for (guint row = 0; row < folders->rows->len; row++) {
		page_add(page, "<tr><th scope=\"row\">%s</th>",
			table_get(folders, row, "mailbox") != NULL
				? table_get(folders, row, "mailbox")
				: table_get(folders, row, "user"));
		add_cell(page, view, TEXT_FLOW_FOLDER,
			page_text(page, text_of_folder(table_get(folders, row, "folder"))), FALSE);
		add_cell(page, view, TEXT_FLOW_SEEN_AT, table_get(folders, row, "seen_at"), TRUE);
		add_cell(page, view, TEXT_FLOW_FILED_AT, table_get(folders, row, "filed_at"), TRUE);
		add_cell(page, view, TEXT_FLOW_SEEN, table_get(folders, row, "seen"), FALSE);
		add_cell(page, view, TEXT_FLOW_FILED, table_get(folders, row, "filed"), FALSE);
		page_add(page, "</tr>\n");
	}
	page_add(page, "</tbody>\n</table>\n");
}

/* Who sees all sees everybody's connection. */
static void add_people(Page *page, const DialogView *view)
{
	static const Text columns[] = {
		TEXT_FLOW_PERSON, TEXT_MAILBOX, TEXT_FLOW_STATE, TEXT_LAST_SYNC};
	const Table *all = view->dialog->connections;

	add_head(page, columns, G_N_ELEMENTS(columns));
	for (guint row = 0; row < all->rows->len; row++) {
		page_add(page, "<tr><th scope=\"row\">%s</th>", table_get(all, row, "user"));
		add_cell(page, view, TEXT_MAILBOX, table_get(all, row, "mailbox"), FALSE);
		add_cell(page, view, TEXT_FLOW_STATE,
			page_text(page, text_of_state(table_get(all, row, "state"))->word), FALSE);
		add_cell(page, view, TEXT_LAST_SYNC, table_get(all, row, "last_sync_at"), TRUE);
		page_add(page, "</tr>\n");
	}
	page_add(page, "</tbody>\n</table>\n");
}

static void add_flow(Page *page, const DialogView *view)
{
	const gboolean has_people =
		view->dialog->sees_all && view->dialog->connections->rows->len > 0;

	if (!has_people && view->dialog->folders->rows->len == 0)
		return;
	page_add(page,
		"<section class=\"step\" aria-labelledby=\"h-flow\">\n<h2 id=\"h-flow\">%s</h2>\n",
		page_text(page, TEXT_FLOW));
	if (has_people)
		add_people(page, view);
	add_folders(page, view);
	if (view->dialog->folders->rows->len > 0)
		page_say_in(page, "p", "hint", TEXT_FLOW_ABOUT);
	page_add(page, "</section>\n");
}

/* ---- the whole ---- */

static void add_steps(Page *page, const DialogView *view)
{
	guint number = 0;

	if (!view->is_on || view->redirect_uri == NULL) {
		page_say_in(page, "p", "wait", view->is_on ? TEXT_REDIRECT_MISSING : TEXT_OFF);
		return;
	}
	if (view->dialog->sees_all) {
		begin_step(page, &number, "registration", TEXT_REGISTRATION);
		dialog_page_add_registration(page, view);
		end_step(page);
		add_consent(page, view, &number);
	}
	add_connect(page, view, &number);
	add_test_step(page, view, &number);
}

GString *dialog_page_write(const DialogView *view)
{
	Page page;

	page_begin(&page, &(PageFrame){.language = view->language,
				  .title = TEXT_TITLE,
				  .switch_path = DIALOG_PATH});
	page_add(&page, "<h1>%s</h1>\n<p class=\"lead\">%s</p>\n", page_text(&page, TEXT_TITLE),
		page_text(&page, TEXT_INTRO));
	add_faults(&page, view);
	add_status(&page, view);
	add_steps(&page, view);
	add_flow(&page, view);
	page_add(&page, "<footer>\n<p>");
	page_say_of(&page, TEXT_SIGNED_IN, view->dialog->user);
	page_add(&page, " · %s</p>\n", view->dialog->tenant_name);
	add_button_form(&page, view, "leave", "quiet", TEXT_LEAVE);
	page_add(&page, "</footer>\n");
	return page_end(&page);
}

GString *dialog_page_say(Language language, Text title, Text about, gboolean has_way_back)
{
	Page page;

	page_begin(&page, &(PageFrame){.language = language, .title = title});
	page_say_in(&page, "h1", NULL, title);
	page_say_in(&page, "p", "lead", about);
	if (has_way_back)
		page_add(&page, "<p><a href=\"" DIALOG_PATH "\">%s</a></p>\n",
			page_text(&page, TEXT_BACK));
	return page_end(&page);
}
