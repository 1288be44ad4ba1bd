/* A line that may hold a date, cut into numbers, words of dates and marks; parser/localdate.c reads
 * the date. Bounded: an attribution is a line or three. */
#pragma once

#include "parser/phrase.h"

enum { DATELINE_TOKENS = 120 };

typedef enum { TOKEN_NUMBER, TOKEN_WORD, TOKEN_MARK } TokenKind;

/* A number, a word, or a character that is neither. A word may be of several kinds: "mar" is March
 * and Tuesday. */
typedef struct {
	TokenKind kind;
	const char *start, *end; /* of the text */
	gboolean has_blank;      /* one stands in front */
	gunichar mark;
	int number;
	guint digits;
	gboolean is_own;         /* a half-day's word of the line's own languages */
	guint kinds;             /* bits 1 << PhraseKind */
	int value[PHRASE_KINDS]; /* of these kinds */
} Token;

typedef struct {
	Token tokens[DATELINE_TOKENS + 1]; /* behind the last: a mark 0 */
	guint count;
	Languages languages;
} DateLine;

/* Cuts the first DATELINE_TOKENS of text, which is borrowed. languages: as in localdate_parse(). */
void dateline_read(DateLine *line, const char *text, Languages languages);
