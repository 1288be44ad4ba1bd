/* A line that may hold a date, cut into numbers, words of dates and marks; forward/localdate.c
 * reads the date. Bounded: an attribution is a line or three. */
#pragma once

#include "forward/phrase.h"

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

/* A token by its place; behind the last there are only marks 0. */
const Token *dateline_token(const DateLine *line, guint i);
gboolean dateline_is_number(const DateLine *line, guint i);
/* A word that is of this kind, perhaps of others too. */
gboolean dateline_is_word(const DateLine *line, guint i, PhraseKind kind);
/* One of these marks. */
gboolean dateline_is_mark(const DateLine *line, guint i, const char *marks);
/* More of a number than its digits: "14:05", "10.1.2026.7" */
gboolean dateline_is_continued(const DateLine *line, guint i);
/* Past the word of a unit at i, if it stands there: "2026 г.", "2 d." */
guint dateline_skip_unit(const DateLine *line, guint i, DateUnit unit);
