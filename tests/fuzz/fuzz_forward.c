/* Any subject, text and HTML (the first line, then parted by a form feed): what is found is text,
 * and no longer than what it was found in. */
#include <stdint.h>
#include <string.h>

#include "forward/forward.h"
#include "tests/html/strict_html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
	g_assert_true(text && g_utf8_validate(text, -1, NULL));
}

static void check_people(const GPtrArray *list)
{
	for (guint i = 0; i < list->len; i++) {
		const Mailbox *mailbox = g_ptr_array_index(list, i);

		g_assert_true(mailbox->name || mailbox->address);
		check_text(mailbox->name ? mailbox->name : "");
		check_text(mailbox->address ? mailbox->address : "");
	}
}

static void check_forward(const Forward *forward)
{
	const Mail *original = forward->original;

	check_text(forward->comment);
	check_text(original->text);
	check_text(original->subject);
	g_assert_null(strpbrk(original->subject, "\r\n"));
	check_people(original->from);
	check_people(original->to);
	check_people(original->cc);
	check_people(original->reply_to);
	if (original->html)
		g_assert_null(strict_html_fault(original->html));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *valid = g_utf8_make_valid((const char *)data, (gssize)size);
	g_auto(GStrv) subject = g_strsplit(valid, "\n", 2);
	g_auto(GStrv) bodies = g_strsplit(subject[0] && subject[1] ? subject[1] : "", "\f", 2);
	const char *html = bodies[0] ? bodies[1] : NULL;
	g_autoptr(Rendered) page = html ? render_html(html, strlen(html)) : NULL;
	g_autoptr(Mail) mail = mail_new();
	const Mail *level = mail;

	g_free(mail->subject);
	mail->subject = g_strdup(subject[0] ? subject[0] : "");
	g_free(mail->text);
	mail->text = g_strdup(bodies[0] ? bodies[0] : "");
	forward_find_inline(mail, page);
	while (level->forwards->len > 0) {
		const Forward *forward = g_ptr_array_index(level->forwards, 0);

		g_assert_cmpuint(level->forwards->len, ==, 1);
		check_forward(forward);
		level = forward->original;
	}
	return 0;
}
