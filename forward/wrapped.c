#include "forward/wrapped.h"

#include <string.h>

#include "forward/lines.h"
#include "forward/phrase.h"

enum {
	WRAPPED_LINES = 40, /* of one list of recipients */
	WRAPPED_WORDS = 2,  /* lines that a subject or date goes on */
	LABEL_BYTES = 30,   /* of one that nobody knows */
	FULL_LINE = 66,     /* characters at which programs that wrap begin to */
	WRAP_LINE = 82,     /* and have done so */
};

/* How many lines from at on go on the last value, because another label comes below them. */
static guint wrapped_between(const Reader *reader, guint at)
{
	gboolean is_list = reader_is_people(reader->last) || reader->last == LABEL_OTHER;
	guint limit = is_list ? WRAPPED_LINES : WRAPPED_WORDS;
	const char *value;

	/* Below a whole block the text has begun, where it does not look like people. */
	if (reader_is_complete(reader) && is_list && !strpbrk(reader->lines[at], "@;<"))
		limit = 1;
	for (guint lines = 0; lines <= limit && at + lines < reader->count; lines++) {
		const char *line = reader->lines[at + lines];

		if (lines_is_blank(line))
			return 0;
		if (reader_is_new_label(reader, line))
			return lines;
		/* The next block, or the text of a form. */
		if (reader_label(reader, line, &value, NULL) != LABEL_NONE)
			return 0;
	}
	return 0;
}

/* How many characters of the line a program that wraps keeps together: a word, of scripts without
 * blanks one letter. */
static glong word_length(const char *line)
{
	const char *word = lines_skip_blanks(line);
	glong length = 0;

	for (; *word && *word != ' ' && *word != '\t'; word = g_utf8_next_char(word), length++)
		if (phrase_is_boundary('a', g_utf8_get_char(word)) &&
			g_unichar_isalpha(g_utf8_get_char(word)))
			return MAX(length, 1);
	return length;
}

/* Was a line so full that the program that wrapped it had no room for the next one's first word? */
static gboolean is_full(const char *line, const char *next)
{
	glong length =
		strlen(line) > 4 * (gsize)WRAP_LINE ? WRAP_LINE + 1 : g_utf8_strlen(line, -1);

	return length <= WRAP_LINE && length + 1 + word_length(next) > FULL_LINE;
}

/* Do the people of the last value go on in the line at at, though only text comes below it? */
static gboolean is_wrapped_list(const Reader *reader, guint at)
{
	const char *line = reader->lines[at];
	const GString *value = reader->values[reader->last];
	const char *bracket = strrchr(value->str, '<');

	if (value->len == 0)
		return reader->is_stacked;
	if (strchr(",;", value->str[value->len - 1]) || (bracket && !strchr(bracket, '>')))
		return strpbrk(line, "@;") != NULL;
	return strchr(line, '@') &&
	       (*lines_skip_blanks(line) == '<' || is_full(reader->lines[at - 1], line));
}

/* A greeting, the attribution of a quote: "Guten Tag,", "Anna schrieb:", or a gateway's warning. */
static gboolean begins_text(const char *line)
{
	return (*line && strchr(",!:", line[strlen(line) - 1])) || is_banner(line);
}

/* How many lines from at on go on the last value, though only text comes below them. */
static guint wrapped_end(const Reader *reader, guint at)
{
	const GString *value = reader->values[reader->last];
	guint lines = 0;

	/* A field's lines are folded (RFC 5322 section 2.2.3). */
	if (reader->last == LABEL_OTHER && strspn(reader->lines[at], " \t") > 0)
		return 1;
	if (reader_is_people(reader->last) || reader->last == LABEL_OTHER)
		return is_wrapped_list(reader, at) ? 1 : 0;
	while (lines <= WRAPPED_WORDS && at + lines < reader->count &&
		!lines_is_blank(reader->lines[at + lines])) {
		const char *line = reader->lines[at + lines];
		gboolean is_indented = *line == ' ' || *line == '\t';

		if (value->len > 0 &&
			(reader->last != LABEL_SUBJECT || begins_text(line) ||
				!(is_indented || is_full(reader->lines[at + lines - 1], line))))
			return 0;
		lines++;
	}
	if (value->len == 0)
		return reader->is_stacked && lines == 1 ? 1 : 0;
	return lines <= WRAPPED_WORDS ? lines : 0;
}

/* Are these lines of a block labels that nobody knows: "Risposta: Anna"? A subject may go on with
 * any words. */
static gboolean are_unknown_labels(const Reader *reader, guint at, guint lines)
{
	if (reader->last == LABEL_SUBJECT && is_full(reader->lines[at - 1], reader->lines[at]))
		return FALSE;
	for (guint i = 0; i < lines; i++) {
		const char *line = lines_skip_blanks(reader->lines[at + i]),
			   *colon = strchr(line, ':');
		gsize length = colon ? (gsize)(colon - line) : 0;

		if (length == 0 || length > LABEL_BYTES || (colon[1] != ' ' && colon[1] != '\t') ||
			memchr(line, '@', length) || memchr(line, ',', length) ||
			memchr(line, '<', length))
			return FALSE;
	}
	return TRUE;
}

guint wrapped_add(Reader *reader, guint at)
{
	GString *value = reader->values[reader->last];
	guint lines = wrapped_between(reader, at);

	g_assert(value != NULL); /* the last label made it */
	if (lines > 0 && value->len > 0 && are_unknown_labels(reader, at, lines))
		return lines;
	if (lines == 0)
		lines = wrapped_end(reader, at);
	if (lines > 0 && value->len == 0)
		reader->is_stacked = TRUE;
	for (guint i = 0; i < lines; i++)
		reader_append(
			value, reader->lines[at + i], strlen(reader->lines[at + i]), reader->last);
	return lines;
}
