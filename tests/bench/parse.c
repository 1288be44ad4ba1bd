/* What understanding a mail costs, against GMime's tree of the same bytes with every leaf decoded,
 * brought to UTF-8 and hashed as we hash: CPU seconds of both, alternating, and their ratio (the
 * bar is 1.5 for the mixed corpus). A person runs it; no test.
 *
 *     parse_bench [ROUNDS [FILE...]]
 *
 * Without files it reads two corpora: a mixed one of its own making, the same every time (small
 * texts, HTML mails with quotes, mails with files, a few large ones), and the real mails below the
 * directory CASEGATE_CORPORA where there is one: small ones with much to find in them. */
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "mime/sha256.h"
#include "parser/parse.h"

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- The mixed corpus --- */

static void add_prose(GString *out, GRand *random, gsize size, const char *line_end)
{
	static const char *const words[] = {"Angebot", "Lieferung", "Welle", "Stück", "Preis",
		"Termin", "Rückfrage", "Bestellung", "Zeichnung", "Werkstoff", "bitte", "danke",
		"wir", "Sie", "das", "und", "mit", "für", "morgen", "noch"};
	gsize end = out->len + size, line = 0;

	while (out->len < end) {
		const char *word = words[g_rand_int_range(random, 0, G_N_ELEMENTS(words))];

		g_string_append_printf(out, "%s ", word);
		line += strlen(word) + 1;
		if (line > 70) {
			g_string_append(out, line_end);
			line = 0;
		}
	}
	g_string_append(out, line_end);
}

static void add_quoted_printable(GString *out, const char *text)
{
	gsize line = 0;

	for (; *text; text++) {
		if (*text == '\n') {
			g_string_append(out, "\r\n");
			line = 0;
			continue;
		}
		if (line > 70) {
			g_string_append(out, "=\r\n");
			line = 0;
		}
		if ((guchar)*text >= 0x80 || *text == '=') {
			g_string_append_printf(out, "=%02X", (guchar)*text);
			line += 3;
		} else {
			g_string_append_c(out, *text);
			line++;
		}
	}
	g_string_append(out, "\r\n");
}

static void add_header(GString *out, GRand *random)
{
	for (int i = 0; i < 4; i++)
		g_string_append_printf(out,
			"Received: from mx%d.lieferant.example (mx%d.lieferant.example "
			"[192.0.2.%d])\r\n"
			"\tby mx.acme.example (Postfix) with ESMTPS id %08X\r\n"
			"\tfor <anna@acme.example>; Mon, 2 Mar 2026 14:05:3%d +0100 (CET)\r\n",
			i, i, i, g_rand_int(random), i);
	g_string_append_printf(out,
		"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; "
		"d=lieferant.example;\r\n\ts=s1; "
		"h=from:to:subject:date; bh=%064d;\r\n\tb=%0200d\r\n"
		"From: =?utf-8?Q?J=C3=BCrgen_Wei=C3=9F?= <bo@lieferant.example>\r\n"
		"To: \"Muster, Anna\" <anna@acme.example>, einkauf@acme.example\r\n"
		"Subject: =?utf-8?B?QVc6IEFuZ2Vib3QgZsO8ciBTdMO8Y2s=?= %u\r\n"
		"Date: Mon, 2 Mar 2026 14:05:31 +0100\r\nMessage-ID: <%08x@lieferant.example>\r\n"
		"References: <a%u@acme.example>\r\n <b%u@lieferant.example> <c%u@acme.example>\r\n"
		"MIME-Version: 1.0\r\n",
		0, 0, g_rand_int(random), g_rand_int(random), g_rand_int(random),
		g_rand_int(random), g_rand_int(random));
}

static void add_text(GString *out, GRand *random, gsize size)
{
	g_autoptr(GString) text = g_string_new(NULL);

	add_prose(text, random, size, "\n");
	g_string_append(
		text, "\nAm 02.03.2026 um 09:12 schrieb Anna Muster <anna@acme.example>:\n");
	for (int i = 0; i < 12; i++)
		g_string_append(text, "> Bitte senden Sie uns Ihr Angebot bis Freitag zu.\n");
	g_string_append(out, "Content-Type: text/plain; charset=utf-8\r\n"
			     "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	add_quoted_printable(out, text->str);
}

static void add_html(GString *out, GRand *random, gsize size)
{
	g_autoptr(GString) html = g_string_new(
		"<html><head><style>p.MsoNormal{margin:0cm;font-size:11.0pt;font-family:"
		"\"Calibri\"}"
		"</style></head><body lang=DE link=\"#0563C1\"><div class=WordSection1>\n");

	while (html->len < size) {
		g_string_append(html,
			"<p class=MsoNormal><span style='font-size:10.0pt;font-family:\"Arial\","
			"sans-serif;color:#1F497D'>");
		add_prose(html, random, 300, "\n");
		g_string_append(html,
			"<o:p></o:p></span></p>\n<table border=0><tr><td "
			"style='padding:0cm 5.4pt'><b>Pos.</b></td><td>12,50&nbsp;&euro;"
			"</td><td><a href=\"https://lieferant.example/a?b=1&amp;c=2\">Bild"
			"</a></td></tr></table>\n");
	}
	g_string_append(html, "</div></body></html>");
	g_string_append(out, "Content-Type: text/html; charset=utf-8\r\n"
			     "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	add_quoted_printable(out, html->str);
}

static void add_file(GString *out, GRand *random, gsize size)
{
	g_autofree guchar *bytes = g_malloc(size);
	g_autofree char *code = NULL;

	for (gsize i = 0; i < size; i++)
		bytes[i] = (guchar)g_rand_int(random);
	code = g_base64_encode(bytes, size);
	g_string_append(out, "Content-Type: application/pdf; name=\"Angebot.pdf\"\r\n"
			     "Content-Disposition: attachment; filename=\"Angebot.pdf\"\r\n"
			     "Content-Transfer-Encoding: base64\r\n\r\n");
	for (gsize at = 0, length = strlen(code); at < length; at += 76) {
		g_string_append_len(out, code + at, (gssize)MIN(76, length - at));
		g_string_append(out, "\r\n");
	}
}

/* file_size 0: no file. */
static GBytes *make_mail(GRand *random, gsize text, gsize html, gsize file)
{
	GString *out = g_string_new(NULL);

	add_header(out, random);
	if (file)
		g_string_append(
			out, "Content-Type: multipart/mixed; boundary=\"=_m\"\r\n\r\n--=_m\r\n");
	if (html)
		g_string_append(out,
			"Content-Type: multipart/alternative; boundary=\"=_a\"\r\n\r\n--=_a\r\n");
	add_text(out, random, text);
	if (html) {
		g_string_append(out, "--=_a\r\n");
		add_html(out, random, html);
		g_string_append(out, "--=_a--\r\n");
	}
	if (file) {
		g_string_append(out, "--=_m\r\n");
		add_file(out, random, file);
		g_string_append(out, "--=_m--\r\n");
	}
	return g_string_free_to_bytes(out);
}

static GPtrArray *make_mails(void)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(7);
	GPtrArray *mails = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

	for (int i = 0; i < 120; i++)
		g_ptr_array_add(mails, make_mail(random, 1500, 0, 0));
	for (int i = 0; i < 120; i++)
		g_ptr_array_add(mails, make_mail(random, 1500, 4000, 0));
	for (int i = 0; i < 30; i++)
		g_ptr_array_add(mails, make_mail(random, 3000, 30000, 0));
	for (int i = 0; i < 30; i++)
		g_ptr_array_add(mails, make_mail(random, 1500, 4000, 150000));
	for (int i = 0; i < 3; i++)
		g_ptr_array_add(mails, make_mail(random, 1500, 4000, 3000000));
	return mails;
}

/* --- Real mails --- */

static void read_mail(GPtrArray *mails, const char *path)
{
	char *text;
	gsize length;

	if (g_file_get_contents(path, &text, &length, NULL))
		g_ptr_array_add(mails, g_bytes_new_take(text, length));
}

static void read_folder(GPtrArray *mails, const char *folder)
{
	g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
	const char *name;

	while (files && (name = g_dir_read_name(files))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (g_str_has_suffix(name, ".eml"))
			read_mail(mails, path);
		else
			read_folder(mails, path);
	}
}

/* --- GMime --- */

static void read_leaf(
	G_GNUC_UNUSED GMimeObject *parent, GMimeObject *object, G_GNUC_UNUSED gpointer user)
{
	g_autoptr(GBytes) content = NULL;
	g_autofree char *hash = NULL;

	GMimeContentType *type = g_mime_object_get_content_type(object);
	const char *charset = g_mime_content_type_get_parameter(type, "charset");
	GMimeDataWrapper *wrapper;
	GMimeStream *memory, *filtered;
	GMimeFilter *filter;

	if (!GMIME_IS_PART(object))
		return;
	wrapper = g_mime_part_get_content(GMIME_PART(object));
	if (!wrapper)
		return;
	memory = g_mime_stream_mem_new();
	filtered = g_mime_stream_filter_new(memory);
	if (g_mime_content_type_is_type(type, "text", "*")) {
		filter = g_mime_filter_charset_new(charset ? charset : "utf-8", "utf-8");
		if (filter) {
			g_mime_stream_filter_add(GMIME_STREAM_FILTER(filtered), filter);
			g_object_unref(filter);
		}
	}
	g_mime_data_wrapper_write_to_stream(wrapper, filtered);
	g_mime_stream_flush(filtered);
	content = g_byte_array_free_to_bytes(
		g_byte_array_ref(g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory))));
	hash = sha256_of_bytes(content);
	g_object_unref(filtered);
	g_object_unref(memory);
}

static void read_by_gmime(GBytes *source)
{
	gsize length;
	const char *data = g_bytes_get_data(source, &length);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data, length);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	if (message)
		g_mime_message_foreach(message, read_leaf, NULL);
	g_clear_object(&message);
	g_object_unref(parser);
	g_object_unref(stream);
}

static void read_by_us(GBytes *source)
{
	mail_free(parse_mail(source));
}

static double measure(void (*read)(GBytes *source), const GPtrArray *mails)
{
	double before = cpu_seconds();

	for (guint i = 0; i < mails->len; i++)
		read(g_ptr_array_index(mails, i));
	return cpu_seconds() - before;
}

/* Prints what both cost for these mails: in the quickest round of each, because neighbours on the
 * machine cost us cache and clock. The first rounds of all are not counted. */
static void compare(const char *name, const GPtrArray *mails, guint rounds)
{
	double gmime = G_MAXDOUBLE, ours = G_MAXDOUBLE, megabytes = 0;

	for (guint i = 0; i < mails->len; i++)
		megabytes += (double)g_bytes_get_size(g_ptr_array_index(mails, i)) / 1e6;
	measure(read_by_gmime, mails);
	measure(read_by_us, mails);
	for (guint round = 0; round < rounds; round++) {
		const double theirs = measure(read_by_gmime, mails),
			     own = measure(read_by_us, mails);

		gmime = MIN(gmime, theirs);
		ours = MIN(ours, own);
	}
	printf("%s, %u mails, %.1f MB: GMime %.2f ms/MB, casegate %.2f ms/MB, ratio %.2f\n", name,
		mails->len, megabytes, gmime * 1e3 / megabytes, ours * 1e3 / megabytes,
		ours / gmime);
}

int main(int argc, char **argv)
{
	guint rounds = argc > 1 ? (guint)g_ascii_strtoull(argv[1], NULL, 10) : 10;
	const char *folder = g_getenv("CASEGATE_CORPORA");
	g_autoptr(GPtrArray) mixed = make_mails();
	g_autoptr(GPtrArray) real = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

	g_mime_init();
	for (int i = 2; i < argc; i++)
		read_mail(real, argv[i]);
	if (argc <= 2 && folder)
		read_folder(real, folder);
	if (argc <= 2)
		compare("mixed", mixed, rounds);
	if (real->len > 0)
		compare("real", real, rounds);
	return 0;
}
