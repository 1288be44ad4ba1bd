#include "forward/labels.h"

#include <string.h>

#include "forward/phrasebook.h"

enum {
	RULE_LENGTH = 4, /* so many ---- are a line; "---" and "-- " are not */
	DECORATION = 60, /* characters in front of a banner's words */
	MOBILE_WORDS =
		10, /* of its sentence: "Sent from my desk, which is much easier than…" is none */
	MOBILE_LENGTH = 200, /* bytes of a mobile signature's line, its link included */
};

static gboolean is_blank(const char *text, const char **next)
{
	*next = text;
	return phrase_letter(next) == ' ';
}

static const char *skip_blanks(const char *text)
{
	const char *next;

	while (is_blank(text, &next))
		text = next;
	return text;
}

/* Bold and italics of plain text: *Von:*, **Von:**, _Von:_ */
static const char *skip_stars(const char *text)
{
	return text + strspn(text, "*_");
}

/* Behind what parts a label from its value: a colon, or the border of a table's cell, "| Von | Anna
 * |" in NetEase's text and a tab where the table was HTML. NULL: nothing does. */
static const char *label_end(const char *end, gboolean is_table)
{
	const char *next = skip_blanks(skip_stars(end)), *behind = next;
	gunichar letter = phrase_letter(&behind);

	if (letter == ':' || (is_table && letter == '|'))
		return behind;
	return memchr(end, '\t', (gsize)(next - end)) ? next : NULL;
}

/* "Message du 02/03/26 14:05": words that stand before a date, without a colon. */
static const Phrase *dated_at(const char *word, const char **value)
{
	const Phrase *phrase = phrase_match(PHRASE_DATED, word, 0, value);

	if (phrase)
		*value = skip_blanks(*value);
	return phrase && g_ascii_isdigit(**value) ? phrase : NULL;
}

/* A label exactly here. */
static Label label_at(const char *text, const char **value, Languages *languages)
{
	gboolean is_table = *text == '|';
	const char *word = is_table ? skip_blanks(text + 1) : skip_stars(text), *end = NULL;
	const Phrase *phrase = phrase_match(PHRASE_LABEL, word, 0, &end);

	end = phrase ? label_end(end, is_table) : NULL;
	if (end)
		*value = skip_blanks(word > text ? skip_stars(end) : end);
	else
		phrase = dated_at(word, value);
	if (phrase && languages)
		*languages = phrase->languages;
	return phrase ? (Label)phrase->value : LABEL_NONE;
}

Label label_parse(const char *line, const char **value, Languages *languages)
{
	return label_at(skip_blanks(line), value, languages);
}

Label label_parse_bare(const char *line, const char **value, Languages *languages)
{
	const char *end = NULL;
	const Phrase *phrase = phrase_match(PHRASE_LABEL, skip_blanks(line), 0, &end);

	if (!phrase || phrase->value > LABEL_SUBJECT || (*end && !is_blank(end, value)))
		return LABEL_NONE;
	*value = skip_blanks(end);
	if (languages)
		*languages = phrase->languages;
	return (Label)phrase->value;
}

Label label_find(const char *at, const char **start, const char **value, Languages *languages)
{
	const char *next;

	while (*(at = skip_blanks(at))) {
		Label label = label_at(at, value, languages);

		if (label != LABEL_NONE) {
			*start = at;
			return label;
		}
		while (*at && !is_blank(at, &next))
			at = next;
	}
	return LABEL_NONE;
}

/* What dashes and blanks stand at the start of text; *count: the dashes. The Bat draws scissors
 * among them. */
static const char *skip_dashes(const char *text, guint *count)
{
	const char *next = text;
	gunichar letter;

	for (*count = 0;; text = next) {
		if (*count > 0 && g_str_has_prefix(text, "8<"))
			next += strlen("8<");
		letter = phrase_letter(&next);
		if (letter == '-' || letter == '_' || letter == '=' || letter == 0x2500 ||
			letter == '~')
			*count += 1;
		else if (letter != ' ' && letter != '*')
			return text;
	}
}

/* What ends a separator: dashes, and a colon in *has_colon. Returns what is left behind it. */
static const char *skip_mark_end(const char *text, guint *dashes, gboolean *has_colon)
{
	const char *next = skip_dashes(text, dashes), *colon = next;

	*has_colon = phrase_letter(&colon) == ':';
	return *has_colon ? skip_stars(skip_blanks(colon)) : next;
}

/* "Original:" alone may be anybody's; more than a word is a program's. */
static gboolean is_title(const Phrase *phrase)
{
	for (guint i = 0; i < phrase->length; i++)
		if (phrase->letters[i] == ' ' || phrase->letters[i] == '-' ||
			phrase_is_boundary('a', phrase->letters[i]))
			return TRUE;
	return FALSE;
}

/* The words of a separator between their dashes, or before a colon; some clients go on in the same
 * line. */
static Mark mark_at(const char *words, guint dashes, const char **value)
{
	const char *end = NULL, *rest;
	const Phrase *phrase = phrase_match(PHRASE_MARK, words, 0, &end);
	guint closing;
	gboolean has_colon;

	if (!phrase)
		return MARK_NONE;
	rest = skip_mark_end(end, &closing, &has_colon);
	if (*rest && (dashes < 2 || closing < 2))
		return MARK_NONE;
	if (dashes < 2 && !(has_colon && is_title(phrase)))
		return MARK_NONE;
	*value = *rest ? rest : NULL;
	return (Mark)phrase->value;
}

/* "Weitergeleitet von" without dashes is how a sentence begins. */
static Mark mark_by_at(const char *words, guint dashes, const char **value)
{
	const char *end = NULL;
	const Phrase *phrase = dashes >= 2 ? phrase_match(PHRASE_MARK_BY, words, 0, &end) : NULL;

	if (!phrase)
		return MARK_NONE;
	*value = skip_blanks(end);
	return (Mark)phrase->value;
}

/* "This is a forwarded message" and nothing else; Becky's "Forwarded by Anna <anna@acme.example>".
 */
static Mark mark_alone_at(const char *words)
{
	const char *end = NULL;
	const Phrase *phrase = phrase_match(PHRASE_MARK_ALONE, words, 0, &end);

	if (phrase)
		return !*skip_blanks(end) ? (Mark)phrase->value : MARK_NONE;
	phrase = phrase_match(PHRASE_MARK_BY, words, 0, &end);
	return phrase && strchr(end, '@') && g_str_has_suffix(end, ">") ? (Mark)phrase->value
									: MARK_NONE;
}

Mark mark_parse(const char *line, const char **value)
{
	guint dashes;
	const char *words = skip_dashes(line, &dashes), *rest = NULL;
	Mark mark = MARK_NONE;

	if (!*words)
		mark = dashes >= RULE_LENGTH ? MARK_RULE : MARK_NONE;
	else
		mark = mark_at(words, dashes, &rest);
	if (mark == MARK_NONE && *words)
		mark = mark_by_at(words, dashes, &rest);
	if (mark == MARK_NONE)
		mark = mark_alone_at(words);
	if (value)
		*value = rest;
	return mark;
}

Mark mark_parse_bare(const char *line)
{
	const char *end = NULL;
	const Phrase *phrase = phrase_match(PHRASE_MARK, skip_blanks(line), 0, &end);

	return phrase && is_title(phrase) && !*skip_blanks(end) ? (Mark)phrase->value : MARK_NONE;
}

const char *verb_find(const char *text, const char **end, Languages *languages)
{
	const char *start = NULL;
	const Phrase *phrase = phrase_find(PHRASE_VERB, text, &start, end);

	if (phrase && languages)
		*languages = phrase->languages;
	return phrase ? start : NULL;
}

gboolean attribution_may_begin(const char *line, Languages *languages)
{
	const char *end;
	const Phrase *phrase = phrase_match(PHRASE_BEGIN, skip_stars(skip_blanks(line)), 0, &end);

	if (phrase && languages)
		*languages = phrase->languages;
	return phrase != NULL;
}

/* Does the line begin with such a phrase, behind what clients put around one? "[EXTERN]" has its
 * own bracket. */
static gboolean line_begins(PhraseKind kind, const char *line, const char **end)
{
	for (guint i = 0; i < DECORATION; i++) {
		const char *next = line;
		gunichar letter = phrase_letter(&next);
		gboolean is_decoration =
			letter < 0x80 && strchr(" -_=*~|<#([!\"$", (int)letter) != NULL;

		if (!letter)
			return FALSE;
		if ((!is_decoration || letter == '[') && phrase_match(kind, line, 0, end))
			return TRUE;
		if (!is_decoration)
			return FALSE;
		line = next;
	}
	return FALSE;
}

static gboolean line_is(PhraseKind kind, const char *line)
{
	const char *end = NULL;

	return line_begins(kind, line, &end);
}

/* How many words the first sentence of a line has. */
static guint sentence_words(const char *line)
{
	guint words = 0;

	for (; *line; line++) {
		if (line[0] != ' ' && (line[1] == ' ' || !line[1]))
			words++;
		if (strchr(".!;", *line) && line[1] == ' ')
			break;
	}
	return words;
}

gboolean is_mobile_signature(const char *line)
{
	const char *end = NULL;

	if (strnlen(line, MOBILE_LENGTH + 1) > MOBILE_LENGTH ||
		!line_begins(PHRASE_MOBILE, line, &end))
		return FALSE;
	/* Of a long sentence all must be the program's: "Diese Nachricht … gesendet." */
	return sentence_words(line) <= MOBILE_WORDS || !end[strspn(end, " .")];
}

gboolean is_reply_line(const char *line)
{
	return line_is(PHRASE_ABOVE, line);
}

gboolean is_banner(const char *line)
{
	return line_is(PHRASE_BANNER, line);
}

gboolean is_disclaimer(const char *line)
{
	return line_is(PHRASE_DISCLAIMER, line);
}

Languages language_of(const char *code)
{
	const char *const *languages = phrasebook_languages();

	for (guint i = 0; languages[i]; i++) {
		if (strcmp(languages[i], code) == 0)
			return (Languages)1 << i;
	}
	return 0;
}

static gboolean have_order(Languages languages, const char *order)
{
	const char *end;
	const Phrase *phrase = phrase_match(PHRASE_ORDER, order, 0, &end);

	return languages && phrase && !(languages & ~phrase->languages);
}

gboolean languages_write_month_first(Languages languages)
{
	return have_order(languages, "month-first");
}

gboolean languages_write_year_first(Languages languages)
{
	return have_order(languages, "year-first");
}
