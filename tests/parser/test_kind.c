#include "parser/kind.h"
#include "parser/parse.h"

#include <string.h>

#define FROM "From: anna@acme.example\n"

static const struct {
	const char *header;
	MailKind kind;
	const char *evidence;
	gboolean is_list, is_auto_forwarded;
} rows[] = {
	{FROM,									    MAIL_KIND_MAIL,       NULL,                             FALSE, FALSE},
	{FROM "Auto-Submitted: no\n",						     MAIL_KIND_MAIL,       NULL,                             FALSE, FALSE},
	{FROM "Auto-Submitted: auto-replied (vacation)\n",                                MAIL_KIND_AUTO_REPLY,
         "Auto-Submitted: auto-replied",													  FALSE, FALSE},
	{FROM "Auto-Submitted: Auto-Generated; x=y\n",                                    MAIL_KIND_AUTO_REPLY,
         "Auto-Submitted: auto-generated",													FALSE, FALSE},
	{FROM "X-Auto-Response-Suppress: All\n",                                          MAIL_KIND_AUTO_REPLY, "X-Auto-Response-Suppress",
         FALSE,																	  FALSE},
	{FROM "X-Auto-Response-Suppress: None\n",                                         MAIL_KIND_MAIL,       NULL,                             FALSE, FALSE},
	{FROM "Precedence: bulk\n",						       MAIL_KIND_AUTO_REPLY, "Precedence: bulk",               FALSE, FALSE},
	{FROM "Precedence: Auto_Reply\n",						 MAIL_KIND_AUTO_REPLY, "Precedence: auto_reply",         FALSE,
         FALSE																		},
	{FROM "Precedence: list\n",						       MAIL_KIND_MAIL,       NULL,                             TRUE,  FALSE},
	{FROM "List-Id: <a.b>\n",							 MAIL_KIND_MAIL,       NULL,                             TRUE,  FALSE},
	{FROM "List-Unsubscribe: <mailto:a@b>\n",                                         MAIL_KIND_MAIL,       NULL,                             FALSE, FALSE},
	{FROM "X-Autoreply: yes\n",						       MAIL_KIND_AUTO_REPLY, "X-Autoreply",                    FALSE, FALSE},
	{FROM "X-Autoreply: no\n",							MAIL_KIND_MAIL,       NULL,                             FALSE, FALSE},
	{FROM "Subject: Automatische Antwort: Angebot\n",                                 MAIL_KIND_AUTO_REPLY, "Subject",                        FALSE,
         FALSE																		},
	{FROM "Subject: AW: Automatische Antwort\n",                                      MAIL_KIND_MAIL,       NULL,                             FALSE, FALSE},
	{"From: noreply@shop.example\n",						  MAIL_KIND_AUTO_REPLY, "From",                           FALSE, FALSE},
	{"From: No-Reply+4711@shop.example\n",                                            MAIL_KIND_AUTO_REPLY, "From",                           FALSE, FALSE},
	{"From: noreplyson@shop.example\n",					       MAIL_KIND_MAIL,       NULL,                             FALSE, FALSE},
	{FROM "Auto-Submitted: auto-forwarded\n",                                         MAIL_KIND_MAIL,       NULL,                             FALSE, TRUE },
	{FROM "X-MS-Exchange-Inbox-Rules-Loop: bo@acme.example\n",                        MAIL_KIND_MAIL,       NULL,                             FALSE,
         TRUE																		 },
	{FROM "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\n",            MAIL_KIND_MAIL,       NULL,
         FALSE,																	  TRUE },
	{FROM "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\nAuto-Submitted: "
	      "auto-generated\n",						MAIL_KIND_AUTO_REPLY, "Auto-Submitted: auto-generated", FALSE, FALSE},
	{FROM "Autoforwarded: TRUE\n",						    MAIL_KIND_MAIL,       NULL,                             FALSE, TRUE },
	{FROM "Autoforwarded: FALSE\n",						   MAIL_KIND_MAIL,       NULL,                             FALSE, FALSE},
	{FROM "X-Forwarded-For: bo@acme.example agent@in.acme.example\n",                 MAIL_KIND_MAIL,       NULL,
         FALSE,																	  TRUE },
	{"Return-Path: <SRS0=ab=cd=lieferant.example=bo@acme.example>\n" FROM,            MAIL_KIND_MAIL,       NULL,
         FALSE,																	  TRUE },
	{"Return-Path: <SRS0=ab=cd=acme.example=bo@acme.example>\nSubject: WG: x\n" FROM,
         MAIL_KIND_MAIL,											NULL,                             FALSE, FALSE},
	{"Return-Path: <bo+caf_=agent=in.acme.example@gmail.example>\n" FROM,             MAIL_KIND_MAIL,       NULL,
         FALSE,																	  TRUE },
	{"Return-Path: <anna@acme.example>\n" FROM,                                       MAIL_KIND_MAIL,       NULL,                             FALSE, FALSE},
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strconcat(rows[i].header, "\nText\n", NULL);
		g_autoptr(GBytes) source = g_bytes_new(text, strlen(text));
		g_autoptr(Mail) mail = parse_mail(source);

		g_test_message("%s", rows[i].header);
		g_assert_cmpint(mail->kind, ==, rows[i].kind);
		g_assert_cmpstr(mail->kind_evidence, ==, rows[i].evidence);
		g_assert_cmpint(mail->is_list, ==, rows[i].is_list);
		g_assert_cmpint(mail->is_auto_forwarded, ==, rows[i].is_auto_forwarded);
	}
}

static void test_robot(void)
{
	g_assert_true(kind_is_robot("MAILER-DAEMON@mx.acme.example"));
	g_assert_true(kind_is_robot("mailer-daemon"));
	g_assert_false(kind_is_robot("anna@noreply.example"));
	g_assert_false(kind_is_robot(NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/kind/rows", test_rows);
	g_test_add_func("/kind/robot", test_robot);
	return g_test_run();
}
