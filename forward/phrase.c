#include "forward/phrase.h"

#include "forward/phrasebook.h"

enum {
	GAP_LETTERS = 200, /* how many "…" may stand for */
	HEAD_LETTERS = 5,  /* compared before all are */
};

/* Marks of direction, joiners and other characters that nobody sees. */
static gboolean is_unseen(gunichar letter)
{
	return letter == 0xAD || (letter >= 0x200B && letter <= 0x200F) ||
	       (letter >= 0x202A && letter <= 0x202E) || (letter >= 0x2060 && letter <= 0x2069) ||
	       letter == 0xFEFF || (letter >= 0xFE00 && letter <= 0xFE0F) || letter == 0x61C;
}

static gunichar folded(gunichar letter)
{
	if (letter >= 0xFF01 && letter <= 0xFF5E)
		letter -= 0xFEE0;
	if (letter < 0x80)
		return (gunichar)(letter <= ' ' ? ' ' : g_ascii_tolower((char)letter));
	switch (letter) {
	case 0x130: /* İ */
		return 'i';
	case 0x3C2: /* ς, σ at a word's end */
		return 0x3C3;
	case 0x2018:
	case 0x2019:
	case 0x2BC:
	case 0x5F3: /* Hebrew's, of abbreviations */
		return '\'';
	case 0x201C:
	case 0x201D:
	case 0x5F4:
		return '"';
	case 0x5BE:
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2212:
		return '-';
	case 0xFE55:
	case 0x2236:
	case 0x55D: /* Armenian stops */
	case 0x589:
		return ':';
	}
	return g_unichar_isspace(letter) ? ' ' : g_unichar_tolower(letter);
}

gunichar phrase_letter_any(const char **at)
{
	gunichar letter, composed;

	while (is_unseen(letter = g_utf8_get_char(*at)))
		*at = g_utf8_next_char(*at);
	if (!letter)
		return 0;
	*at = g_utf8_next_char(*at);
	/* Letter and accent apart, as macOS writes file names and some people their mail. */
	while ((guchar) * *at >= 0xCC &&
		g_unichar_compose(letter, g_utf8_get_char(*at), &composed)) {
		letter = composed;
		*at = g_utf8_next_char(*at);
	}
	return folded(letter);
}

/* Scripts that write words without blanks between them. */
static gboolean is_unspaced(gunichar letter)
{
	return (letter >= 0x2E80 && letter <= 0xA4CF) || (letter >= 0xAC00 && letter <= 0xD7AF) ||
	       (letter >= 0xF900 && letter <= 0xFAFF) || (letter >= 0xE00 && letter <= 0xEFF) ||
	       letter >= 0x20000;
}

static gboolean is_wordly(gunichar letter)
{
	return g_unichar_isalnum(letter) || g_unichar_ismark(letter);
}

gboolean phrase_is_boundary(gunichar before, gunichar after)
{
	if (before < 0x80 && after < 0x80)
		return !g_ascii_isalnum(before) || !g_ascii_isalnum(after) ||
		       g_ascii_isdigit(before) != g_ascii_isdigit(after);
	if (!before || !after || is_unspaced(before) || is_unspaced(after))
		return TRUE;
	if (g_unichar_isdigit(before) != g_unichar_isdigit(after))
		return TRUE;
	return !is_wordly(before) || !is_wordly(after);
}

/* Where the words up to a gap or the end of these letters end in text, NULL if it begins
 * differently. *letters moves to the gap or the end. */
static const char *words_match(const char *text, const gunichar **letters)
{
	gunichar last = 0;
	const char *next;

	for (; **letters && **letters != PHRASE_GAP; last = *(*letters)++) {
		if (phrase_letter(&text) != **letters)
			return NULL;
		next = text;
		while (**letters == ' ' && phrase_letter(&next) == ' ')
			text = next;
	}
	next = text;
	return phrase_is_boundary(last, phrase_letter(&next)) ? text : NULL;
}

/* The same for a whole phrase, with at most one gap. */
static const char *letters_match(const char *text, const gunichar *letters)
{
	gunichar before = ' ';

	text = words_match(text, &letters);
	if (!text || !*letters)
		return text;
	letters++;
	for (guint i = 0; i < GAP_LETTERS && *text && *text != '\n'; i++) {
		const char *next = text, *end;
		const gunichar *tail = letters;
		gunichar letter = phrase_letter(&next);

		end = letter == *letters && phrase_is_boundary(before, letter)
			      ? words_match(text, &tail)
			      : NULL;
		if (end)
			return end;
		before = letter;
		text = next;
	}
	return NULL;
}

static guint languages_count(Languages languages)
{
	return (guint)__builtin_popcountll(languages);
}

/* Is this meaning of the same letters better than the best so far? */
static gboolean is_better(const Phrase *phrase, const Phrase *best, Languages languages)
{
	guint mine = languages_count(phrase->languages & languages);
	guint other = languages_count(best->languages & languages);

	if (mine != other)
		return mine > other;
	return languages_count(phrase->languages) > languages_count(best->languages);
}

/* How a text begins, several blanks as one: most phrases fail here. */
static void head_read(const char *text, gunichar head[HEAD_LETTERS])
{
	for (guint i = 0; i < HEAD_LETTERS; i++) {
		const char *next;

		head[i] = phrase_letter(&text);
		for (next = text; head[i] == ' ' && phrase_letter(&next) == ' ';)
			text = next;
	}
}

static gboolean may_begin(const gunichar head[HEAD_LETTERS], const gunichar *letters)
{
	for (guint i = 0; i < HEAD_LETTERS && letters[i] && letters[i] != PHRASE_GAP; i++)
		if (letters[i] != head[i])
			return FALSE;
	return TRUE;
}

/* Takes what was found as the best of its kind, if it is: the longest. found: the kinds of which
 * there is one. Returns those with this one. */
static guint match_take(
	PhraseMatch matches[PHRASE_KINDS], guint found, PhraseMatch match, Languages languages)
{
	const guint kind = 1U << match.phrase->kind;
	PhraseMatch *best = &matches[match.phrase->kind];

	if (!(found & kind) || match.phrase->length > best->phrase->length ||
		(match.phrase->length == best->phrase->length &&
			is_better(match.phrase, best->phrase, languages)))
		*best = match;
	return found | kind;
}

/* The best of these phrases for each of these kinds. Returns the kinds of which there is one. */
static guint best_match(const GPtrArray *phrases, guint kinds, const char *text,
	Languages languages, PhraseMatch matches[PHRASE_KINDS])
{
	gunichar head[HEAD_LETTERS];
	guint found = 0;

	if (phrases)
		head_read(text, head);
	for (guint i = 0; phrases && i < phrases->len; i++) {
		const Phrase *phrase = g_ptr_array_index(phrases, i);
		const char *end = kinds & 1U << phrase->kind && may_begin(head, phrase->letters)
					  ? letters_match(text, phrase->letters)
					  : NULL;

		if (end)
			found = match_take(matches, found, (PhraseMatch){phrase, end}, languages);
	}
	return found;
}

/* The same for phrases that begin with a gap: one walk for all that may stand behind it. */
static guint gaps_match(
	guint kinds, const char *text, Languages languages, PhraseMatch matches[PHRASE_KINDS])
{
	guint64 firsts;
	const GPtrArray *phrases = phrasebook_find_gaps(kinds, &firsts);
	gunichar before = ' ', letter;
	guint found = 0;
	const char *next = text;

	for (guint at = 0; phrases && at < GAP_LETTERS && *text && *text != '\n'; at++) {
		letter = phrase_letter(&next);
		for (guint i = 0; firsts >> letter % 64 & 1 && i < phrases->len; i++) {
			const Phrase *phrase = g_ptr_array_index(phrases, i);
			const gunichar *tail = phrase->letters + 1;
			const char *end = kinds & 1U << phrase->kind && *tail == letter &&
							  phrase_is_boundary(before, letter)
						  ? words_match(text, &tail)
						  : NULL;

			if (end)
				found = match_take(
					matches, found, (PhraseMatch){phrase, end}, languages);
		}
		before = letter;
		text = next;
	}
	return found;
}

/* The phrases that a text may begin with, NULL where none is of these kinds. */
static const GPtrArray *candidates(guint kinds, const char *text)
{
	const gunichar first = phrase_letter(&text);

	return phrasebook_find(kinds, first, phrase_letter(&text));
}

guint phrase_match_each(
	guint kinds, const char *text, Languages languages, PhraseMatch matches[PHRASE_KINDS])
{
	guint found = best_match(candidates(kinds, text), kinds, text, languages, matches);

	return found | gaps_match(kinds & ~found, text, languages, matches);
}

const Phrase *phrase_match(PhraseKind kind, const char *text, Languages languages, const char **end)
{
	PhraseMatch matches[PHRASE_KINDS];

	if (!phrase_match_each(1U << kind, text, languages, matches))
		return NULL;
	*end = matches[kind].end;
	return matches[kind].phrase;
}

Languages phrase_languages_at(PhraseKind kind, const char *text, const char *end)
{
	const GPtrArray *phrases = candidates(1U << kind, text);
	Languages languages = 0;

	for (guint i = 0; phrases && i < phrases->len; i++) {
		const Phrase *phrase = g_ptr_array_index(phrases, i);
		const char *behind =
			phrase->kind == kind ? letters_match(text, phrase->letters) : NULL;

		/* Only some languages list the full stop of an abbreviation. */
		if (behind && (behind == end || (behind + 1 == end && *behind == '.')))
			languages |= phrase->languages;
	}
	return languages;
}

const Phrase *phrase_find(PhraseKind kind, const char *text, const char **start, const char **end)
{
	gunichar before = 0;

	while (*text) {
		const char *next = text;
		gunichar letter = phrase_letter(&next);
		const Phrase *phrase = letter != ' ' && phrase_is_boundary(before, letter)
					       ? phrase_match(kind, text, 0, end)
					       : NULL;

		if (phrase) {
			*start = text;
			return phrase;
		}
		before = letter;
		text = next;
	}
	return NULL;
}
