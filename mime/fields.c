#include "mime/fields.h"

#include <string.h>

#include "mime/charset.h"
#include "mime/limits.h"
#include "mime/words.h"

enum { MOST_JUNK_LINES = 3, MOST_NAME = 256 };

/* A run over the lines of the source. */
typedef struct {
	const char *text;
	gsize length, at;
} Lines;

/* The next line without its end; FALSE where there is none. */
static gboolean next_line(Lines *lines, const char **line, gsize *length)
{
	const char *start = lines->text + lines->at;
	gsize left = lines->length - lines->at;
	const char *newline;

	if (left == 0)
		return FALSE;
	newline = memchr(start, '\n', left);
	*line = start;
	*length = newline ? (gsize)(newline - start) : left;
	lines->at += *length + (newline != NULL);
	if (*length > 0 && start[*length - 1] == '\r')
		(*length)--;
	return TRUE;
}

/* How long the field name at the start of a line is, 0 where the line is no field. Blanks before
 * the colon are obsolete and common (RFC 5322 4.5). */
static gsize name_length(const char *line, gsize length)
{
	gsize end = 0, colon;

	while (end < length && end < MOST_NAME && line[end] > ' ' && line[end] < 0x7f &&
		line[end] != ':')
		end++;
	for (colon = end; colon < length && (line[colon] == ' ' || line[colon] == '\t'); colon++)
		;
	return end > 0 && colon < length && line[colon] == ':' ? end : 0;
}

static gboolean is_mbox_line(const char *line, gsize length)
{
	return (length > 5 && memcmp(line, "From ", 5) == 0) ||
	       (length > 6 && memcmp(line, ">From ", 6) == 0);
}

gboolean fields_begin(const char *text, gsize length)
{
	Lines lines = {.text = text, .length = length};
	const char *line;
	gsize line_length;

	return next_line(&lines, &line, &line_length) && name_length(line, line_length) > 0;
}

char *fields_unfold(const char *raw, gsize length)
{
	g_autoptr(GString) line = g_string_sized_new(length + 1);
	char *text;

	while (length > 0) {
		const char *newline = memchr(raw, '\n', length);
		const gsize whole = newline ? (gsize)(newline - raw) + 1 : length;
		gsize used = newline ? whole - 1 : whole;

		used -= used > 0 && raw[used - 1] == '\r';
		g_string_append_len(line, raw, (gssize)used);
		raw += whole;
		length -= whole;
	}
	text = charset_guess(line->str, line->len);
	return g_strstrip(text);
}

/* The blanks before a first line that would be a field without them; 0 where there is none, or no
 * field below it. */
static gsize indent_length(const Lines *below, const char *line, gsize length)
{
	gsize indent = 0;

	while (indent < length && (line[indent] == ' ' || line[indent] == '\t'))
		indent++;
	return indent > 0 && name_length(line + indent, length - indent) > 0 &&
			       fields_begin(below->text + below->at, below->length - below->at)
		       ? indent
		       : 0;
}

/* Moves over what stands before the first field. Returns where that is, or the length where there
 * is none. */
static gsize find_start(Mail *mail, const char *text, gsize length)
{
	Lines lines = {.text = text, .length = length};
	const char *line;
	gsize line_length, before = 0;
	guint junk = 0, blank = 0;

	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		before = lines.at = 3;
	while (junk <= MOST_JUNK_LINES && next_line(&lines, &line, &line_length)) {
		gboolean is_mbox = is_mbox_line(line, line_length);

		if (name_length(line, line_length) > 0) {
			if (junk > 0 || blank > 0)
				mail_defect(mail, "lines before the header skipped");
			return before;
		}
		if (junk == 0 && indent_length(&lines, line, line_length) > 0) {
			mail_defect(mail, "blanks before the header skipped");
			return before + indent_length(&lines, line, line_length);
		}
		if (line_length == 0)
			blank++;
		else if (!is_mbox)
			junk++;
		/* Text, then an empty line, then something like a field: that is a text without a
		 * header. */
		if (junk > 0 && line_length == 0)
			break;
		before = lines.at;
	}
	return length;
}

static gboolean has_more_words(const char *value, guint most)
{
	guint words = 0;

	while (words <= most && (value = strstr(value, "=?"))) {
		gsize length = words_length(value);

		words += length > 0;
		value += length > 0 ? length : 2;
	}
	return words > most;
}

static void add_field(Mail *mail, const char *raw, gsize length)
{
	gsize name = name_length(raw, length);
	const char *colon = memchr(raw, ':', length);
	Field *field;

	if (mail->fields->len >= LIMIT_FIELDS) {
		mail_defect(mail, "more than %d header fields, the first read", LIMIT_FIELDS);
		return;
	}
	if (length > LIMIT_FIELD_BYTES) {
		mail_defect(mail, "a header field of more than %d bytes cut", LIMIT_FIELD_BYTES);
		length = LIMIT_FIELD_BYTES;
	}
	if (colon[-1] == ' ' || colon[-1] == '\t')
		mail_defect(mail, "blanks before the colon of a header field");
	if (memchr(raw, '\0', length))
		mail_defect(mail, "NUL in a header field");
	field = g_new0(Field, 1);
	field->name = g_strndup(raw, name);
	field->value = fields_unfold(colon + 1, length - (gsize)(colon + 1 - raw));
	if (has_more_words(field->value, LIMIT_WORDS))
		mail_defect(mail,
			"more than %d encoded words in a header field, the rest as written",
			LIMIT_WORDS);
	g_ptr_array_add(mail->fields, field);
}

/* Reads the fields from start on; returns where the body begins. */
static gsize read_fields(Mail *mail, const char *text, gsize length, gsize start)
{
	Lines lines = {.text = text, .length = length, .at = start};
	gsize field = start, end = start, before = start, line_length;
	const char *line;

	for (; next_line(&lines, &line, &line_length); before = lines.at) {
		gboolean is_continued = line_length > 0 && (line[0] == ' ' || line[0] == '\t');

		if (line_length == 0)
			break;
		if (lines.at - start > LIMIT_HEADER_BYTES) {
			mail_defect(mail, "header of more than %d bytes cut", LIMIT_HEADER_BYTES);
			continue;
		}
		if (!is_continued && name_length(line, line_length) == 0) {
			/* Neither field nor the empty line: a "From " of an mbox, or the body
			 * without a blank line. */
			if (is_mbox_line(line, line_length))
				continue;
			if (next_line(&lines, &line, &line_length) &&
				(name_length(line, line_length) > 0 || line_length == 0)) {
				lines.at = (gsize)(line - text);
				mail_defect(mail, "a header line that is no field skipped");
			} else {
				mail_defect(mail, "no empty line behind the header");
				lines.at = before;
				break;
			}
			continue;
		}
		if (!is_continued) {
			if (end > field)
				add_field(mail, text + field, end - field);
			field = before;
		}
		end = (gsize)(line - text) + line_length;
	}
	if (end > field)
		add_field(mail, text + field, end - field);
	return lines.at;
}

void fields_parse(Mail *mail, GBytes *source, gsize *start, gsize *body)
{
	gsize length;
	const char *text = g_bytes_get_data(source, &length);

	*start = length > 0 ? find_start(mail, text, length) : 0;
	if (*start == length) {
		mail_defect(mail, length ? "no header" : "empty mail");
		*start = *body = 0;
		return;
	}
	*body = read_fields(mail, text, length, *start);
}
