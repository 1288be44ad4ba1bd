#include "graph/compose.h"

#include <stdlib.h>
#include <string.h>

#include "graph/told.h"

#define SEND_ID "2b1f4c3e-0000-4000-8000-123456789abc"

/* A mail that answers p, which answers r. */
static Outgoing *mail_of(const char *subject, const char *html)
{
	Outgoing *mail = g_new0(Outgoing, 1);
	Recipient *to = g_new0(Recipient, 1);

	mail->send_id = g_strdup(SEND_ID);
	mail->internet_id = g_strdup("own@acme.test");
	mail->subject = g_strdup(subject);
	mail->text = g_strdup("Guten Tag");
	mail->html = g_strdup(html);
	mail->answers_id = g_strdup("p@b.test");
	mail->references = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(mail->references, g_strdup("p@b.test"));
	g_ptr_array_add(mail->references, g_strdup("r@b.test"));
	mail->recipients = g_ptr_array_new();
	to->role = g_strdup("to");
	to->name = g_strdup("Berger, \"Karl\"\r\nBcc: x@evil.test");
	to->address = g_strdup("k@b.test");
	g_ptr_array_add(mail->recipients, to);
	mail->files = g_ptr_array_new();
	return mail;
}

static void free_mail(Outgoing *mail)
{
	Recipient *to = g_ptr_array_index(mail->recipients, 0);

	g_free(to->role);
	g_free(to->name);
	g_free(to->address);
	g_free(to);
	outgoing_free(mail);
}

/* The message within what compose_mail() made, and what stands beside it. */
static json_t *composed(const Outgoing *mail, ComposeFlags flags, gboolean *is_saved)
{
	char *text = compose_mail(NULL, "acme", mail, flags, "de", NULL);
	json_t *body = told_parse(text, strlen(text));
	json_t *message = json_incref(json_object_get(body, "message"));

	g_assert_null(strpbrk(text, "\r\n"));
	*is_saved = json_is_true(json_object_get(body, "saveToSentItems"));
	json_decref(body);
	free(text);
	return message;
}

static const char *property_of(const json_t *message, const char *id)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(message, "singleValueExtendedProperties"), i,
		entry) if (g_strcmp0(told_text(entry, "id"), id) == 0) return told_text(entry,
		"value");
	return NULL;
}

static const char *header_of(const json_t *message)
{
	const json_t *headers = json_object_get(message, "internetMessageHeaders");

	g_assert_cmpuint(json_array_size(headers), ==, 1);
	return told_text(json_array_get(headers, 0), "value");
}

static void test_mail(void)
{
	Outgoing *mail = mail_of("Bestellung Ä", NULL);
	gboolean is_saved;
	g_autoptr(json_t) message = composed(mail, COMPOSE_MAIL, &is_saved);
	const json_t *to = json_array_get(json_object_get(message, "toRecipients"), 0);

	g_assert_true(is_saved);
	g_assert_cmpstr(told_text(message, "subject"), ==, "Bestellung Ä");
	g_assert_cmpstr(told_text(message, "internetMessageId"), ==, "<own@acme.test>");
	g_assert_cmpstr(header_of(message), ==, SEND_ID);
	g_assert_cmpstr(property_of(message, "String 0x1042"), ==, "<p@b.test>");
	g_assert_cmpstr(property_of(message, "String 0x1039"), ==, "<r@b.test> <p@b.test>");
	g_assert_cmpstr(told_text(json_object_get(message, "body"), "contentType"), ==, "text");
	/* A name is a text of JSON, whatever is in it. */
	g_assert_cmpstr(told_text(json_object_get(to, "emailAddress"), "address"), ==, "k@b.test");
	g_assert_cmpuint(json_object_size(json_object_get(to, "emailAddress")), ==, 2);
	g_assert_null(json_object_get(message, "bccRecipients"));
	free_mail(mail);
}

static void test_reply(void)
{
	Outgoing *mail = mail_of("AW: x", "<p>Gruß</p>");
	gboolean is_saved;
	g_autoptr(json_t) message = composed(mail, COMPOSE_REPLY, &is_saved);

	g_assert_false(is_saved);
	g_assert_null(property_of(message, "String 0x1042"));
	g_assert_cmpstr(told_text(json_object_get(message, "body"), "contentType"), ==, "html");
	free_mail(mail);
}

static void test_bare(void)
{
	Outgoing *mail = mail_of("x", NULL);
	gboolean is_saved;
	g_autoptr(json_t) message = composed(mail, COMPOSE_BARE, &is_saved);

	g_assert_null(json_object_get(message, "internetMessageId"));
	g_assert_null(json_object_get(message, "singleValueExtendedProperties"));
	g_assert_cmpstr(header_of(message), ==, SEND_ID);
	free_mail(mail);
}

/* What Graph would refuse is refused here, in words; a long thread loses its middle, not its end.
 */
static void test_limits(void)
{
	Outgoing *mail = mail_of("x", NULL);
	g_autofree char *large = g_strnfill(4000000, 'x');
	g_autofree char *long_id = g_strnfill(900, 'i');
	g_autoptr(GError) error = NULL;
	gboolean is_saved;

	for (guint i = 0; i < 20; i++)
		g_ptr_array_insert(mail->references, 1, g_strdup(long_id));
	{
		g_autoptr(json_t) message = composed(mail, COMPOSE_MAIL, &is_saved);
		const char *references = property_of(message, "String 0x1039");

		g_assert_cmpuint(strlen(references), <=, 4000);
		g_assert_true(g_str_has_prefix(references, "<r@b.test>"));
		g_assert_true(g_str_has_suffix(references, "<p@b.test>"));
	}
	g_free(mail->text);
	mail->text = g_steal_pointer(&large);
	g_assert_null(compose_mail(NULL, "acme", mail, COMPOSE_MAIL, "en", &error));
	g_assert_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT);
	g_assert_nonnull(strstr(error->message, "BCC"));
	free_mail(mail);
}

static void test_note(void)
{
	char *text = compose_note("a@acme.test", "Test", "x", SEND_ID, COMPOSE_MAIL);
	char *bare = compose_note("a@acme.test", "Test", "x", SEND_ID, COMPOSE_BARE);

	g_assert_nonnull(strstr(text, "ZalionSendId"));
	g_assert_null(strstr(bare, "ZalionSendId"));
	g_assert_nonnull(strstr(bare, "X-Zalion-Send-Id"));
	free(text);
	free(bare);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/compose/mail", test_mail);
	g_test_add_func("/compose/reply", test_reply);
	g_test_add_func("/compose/bare", test_bare);
	g_test_add_func("/compose/limits", test_limits);
	g_test_add_func("/compose/note", test_note);
	return g_test_run();
}
