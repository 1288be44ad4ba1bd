/* What one branch of a mail's tree of parts says, and how those of its children become one. */
#pragma once

#include "html/page.h"

typedef struct {
	char *text;        /* never NULL */
	GPtrArray *html;   /* of Rendered, of a list by piece_pages_new() */
	gboolean is_plain; /* somebody wrote the text as text; it was not derived from the HTML */
} Piece;

/* Takes the text; NULL is "". */
Piece *piece_new(char *text, gboolean is_plain);
void piece_free(Piece *piece);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Piece, piece_free)

/* A list of Rendered that are freed with the HTML they were made of. */
GPtrArray *piece_pages_new(void);

/* Of several forms of one text (of Piece): the plain ones as text where there are any, the last
 * HTML as HTML. Lists and scanners put a second plain one beside the first: it is no form of it,
 * unless it is the same. Takes the pages out of the pieces. */
Piece *piece_choose(GPtrArray *pieces);
/* One below the other. Takes the pages out of the pieces. */
Piece *piece_chain(GPtrArray *pieces);

/* Nothing but white space; NULL is blank. */
gboolean piece_is_blank(const char *text);
/* Appends text that is not blank, in a line of its own. */
void piece_append(GString *text, const char *more);
