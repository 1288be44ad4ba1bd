#include "parser/anonymise.h"

#include <gio/gio.h>
#include <string.h>

#include "mime/mail.h"
#include "parser/parse.h"

/* What an anonymised mail shares with the original: how it is read. */
static void append_shape(GString *out, const Mail *mail, guint level)
{
	g_string_append_printf(out, "%u kind %d from %u to %u cc %u date %d %04d text %d html %d",
		level, mail->kind, MIN(mail->from->len, 1u), MIN(mail->to->len, 1u),
		MIN(mail->cc->len, 1u), mail->date.precision, mail->date.year, *mail->text != '\0',
		mail->html != NULL);
	g_string_append_printf(out, " id %d references %u index %d quotes %u\n",
		mail->message_id != NULL, mail->references->len, mail->has_thread_index,
		mail->quotes->len);
	for (guint i = 0; i < mail->attachments->len; i++) {
		const Attachment *attachment = g_ptr_array_index(mail->attachments, i);

		g_string_append_printf(out, "%u file %s %" G_GSIZE_FORMAT "\n", level,
			attachment->content_type, g_bytes_get_size(attachment->content));
	}
	for (guint i = 0; i < mail->forwards->len; i++) {
		const Forward *forward = g_ptr_array_index(mail->forwards, i);

		g_string_append_printf(out, "%u forward %d comment %d\n", level, forward->form,
			*forward->comment != '\0');
		append_shape(out, forward->original, level + 1);
	}
}

static char *shape_of(GBytes *source)
{
	g_autoptr(Mail) mail = parse_mail(source);
	GString *out = g_string_new(NULL);

	append_shape(out, mail, 0);
	return g_string_free(out, FALSE);
}

static GBytes *read_fixture(const char *name)
{
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "mail", name, NULL);
	char *content = NULL;
	gsize length = 0;

	g_assert_true(g_file_get_contents(path, &content, &length, NULL));
	return g_bytes_new_take(content, length);
}

static gboolean holds(GBytes *bytes, const char *word)
{
	gsize length = 0;
	const char *data = g_bytes_get_data(bytes, &length);

	return g_strstr_len(data, (gssize)length, word) != NULL;
}

/* Every fixture is read alike, is as long, and names nobody any more. */
static void test_fixture(gconstpointer data)
{
	static const char *const names[] = {
		"Muster", "Berger", "k.berger", "stahlbau-nord", "acme.example", "Angebot"};
	g_autoptr(GBytes) source = read_fixture(data);
	g_autoptr(GBytes) other = anonymise_mail(source);
	g_autofree char *want = shape_of(source);
	g_autofree char *have = shape_of(other);

	g_assert_cmpuint(g_bytes_get_size(other), ==, g_bytes_get_size(source));
	g_assert_cmpstr(have, ==, want);
	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		g_assert_false(holds(other, names[i]));
}

static const char *const texts[] = {
	"",
	"\n",
	"From: a",
	"Content-Type: multipart/mixed; boundary=x\n\n--x",
	"Content-Type: text/html\n\n<a href='x@y.example' class=gmail_quote>M&uuml;ller</a><st",
	"Content-Transfer-Encoding: base64\n\nQQ",
	"Content-Transfer-Encoding: quoted-printable\nContent-Type: text/html\n\n<style",
	"Subject: =?utf-8?B?R3LDvMOfZQ==?= =?x?Q\n\nbegin 644 x\n",
	"\xff\xfe=?iso-2022-jp?B?GyRCNEEbKEI=?= \xe4",
};

/* Whatever comes in, as many bytes come out. */
static void test_any(gconstpointer data)
{
	const char *text = texts[GPOINTER_TO_UINT(data)];
	g_autoptr(GBytes) source = g_bytes_new(text, strlen(text));
	g_autoptr(GBytes) other = anonymise_mail(source);

	g_assert_cmpuint(g_bytes_get_size(other), ==, strlen(text));
}

/* The same word becomes the same word, in an address, a text and a coded one; another becomes
 * another. */
static void test_consistent(void)
{
	static const char text[] =
		"From: Zacharias <zacharias@x.example>\n"
		"Subject: AW: =?utf-8?Q?Zacharias?= 4711\n\n"
		"Zacharias 4711 ZACHARIAS\nAm 03.03.2025 um 14:05 schrieb Zacharias:\n";
	g_autoptr(GBytes) source = g_bytes_new_static(text, strlen(text));
	g_autoptr(GBytes) other = anonymise_mail(source);
	g_autofree char *have = g_strndup(g_bytes_get_data(other, NULL), strlen(text));
	g_autofree char *name = g_strndup(have + strlen("From: "), strlen("Zacharias"));
	g_autofree char *small = g_ascii_strdown(name, -1);
	g_autofree char *big = g_ascii_strup(name, -1);
	g_autofree char *address = g_strdup_printf("<%s@", small);
	g_autofree char *coded = g_strdup_printf("AW: =?utf-8?Q?%s?=", name);
	g_autofree char *quote = g_strdup_printf("Am 03.03.2025 um 14:05 schrieb %s:", name);

	g_assert_cmpstr(name, !=, "Zacharias");
	g_assert_nonnull(strstr(have, address));
	g_assert_nonnull(strstr(have, coded));
	g_assert_nonnull(strstr(have, big));
	g_assert_nonnull(strstr(have, quote));
	g_assert_null(strstr(have, "4711"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);

	g_autofree char *directory = g_test_build_filename(G_TEST_DIST, "mail", NULL);
	g_autoptr(GDir) files = g_dir_open(directory, 0, NULL);
	const char *name;

	while (files && (name = g_dir_read_name(files))) {
		g_autofree char *path = g_strconcat("/anonymise/fixture/", name, NULL);

		if (g_str_has_suffix(name, ".eml"))
			g_test_add_data_func_full(path, g_strdup(name), test_fixture, g_free);
	}
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *path = g_strdup_printf("/anonymise/any/%u", i);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_any);
	}
	g_test_add_func("/anonymise/consistent", test_consistent);
	return g_test_run();
}
