#include "parser/anonymise.h"

#include <gio/gio.h>
#include <string.h>

#include "html/entities.h"
#include "mime/mail.h"
#include "mime/transfer.h"
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

/* ------------------------------------------------------------------ secrets everywhere */

/* Mails with "{}" wherever a person can write something, and "[]" where it can be spelled as HTML
 * and URLs do. */
static const char *const places[] = {
	"From: {} <{}@{}.example>\nTo: \"{}\" <{}>\nSubject: AW: {}\nMessage-ID: <{}@{}>\n"
	"References: <{}.1@x> <{}>\nDate: {}, 3 Mar 2025 14:05:31 +0100 ({})\nX-{}: {}\n"
	"User-Agent: {}/1.0\nX-Mailer: {}\nStatus: {}\nPrecedence: {}\nMIME-Version: 1.0 ({})\n"
	"Received: from {} by {} for <{}>; Mon, 3 Mar 2025 14:05:31 +0100 ({})\n"
	"Thread-Topic: {}\nThread-Index: {}\nX-Priority: 1 {}\nContent-Language: {}\n"
	"Content-Transfer-Encoding: {}\n\n{} [] 03.03.2025 {}\nvon {}: https://{}/[]?{}=[]\n",
	"Subject: =?{}?Q?{}?= =?utf-8?Q?{}?=\nContent-Type: text/plain; charset={}; format={};\n"
	" {}=\"{}\"; x-{}={}\n\n{}\n",
	"Content-Type: text/{}; name=\"{}.{}\"\nContent-Disposition: attachment; "
	"filename*=utf-8''{};"
	" filename=\"{} '{}' {}\";\n creation-date=\"{}\"\n\n{}\n",
	"Content-Type: application/x-{}; name={}\nContent-Disposition: {}; filename*0*=utf-8''[];"
	"\n filename*1*=[]\nContent-ID: <{}>\nContent-Description: {}\n\n{}\n",
	"Content-Type: multipart/mixed; boundary=\"=_{}\"\n\n{}\n--=_{}\nContent-Type: "
	"text/html\n\n"
	"<p>[] {}</p>\n--=_{}\n\n{}\n--=_{}--\n{}\n",
	"Content-Type: text/html\n\n<!doctype {}><html {}><head><title>[]</title><meta "
	"content='{}'>"
	"<style>.{} { background:url(https://{}/[].png) } /* {} */</style></head><body class={}>"
	"<!-- {} --><!--[if {}]><p>{}</p><![endif]--><p id='{}' style=\"background:url({}[]);"
	"font-family:'{}'\" {}='{}' title='[]'>[] {}</p><{}> <{}@x.example> <a href='mailto:{}' "
	"data-x={}>[]</a><img alt = \"{} > {}\" src=cid:[]><script>var n='{}', m='[]'</script>"
	"<div class=\"gmail_quote {}\">2025 []</div><b a='{}",
	"\nbegin 644 {}.txt\n#{}\n`\nend\n=ybegin line=128 size=10 name={}\n{}\n"
	"-----BEGIN PGP MESSAGE-----\nComment: {}\n\n=57=75 {}\n",
	"Content-Type: text/calendar; method={}\n\nBEGIN:VCALENDAR\nPRODID:{}\nX-{}:{}\n"
	"BEGIN:VEVENT\nSUMMARY;LANGUAGE={}:{}\nORGANIZER;CN=\"{}\":mailto:{}\nCATEGORIES:{}\n"
	"DTSTART;TZID={}:20250320T090000\nDTEND:{}\nRESOURCES:{}\nSTATUS:{}\nEND:VEVENT\n{}\n",
	"Content-Type: multipart/report; report-type=delivery-status; "
	"boundary=b\n\n--b\n\n{}\n--b\n"
	"Content-Type: message/delivery-status\n\nReporting-MTA: dns; {}\n\nAction: {}\n"
	"Status: 5.1.1 {}\nFinal-Recipient: rfc822; {}@x.example\nDiagnostic-Code: smtp; 550 {}\n"
	"Last-Attempt-Date: {}\n\n--b\nContent-Type: message/rfc822\n\nFrom: {}\nSubject: "
	"{}\n\n{}\n"
	"--b--\n",
	"From {} Mon Mar  3 14:05:31 2025\n{}\n\n{}",
};
static const char *const secrets[] = {
	"Wunderlich", "Krautsalat", "0173-4455667", "98765", "straßenfest"};
enum { SPELLED_AS_IT_IS, SPELLED_DECIMAL, SPELLED_HEX, SPELLED_PERCENT, SPELLED_SOME, SPELLINGS };

static void append_spelled(GString *out, const char *secret, guint spelling)
{
	for (const char *at = secret; *at; at = g_utf8_next_char(at)) {
		const guint c = g_utf8_get_char(at);
		const gsize length = (gsize)(g_utf8_next_char(at) - at);

		if (spelling == SPELLED_DECIMAL || (spelling == SPELLED_SOME && at == secret + 1))
			g_string_append_printf(out, "&#%u;", c);
		else if (spelling == SPELLED_HEX)
			g_string_append_printf(out, "&#x%x;", c);
		else if (spelling == SPELLED_PERCENT)
			for (gsize i = 0; i < length; i++)
				g_string_append_printf(out, "%%%02X", (guint8)at[i]);
		else
			g_string_append_len(out, at, (gssize)length);
	}
}

static char *fill(const char *place, const char *secret, guint spelling)
{
	GString *out = g_string_new(NULL);

	for (const char *at = place; *at; at++) {
		if (strncmp(at, "{}", 2) == 0 || strncmp(at, "[]", 2) == 0) {
			append_spelled(out, secret, *at == '[' ? spelling : SPELLED_AS_IT_IS);
			at++;
		} else {
			g_string_append_c(out, *at);
		}
	}
	return g_string_free(out, FALSE);
}

/* The same mail with its body in a transfer encoding. */
static char *encode(const char *mail, Transfer transfer)
{
	const char *body = strstr(mail, "\n\n");
	GString *out = g_string_new(NULL);

	if (transfer == TRANSFER_IDENTITY || !body || strstr(mail, "multipart/"))
		return g_string_free(g_string_append(out, mail), FALSE);
	g_string_append_printf(out, "Content-Transfer-Encoding: %s\n%.*s\n\n",
		transfer == TRANSFER_BASE64 ? "base64" : "quoted-printable", (int)(body - mail),
		mail);
	if (transfer == TRANSFER_BASE64) {
		g_autofree char *code = g_base64_encode((const guint8 *)body + 2, strlen(body + 2));

		for (gsize i = 0; i < strlen(code); i += 71)
			g_string_append_printf(out, "%.71s\n", code + i);
	} else {
		for (const char *at = body + 2; *at; at++)
			g_string_append_printf(
				out, *at % 3 && *at != '\n' ? "%c" : "=%02X", (guint8)*at);
	}
	return g_string_free(out, FALSE);
}

/* What the text says where its codes are read, in lower case. */
static void append_read(GString *all, const char *text, gsize length)
{
	g_autoptr(GString) read = g_string_new(NULL);
	g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
	g_autofree char *lower = NULL;

	for (const char *at = valid; *at;) {
		gsize taken = *at == '&' ? entity_read(at, strlen(at), FALSE, read) : 0;

		if (taken == 0 && *at == '%' && g_ascii_isxdigit(at[1]) &&
			g_ascii_isxdigit(at[2])) {
			g_string_append_c(read, (char)(g_ascii_xdigit_value(at[1]) * 16 +
							g_ascii_xdigit_value(at[2])));
			taken = 3;
		} else if (taken == 0) {
			g_string_append_c(read, *at);
			taken = 1;
		}
		at += taken;
	}
	lower = g_utf8_make_valid(read->str, (gssize)read->len);
	g_string_append_printf(all, "%s\n%s\n", valid, lower);
}

static void append_bytes(GString *all, GBytes *bytes)
{
	gsize length = 0;
	const char *data = g_bytes_get_data(bytes, &length);

	append_read(all, data ? data : "", length);
}

/* The mail in every form in which somebody could read it. */
static char *all_read(GBytes *source)
{
	static const Transfer transfers[] = {
		TRANSFER_IDENTITY, TRANSFER_BASE64, TRANSFER_QUOTED_PRINTABLE, TRANSFER_UUENCODE};
	g_autoptr(GString) all = g_string_new(NULL);
	g_autoptr(Mail) mail = parse_mail(source);
	gsize length = 0;
	const char *data = g_bytes_get_data(source, &length);
	const char *body = g_strstr_len(data, (gssize)length, "\n\n");
	g_autoptr(GBytes) below = g_bytes_new(body, body ? length - (gsize)(body - data) : 0);

	append_bytes(all, source);
	for (guint i = 0; i < G_N_ELEMENTS(transfers); i++) {
		g_autoptr(GBytes) decoded = transfer_decode(transfers[i], below, NULL);

		append_bytes(all, decoded);
	}
	append_read(all, mail->text, strlen(mail->text));
	append_read(
		all, mail->subject ? mail->subject : "", mail->subject ? strlen(mail->subject) : 0);
	for (guint i = 0; i < mail->attachments->len; i++) {
		const Attachment *attachment = g_ptr_array_index(mail->attachments, i);

		append_read(all, attachment->filename, strlen(attachment->filename));
		append_bytes(all, attachment->content);
	}
	return g_utf8_casefold(all->str, (gssize)all->len);
}

/* Whatever a person may have written is in no place and in no code of the mail any more. */
static void test_secrets(gconstpointer data)
{
	const char *place = places[GPOINTER_TO_UINT(data)];
	static const Transfer transfers[] = {
		TRANSFER_IDENTITY, TRANSFER_BASE64, TRANSFER_QUOTED_PRINTABLE};

	for (guint i = 0; i < G_N_ELEMENTS(secrets) * SPELLINGS * G_N_ELEMENTS(transfers); i++) {
		const char *secret = secrets[i / (SPELLINGS * G_N_ELEMENTS(transfers))];
		g_autofree char *filled =
			fill(place, secret, i / G_N_ELEMENTS(transfers) % SPELLINGS);
		g_autofree char *text = encode(filled, transfers[i % G_N_ELEMENTS(transfers)]);
		g_autoptr(GBytes) source = g_bytes_new(text, strlen(text));
		g_autoptr(GBytes) other = anonymise_mail(source);
		g_autofree char *before = all_read(source);
		g_autofree char *after = all_read(other);
		g_autofree char *folded = g_utf8_casefold(secret, -1);
		g_autofree char *shown =
			g_strndup(g_bytes_get_data(other, NULL), g_bytes_get_size(other));

		g_assert_cmpuint(g_bytes_get_size(other), ==, strlen(text));
		g_assert_nonnull(strstr(before, folded));
		if (strstr(after, folded))
			g_error("%s is left of\n%s\nin\n%s", secret, text, shown);
	}
}

/* What programs read stays: words of their own, sizes, states, dates. */
static void test_kept(void)
{
	static const char *const kept[] = {
		"Date: Mon, 3 Mar 2025 14:05:31 +0100\n\nx",
		"MIME-Version: 1.0\nContent-Type: multipart/report; "
		"report-type=delivery-status\n\n",
		"Content-Type: text/plain; charset=iso-8859-1; format=flowed; delsp=yes\n\nx",
		"Content-Type: message/rfc822\nContent-Disposition: attachment\n\n",
		"Action: failed\nStatus: 5.1.1\nAuto-Submitted: auto-replied\nPrecedence: "
		"bulk\n\nx",
		"Content-Type: text/html\n\n<div class=\"gmail_quote\"><h1 "
		"style='border:none;border-top:"
		"solid 1.0pt;padding:3.0pt 0cm'></h1><blockquote type=cite id=replybody1><p class="
		"MsoNormal><o:p>&nbsp;</o:p></p>",
		"Subject:\n\n2025-03-03T14:05:31Z, 3 Mar 2025 2:05 PM, 03/03/2025 14:05, "
		"2025年3月3日 14:05 "
		"+0900",
	};

	for (guint i = 0; i < G_N_ELEMENTS(kept); i++) {
		g_autoptr(GBytes) source = g_bytes_new_static(kept[i], strlen(kept[i]));
		g_autoptr(GBytes) other = anonymise_mail(source);
		g_autofree char *have = g_strndup(g_bytes_get_data(other, NULL), strlen(kept[i]));

		g_assert_cmpstr(have, ==, kept[i]);
	}
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
	for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *path = g_strdup_printf("/anonymise/secrets/%u", i);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_secrets);
	}
	g_test_add_func("/anonymise/kept", test_kept);
	g_test_add_func("/anonymise/consistent", test_consistent);
	return g_test_run();
}
