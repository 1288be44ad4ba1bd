/* Flow: words, blanks and breaks of a page, set in lines of text as a browser would set them.
 *
 * Blanks fold, blocks break lines, cells of a row stay in one line, "> " stands for each quote
 * around a line, what nobody sees stands in "[hidden: …]". render.c walks the elements and says
 * what comes; the lines that this makes are described in render.h. */
#pragma once

#include "html/render.h"

/* What the elements around mean for the text in them. */
typedef struct {
	LineMarks marks;
	guint quotes, lists;
	gboolean is_hidden, is_tiny, is_preformatted;
} FlowStyle;

/* How the text stood where a cell began. */
typedef struct {
	gsize length;
	guint lines_begun;
	gboolean is_broken, is_next_cell;
	guint margin, empty;
} FlowCell;

typedef struct {
	GString *text;
	GArray *lines;          /* of RenderedLine */
	const FlowStyle *style; /* of the words that come; set by the caller, never NULL then */
	/* What stands between the last words and the next. */
	gboolean is_broken;    /* the next begin a line */
	guint margin, empty;   /* with so many blank lines: of margins, and of <br> and &nbsp; */
	gboolean has_blanks;   /* &nbsp; stands in the line that is about to begin */
	gboolean is_next_cell; /* the next begin a cell in the line of the one before */
	GString *gap;          /* blanks */
	GString *bullet;
	LineMarks rule;
	gboolean is_in_hidden; /* "[hidden: " waits for its "]" */
	guint lines_begun;
	gsize words_start; /* where the first words since FLOW_NO_WORDS begin in the text */
	/* Where the block of the next line begins in the HTML. */
	gsize block_start;
	gboolean is_block_used; /* it has had words */
} Flow;

#define FLOW_NO_WORDS G_MAXSIZE

/* flow is all zero. */
void flow_begin(Flow *flow);
/* The text, to be freed, and its lines. */
char *flow_end(Flow *flow, GArray **lines);

/* UTF-8 without references; its words stand at html_content in the HTML. */
void flow_text(Flow *flow, const char *text, gsize length, gsize html_content);
/* A block begins or ends: the next words begin a line, with so many blank lines above. */
void flow_break(Flow *flow, guint margin);
/* <br>: ends a line with words, and is one where there are none. */
void flow_force(Flow *flow);
FlowCell flow_begin_cell(Flow *flow);
/* An empty cell changes nothing; behind one of a single line the row goes on in that line. */
void flow_end_cell(Flow *flow, const FlowCell *start);
