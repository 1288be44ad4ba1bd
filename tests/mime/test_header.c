#include "mime/mail.h"
#include "parser/parse.h"

#include <string.h>

static Mail *parse(const char *header)
{
	g_autofree char *text = g_strconcat(header, "\nText\n", NULL);
	g_autoptr(GBytes) source = g_bytes_new(text, strlen(text));

	return parse_mail(source);
}

static const char *first(const GPtrArray *list)
{
	return list->len ? ((const Mailbox *)g_ptr_array_index(list, 0))->address : NULL;
}

static void test_people(void)
{
	g_autoptr(Mail) mail =
		parse("From: a@x.example\nTo: b@x.example\nTo: c@x.example\nCC: d@x.example\n"
		      "Reply-To: e@x.example\nSender: f@x.example\nBcc: g@x.example\n");

	g_assert_cmpstr(first(mail->from), ==, "a@x.example");
	g_assert_cmpstr(first(mail->to), ==, "b@x.example");
	g_assert_cmpuint(mail->to->len, ==, 2);
	g_assert_cmpstr(first(mail->cc), ==, "d@x.example");
	g_assert_cmpstr(first(mail->reply_to), ==, "e@x.example");
	g_assert_cmpuint(mail->from_fields, ==, 1);
}

static void test_ids(void)
{
	g_autoptr(Mail) mail = parse(
		"Message-ID: <own@x>\nIn-Reply-To: <a@x> <own@x>\nReferences: <r@x>\n <a@x>\n");

	g_assert_cmpstr(mail->message_id, ==, "own@x");
	g_assert_cmpuint(mail->in_reply_to->len, ==, 1);
	g_assert_cmpstr(g_ptr_array_index(mail->in_reply_to, 0), ==, "a@x");
	g_assert_cmpuint(mail->references->len, ==, 2);
	g_assert_cmpstr(g_ptr_array_index(mail->references, 0), ==, "r@x");
}

/* What stands more than once where once is right: the first counts, and it is said. */
static void test_twice(void)
{
	g_autoptr(Mail) mail = parse("Subject: eins\nSubject: zwei\nDate: nie\nMessage-ID: <>\n");

	g_assert_cmpstr(mail->subject, ==, "eins");
	g_assert_cmpint(mail->date.precision, ==, PRECISION_NONE);
	g_assert_null(mail->message_id);
	g_assert_cmpuint(mail->defects->len, ==, 3);
}

static void test_subject(void)
{
	g_autofree char *lines = g_strnfill(5000, 'a');
	g_autofree char *header = g_strdup_printf("Subject: =?utf-8?Q?a=0D=0AX-B:_c?= %s\n", lines);
	g_autoptr(Mail) mail = parse(header);

	g_assert_true(g_str_has_prefix(mail->subject, "a X-B: c aaa"));
	g_assert_cmpuint(strlen(mail->subject), <=, 2001);
	g_assert_true(g_str_has_prefix(mail->base_subject, "a x-b: c"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/header/people", test_people);
	g_test_add_func("/header/ids", test_ids);
	g_test_add_func("/header/twice", test_twice);
	g_test_add_func("/header/subject", test_subject);
	return g_test_run();
}
