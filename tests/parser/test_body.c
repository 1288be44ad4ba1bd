/* From parts to text, HTML and files: what fixtures would say at length, in rows. */
#include "mime/mail.h"
#include "parser/parse.h"

#include <string.h>

#define PART(type, text)      "--x\nContent-Type: " type "\n\n" text "\n"
#define MULTI(subtype, parts) "Content-Type: multipart/" subtype "; boundary=x\n\n" parts "--x--\n"

/* clang-format 14 crashes on this table. */
/* clang-format off */
static const struct {
	const char *name, *mail, *text, *html;
	guint files;
} rows[] = {
	{"plain", "Content-Type: text/plain\n\nHallo", "Hallo", NULL, 0},
	{"plain wins", MULTI("alternative", PART("text/plain", "Hallo") PART("text/html", "<b>Hallo</b>")), "Hallo",
		"<b>Hallo</b>", 0},
	{"the last HTML wins", MULTI("alternative", PART("text/html", "<b>a</b>") PART("text/html", "<b>b</b>")), "b\n",
		"<b>b</b>", 0},
	{"blank text", MULTI("alternative", PART("text/plain", " \n") PART("text/html", "<b>Hallo</b>")), "Hallo\n",
		"<b>Hallo</b>", 0},
	{"source code as text", MULTI("alternative", PART("text/plain", "<html><b>a</b>") PART("text/html", "<b>a</b>")),
		"a\n", "<b>a</b>", 0},
	{"HTML with a name", MULTI("alternative", PART("text/plain", "a") PART("text/html; name=a.html", "<b>a</b>")), "a",
		"<b>a</b>", 0},
	{"forms for watches", MULTI("alternative", PART("text/plain", "a") PART("text/watch-html", "<b>w</b>")), "a", NULL, 0},
	{"two texts", MULTI("mixed", PART("text/plain", "a") PART("text/plain", "b")), "a\nb", NULL, 0},
	{"text and HTML in a row", MULTI("mixed", PART("text/html", "<b>a</b>") PART("text/plain", "b")), "a\nb",
		"<b>a</b>", 0},
	{"two HTML parts", MULTI("mixed", PART("text/html", "<b>a") PART("text/html", "b</b>")), "a\nb\n", "<b>a</b>\nb", 0},
	{"a first text with a name", MULTI("mixed", PART("text/plain; name=a.txt", "a") PART("text/plain; name=b.txt", "b")),
		"a", NULL, 1},
	{"a card", MULTI("mixed", PART("text/plain", "a") PART("text/vcard", "BEGIN:VCARD")), "a", NULL, 1},
	{"no text", MULTI("mixed", PART("application/pdf", "a")), "", NULL, 1},
	{"charset of the HTML", "Content-Type: text/html\n\n<meta charset=koi8-r><p>\xf0\xd2\xc9</p>", "При\n", "<p>При</p>", 0},
	{"encrypted", MULTI("encrypted", PART("application/pgp-encrypted", "Version: 1") PART("application/octet-stream", "a")),
		"", NULL, 2},
	{"signed", MULTI("signed", PART("text/plain", "a") PART("application/pgp-signature", "b")), "a", NULL, 1},
};
/* clang-format on */

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) source = g_bytes_new_static(rows[i].mail, strlen(rows[i].mail));
		g_autoptr(Mail) mail = parse_mail(source);

		g_test_message("%s", rows[i].name);
		g_assert_cmpstr(mail->text, ==, rows[i].text);
		g_assert_cmpstr(mail->html, ==, rows[i].html);
		g_assert_cmpuint(mail->attachments->len, ==, rows[i].files);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/body/rows", test_rows);
	return g_test_run();
}
