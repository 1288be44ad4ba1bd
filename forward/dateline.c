#include "forward/dateline.h"

enum { DIGITS = 8 /* a longer number is no part of a date */ };

static const PhraseKind word_kinds[] = {
	PHRASE_MONTH, PHRASE_WEEKDAY, PHRASE_MERIDIEM, PHRASE_ZONE, PHRASE_FILLER, PHRASE_UNIT};
enum {
	WORD_KINDS = 1 << PHRASE_MONTH | 1 << PHRASE_WEEKDAY | 1 << PHRASE_MERIDIEM |
		     1 << PHRASE_ZONE | 1 << PHRASE_FILLER | 1 << PHRASE_UNIT
};

/* The number at text; digits of every script. */
static const char *number_read(const char *text, Token *token)
{
	for (const char *next = text;; text = next) {
		int digit = g_unichar_digit_value(phrase_letter(&next));

		if (digit < 0)
			break;
		token->digits++;
		if (token->digits <= DIGITS)
			token->number = token->number * 10 + digit;
	}
	token->kind = token->digits <= DIGITS ? TOKEN_NUMBER : TOKEN_WORD;
	return text;
}

/* "MEZ", but not the "Est" of a name; full names of zones in any case. */
static gboolean is_zone_written(const char *start, const char *end)
{
	if (end - start > 5)
		return TRUE;
	for (; start < end; start++) {
		if (g_ascii_islower(*start))
			return FALSE;
	}
	return TRUE;
}

/* Letters that are no word of dates, with the digits in them. */
static const char *word_skip(const char *text)
{
	gunichar before = phrase_letter(&text);

	for (const char *next = text;; text = next) {
		gunichar letter = phrase_letter(&next);

		if (!g_unichar_isalnum(letter) && !g_unichar_ismark(letter))
			return text;
		if (!g_unichar_isdigit(letter) && phrase_is_boundary(before, letter))
			return text;
		before = letter;
	}
}

/* The longest word of dates at text, with all its kinds. */
static const char *word_read(const char *text, Languages languages, Token *token)
{
	PhraseMatch matches[PHRASE_KINDS];
	const guint found = phrase_match_each(WORD_KINDS, text, languages, matches);
	const char *longest = NULL;

	token->kind = TOKEN_WORD;
	for (guint i = 0; found && i < G_N_ELEMENTS(word_kinds); i++) {
		const PhraseMatch *match = &matches[word_kinds[i]];

		if (!(found & 1U << word_kinds[i]) || (longest && match->end < longest))
			continue;
		if (word_kinds[i] == PHRASE_ZONE && !is_zone_written(text, match->end))
			continue;
		if (!longest || match->end > longest)
			token->kinds = 0;
		longest = match->end;
		token->kinds |= 1U << word_kinds[i];
		token->value[word_kinds[i]] = match->phrase->value;
		if (word_kinds[i] == PHRASE_MERIDIEM)
			token->is_own = (match->phrase->languages & languages) != 0;
	}
	/* "de" and "du": half-days of Hungarians, fillers of others. */
	if ((token->kinds & 1U << PHRASE_FILLER) && (token->kinds & 1U << PHRASE_MERIDIEM))
		token->kinds &= ~(1U << (token->is_own ? PHRASE_FILLER : PHRASE_MERIDIEM));
	return longest ? longest : word_skip(text);
}

static void tokens_read(DateLine *line, const char *text, Languages languages)
{
	gboolean has_blank = TRUE;

	line->count = 0;
	while (*text && line->count < DATELINE_TOKENS) {
		Token *token = &line->tokens[line->count];
		const char *next = text;
		gunichar letter = phrase_letter(&next);

		if (letter == ' ' || letter == 0) {
			has_blank = TRUE;
			text = next;
			continue;
		}
		*token = (Token){.start = text, .has_blank = has_blank, .mark = letter};
		if (g_unichar_isdigit(letter))
			next = number_read(text, token);
		else if (g_unichar_isalpha(letter))
			next = word_read(text, languages, token);
		else
			token->kind = TOKEN_MARK;
		token->end = next;
		text = next;
		has_blank = FALSE;
		line->count++;
	}
	line->tokens[line->count] = (Token){.kind = TOKEN_MARK, .start = text, .end = text};
}

/* The languages in which all names of months and days of the line are such. */
static Languages languages_spoken(const DateLine *line)
{
	Languages spoken = ~(Languages)0;

	for (guint i = 0; i < line->count; i++) {
		const Token *token = &line->tokens[i];
		Languages words = 0;

		/* A lone letter is a day of the week in one language and a filler in the next. */
		if (!(token->kinds & (1U << PHRASE_MONTH | 1U << PHRASE_WEEKDAY)) ||
			g_utf8_next_char(token->start) == token->end)
			continue;
		words = phrase_languages_at(PHRASE_MONTH, token->start, token->end) |
			phrase_languages_at(PHRASE_WEEKDAY, token->start, token->end);
		spoken &= words;
	}
	return spoken;
}

void dateline_read(DateLine *line, const char *text, Languages languages)
{
	Languages spoken;

	tokens_read(line, text, languages);
	/* "czw., 27 lip" below Gmail's English labels is Polish, and no Croatian June. */
	spoken = languages_spoken(line);
	if (languages & spoken)
		spoken &= languages;
	if (spoken && spoken != ~(Languages)0 && spoken != languages)
		tokens_read(line, text, spoken);
	line->languages = languages;
}

const Token *dateline_token(const DateLine *line, guint i)
{
	return &line->tokens[MIN(i, line->count)];
}

gboolean dateline_is_word(const DateLine *line, guint i, PhraseKind kind)
{
	return (dateline_token(line, i)->kinds & (1U << kind)) != 0;
}

gboolean dateline_is_number(const DateLine *line, guint i)
{
	return dateline_token(line, i)->kind == TOKEN_NUMBER;
}

gboolean dateline_is_mark(const DateLine *line, guint i, const char *marks)
{
	const Token *token = dateline_token(line, i);

	return token->kind == TOKEN_MARK && token->mark &&
	       g_utf8_strchr(marks, -1, token->mark) != NULL;
}

guint dateline_skip_unit(const DateLine *line, guint i, DateUnit unit)
{
	if (dateline_is_word(line, i, PHRASE_UNIT) &&
		dateline_token(line, i)->value[PHRASE_UNIT] == (int)unit)
		return i + 1;
	return i;
}

gboolean dateline_is_continued(const DateLine *line, guint i)
{
	return dateline_is_mark(line, i + 1, ".:") && dateline_is_number(line, i + 2) &&
	       !dateline_token(line, i + 1)->has_blank && !dateline_token(line, i + 2)->has_blank;
}
