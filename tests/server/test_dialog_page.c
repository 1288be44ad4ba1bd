/* The settings as HTML: who sees which button in which state, and whatever stands in a row comes
 * out as text. */
#include "server/dialog_page.h"

#include <string.h>

#define EVIL      "<script>alert(\"1\")</script>'&"
#define EVIL_TEXT "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&apos;&amp;"

/* A table of these columns with one row, or none. */
static Table *table_make(const char *const *columns, const char *const *values)
{
	Table *table = table_new(columns);
	char **row = values != NULL ? table_add_row(table) : NULL;

	for (guint i = 0; row != NULL && columns[i] != NULL; i++)
		row[i] = g_strdup(values[i]);
	return table;
}

typedef struct {
	const char *name;
	const char *state; /* NULL: never asked to connect */
	gboolean sees_all, is_registered, is_app, is_off;
	const char *has, *has_not; /* names of buttons, separated by | */
} Row;

static const Row rows[] = {
	{"a member, nothing set up",  NULL,           FALSE, FALSE, FALSE, FALSE, "",
         "Save|Admin consent|Connect|Disconnect|Send test e-mail"												 },
	{"a member, registered",      NULL,           FALSE, TRUE,  FALSE, FALSE, "Connect",
         "Save|Admin consent|Reconnect|Disconnect|Switch off"												     },
	{"a member, connected",       "connected",    FALSE, TRUE,  FALSE, FALSE,
         "Reconnect|Disconnect|Send test e-mail",									  "Save|Admin consent|Connect|Switch off"},
	{"a member, to reconnect",    "reconnect",    FALSE, TRUE,  FALSE, FALSE, "Reconnect|Disconnect",
         "Save|Connect|Send test e-mail"															  },
	{"a member, disconnected",    "disconnected", FALSE, TRUE,  FALSE, FALSE, "Connect",
         "Save|Reconnect|Disconnect|Send test e-mail"													     },
	{"a member, app-only",        NULL,           FALSE, TRUE,  TRUE,  FALSE, "Connect",                               "Save|Admin consent"                   },
	{"the registration is gone",  "connected",    FALSE, FALSE, FALSE, FALSE, "Disconnect",
         "Reconnect|Connect"																      },
	{"all, nothing set up",       NULL,           TRUE,  FALSE, FALSE, FALSE, "Save",
         "Admin consent|Connect|Disconnect|Switch off"													    },
	{"all, registered",           NULL,           TRUE,  TRUE,  FALSE, FALSE, "Save|Admin consent|Connect|Switch off",
         "Reconnect|Disconnect|Send test e-mail"														  },
	{"all, an unknown state",     "dreaming",     TRUE,  TRUE,  FALSE, FALSE,
         "Save|Admin consent|Reconnect|Disconnect",									"Connect"                              },
	{"all, the operator is late", "connected",    TRUE,  TRUE,  FALSE, TRUE,  "Leave the settings",
         "Save|Admin consent|Connect|Reconnect|Send test e-mail"												  },
};

static Dialog *dialog_make(const Row *row)
{
	static const char *const registration[] = {"directory", "client", "cloud", "mode",
		"may_read", "is_certificate", "granted_at", "changed_at", NULL};
	static const char *const connection[] = {"user", "mailbox", "mode", "state", "hint",
		"last_sync_at", "last_error", "scopes", "own", NULL};
	static const char *const folder[] = {
		"user", "mailbox", "folder", "seen_at", "filed_at", "seen", "filed", NULL};
	static const char *const job[] = {"kind", "outcome", "sentence", "at", NULL};
	static const char *const address[] = {"address", NULL};
	const char *const registered[] = {EVIL, EVIL, EVIL, row->is_app ? "app" : "delegated", "t",
		"f", "2026-07-01T12:30:00Z", "2026-07-01T12:30:00Z"};
	const char *const connected[] = {
		EVIL, EVIL, "delegated", row->state, EVIL, NULL, EVIL, "Mail.Send", "t"};
	const char *const flow[] = {EVIL, EVIL, EVIL, "2026-07-01T12:30:00Z", NULL, EVIL, EVIL};
	const char *const asked[] = {EVIL, EVIL, EVIL, EVIL};
	const char *const addressed[] = {EVIL};
	Dialog *dialog = g_new0(Dialog, 1);

	*dialog = (Dialog){.tenant = g_strdup("acme"),
		.tenant_name = g_strdup(EVIL),
		.user = g_strdup(EVIL),
		.language = g_strdup("de"),
		.timezone = g_strdup("Europe/Berlin"),
		.sees_all = row->sees_all,
		.registration = table_make(registration, row->is_registered ? registered : NULL),
		.connections = table_make(connection, row->state != NULL ? connected : NULL),
		.folders = table_make(folder, row->state != NULL ? flow : NULL),
		.job = table_make(job, row->state != NULL ? asked : NULL),
		.addresses = table_make(address, addressed)};
	return dialog;
}

static void check_buttons(const char *html, const char *names, gboolean is_wanted)
{
	g_auto(GStrv) each = g_strsplit(names, "|", -1);

	for (char **name = each; *name != NULL; name++) {
		g_autofree char *button = g_strdup_printf(">%s</button>", *name);

		g_test_message("button %s", *name);
		g_assert_true((strstr(html, button) != NULL) == is_wanted);
	}
}

static void buttons(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Dialog) dialog = dialog_make(&rows[i]);
		DialogView view = {.dialog = dialog,
			.language = LANGUAGE_EN,
			.csrf = "token",
			.redirect_uri = "https://mail.example/outlook/callback",
			.is_on = !rows[i].is_off,
			.note = TEXTS};
		g_autofree char *html = g_string_free(dialog_page_write(&view), FALSE);

		g_test_message("%s", rows[i].name);
		check_buttons(html, rows[i].has, TRUE);
		check_buttons(html, rows[i].has_not, FALSE);
		g_assert_null(strstr(html, "<script"));
		g_assert_nonnull(strstr(html, EVIL_TEXT));
	}
}

/* What was entered wrongly comes back, as text, but for what is secret. */
static void faults(void)
{
	g_autoptr(Dialog) dialog = dialog_make(&rows[8]);
	g_autoptr(Form) entered =
		form_parse("directory=%22%3E%3Cscript%3E&client=%3Cb%3E&"
			   "secret=hush&pem=hush&mode=app&scopes=send&cloud=china");
	DialogView view = {
		.dialog = dialog,
		.language = LANGUAGE_EN,
		.csrf = "token",
		.redirect_uri = "https://mail.example/outlook/callback",
		.is_on = TRUE,
		.note = TEXT_DONE_SAVED,
		.entered = entered,
		.faults = {{"directory", TEXT_ERROR_DIRECTORY}, {"certificate", TEXT_ERROR_EXPIRED},
			   {"", TEXT_DONE_FAILED}},
		.fault_count = 3
        };
	g_autofree char *html = g_string_free(dialog_page_write(&view), FALSE);

	g_assert_null(strstr(html, "<script"));
	g_assert_null(strstr(html, "hush"));
	g_assert_nonnull(strstr(html, "value=\"&quot;&gt;&lt;script&gt;\""));
	g_assert_nonnull(strstr(html, "<a href=\"#directory\">"));
	g_assert_nonnull(strstr(html, "id=\"directory-fault\""));
	g_assert_nonnull(strstr(html, "<option value=\"china\" selected>"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dialog_page/buttons", buttons);
	g_test_add_func("/dialog_page/faults", faults);
	return g_test_run();
}
