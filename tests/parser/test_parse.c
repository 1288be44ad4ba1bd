#include "mime/mail.h"
#include "parser/parse.h"

#include <string.h>

#include "mime/limits.h"
#include "tests/parser/mail_invariants.h"
#include "tests/parser/deadline.h"

enum { MOST_SECONDS = 5 };

static Mail *parse(const char *text, gsize length)
{
	g_autoptr(GBytes) source = g_bytes_new(text, length);
	gint64 before = deadline_now();
	Mail *mail = parse_mail(source);

	assert_deadline(before, MOST_SECONDS * G_USEC_PER_SEC);
	assert_mail(mail, 0);
	return mail;
}

static Mail *parse_text(const char *text)
{
	return parse(text, strlen(text));
}

static void test_author(void)
{
	g_autoptr(Mail) mail = parse_text("From: Anna\nFrom: Bo <bo@x.example>\n\n");
	g_autoptr(Mail) nobody = parse_text("Subject: a\n\n");
	g_autoptr(Mail) named = parse_text("From: Anna\n\n");

	g_assert_cmpstr(mail_author(mail)->address, ==, "bo@x.example");
	g_assert_cmpuint(mail->from_fields, ==, 2);
	g_assert_null(mail_author(nobody));
	g_assert_cmpstr(mail_author(named)->name, ==, "Anna");
}

static void test_field(void)
{
	g_autoptr(Mail) mail = parse_text("X-A: 1\nx-a: 2\n\n");

	g_assert_cmpstr(mail_field(mail, "x-A"), ==, "1");
	g_assert_null(mail_field(mail, "x"));
}

static void test_redirect(void)
{
	g_autoptr(Mail) mail = parse_text(
		"Resent-To: c@x.example\nResent-From: b@x.example\nResent-From: old@x.example\n"
		"From: a@x.example\n\n");
	g_autoptr(Mail) plain = parse_text("From: a@x.example\n\n");

	g_assert_true(mail_is_redirect(mail));
	g_assert_false(mail_is_redirect(plain));
	g_assert_cmpuint(mail->resent_from->len, ==, 1);
	g_assert_cmpstr(((const Mailbox *)g_ptr_array_index(mail->resent_from, 0))->address, ==,
		"b@x.example");
}

#define ATTACHED                                                                             \
	"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nKommentar\n--x\nContent-Type: " \
	"message/rfc822\n\n"                                                                 \
	"From: bo@x.example\nSubject: innen\n\nText\n--x--\n"

/* A list's or a rule's mail has no forward, though what is in it is still listed. */
static void test_forward(void)
{
	g_autoptr(Mail) mail = parse_text("From: a@x.example\n" ATTACHED);
	g_autoptr(Mail) list = parse_text("List-Id: <a.b>\n" ATTACHED);
	g_autoptr(Mail) rule = parse_text("Autoforwarded: TRUE\n" ATTACHED);
	const Forward *forward = mail_forward(mail);

	g_assert_nonnull(forward);
	g_assert_cmpint(forward->form, ==, FORWARD_ATTACHED);
	g_assert_cmpstr(forward->comment, ==, "Kommentar");
	g_assert_cmpstr(forward->original->subject, ==, "innen");
	g_assert_cmpstr(forward->original->text, ==, "Text");
	g_assert_null(mail_forward(list));
	g_assert_cmpuint(list->forwards->len, ==, 1);
	g_assert_null(mail_forward(rule));
}

/* The exact bytes of an attached original: as its source and as the attachment. */
static void test_source(void)
{
	static const char inner[] = "From: bo@x.example\r\nSubject:   innen \r\n\r\nText \r\n";
	g_autofree char *code = g_base64_encode((const guchar *)inner, sizeof inner - 1);
	g_autofree char *text = g_strdup_printf(
		"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n%s",
		code);
	g_autoptr(Mail) mail = parse_text(text);
	g_autoptr(GBytes) want = g_bytes_new_static(inner, sizeof inner - 1);
	const Forward *forward = mail_forward(mail);
	const Attachment *attachment = g_ptr_array_index(mail->attachments, 0);

	g_assert_true(g_bytes_equal(forward->original->source, want));
	g_assert_true(g_bytes_equal(attachment->content, want));
}

static void test_defects(void)
{
	g_autoptr(Mail) mail = mail_new();

	mail_defect(mail, "a %d", 1);
	mail_defect(mail, "a %d", 1);
	for (int i = 0; i < 1000; i++)
		mail_defect(mail, "b %d", i);
	g_assert_cmpuint(mail->defects->len, ==, LIMIT_DEFECTS);
}

static void test_kind_names(void)
{
	g_assert_cmpstr(mail_kind_name(MAIL_KIND_MAIL), ==, "mail");
	g_assert_cmpstr(mail_kind_name(MAIL_KIND_AUTO_REPLY), ==, "auto_reply");
	g_assert_cmpstr(mail_kind_name(MAIL_KIND_CALENDAR), ==, "calendar");
}

/* A head, then a middle many times, then an end: what costs most when a reader is not linear. */
static const struct {
	const char *name, *head, *middle, *end;
	guint times;
} hostile[] = {
	{"one long header field",             "Subject: ",                                            "a ",                               "\n\nText\n", 2000000},
	{"many header fields",                "",						     "X-A: b\n",                         "\nText\n",   500000 },
	{"folds",			     "Subject: a",					   "\n b",                             "\n\nText\n", 500000 },
	{"references",			"References: ",					 "<a@b> ",                           "\n\nText\n", 300000 },
	{"addresses",			 "To: ",						 "a@b.example, ",                    "\n\nText\n", 200000 },
	{"parts",			     "Content-Type: multipart/mixed; boundary=x\n\n",        "--x\n\na\n",                       "--x--\n",    100000 },
	{"attachments",                       "Content-Type: multipart/mixed; boundary=x\n\n",
         "--x\nContent-Type: application/pdf; name=a.pdf\n\na\n",									 "--x--\n",    100000 },
	{"multiparts of one boundary",        "Content-Type: multipart/mixed; boundary=x\n\n",
         "--x\nContent-Type: multipart/mixed; boundary=x\n\n",									    "",           50000  },
	{"lines that could be boundaries",    "Content-Type: multipart/mixed; boundary=x\n\n--x\n\n",
         "--\n",															  "",           2000000},
	{"a header without an end in a part", "Content-Type: multipart/mixed; boundary=x\n\n--x\n",
         "A: b\n",															"",           500000 },
	{"mails in mails",                    "",						     "Content-Type: message/rfc822\n\n", "Text",       5000   },
	{"open tags",			 "Content-Type: text/html\n\n",                          "<div>",                            "a",          500000 },
	{"encoded words",                     "Subject: ",					    "=?utf-8?Q?a?= ",                   "\n\nText\n", 100000 },
	{"parameters",			"Content-Type: text/plain; ",                           "a*0=b; ",                          "\n\nText\n", 100000 },
	{"begin lines",                       "Subject: a\n\n",                                       "begin 644 a\n",                    "",           300000 },
	{"quoted text",                       "Subject: a\n\n",                                       "> ",                               "",           1000000},
	{"no header and no line end",         "",						     "a",                                "",           5000000},
	{"blank lines",                       "",						     "\n",                               "",           2000000},
	{"calendar",			  "Content-Type: text/calendar; method=REQUEST\n\n",      "BEGIN:VEVENT\n",                   "",
         200000																		},
	{"delivery status",                   "Content-Type: message/delivery-status\n\n",
         "Action: failed\nFinal-Recipient: a;b@c\n\n",										    "",           50000  },
	{"flowed",			    "Content-Type: text/plain; format=flowed\n\n",          ">a \n",                            "",           500000 },
};

static void test_hostile(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
		g_autoptr(GString) text = g_string_new(hostile[i].head);
		g_autoptr(Mail) mail = NULL;
		gint64 before = deadline_now();

		for (guint j = 0; j < hostile[i].times; j++)
			g_string_append(text, hostile[i].middle);
		g_string_append(text, hostile[i].end);
		mail = parse(text->str, text->len);
		g_test_message("%s: %" G_GINT64_FORMAT " ms", hostile[i].name,
			(deadline_now() - before) / 1000);
		g_assert_cmpuint(mail->attachments->len, <=, LIMIT_ATTACHMENTS);
		g_assert_cmpuint(mail->to->len, <=, LIMIT_ADDRESSES);
		g_assert_cmpuint(mail->references->len, <=, LIMIT_REFERENCES);
		g_assert_cmpuint(strlen(mail->text), <=, 4 * (gsize)LIMIT_TEXT_BYTES);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/parse/author", test_author);
	g_test_add_func("/parse/field", test_field);
	g_test_add_func("/parse/redirect", test_redirect);
	g_test_add_func("/parse/forward", test_forward);
	g_test_add_func("/parse/source", test_source);
	g_test_add_func("/parse/defects", test_defects);
	g_test_add_func("/parse/kind-names", test_kind_names);
	g_test_add_func("/parse/hostile", test_hostile);
	return g_test_run();
}
