/* The administrator's part of the dialog: what to do in Entra, and the form of what Entra shows. */
#include <string.h>

#include "server/dialog_page.h"

/* ---- fields ---- */

/* What stands in a field: what was entered, else what is stored. */
static const char *value_of(const DialogView *view, const char *name)
{
	const char *stored = dialog_page_registered(view, name);

	if (view->entered != NULL)
		return form_get(view->entered, name);
	return stored != NULL ? stored : "";
}

/* Label, hint and fault of a field; the control follows, described by both. */
static void begin_field(Page *page, const DialogView *view, const char *name, Text label)
{
	const DialogFault *fault = dialog_page_fault(view, name);

	page_add(page, "<div class=\"field\">\n<label for=\"%s\">%s</label>\n", name,
		page_text(page, label));
	if (fault == NULL)
		return;
	page_add(page, "<p class=\"fault\" id=\"%s-fault\">", name);
	page_say(page, fault->text);
	page_add(page, "</p>\n");
}

static void add_description(Page *page, const DialogView *view, const char *name, gboolean has_hint)
{
	const gboolean has_fault = dialog_page_fault(view, name) != NULL;

	if (has_fault)
		page_add(page, " aria-invalid=\"true\"");
	if (has_fault && has_hint)
		page_add(page, " aria-describedby=\"%s-fault %s-hint\"", name, name);
	else if (has_fault || has_hint)
		page_add(page, " aria-describedby=\"%s-%s\"", name, has_fault ? "fault" : "hint");
}

static void add_hint(Page *page, const char *name, Text hint)
{
	page_add(page, "<p class=\"hint\" id=\"%s-hint\">%s</p>\n", name, page_text(page, hint));
}

static void add_id_field(Page *page, const DialogView *view, const char *name, Text label)
{
	begin_field(page, view, name, label);
	page_add(page,
		"<input id=\"%s\" name=\"%s\" required maxlength=\"100\" autocomplete=\"off\""
		" spellcheck=\"false\" value=\"%s\"",
		name, name, value_of(view, name));
	add_description(page, view, name, FALSE);
	page_add(page, ">\n</div>\n");
}

static void add_cloud_field(Page *page, const DialogView *view)
{
	static const struct {
		const char *value;
		Text text;
	} clouds[] = {
		{"global", TEXT_CLOUD_GLOBAL},
		{"us-l4",  TEXT_CLOUD_L4    },
		{"us-l5",  TEXT_CLOUD_L5    },
		{"china",  TEXT_CLOUD_CHINA },
	};
	const char *chosen = value_of(view, "cloud");

	begin_field(page, view, "cloud", TEXT_CLOUD);
	page_add(page, "<select id=\"cloud\" name=\"cloud\" aria-describedby=\"cloud-hint\">\n");
	for (guint i = 0; i < G_N_ELEMENTS(clouds); i++)
		page_add(page, "<option value=\"%s\"%s>%s</option>\n", clouds[i].value,
			g_str_equal(clouds[i].value, chosen) ? " selected" : "",
			page_text(page, clouds[i].text));
	page_add(page, "</select>\n");
	add_hint(page, "cloud", TEXT_CLOUD_HINT);
	page_add(page, "</div>\n");
}

/* Never filled: what is stored is not shown again. */
static void add_secret_field(Page *page, const DialogView *view)
{
	begin_field(page, view, "secret", TEXT_SECRET);
	page_add(page, "<input id=\"secret\" name=\"secret\" type=\"password\" maxlength=\"1000\""
		       " autocomplete=\"off\" spellcheck=\"false\"");
	add_description(page, view, "secret", TRUE);
	page_add(page, ">\n");
	add_hint(page, "secret", TEXT_SECRET_HINT);
	page_add(page, "</div>\n");
}

static void add_file_field(
	Page *page, const DialogView *view, const char *name, Text label, Text hint)
{
	begin_field(page, view, name, label);
	page_add(page, "<input id=\"%s\" name=\"%s\" type=\"file\" accept=\".pem,.crt,.cer,.key\"",
		name, name);
	add_description(page, view, name, TRUE);
	page_add(page, ">\n");
	add_hint(page, name, hint);
	page_add(page, "</div>\n");
}

static void add_paste_field(Page *page, const DialogView *view)
{
	page_add(page, "<details>\n<summary>%s</summary>\n", page_text(page, TEXT_PASTE));
	begin_field(page, view, "pem", TEXT_PEM);
	page_add(page, "<textarea id=\"pem\" name=\"pem\" rows=\"6\" autocomplete=\"off\""
		       " spellcheck=\"false\" aria-describedby=\"pem-hint\"></textarea>\n");
	add_hint(page, "pem", TEXT_PEM_HINT);
	page_add(page, "</div>\n</details>\n");
}

static void add_credential(Page *page, const DialogView *view)
{
	const char *is_certificate = dialog_page_registered(view, "is_certificate");

	page_add(page, "<fieldset>\n<legend>%s</legend>\n", page_text(page, TEXT_CREDENTIAL));
	if (is_certificate != NULL)
		page_say_in(page, "p", "stored",
			g_str_equal(is_certificate, "t") ? TEXT_CREDENTIAL_CERTIFICATE
							 : TEXT_CREDENTIAL_SECRET);
	add_file_field(page, view, "certificate", TEXT_CERTIFICATE, TEXT_CERTIFICATE_HINT);
	add_file_field(page, view, "key", TEXT_PRIVATE_KEY, TEXT_PRIVATE_KEY_HINT);
	add_paste_field(page, view);
	add_secret_field(page, view);
	page_add(page, "</fieldset>\n");
}

typedef struct {
	const char *value;
	Text label, hint;
} Choice;

static void add_choices(
	Page *page, const char *name, Text legend, const Choice choices[2], gboolean is_second)
{
	page_add(page, "<fieldset>\n<legend>%s</legend>\n", page_text(page, legend));
	for (guint i = 0; i < 2; i++) {
		const char *value = choices[i].value;

		page_add(page,
			"<div class=\"choice\">\n<input type=\"radio\" id=\"%s-%s\" name=\"%s\""
			" value=\"%s\" aria-describedby=\"%s-%s-hint\"%s>\n",
			name, value, name, value, name, value,
			is_second == (i == 1) ? " checked" : "");
		page_add(page, "<label for=\"%s-%s\">%s</label>\n", name, value,
			page_text(page, choices[i].label));
		page_add(page, "<p class=\"hint\" id=\"%s-%s-hint\">%s</p>\n</div>\n", name, value,
			page_text(page, choices[i].hint));
	}
	page_add(page, "</fieldset>\n");
}

static void add_mode_and_scopes(Page *page, const DialogView *view)
{
	static const Choice modes[] = {
		{"delegated", TEXT_MODE_DELEGATED, TEXT_MODE_DELEGATED_HINT},
		{"app",       TEXT_MODE_APP,       TEXT_MODE_APP_WARNING   },
	};
	static const Choice scopes[] = {
		{"read,send", TEXT_SCOPES_BOTH, TEXT_SCOPES_BOTH_HINT},
		{"send",      TEXT_SCOPES_SEND, TEXT_SCOPES_SEND_HINT},
	};
	const char *may_read = dialog_page_registered(view, "may_read");
	gboolean is_send_only = may_read != NULL && g_str_equal(may_read, "f");

	if (view->entered != NULL)
		is_send_only = g_str_equal(form_get(view->entered, "scopes"), "send");
	add_choices(page, "mode", TEXT_MODE, modes, g_str_equal(value_of(view, "mode"), "app"));
	add_choices(page, "scopes", TEXT_SCOPES, scopes, is_send_only);
}

/* ---- the form ---- */

static void add_redirect_uri(Page *page, const DialogView *view)
{
	page_add(page,
		"<div class=\"field\">\n<label for=\"redirect\">%s</label>\n<input id=\"redirect\" "
		"readonly"
		" value=\"%s\" aria-describedby=\"redirect-hint\">\n",
		page_text(page, TEXT_REDIRECT_URI), view->redirect_uri);
	add_hint(page, "redirect", TEXT_REDIRECT_HINT);
	page_add(page, "</div>\n");
}

static void add_form(Page *page, const DialogView *view)
{
	page_add(page,
		"<form method=\"post\" action=\"" DIALOG_PATH "/registration\""
		" enctype=\"multipart/form-data\" novalidate>\n"
		"<input type=\"hidden\" name=\"csrf\" value=\"%s\">\n",
		view->csrf);
	page_add(page, "<fieldset>\n<legend>%s</legend>\n", page_text(page, TEXT_APP));
	add_redirect_uri(page, view);
	add_id_field(page, view, "directory", TEXT_DIRECTORY);
	add_id_field(page, view, "client", TEXT_CLIENT);
	add_cloud_field(page, view);
	page_add(page, "</fieldset>\n");
	add_credential(page, view);
	add_mode_and_scopes(page, view);
	page_add(page, "<button class=\"main\">%s</button>\n</form>\n", page_text(page, TEXT_SAVE));
}

static void add_permissions(Page *page)
{
	page_say_in(page, "p", NULL, TEXT_HOW_PERMISSIONS);
	page_add(page,
		"<ul class=\"permissions\">\n<li>%s <code>openid</code> <code>profile</code>"
		" <code>offline_access</code> <code>Mail.Read</code> <code>Mail.Send</code></li>\n",
		page_text(page, TEXT_PERMISSIONS_DELEGATED));
	page_add(page, "<li>%s <code>Mail.Read</code> <code>Mail.Send</code></li>\n</ul>\n",
		page_text(page, TEXT_PERMISSIONS_APP));
	page_say_in(page, "p", "hint", TEXT_PERMISSIONS_LESS);
}

static void add_unset(Page *page, const DialogView *view)
{
	page_add(page, "<details class=\"danger\"%s>\n<summary>%s</summary>\n",
		dialog_page_fault(view, "confirm") != NULL ? " open" : "",
		page_text(page, TEXT_UNSET));
	page_say_in(page, "p", NULL, TEXT_UNSET_ABOUT);
	dialog_page_begin_form(page, view, "unset");
	page_add(page,
		"<div class=\"choice\">\n<input type=\"checkbox\" id=\"confirm\" name=\"confirm\""
		" value=\"yes\"");
	add_description(page, view, "confirm", FALSE);
	page_add(page, ">\n<label for=\"confirm\">%s</label>\n",
		page_text(page, TEXT_UNSET_CONFIRM));
	if (dialog_page_fault(view, "confirm") != NULL)
		page_add(page, "<p class=\"fault\" id=\"confirm-fault\">%s</p>\n",
			page_text(page, TEXT_ERROR_CONFIRM));
	page_add(page, "</div>\n<button class=\"danger\">%s</button>\n</form>\n</details>\n",
		page_text(page, TEXT_UNSET_BUTTON));
}

/* Open until it has been done once. */
static void add_how(Page *page, gboolean is_open)
{
	static const Text first[] = {TEXT_HOW_NEW, TEXT_HOW_REDIRECT};
	static const Text last[] = {TEXT_HOW_CREDENTIAL, TEXT_HOW_FORM};

	page_add(page, "<details%s>\n<summary>%s</summary>\n<ol class=\"how\">\n",
		is_open ? " open" : "", page_text(page, TEXT_HOW));
	for (guint i = 0; i < G_N_ELEMENTS(first); i++)
		page_say_in(page, "li", NULL, first[i]);
	page_add(page, "<li>");
	add_permissions(page);
	page_add(page, "</li>\n");
	for (guint i = 0; i < G_N_ELEMENTS(last); i++)
		page_say_in(page, "li", NULL, last[i]);
	page_add(page, "</ol>\n</details>\n");
}

void dialog_page_add_registration(Page *page, const DialogView *view)
{
	const char *changed_at = dialog_page_registered(view, "changed_at");

	add_how(page, changed_at == NULL);
	if (changed_at != NULL) {
		page_add(page, "<p class=\"hint\">%s: ", page_text(page, TEXT_REGISTERED_AT));
		page_time(page, changed_at, view->dialog->timezone);
		page_add(page, "</p>\n");
	}
	add_form(page, view);
	if (changed_at != NULL)
		add_unset(page, view);
}
