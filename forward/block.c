#include "forward/block.h"

#include <string.h>

#include "mime/limits.h"
#include "forward/lines.h"
#include "forward/localdate.h"
#include "forward/mailboxes.h"
#include "forward/phrase.h"
#include "forward/separator.h"
#include "mime/words.h"

enum {
	BLOCK_LINES = 80,   /* of one block, wrapped recipients included */
	WRAPPED_LINES = 40, /* of one list of recipients */
	WRAPPED_WORDS = 2,  /* lines that a subject or date goes on */
	LINE_LABELS = 40,   /* looked at within one line */
	MARK_BYTES = 200,   /* of a line with nothing but a separator, or a name */
	LABEL_BYTES = 30,   /* of one that nobody knows */
	FULL_LINE = 66,     /* characters at which programs that wrap begin to */
	WRAP_LINE = 82,     /* and have done so */
	VALUE_BYTES = 1 << 16,
};

/* A block while it is read. */
typedef struct {
	const char *const *lines;
	guint count; /* of lines that may be looked at */
	guint end;   /* the line behind the last that belongs to the block */
	Block *block;
	GString *values[LABEL_OTHER + 1]; /* by label; NULL: not stated */
	Languages languages;              /* in which all labels so far can be read */
	Languages date_languages;
	Label last;          /* whose value the next line may go on */
	gboolean is_stacked; /* values stand below their labels */
	gboolean is_spaced;  /* a blank line stands between all lines */
} Reader;

static void reader_clear(Reader *reader)
{
	for (gsize i = 0; i < G_N_ELEMENTS(reader->values); i++)
		if (reader->values[i])
			g_string_free(reader->values[i], TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

static gboolean is_recipients(Label label)
{
	return label == LABEL_TO || label == LABEL_CC || label == LABEL_BCC ||
	       label == LABEL_REPLY_TO;
}

/* Does this label hold people? Their lines are long and get wrapped anywhere. */
static gboolean is_people(Label label)
{
	return label == LABEL_FROM || is_recipients(label);
}

static gboolean is_stated(const Reader *reader, Label label)
{
	return reader->values[label] != NULL;
}

static gboolean has_value(const Reader *reader, Label label)
{
	return reader->values[label] && reader->values[label]->len > 0;
}

static gboolean is_complete(const Reader *reader)
{
	return is_stated(reader, LABEL_FROM) && is_stated(reader, LABEL_DATE) &&
	       is_stated(reader, LABEL_TO) && is_stated(reader, LABEL_SUBJECT);
}

/* Appends a piece of a value: without bidi marks, blanks folded, apart from what is there. */
static void value_append(GString *value, const char *piece, gsize length, Label label)
{
	const char *end = piece + length;
	gunichar before = 0;
	gboolean is_apart, is_joint;

	g_assert(value != NULL);
	is_apart = is_joint = value->len > 0;
	if (value->len > 0)
		before = g_utf8_get_char(g_utf8_prev_char(value->str + value->len));
	/* A client that wraps after each mailbox needs no comma of its own. */
	if (is_people(label) && before == '>' && strchr(piece, '<') &&
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

	if (next == LABEL_NONE || next == LABEL_OTHER || is_stated(reader, next) || next == label)
		return FALSE;
	for (const char *c = value; c < start; c++)
		is_quoted ^= *c == '"';
	if (is_people(label) && is_quoted)
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
		value_append(reader->values[label], value,
			next == LABEL_NONE ? strlen(value) : (gsize)(start - value), label);
		if (next == LABEL_NONE)
			return;
		label = next;
		value = behind;
		languages = next_languages;
	}
}

/* "X-Mailer: mutt": a field of a mail's header, which programs of engineers show too. */
static gboolean is_field(const char *line, const char **value)
{
	gsize length = 0, hyphens = 0;

	for (; g_ascii_isalnum(line[length]) || line[length] == '-'; length++)
		hyphens += line[length] == '-';
	*value = line + length + 1;
	return g_ascii_isupper(*line) && hyphens > 0 && length <= LABEL_BYTES &&
	       line[length] == ':' && (**value == ' ' || **value == '\t');
}

/* The label of a line within a block. */
static Label label_within(const char *line, const char **value, Languages *languages)
{
	Label label = label_parse(line, value, languages);

	return label == LABEL_NONE && is_field(line, value) ? LABEL_OTHER : label;
}

/* "*Von: Anna*": the line was bold, label and value together. */
static void drop_bold(GString *value, const char *line)
{
	const char *stars;

	g_assert(value != NULL);
	stars = strchr(value->str, '*');

	if (*lines_skip_blanks(line) == '*' && stars && strspn(stars, "*") == strlen(stars))
		g_string_truncate(value, (gsize)(stars - value->str));
}

/* "| Von | Anna |": a row of a table. */
static void drop_border(GString *value, const char *line)
{
	if (*lines_skip_blanks(line) != '|' || value->len == 0 || value->str[value->len - 1] != '|')
		return;
	g_string_truncate(value, value->len - 1);
	g_strchomp(value->str);
	g_string_set_size(value, strlen(value->str));
}

/* A label that begins a line: its value is taken, unless the block has one already, which begins
 * the next block. */
static gboolean line_add(Reader *reader, const char *line)
{
	const char *value;
	Languages languages = 0;
	Label label = label_within(line, &value, &languages);

	if (label == LABEL_NONE || (label != LABEL_OTHER && is_stated(reader, label)))
		return FALSE;
	label_add(reader, label, value, languages);
	drop_border(reader->values[reader->last], line);
	drop_bold(reader->values[reader->last], line);
	return TRUE;
}

static guint next_line(const Reader *reader, guint at)
{
	return lines_next(reader->lines, reader->count, at, SEPARATOR_GAP);
}

/* Is this a label that the block does not have yet? */
static gboolean is_new_label(const Reader *reader, const char *line)
{
	const char *value;
	Label label = label_within(line, &value, NULL);

	if (label == LABEL_NONE)
		return FALSE;
	/* Of a whole block only these are still missing. */
	if (is_complete(reader))
		return label == LABEL_OTHER || (is_recipients(label) && !is_stated(reader, label));
	return label == LABEL_OTHER || !is_stated(reader, label);
}

/* How many lines from at on go on the last value, because another label comes below them. */
static guint wrapped_between(const Reader *reader, guint at)
{
	gboolean is_list = is_people(reader->last) || reader->last == LABEL_OTHER;
	guint limit = is_list ? WRAPPED_LINES : WRAPPED_WORDS;
	const char *value;

	/* Below a whole block the text has begun, where it does not look like people. */
	if (is_complete(reader) && is_list && !strpbrk(reader->lines[at], "@;<"))
		limit = 1;
	for (guint lines = 0; lines <= limit && at + lines < reader->count; lines++) {
		const char *line = reader->lines[at + lines];

		if (lines_is_blank(line))
			return 0;
		if (is_new_label(reader, line))
			return lines;
		/* The next block, or the text of a form. */
		if (label_within(line, &value, NULL) != LABEL_NONE)
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

/* A greeting: "Guten Tag,". */
static gboolean is_greeting(const char *line)
{
	return g_str_has_suffix(line, ",") || g_str_has_suffix(line, "!");
}

/* How many lines from at on go on the last value, though only text comes below them. */
static guint wrapped_end(const Reader *reader, guint at)
{
	const GString *value = reader->values[reader->last];
	guint lines = 0;

	/* A field's lines are folded (RFC 5322 section 2.2.3). */
	if (reader->last == LABEL_OTHER && strspn(reader->lines[at], " \t") > 0)
		return 1;
	if (is_people(reader->last) || reader->last == LABEL_OTHER)
		return is_wrapped_list(reader, at) ? 1 : 0;
	while (lines <= WRAPPED_WORDS && at + lines < reader->count &&
		!lines_is_blank(reader->lines[at + lines])) {
		const char *line = reader->lines[at + lines];
		gboolean is_indented = *line == ' ' || *line == '\t';

		if (value->len > 0 &&
			(reader->last != LABEL_SUBJECT || is_greeting(line) ||
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

/* Takes the lines from at on that go on the last value; returns how many. */
static guint wrapped_add(Reader *reader, guint at)
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
		value_append(
			value, reader->lines[at + i], strlen(reader->lines[at + i]), reader->last);
	return lines;
}

/* Does the block go on at this line, behind blank ones? */
static gboolean goes_on(const Reader *reader, guint at)
{
	gboolean is_enough = is_stated(reader, LABEL_FROM) && is_stated(reader, LABEL_DATE) &&
			     (is_stated(reader, LABEL_TO) || is_stated(reader, LABEL_SUBJECT));

	return at < reader->count && (reader->is_spaced || !is_enough) &&
	       is_new_label(reader, reader->lines[at]);
}

/* Reads labels and what they say from the line behind reader->end on. */
static void read_labels(Reader *reader)
{
	for (guint lines = 0; lines < BLOCK_LINES && reader->end < reader->count; lines++) {
		guint at = reader->end, wrapped;

		if (lines_is_blank(reader->lines[at])) {
			at = next_line(reader, at);
			if (!goes_on(reader, at))
				return;
			reader->is_spaced = reader->is_spaced || lines == 0;
		}
		if (line_add(reader, reader->lines[at])) {
			reader->end = at + 1;
			continue;
		}
		wrapped = wrapped_add(reader, at);
		if (wrapped == 0 && is_banner(reader->lines[at]) && goes_on(reader, at + 1))
			wrapped = 1;
		if (wrapped == 0)
			return;
		reader->end = at + wrapped;
	}
}

/* What parts the labels from the text: the separator once more, Becky's "--", The Bat's scissors.
 */
static gboolean is_closing(const Reader *reader, const char *line)
{
	const char *text = lines_skip_blanks(line);
	gsize dashes = strspn(text, "-=_");

	if (dashes >= 2 && g_str_has_prefix(text + dashes, "8<"))
		return TRUE;
	if (reader->block->mark != MARK_FORWARD && reader->block->mark != MARK_ORIGINAL)
		return FALSE;
	return (dashes >= 2 && lines_is_blank(text + dashes)) ||
	       strcmp(line, reader->lines[reader->block->first]) == 0;
}

/* Takes such a line. One above a block of its own is that block's. */
static void read_closing(Reader *reader)
{
	guint at = next_line(reader, reader->end), below;
	const char *value;

	if (at >= reader->count || !is_closing(reader, reader->lines[at]))
		return;
	below = next_line(reader, at + 1);
	if (below >= reader->count || label_parse(reader->lines[below], &value, NULL) == LABEL_NONE)
		reader->end = at + 1;
}

/* Lotus Notes writes a sender without a label, and the date below; recipients and subject have
 * theirs. */
static gboolean read_unlabelled(Reader *reader, guint at)
{
	guint next = at + 1;

	if (reader->block->mark != MARK_FORWARD || strlen(reader->lines[at]) > MARK_BYTES)
		return FALSE;
	if (next < reader->count && *lines_skip_blanks(reader->lines[next]) == '<')
		next++;
	if (next >= reader->count || strlen(reader->lines[next]) > MARK_BYTES ||
		localdate_parse(reader->lines[next], 0).precision == PRECISION_NONE)
		return FALSE;
	reader->values[LABEL_FROM] = g_string_new(NULL);
	for (guint i = at; i < next; i++)
		value_append(reader->values[LABEL_FROM], reader->lines[i], strlen(reader->lines[i]),
			LABEL_FROM);
	reader->values[LABEL_DATE] = g_string_new(reader->lines[next]);
	next = next_line(reader, next + 1);
	if (next >= reader->count || !line_add(reader, reader->lines[next]))
		return FALSE;
	reader->end = next + 1;
	return TRUE;
}

static MailDate read_date(const Reader *reader)
{
	Languages languages = reader->languages ? reader->languages : reader->date_languages;
	MailDate read = {0};

	if (has_value(reader, LABEL_DATE))
		read = localdate_parse(reader->values[LABEL_DATE]->str, languages);
	if (has_value(reader, LABEL_DATE) && read.precision == PRECISION_NONE && languages)
		read = localdate_parse(reader->values[LABEL_DATE]->str, 0);
	return read;
}

/* Is what was read a block, and not a list of words with colons? */
static gboolean is_block(const Reader *reader, const MailDate *date)
{
	guint others = (is_stated(reader, LABEL_DATE) ? 1U : 0U) +
		       (is_stated(reader, LABEL_SUBJECT) ? 1U : 0U) +
		       (is_stated(reader, LABEL_TO) || is_stated(reader, LABEL_CC) ? 1U : 0U);

	if (!is_stated(reader, LABEL_FROM))
		return FALSE;
	if (reader->block->mark == MARK_FORWARD || reader->block->mark == MARK_ORIGINAL)
		return others >= 1;
	if (!has_value(reader, LABEL_FROM) || others < 2)
		return FALSE;
	/* "From: Berlin To: Munich Date: Monday" is a journey, "Von: 8 Uhr An: Werktagen Betreff:
	 * Zeiten" a notice. */
	return strchr(reader->values[LABEL_FROM]->str, '@') ||
	       (has_value(reader, LABEL_TO) && strchr(reader->values[LABEL_TO]->str, '@')) ||
	       (is_stated(reader, LABEL_SUBJECT) && date->precision >= PRECISION_MINUTE);
}

static GPtrArray *people(const Reader *reader, Label label)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);

	if (has_value(reader, label)) {
		if (label == LABEL_FROM)
			mailboxes_parse_author(reader->values[label]->str, list);
		else
			mailboxes_parse(reader->values[label]->str, list);
	}
	return list;
}

/* Some programs show a header as it was sent: "=?UTF-8?Q?…?=". */
static char *subject(const char *value)
{
	g_autofree char *decoded = words_decode(value);

	return words_one_line(decoded, LIMIT_SUBJECT);
}

gboolean block_parse(const char *const *lines, guint count, guint at, Block *block)
{
	g_auto(Reader) reader = {
		.lines = lines, .count = count, .block = block, .languages = ~(Languages)0};
	const char *first = NULL, *value;
	g_autofree char *unglued = NULL;

	*block = (Block){.first = at};
	if (at >= count || !block_may_begin(lines[at]))
		return FALSE;
	at = separator_read(lines, count, at, &block->mark, &first);
	if (!first)
		return FALSE;
	reader.end = at + 1;
	if (first != lines[at]) {
		unglued = separator_unglue(first);
		first = unglued;
	}
	if (separator_is_first_label(label_parse(first, &value, NULL)))
		line_add(&reader, first);
	else if (!read_unlabelled(&reader, at))
		return FALSE;
	read_labels(&reader);
	read_closing(&reader);
	block->date = read_date(&reader);
	if (!is_block(&reader, &block->date))
		return FALSE;
	block->end = reader.end;
	block->languages = reader.languages;
	block->from = people(&reader, LABEL_FROM);
	block->to = people(&reader, LABEL_TO);
	block->cc = people(&reader, LABEL_CC);
	block->reply_to = people(&reader, LABEL_REPLY_TO);
	if (reader.values[LABEL_SUBJECT])
		block->subject = subject(reader.values[LABEL_SUBJECT]->str);
	return TRUE;
}

void block_init(Block *block)
{
	*block = (Block){0};
	block->from = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	block->to = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	block->cc = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	block->reply_to = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
}

void block_clear(Block *block)
{
	g_ptr_array_unref(block->from);
	g_ptr_array_unref(block->to);
	g_ptr_array_unref(block->cc);
	g_ptr_array_unref(block->reply_to);
	g_free(block->subject);
	*block = (Block){0};
}

gboolean block_may_begin(const char *line)
{
	const char *text = lines_skip_blanks(line), *behind;
	gsize length = strnlen(text, 2 * (gsize)MARK_BYTES);

	/* Most lines are words without a colon; full-width ones and their like begin with this
	 * byte. */
	if (g_unichar_isalnum(g_utf8_get_char(text)) && !memchr(text, ':', length) &&
		!memchr(text, 0xef, length))
		return FALSE;
	return separator_is_first_label(label_parse(line, &behind, NULL)) ||
	       separator_parse(line, &behind) != MARK_NONE;
}
