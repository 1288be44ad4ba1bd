#include "forward/reader.h"

#include <string.h>

#include "forward/lines.h"
#include "forward/localdate.h"

enum {
	LINE_LABELS = 40, /* looked at within one line */
	LABEL_BYTES = 30, /* of one that nobody knows */
	VALUE_BYTES = 1 << 16,
};

void reader_clear(Reader *reader)
{
	for (gsize i = 0; i < G_N_ELEMENTS(reader->values); i++)
		if (reader->values[i])
			g_string_free(reader->values[i], TRUE);
}
static gboolean is_recipients(Label label)
{
	return label == LABEL_TO || label == LABEL_CC || label == LABEL_BCC ||
	       label == LABEL_REPLY_TO;
}

gboolean reader_is_people(Label label)
{
	return label == LABEL_FROM || is_recipients(label);
}

gboolean reader_is_stated(const Reader *reader, Label label)
{
	return reader->values[label] != NULL;
}

gboolean reader_has_value(const Reader *reader, Label label)
{
	return reader->values[label] && reader->values[label]->len > 0;
}

gboolean reader_is_complete(const Reader *reader)
{
	return reader_is_stated(reader, LABEL_FROM) && reader_is_stated(reader, LABEL_DATE) &&
	       reader_is_stated(reader, LABEL_TO) && reader_is_stated(reader, LABEL_SUBJECT);
}

void reader_append(GString *value, const char *piece, gsize length, Label label)
{
	const char *end = piece + length;
	gunichar before = 0;
	gboolean is_apart, is_joint;

	g_assert(value != NULL);
	is_apart = is_joint = value->len > 0;
	if (value->len > 0)
		before = g_utf8_get_char(g_utf8_prev_char(value->str + value->len));
	/* A client that wraps after each mailbox needs no comma of its own. */
	if (reader_is_people(label) && before == '>' && strchr(piece, '<') &&
		*lines_skip_blanks(piece) != '<')
		g_string_append_c(value, ';');
	for (; piece < end && value->len < VALUE_BYTES; piece = g_utf8_next_char(piece)) {
		gunichar c = g_utf8_get_char(piece);

		if (g_unichar_isspace(c)) {
			is_apart = TRUE;
			continue;
		}
		if (lines_is_invisible(c) || g_unichar_iscntrl(c))
			continue;
		/* Chinese and Japanese lines break without a blank. */
		if (is_apart && value->len > 0 &&
			!(is_joint && g_unichar_iswide(before) && g_unichar_iswide(c)))
			g_string_append_c(value, ' ');
		g_string_append_unichar(value, c);
		is_apart = is_joint = FALSE;
		before = c;
	}
}

/* Does the label found within a value begin a value of its own? */
static gboolean splits(const Reader *reader, Label label, const char *value, const char *start,
	Label next, const char *behind, gboolean is_one_line)
{
	gboolean is_quoted = FALSE;

	if (next == LABEL_NONE || next == LABEL_OTHER || reader_is_stated(reader, next) ||
		next == label)
		return FALSE;
	for (const char *c = value; c < start; c++)
		is_quoted ^= *c == '"';
	if (reader_is_people(label) && is_quoted)
		return FALSE;
	if (label != LABEL_SUBJECT)
		return TRUE;
	/* Subjects say much: only in the middle of a line of labels, and before what the label
	 * promises. */
	if (!is_one_line)
		return FALSE;
	if (next == LABEL_DATE)
		return g_ascii_isdigit(*behind) ||
		       localdate_parse(behind, 0).precision != PRECISION_NONE;
	return strchr(behind, '@') != NULL;
}

/* The next label within the value of another that begins a value of its own; LABEL_NONE: the value
 * goes to the end. */
static Label next_label(const Reader *reader, Label label, const char *value, gboolean is_one_line,
	const char **start, const char **behind, Languages *languages)
{
	const char *from = value;

	if (label == LABEL_OTHER)
		return LABEL_NONE;
	for (guint tries = 0; tries < LINE_LABELS; tries++) {
		Label found = label_find(from, start, behind, languages);

		if (found == LABEL_NONE ||
			splits(reader, label, value, *start, found, *behind, is_one_line))
			return found;
		from = *behind;
	}
	return LABEL_NONE;
}

/* Takes the value of a label, and the values of the labels that stand behind it on the same line.
 */
static void label_add(Reader *reader, Label label, const char *value, Languages languages)
{
	for (gboolean is_one_line = FALSE;; is_one_line = TRUE) {
		const char *start = value, *behind = value;
		Languages next_languages = 0;
		Label next;

		if (!reader->values[label])
			reader->values[label] = g_string_new(NULL);
		if (label != LABEL_OTHER)
			reader->languages &= languages;
		if (label == LABEL_DATE)
			reader->date_languages = languages;
		reader->last = label;
		next = next_label(
			reader, label, value, is_one_line, &start, &behind, &next_languages);
		reader_append(reader->values[label], value,
			next == LABEL_NONE ? strlen(value) : (gsize)(start - value), label);
		if (next == LABEL_NONE)
			return;
		label = next;
		value = behind;
		languages = next_languages;
	}
}

/* A field of a mail's header, which programs of engineers show too. */
Label reader_field(const char *line, const char **value)
{
	gsize length = 0, hyphens = 0;

	for (; g_ascii_isalnum(line[length]) || line[length] == '-'; length++)
		hyphens += line[length] == '-';
	*value = line + length + 1;
	return g_ascii_isupper(*line) && hyphens > 0 && length <= LABEL_BYTES &&
			       line[length] == ':' && (**value == ' ' || **value == '\t')
		       ? LABEL_OTHER
		       : LABEL_NONE;
}

Label reader_label(const Reader *reader, const char *line, const char **value, Languages *languages)
{
	Label label = label_parse(line, value, languages);

	/* A server's trace, in a header that is shown whole. */
	if (label == LABEL_DATE && g_str_has_prefix(*value, "from "))
		label = LABEL_OTHER;
	if (label == LABEL_NONE && reader->is_bare)
		label = label_parse_bare(line, value, languages);
	return label == LABEL_NONE ? reader_field(line, value) : label;
}

/* "*Von: Anna*": the line was bold, label and value together; or each for itself, as the subject of
 * iOS is. */
static void drop_bold(GString *value, const char *line)
{
	const char *stars;

	g_assert(value != NULL);
	stars = strchr(value->str, '*');
	if (*lines_skip_blanks(line) != '*' || !stars)
		return;
	if (stars == value->str)
		stars = strchr(stars + strspn(stars, "*"), '*');
	if (!stars || strspn(stars, "*") != strlen(stars))
		return;
	g_string_truncate(value, (gsize)(stars - value->str));
	g_string_erase(value, 0, (gssize)strspn(value->str, "*"));
}

/* "| Von | Anna |": a row of a table. An empty cell may have no blank of its own. */
static void drop_border(GString *value, const char *line)
{
	if (*lines_skip_blanks(line) != '|' || value->len == 0 || value->str[value->len - 1] != '|')
		return;
	g_string_truncate(value, value->len - 1);
	g_strchomp(value->str);
	g_string_set_size(value, strlen(value->str));
}

gboolean reader_add_line(Reader *reader, const char *line)
{
	const char *value;
	Languages languages = 0;
	Label label = reader_label(reader, line, &value, &languages);

	if (label == LABEL_NONE || (label != LABEL_OTHER && reader_is_stated(reader, label)))
		return FALSE;
	label_add(reader, label, value, languages);
	drop_border(reader->values[reader->last], line);
	drop_bold(reader->values[reader->last], line);
	return TRUE;
}

gboolean reader_is_new_label(const Reader *reader, const char *line)
{
	const char *value;
	Label label = reader_label(reader, line, &value, NULL);

	if (label == LABEL_NONE)
		return FALSE;
	/* Of a whole block only these are still missing. */
	if (reader_is_complete(reader))
		return label == LABEL_OTHER ||
		       (is_recipients(label) && !reader_is_stated(reader, label));
	return label == LABEL_OTHER || !reader_is_stated(reader, label);
}
