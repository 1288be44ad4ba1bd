/* A text as lines, with its quote marks: what a walk over a mail's text asks for.
 *
 * Pure. Lines are valid UTF-8 without line ends; places are line numbers, an end is the line behind
 * the last. */
#pragma once

#include "forward/labels.h"
#include "html/render.h"

typedef struct {
	char *text;         /* a copy, cut into lines */
	GPtrArray *lines;   /* of char, borrowed from text */
	Rendered *rendered; /* NULL: not from HTML */
} View;

/* Takes rendered (may be NULL), whose text this is then. */
void view_init(View *view, const char *text, Rendered *rendered);
void view_clear(View *view);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(View, view_clear)

const char *view_line(const View *view, guint line);
/* The nearest line above that is not blank; at where there is none. */
guint view_above(const View *view, guint at);
/* The line above where the words of a separator stand, which nothing but their place sets apart
 * (labels.h, mark_parse_bare()); at where there are none. */
guint view_title_above(const View *view, guint at, Mark *mark);
/* The first line at or behind at that is not blank; the number of lines where there is none. */
guint view_next(const View *view, guint at);

/* Does the line begin with ">"? */
gboolean view_is_quoted(const char *line);
/* The line without so many quote marks. */
const char *view_unquoted(const char *line, guint depth);
/* The line behind the quote that begins at at: blank lines within belong to it. */
guint view_quote_end(const View *view, guint at);
/* How often all of the quote from first to end is quoted: as often as its first line that says
 * something. */
guint view_quote_depth(const View *view, guint first, guint end);
