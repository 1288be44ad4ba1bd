/* Where in a text an inline forward stands: the first header block that is no reply's quote, the
 * comment above it, and the original below it. The same over a mail's plain text and over the
 * rendering of its HTML; forward.c weighs the two.
 *
 * One linear walk over lines. Pure; what is found borrows nothing of the text. */
#pragma once

#include "forward/block.h"
#include "html/render.h"

/* A text as lines, and what its HTML says of them. */
typedef struct {
	char *text;         /* a copy, cut into lines */
	GPtrArray *lines;   /* of char, borrowed from text */
	Rendered *rendered; /* NULL: not from HTML */
} InlineText;

/* Takes rendered (may be NULL), whose text this is then. */
void inline_text_init(InlineText *view, const char *text, Rendered *rendered);
void inline_text_clear(InlineText *view);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(InlineText, inline_text_clear)

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
void inline_find(const InlineText *view, gboolean has_prefix, InlineFound *found);
void inline_found_clear(InlineFound *found);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(InlineFound, inline_found_clear)

/* The forwarder's words, without separators and servers' warnings. Never NULL, to be freed. */
char *inline_comment(const InlineText *view, const InlineFound *found);
/* The original's text, without the quote marks that its block has, too. Never NULL, to be freed. */
char *inline_original_text(const InlineText *view, const InlineFound *found);
/* The part of html, of which view is the rendering, that holds the original. NULL where there is
 * none. To be freed. */
char *inline_original_html(const InlineText *view, const InlineFound *found, const char *html);
