/* Where in a text an inline forward stands: the first header block that is no reply's quote, the
 * comment above it, and the original below it. The same over a mail's plain text and over the
 * rendering of its HTML; forward.c weighs the two.
 *
 * One linear walk over lines. Pure; what is found borrows nothing of the text. */
#pragma once

#include "forward/block.h"
#include "forward/view.h"

/* A forward in such a text. */
typedef struct {
	Block block;       /* what it states; empty where only a separator was found */
	gboolean is_found; /* all else is 0 without */
	gboolean has_block;
	gboolean has_mark; /* a separator or HTML that only forwards have */
	guint comment_end; /* the line behind the comment */
	guint first, end;  /* the lines of the original's text; end is behind the last */
	guint depth;       /* how often they are quoted */
} InlineFound;

/* has_prefix: the mail's subject says that it is a forward, so that weaker signs count. Sets every
 * field of *found. */
void inline_find(const View *view, gboolean has_prefix, InlineFound *found);
void inline_found_clear(InlineFound *found);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(InlineFound, inline_found_clear)
