#include "parser/plain.h"

#include <string.h>

#include "mime/attachment.h"
#include "mime/transfer.h"

char *plain_normalise(const char *text)
{
	GString *out = g_string_sized_new(strlen(text) + 1);

	if (g_str_has_prefix(text, "\xef\xbb\xbf"))
		text += 3;
	while (*text) {
		gsize run = strcspn(text, "\r");

		g_string_append_len(out, text, (gssize)run);
		text += run;
		if (*text == '\r') {
			/* CR CR LF is one line end, made by a gateway that translated twice. */
			if (text[1] == '\r' && text[2] == '\n')
				text++;
			else if (text[1] == '\r' && text[2] == '\r' && text[3] == '\n')
				text += 2;
			g_string_append_c(out, '\n');
			text += text[1] == '\n' ? 2 : 1;
		}
	}
	return g_string_free(out, FALSE);
}

/* One line of flowed text, quote marks and stuffing taken off. */
typedef struct {
	const char *text;
	gsize length;
	gsize depth;
	gboolean is_flowed;
} FlowedLine;

static FlowedLine flowed_line(const char *line, gsize length)
{
	FlowedLine flowed = {.text = line, .length = length};

	while (flowed.length > 0 && *flowed.text == '>') {
		flowed.text++;
		flowed.length--;
		flowed.depth++;
	}
	if (flowed.length > 0 && *flowed.text == ' ') {
		flowed.text++;
		flowed.length--;
	}
	/* The line before a signature looks flowed and is not (4.3). */
	flowed.is_flowed = flowed.length > 0 && flowed.text[flowed.length - 1] == ' ' &&
			   !(flowed.length == 3 && memcmp(flowed.text, "-- ", 3) == 0);
	return flowed;
}

char *plain_unwrap_flowed(const char *text, gboolean is_delsp)
{
	GString *out = g_string_sized_new(strlen(text) + 1);
	gsize depth = 0;
	gboolean is_open = FALSE;

	while (*text) {
		gsize length = strcspn(text, "\n");
		FlowedLine line = flowed_line(text, length);
		gboolean is_signature = line.length == 3 && memcmp(line.text, "-- ", 3) == 0;

		/* A paragraph ends where the depth changes, flowed or not. */
		if (is_open && (line.depth != depth || is_signature)) {
			g_string_append_c(out, '\n');
			is_open = FALSE;
		}
		if (!is_open && line.depth > 0) {
			for (gsize i = 0; i < line.depth; i++)
				g_string_append_c(out, '>');
			if (line.length > 0)
				g_string_append_c(out, ' ');
		}
		g_string_append_len(
			out, line.text, (gssize)(line.length - (line.is_flowed && is_delsp)));
		is_open = line.is_flowed;
		depth = line.depth;
		text += length;
		if (*text == '\n') {
			text++;
			if (!is_open)
				g_string_append_c(out, '\n');
		}
	}
	if (is_open)
		g_string_append_c(out, '\n');
	return g_string_free(out, FALSE);
}

/* "begin 644 angebot.pdf": the name, or NULL. */
static char *uuencode_name(const char *line, gsize length)
{
	gsize digits, start;

	if (length < 11 || memcmp(line, "begin ", 6) != 0)
		return NULL;
	for (digits = 0; 6 + digits < length && line[6 + digits] >= '0' && line[6 + digits] <= '7';
		digits++)
		;
	start = 6 + digits + 1;
	if (digits < 3 || digits > 4 || line[start - 1] != ' ' || start >= length)
		return NULL;
	return g_strndup(line + start, length - start);
}

/* A line of code: the letters that its first one promises, a little more or less (blanks cut,
 * checksums). */
static gboolean is_uuencode_line(const char *line, gsize length)
{
	gsize bytes, letters;

	if (length == 0 || line[0] < ' ' || line[0] > '`')
		return FALSE;
	bytes = (gsize)(line[0] - ' ') & 63;
	letters = (bytes + 2) / 3 * 4 + 1;
	return length <= letters + 2 && length + 3 >= letters && (bytes > 0 || length <= 3);
}

/* Behind the "end" of the code that begins at text, NULL where it is none. Code lines cannot begin
 * with "b", so a failed search never runs into the next "begin": all searches together are linear.
 */
static const char *uuencode_end(const char *text)
{
	while (*text) {
		gsize length = strcspn(text, "\n");

		if (length == 3 && memcmp(text, "end", 3) == 0)
			return text + length + (text[length] == '\n');
		if (!is_uuencode_line(text, length) && length > 0)
			return NULL;
		text += length + (text[length] == '\n');
	}
	return NULL;
}

static void add_uuencoded(Mail *mail, const char *name, const char *code, const char *end)
{
	GByteArray *bytes = g_byte_array_new();
	g_autoptr(GBytes) content = NULL;

	if (!transfer_decode_uuencode(code, (gsize)(end - code), bytes))
		mail_defect(mail, "damaged uuencoded file");
	content = g_byte_array_free_to_bytes(bytes);
	attachment_add(mail, attachment_new(name, NULL, NULL, content));
}

char *plain_extract_uuencoded(Mail *mail, const char *text)
{
	GString *out;

	if (!g_str_has_prefix(text, "begin ") && !strstr(text, "\nbegin "))
		return g_strdup(text);
	out = g_string_sized_new(strlen(text) + 1);
	while (*text) {
		gsize length = strcspn(text, "\n");
		gsize whole = length + (text[length] == '\n');
		g_autofree char *name = uuencode_name(text, length);
		const char *end = name ? uuencode_end(text + whole) : NULL;

		if (end) {
			add_uuencoded(mail, name, text + whole, end);
			text = end;
		} else {
			g_string_append_len(out, text, (gssize)whole);
			text += whole;
		}
	}
	return g_string_free(out, FALSE);
}

char *plain_strip_enriched(const char *text)
{
	GString *out = g_string_sized_new(strlen(text) + 1);

	while (*text) {
		gsize run = strcspn(text, "<");

		g_string_append_len(out, text, (gssize)run);
		text += run;
		if (text[0] == '<' && text[1] == '<') {
			g_string_append_c(out, '<');
			text += 2;
		} else if (*text) {
			gsize tag = strcspn(text, ">\n");

			/* A "<" without its end is a letter. */
			if (text[tag] != '>') {
				g_string_append_c(out, '<');
				tag = 0;
			} else if (g_ascii_strncasecmp(text, "<nl>", 4) == 0) {
				g_string_append_c(out, '\n');
			}
			text += tag + 1;
		}
	}
	return g_string_free(out, FALSE);
}
