/* Outlook's containers, taken from the fixtures: recognised, read, and read without harm when they
 * are damaged. */
#include "parser/container.h"

#include <string.h>

#include "mime/limits.h"
#include "parser/msg.h"
#include "parser/parse.h"
#include "parser/tnef.h"
#include "tests/parser/mail_invariants.h"

/* The content of the first attachment of a fixture whose name ends so. */
static GBytes *load(const char *fixture, const char *suffix)
{
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "mail", fixture, NULL);
	g_autofree char *text = NULL;
	g_autoptr(GBytes) source = NULL;
	g_autoptr(Mail) mail = NULL;
	gsize length;

	g_assert_true(g_file_get_contents(path, &text, &length, NULL));
	source = g_bytes_new_take(g_steal_pointer(&text), length);
	mail = parse_mail(source);
	for (guint i = 0; i < mail->attachments->len; i++) {
		const Attachment *attachment = g_ptr_array_index(mail->attachments, i);

		if (g_str_has_suffix(attachment->filename, suffix))
			return g_bytes_ref(attachment->content);
	}
	g_assert_not_reached();
}

static const struct {
	const char *type, *name, *content;
	Container want;
} rows[] = {
	{"message/rfc822",           NULL,          "",                           CONTAINER_MAIL},
	{"message/global",           "a.txt",       "Text",                       CONTAINER_MAIL},
	{"application/octet-stream", "a.eml",       "Subject: a\n\n",             CONTAINER_MAIL},
	{"text/plain",               "A.EML",       "From x\nSubject: a\n\n",     CONTAINER_MAIL},
	{"application/octet-stream", "a.eml",       "\xef\xbb\xbfSubject: a\n\n", CONTAINER_MAIL},
	{"application/octet-stream", "a.eml",       "kein Kopf\n",                CONTAINER_NONE},
	{"application/octet-stream", "a.txt",       "Subject: a\n\n",             CONTAINER_NONE},
	{"application/octet-stream", "a.msg",       "Subject: a\n\n",             CONTAINER_NONE},
	{"application/ms-tnef",      "winmail.dat", "kein TNEF",                  CONTAINER_NONE},
	{"application/octet-stream", "b.bin",       "\x78\x9f\x3e\x22\x01\x00",   CONTAINER_TNEF},
	{"application/octet-stream", NULL,          "",                           CONTAINER_NONE},
};

static void test_find(void)
{
	g_autoptr(GBytes) msg = load("015-outlook-msg.eml", ".msg");

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) content =
			g_bytes_new_static(rows[i].content, strlen(rows[i].content));

		g_assert_cmpint(
			container_find(rows[i].type, rows[i].name, content), ==, rows[i].want);
	}
	g_assert_cmpint(
		container_find("application/octet-stream", "a.msg", msg), ==, CONTAINER_MSG);
	g_assert_cmpint(container_find("application/vnd.ms-outlook", NULL, msg), ==, CONTAINER_MSG);
	/* Word and Excel have the same container. */
	g_assert_cmpint(container_find("application/msword", "a.doc", msg), ==, CONTAINER_NONE);
}

static guint read_all(Container container, const guint8 *data, gsize length)
{
	g_autoptr(Mail) mail = mail_new();
	Budget budget = {
		.parts = LIMIT_PARTS, .depth = LIMIT_MAIL_DEPTH, .bytes = LIMIT_NESTED_BYTES};
	g_autoptr(Body) body = body_new(mail, &budget);
	g_autoptr(GBytes) content = g_bytes_new(data, length);

	container_read(body, container, content);
	body_finish(body);
	assert_mail(mail, 0);
	g_assert_cmpuint(budget.depth, ==, LIMIT_MAIL_DEPTH);
	return mail->forwards->len;
}

static void damage(Container container, GBytes *whole, gsize step)
{
	gsize length;
	const guint8 *data = g_bytes_get_data(whole, &length);
	g_autofree guint8 *copy = g_malloc(length);

	for (gsize cut = 0; cut < length; cut += step)
		read_all(container, data, cut);
	for (gsize at = 0; at < length; at += step)
		for (guint value = 0; value < 256; value += 85) {
			memcpy(copy, data, length);
			copy[at] = (guint8)value;
			read_all(container, copy, length);
		}
}

static void test_msg(void)
{
	g_autoptr(GBytes) whole = load("015-outlook-msg.eml", ".msg");

	g_assert_true(msg_is(whole));
	g_assert_cmpuint(
		read_all(CONTAINER_MSG, g_bytes_get_data(whole, NULL), g_bytes_get_size(whole)), ==,
		1);
	damage(CONTAINER_MSG, whole, 13);
}

static void test_tnef(void)
{
	g_autoptr(GBytes) mail = load("016-winmail-with-a-mail.eml", ".dat");
	g_autoptr(GBytes) plain = load("017-winmail-without-a-mail.eml", ".dat");

	g_assert_true(tnef_is(mail));
	g_assert_cmpuint(
		read_all(CONTAINER_TNEF, g_bytes_get_data(mail, NULL), g_bytes_get_size(mail)), ==,
		1);
	g_assert_cmpuint(
		read_all(CONTAINER_TNEF, g_bytes_get_data(plain, NULL), g_bytes_get_size(plain)),
		==, 0);
	damage(CONTAINER_TNEF, mail, 1);
	damage(CONTAINER_TNEF, plain, 1);
}

/* With nothing left of the budget a mail stays a file. */
static void test_budget(void)
{
	static const char text[] = "Subject: a\n\nText\n";
	g_autoptr(Mail) mail = mail_new();
	Budget budget = {.parts = 10, .depth = 1, .bytes = 5};
	g_autoptr(Body) body = body_new(mail, &budget);
	g_autoptr(GBytes) content = g_bytes_new_static(text, sizeof text - 1);

	container_read(body, CONTAINER_MAIL, content);
	g_assert_cmpuint(body->originals->len, ==, 0);
	g_assert_cmpuint(mail->defects->len, ==, 1);
	budget.bytes = 100;
	container_read(body, CONTAINER_MAIL, content);
	g_assert_cmpuint(body->originals->len, ==, 1);
	g_assert_cmpuint(budget.bytes, ==, 100 - (sizeof text - 1));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/container/find", test_find);
	g_test_add_func("/container/msg", test_msg);
	g_test_add_func("/container/tnef", test_tnef);
	g_test_add_func("/container/budget", test_budget);
	return g_test_run();
}
