#include "mime/mail.h"
#include "parser/parse.h"

#include <string.h>

#define SERVER "From: MAILER-DAEMON@mx.acme.example\n"
#define REPORT \
	"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: text/plain\n\nText\n"
#define STATUS "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
#define SENT                                                                              \
	"--x\nContent-Type: message/rfc822\n\nMessage-ID: <sent@acme.example>\nSubject: " \
	"s\n\nText\n--x--\n"
#define HEADER                                                                                 \
	"--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: <sent@acme.example>\nSubject: " \
	"s\n--x--\n"

static const struct {
	const char *name, *mail;
	MailKind kind;
	const char *id, *recipients;
} rows[] = {
	{"failed",
         SERVER REPORT STATUS "Final-Recipient: rfc822; bo@x.example\nAction: failed\n" SENT,
         MAIL_KIND_BOUNCE,											 "sent@acme.example", "bo@x.example"              },
	{"header only",
         SERVER REPORT STATUS
		"Final-Recipient: rfc822;bo@x.example\nAction: failed\n" HEADER,
         MAIL_KIND_BOUNCE,											 "sent@acme.example", "bo@x.example"              },
	{"two recipients, one failed",
         SERVER REPORT STATUS "Final-Recipient: rfc822; cem@x.example\nAction: delivered\n\n"
				     "Original-Recipient: rfc822;Bo@X.example\nFinal-Recipient: "
				     "rfc822;bo2@y.example\nAction: failed\n" SENT,
         MAIL_KIND_BOUNCE,											 "sent@acme.example", "bo@x.example bo2@y.example"},
	{"no action, status 5",
         SERVER REPORT STATUS "Final-Recipient: rfc822; bo@x.example\nStatus: 5.1.1\n" SENT,
         MAIL_KIND_BOUNCE,											 "sent@acme.example", "bo@x.example"              },
	{"delayed",
         SERVER REPORT STATUS
		"Final-Recipient: rfc822; bo@x.example\nAction: delayed\nStatus: 4.4.1\n" SENT,
         MAIL_KIND_RECEIPT,											"sent@acme.example", ""                          },
	{"nothing returned",
         SERVER "In-Reply-To: <sent@acme.example>\n" REPORT STATUS
		       "Final-Recipient: rfc822; bo@x.example\nAction: failed\n--x--\n",        MAIL_KIND_BOUNCE,  "sent@acme.example", "bo@x.example"              },
	{"not a report, but the part is there",
         SERVER "Content-Type: multipart/mixed; boundary=x\n\n" STATUS
		       "Final-Recipient: rfc822; bo@x.example\nAction: failed\n" SENT,
         MAIL_KIND_BOUNCE,											 "sent@acme.example", "bo@x.example"              },
	{"receipt",
         "From: bo@x.example\n" REPORT
		"--x\nContent-Type: message/disposition-notification\n\n"
		"Original-Message-ID: <sent@acme.example>\nDisposition: "
		"manual-action/MDN-sent-manually; displayed\n--x--\n",			  MAIL_KIND_RECEIPT, "sent@acme.example", ""                          },
	{"complaint",
         "From: fbl@x.example\n" REPORT "--x\nContent-Type: message/feedback-report\n\n"
		"Feedback-Type: abuse\n" SENT,
         MAIL_KIND_AUTO_REPLY,										     "sent@acme.example", ""                          },
	{"Exim",
         SERVER "X-Failed-Recipients: bo@x.example, cem@x.example\nSubject: Mail delivery "
		       "failed\n\nText\n",						      MAIL_KIND_BOUNCE,  NULL,                "bo@x.example cem@x.example"},
	{"qmail",
         SERVER "Subject: failure notice\n\nHi. This is the program.\n\n<bo@x.example>:\nNo "
		       "mailbox.\n\n"
		       "--- Below this line is a copy of the message.\n\nSubject: s\nMessage-Id: "
		       "<sent@acme.example>\n\nText\n",					 MAIL_KIND_BOUNCE,  "sent@acme.example", "bo@x.example"              },
	{"old Exchange",
         "From: postmaster@acme.example\nSubject: Undeliverable: Bestellung\n"
		"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: "
		"text/plain\n\nNicht erreicht.\n" SENT,
         MAIL_KIND_BOUNCE,											 "sent@acme.example", ""                          },
	{"a person writes about it",
         "From: anna@acme.example\nSubject: Undeliverable: Bestellung\n\nWas ist das?\n",       MAIL_KIND_MAIL,    NULL,                ""                          },
	{"a person forwards a bounce",
         "From: anna@acme.example\nSubject: WG: failure notice\n"
		"Content-Type: multipart/mixed; boundary=y\n\n--y\nContent-Type: "
		"message/rfc822\n\n" SERVER
		"Subject: failure notice\n\n<bo@x.example>:\nText\n--y--\n",		    MAIL_KIND_MAIL,    NULL,                ""                          },
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) source = g_bytes_new_static(rows[i].mail, strlen(rows[i].mail));
		g_autoptr(Mail) mail = parse_mail(source);
		g_autofree char *recipients = NULL;

		g_test_message("%s", rows[i].name);
		g_assert_cmpint(mail->kind, ==, rows[i].kind);
		g_assert_cmpint(mail->kind_evidence != NULL, ==, mail->kind != MAIL_KIND_MAIL);
		g_assert_cmpstr(mail->reported_id, ==, rows[i].id);
		g_ptr_array_add(mail->reported_recipients, NULL);
		recipients = g_strjoinv(" ", (char **)mail->reported_recipients->pdata);
		g_assert_cmpstr(recipients, ==, rows[i].recipients);
		if (mail->kind == MAIL_KIND_BOUNCE || mail->kind == MAIL_KIND_RECEIPT)
			g_assert_cmpuint(mail->forwards->len, ==, 0);
	}
}

static void test_reported(void)
{
	static const char text[] = SERVER
		"Subject: Undelivered Mail Returned to Sender\nContent-Type: multipart/report; "
		"boundary=x\n\n--x\nContent-Type: message/delivery-status\n\nA: b\n\n"
		"Final-Recipient: rfc822; bo@x.example\nAction: failed\n\n--x\n"
		"Content-Type: text/rfc822-headers\n\nFrom: Anna <anna@acme.example>\n"
		"Subject: AW: Rohre\nMessage-ID: <sent@acme.example>\n"
		"References: <first@x.example>\n\n--x--\n";
	g_autoptr(GBytes) source = g_bytes_new_static(text, strlen(text));
	g_autoptr(Mail) mail = parse_mail(source);

	g_assert_nonnull(mail->reported);
	g_assert_cmpstr(mail_author(mail->reported)->address, ==, "anna@acme.example");
	g_assert_cmpstr(mail->reported->base_subject, ==, "rohre");
	g_assert_cmpuint(mail->reported->references->len, ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report/rows", test_rows);
	g_test_add_func("/report/reported", test_reported);
	return g_test_run();
}
