/* Phrases: the words of forward/labels/ *.txt (forward/phrasebook.h reads them), found in text.
 *
 * Case, composition and width of letters do not matter, any blank is a blank (and several are one),
 * bidi marks and zero-width characters are passed over. Text is valid UTF-8. */
#pragma once

#include "forward/labels.h"

typedef enum {
	PHRASE_LABEL,      /* value: a Label */
	PHRASE_DATED,      /* the same, without a colon */
	PHRASE_MARK,       /* value: a Mark; the whole line but its dashes */
	PHRASE_MARK_ALONE, /* the same, a whole line without dashes */
	PHRASE_MARK_BY,    /* value: a Mark; who and when stand behind it */
	PHRASE_VERB,
	PHRASE_BEGIN,
	PHRASE_BY,    /* between an attribution's verb or date and the name */
	PHRASE_ABOVE, /* a help desk's line that asks to answer above it */
	PHRASE_MOBILE,
	PHRASE_BANNER,
	PHRASE_DISCLAIMER,
	PHRASE_MONTH,    /* value: 1 to 12 */
	PHRASE_WEEKDAY,  /* value: 1 for Monday to 7, 0 where the language needs no telling apart */
	PHRASE_MERIDIEM, /* value: 0 in the morning, 1 in the afternoon */
	PHRASE_ZONE,     /* value: minutes east of UTC */
	PHRASE_FILLER,
	PHRASE_UNIT,  /* value: a DateUnit */
	PHRASE_ORDER, /* "month-first", "year-first": no words of mails, a language's habits */
	PHRASE_KINDS,
} PhraseKind;

/* "年", "년", "h": what follows a number of a date. */
typedef enum { UNIT_YEAR, UNIT_MONTH, UNIT_DAY, UNIT_HOUR, UNIT_MINUTE, UNIT_SECOND } DateUnit;

typedef struct {
	PhraseKind kind;
	int value;
	Languages languages; /* all that have it with this meaning */
	gunichar *letters;   /* folded, ends with 0 */
	guint length;        /* of letters */
} Phrase;

typedef struct {
	const Phrase *phrase;
	const char *end; /* behind it in the text */
} PhraseMatch;

/* The longest phrase of this kind that text begins with, as whole words; *end is behind it. Where a
 * word means different things, its meaning in these languages, else in the most languages. NULL:
 * none. */
const Phrase *phrase_match(
	PhraseKind kind, const char *text, Languages languages, const char **end);
/* The same for several kinds at once, a set of bits 1 << PhraseKind. Returns of which there is one:
 * only these matches are set. */
guint phrase_match_each(
	guint kinds, const char *text, Languages languages, PhraseMatch matches[PHRASE_KINDS]);
/* All languages in which text up to end, where phrase_match() found one to end, is of this kind. */
Languages phrase_languages_at(PhraseKind kind, const char *text, const char *end);
/* The first such phrase that begins a word anywhere in text; *start is where. */
const Phrase *phrase_find(PhraseKind kind, const char *text, const char **start, const char **end);

/* The next character, folded, and *at moves behind it; 0 at the end of the text. */
static inline gunichar phrase_letter(const char **at);
gunichar phrase_letter_any(const char **at);
/* May a word end between these two (folded) characters? Chinese, Japanese and Thai know no blanks.
 */
gboolean phrase_is_boundary(gunichar before, gunichar after);

/* Most letters are ASCII, and no accent follows (those begin with 0xCC). */
static inline gunichar phrase_letter(const char **at)
{
	const guchar letter = (guchar) * *at;

	if (letter == 0 || letter >= 0x80 || (guchar)(*at)[1] >= 0xCC)
		return phrase_letter_any(at);
	++*at;
	if (letter <= ' ')
		return ' ';
	return letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter;
}
