#include "forward/attribution.h"

#include <string.h>

#include "forward/labels.h"
#include "forward/lines.h"
#include "forward/localdate.h"
#include "forward/mailboxes.h"
#include "forward/phrase.h"

enum {
	LINES = 5,          /* over which clients wrap an attribution */
	BYTES = 600,        /* of one */
	WORDS = 40,         /* of one */
	BEGIN_WORDS = 4,    /* between "Am" and the date */
	LEADING_BYTES = 60, /* before the date of one that begins with "Am", "On", … */
	LEADING_WORDS = 8,  /* before the verb or address of one that begins with a name */
};

typedef enum { END_NONE, END_COLON, END_BRACKET, END_DASHES } End;

/* What may be an attribution, as one line, and what is found in it. */
typedef struct {
	GString *text;
	const char *head;            /* behind dashes and stars */
	const char *verb, *verb_end; /* NULL: none */
	const char *date, *date_end; /* NULL: none */
	const char *begin_end;       /* behind "Am", "On"; NULL: does not begin so */
	const char *address;         /* its @, NULL: none */
	Languages languages;         /* of its verb and beginning, 0: unknown */
	gsize first_bytes;           /* of its first line */
	MailDate when;
	End end;
} Sentence;

gboolean quoted_line(const char *line, const char **text)
{
	const char *mark = lines_skip_blanks(line);

	if (*mark != '>')
		return FALSE;
	if (text)
		*text = mark[1] == ' ' ? mark + 2 : mark + 1;
	return TRUE;
}

/* What stands at the end of a line, but for blanks and stars. */
static End line_end(const char *line)
{
	const char *at = line + strlen(line);
	gboolean has_dashes = FALSE;

	while (at > line) {
		const char *before = g_utf8_prev_char(at);
		gunichar c = g_utf8_get_char(before);

		if (g_ascii_isalnum((char)c & 0x7f) && c < 0x80)
			return has_dashes ? END_DASHES : END_NONE;
		if (c == ':' || c == 0xff1a)
			return has_dashes ? END_NONE : END_COLON;
		if (c == '>' && !has_dashes)
			return END_BRACKET;
		if (c != '-' && c != '*' && c != '_' && !lines_is_invisible(c))
			return has_dashes ? END_DASHES : END_NONE;
		has_dashes = has_dashes || c == '-';
		at = before;
	}
	return END_NONE;
}

/* The @ of the first address; NULL: none. */
static const char *find_address(const char *text)
{
	for (const char *at = strchr(text, '@'); at; at = strchr(at + 1, '@'))
		if (at > text && (g_ascii_isalnum(at[-1]) || strchr("._-+", at[-1])) &&
			g_ascii_isalnum(at[1]))
			return at;
	return NULL;
}

static gboolean is_quote_below(const char *const *lines, guint count, guint at)
{
	while (at < count && lines_is_blank(lines[at]))
		at++;
	return at < count && (quoted_line(lines[at], NULL) || *lines_skip_blanks(lines[at]) == '|');
}

/* Does a bracket stand open at the end, "Anna <"? */
static gboolean is_open(const GString *text)
{
	gint depth = 0;

	for (const char *at = text->str; *at; at++)
		depth += *at == '<' ? 1 : *at == '>' ? -1 : 0;
	return depth > 0;
}

/* The next line of what began above it, or count. A blank line only stands between a name and an
 * address on lines of their own. */
static guint next_line(const char *const *lines, guint count, guint at, const GString *text)
{
	if (at < count && lines_is_blank(lines[at])) {
		at++;
		return at < count && *lines_skip_blanks(lines[at]) == '<' ? at : count;
	}
	/* Gmail wraps before the bracket that closes an address: this ">" is no quote's. */
	if (at < count && quoted_line(lines[at], NULL) &&
		!(is_open(text) && line_end(lines[at]) != END_NONE))
		return count;
	return at;
}

/* Marks of writing direction and characters without width are part of no name. */
static gboolean is_direction(gunichar c)
{
	return c == 0x200b || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static void append_line(GString *text, const char *line)
{
	line = lines_skip_blanks(line);
	if (text->len > 0 && text->str[text->len - 1] != '<' && *line != '>')
		g_string_append_c(text, ' ');
	for (const char *next; *line && text->len <= BYTES; line = next) {
		next = g_utf8_next_char(line);
		if (next == line + 1)
			g_string_append_c(text, *line);
		else if (!is_direction(g_utf8_get_char(line)))
			g_string_append_len(text, line, next - line);
	}
}

static guint count_words(const char *text, const char *end)
{
	guint words = 0;

	for (const char *at = text; at < end && *at; at++)
		words += *at != ' ' && (at == text || at[-1] == ' ');
	return words;
}

/* Looks for everything that an attribution may have but a date. */
static void sentence_read(Sentence *sentence)
{
	const char *text = sentence->text->str, *end = NULL;
	const Phrase *begin;
	Languages languages = 0;

	sentence->head = text + strspn(text, " -*_\"");
	begin = phrase_match(PHRASE_BEGIN, sentence->head, 0, &end);
	sentence->begin_end = begin ? end : NULL;
	sentence->verb = verb_find(text, &sentence->verb_end, &languages);
	if (begin && (!languages || (begin->languages & languages)))
		languages = languages ? begin->languages & languages : begin->languages;
	sentence->languages = languages;
	sentence->address = find_address(text);
}

static void sentence_read_date(Sentence *sentence)
{
	sentence->date = sentence->date_end = NULL;
	sentence->when = localdate_find(
		sentence->text->str, sentence->languages, &sentence->date, &sentence->date_end);
	if (sentence->when.precision == PRECISION_NONE)
		sentence->date = sentence->date_end = NULL;
}

static gboolean is_within(const char *found, const char *end)
{
	return found && found < end;
}

/* Does it begin with a date, or with "Am" and a date? */
static gboolean begins_with_date(const Sentence *sentence)
{
	if (!sentence->date)
		return FALSE;
	if (sentence->begin_end)
		return sentence->date - sentence->head <= LEADING_BYTES &&
		       (count_words(sentence->begin_end, sentence->date) <= BEGIN_WORDS ||
			       is_within(sentence->address, sentence->date));
	return count_words(sentence->head, sentence->date) <= 1;
}

static gboolean is_sure(const Sentence *sentence)
{
	return sentence->date || sentence->address;
}

/* The words before all that an attribution has: its author's name, where that comes first. */
static guint leading_words(const Sentence *sentence)
{
	const char *first = sentence->text->str + sentence->text->len;

	if (sentence->verb)
		first = sentence->verb;
	if (is_within(sentence->address, first))
		first = sentence->address;
	if (is_within(sentence->date, first))
		first = sentence->date;
	return count_words(sentence->head, first);
}

/* Does the first line say anything of it? Else it is text above an attribution. */
static gboolean begins_at_first(const Sentence *sentence)
{
	const char *end = sentence->text->str + sentence->first_bytes;

	return sentence->begin_end || !*end || end[1] == '<' || is_within(sentence->verb, end) ||
	       is_within(sentence->address, end) || is_within(sentence->date, end);
}

/* Before it is asked for a date, which is dear to find. */
static gboolean may_be_attribution(const Sentence *sentence, gboolean has_quote)
{
	const char *end = sentence->text->str + sentence->text->len;

	return count_words(sentence->head, end) <= WORDS &&
	       (sentence->verb || sentence->address || (has_quote && sentence->end == END_COLON));
}

static gboolean is_attribution(const Sentence *sentence, gboolean has_quote)
{
	guint leading = sentence->begin_end ? WORDS : LEADING_WORDS;

	if (!begins_at_first(sentence))
		return FALSE;
	if (begins_with_date(sentence) && sentence->verb)
		return sentence->end != END_BRACKET || has_quote;
	/* mail.ru, Yandex and the Gmail of some years: a date and a sender, no verb. */
	if (begins_with_date(sentence) && sentence->address)
		return sentence->end == END_COLON || has_quote;
	if (sentence->end == END_BRACKET || leading_words(sentence) > leading)
		return FALSE;
	/* Above a quote a colon says enough: "Quoting Anna <anna@acme.example>:". */
	if (has_quote && sentence->end == END_COLON && (sentence->verb || is_sure(sentence)))
		return TRUE;
	return sentence->verb && is_sure(sentence);
}

static gboolean reads_as_attribution(Sentence *sentence, gboolean has_quote)
{
	sentence_read(sentence);
	if (!may_be_attribution(sentence, has_quote))
		return FALSE;
	sentence_read_date(sentence);
	return is_attribution(sentence, has_quote);
}

/* Does a line here end like an attribution? The cheap question first. */
static gboolean may_end(const char *const *lines, guint count, guint at)
{
	for (guint i = at; i < count && i <= at + LINES; i++)
		if (line_end(lines[i]) != END_NONE)
			return TRUE;
	return FALSE;
}

/* Reads the lines from at on up to where they are an attribution; *end is the line behind. */
static gboolean find_end(
	const char *const *lines, guint count, guint at, Sentence *sentence, guint *end)
{
	g_string_truncate(sentence->text, 0);
	for (guint i = 0; i < LINES && at < count && sentence->text->len <= BYTES; i++) {
		append_line(sentence->text, lines[at]);
		if (i == 0)
			sentence->first_bytes = sentence->text->len;
		sentence->end = line_end(lines[at]);
		if (sentence->end != END_NONE && !is_open(sentence->text) &&
			sentence->text->len <= BYTES) {
			*end = at + 1;
			if (reads_as_attribution(sentence, is_quote_below(lines, count, at + 1)))
				return TRUE;
		}
		/* Clients wrap at blanks, and no name ends in a colon. */
		if (sentence->end == END_COLON)
			return FALSE;
		at = next_line(lines, count, at + 1, sentence->text);
	}
	return FALSE;
}

/* "2016-03-03 17:21 GMT+01:00 Anna Muster", alone between blank lines: the Gmail of 2016, where the
 * address got lost. */
static gboolean is_old_gmail(const char *const *lines, guint count, guint at, Sentence *sentence)
{
	const char *line = lines_skip_blanks(lines[at]);

	if (!g_ascii_isdigit(*line) || !strstr(line, " GMT") || strlen(line) > BYTES)
		return FALSE;
	if ((at > 0 && *lines_skip_blanks(lines[at - 1])) ||
		(at + 1 < count && *lines_skip_blanks(lines[at + 1])))
		return FALSE;
	g_string_assign(sentence->text, line);
	sentence_read(sentence);
	sentence_read_date(sentence);
	return begins_with_date(sentence) && sentence->when.precision == PRECISION_MINUTE &&
	       sentence->when.has_offset &&
	       count_words(sentence->date_end, line + strlen(line)) <= LEADING_WORDS;
}

/* Does one begin below this line, and end at the same? Then what is above it is text. */
static gboolean has_nearer(const char *const *lines, guint first, guint end, const Sentence *outer)
{
	gboolean has_nearer = FALSE;
	Sentence sentence = {.text = g_string_new(NULL)};

	for (guint at = first + 1; at < end && !has_nearer; at++) {
		guint inner_end;

		/* What does not say who wrote is only the end of an attribution that does. */
		has_nearer = find_end(lines, end, at, &sentence, &inner_end) &&
			     begins_with_date(&sentence) && (sentence.address || !outer->address) &&
			     (sentence.begin_end || !begins_with_date(outer));
	}
	g_string_free(sentence.text, TRUE);
	return has_nearer;
}

/* Quotes and brackets that a name may begin with. */
static gboolean is_opening(gunichar c)
{
	return c == '<' || c == '"' || c == '\'' || c == 0xab || c == 0x201c || c == 0x201e;
}

/* Words that stand between verb or date and the name, and are no part of it; names begin with a
 * capital. */
static const char *skip_words(const char *text, Languages languages)
{
	const char *before = NULL;

	while (text != before) {
		const char *end = NULL;
		const Phrase *by;

		before = text;
		while (*text && !is_opening(g_utf8_get_char(text)) &&
			!g_unichar_isalnum(g_utf8_get_char(text)))
			text = g_utf8_next_char(text);
		if (g_unichar_isupper(g_utf8_get_char(text)))
			return text;
		/* BlueMail says the time twice: "2. Mär. 2026, 14:05, um 14:05, Anna". */
		if (g_ascii_isdigit(*text) && text[strspn(text, "0123456789")] == ':' &&
			text[strspn(text, "0123456789:")] == ',') {
			text += strspn(text, "0123456789:");
			continue;
		}
		by = phrase_match(PHRASE_BY, text, languages, &end);
		if ((by && *end == ' ' && (!languages || (by->languages & languages))) ||
			phrase_match(PHRASE_FILLER, text, 0, &end))
			text = end;
	}
	return text;
}

/* The length without blanks, colons and dashes at the end. */
static gsize trimmed_length(const char *text)
{
	const char *end = text + strlen(text);

	while (end > text) {
		const char *before = g_utf8_prev_char(end);
		gunichar c = g_utf8_get_char(before);

		if (!lines_is_invisible(c) && c != 0xff1a &&
			!(c < 0x80 && strchr(":,;-*|", (int)c)))
			break;
		end = before;
	}
	return (gsize)(end - text);
}

/* Takes a piece of the text out of what may be the name. */
static void cut(const char *start, const char *end)
{
	if (start)
		memset((char *)start, '\n', (gsize)(end - start));
}

/* What remains without date, verb and "Am" is the author: the piece with an address, else the
 * longest. Spoils the text. */
static Mailbox *take_author(const Sentence *sentence)
{
	g_autoptr(GPtrArray) people = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	g_auto(GStrv) pieces = NULL;
	char *best = NULL;

	if (sentence->begin_end)
		cut(sentence->text->str, sentence->begin_end);
	cut(sentence->date, sentence->date_end);
	/* "hat Anna <a@b> am … geschrieben" is one verb. */
	if (sentence->verb &&
		!memchr(sentence->verb, '@', (gsize)(sentence->verb_end - sentence->verb)))
		cut(sentence->verb, sentence->verb_end);
	pieces = g_strsplit(sentence->text->str, "\n", -1);
	for (guint i = 0; pieces[i]; i++) {
		char *piece = pieces[i] + (skip_words(pieces[i], sentence->languages) - pieces[i]);

		piece[trimmed_length(piece)] = '\0';
		if (*piece &&
			(!best || (!find_address(best) &&
					  (find_address(piece) || strlen(piece) > strlen(best)))))
			best = piece;
	}
	if (!best)
		return NULL;
	/* "Anna <a@b> het volgende" */
	if (strchr(best, '<') && strchr(strchr(best, '<'), '>'))
		*(strchr(strchr(best, '<'), '>') + 1) = '\0';
	mailboxes_parse_author(best, people);
	return people->len > 0 ? g_ptr_array_steal_index(people, 0) : NULL;
}

gboolean attribution_parse(
	const char *const *lines, guint count, guint at, Attribution *attribution)
{
	Sentence sentence = {.text = NULL};
	guint end = at + 1;
	gboolean ends, is_found = FALSE;

	if (at >= count || lines_is_blank(lines[at]) || quoted_line(lines[at], NULL))
		return FALSE;
	ends = may_end(lines, count, at);
	if (!ends && !g_ascii_isdigit(*lines_skip_blanks(lines[at])))
		return FALSE;
	sentence.text = g_string_new(NULL);
	if (ends && find_end(lines, count, at, &sentence, &end))
		is_found = end == at + 1 || !has_nearer(lines, at, end, &sentence);
	else
		is_found = is_old_gmail(lines, count, at, &sentence);
	if (is_found)
		*attribution = (Attribution){.first = at,
			.end = end,
			.is_sure = is_sure(&sentence),
			.date = sentence.when,
			.from = take_author(&sentence)};
	g_string_free(sentence.text, TRUE);
	return is_found;
}

void attribution_clear(Attribution *attribution)
{
	g_clear_pointer(&attribution->from, mailbox_free);
}
