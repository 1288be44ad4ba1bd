/* HTML to plain text that a person can read, and where in the HTML each line of it came from.
 *
 * Blocks end lines, tables keep their cells apart, lists keep their bullets, a link's address
 * follows its words where it differs, quoting (blockquote) becomes "> ". Linear in the length of
 * the HTML; never fails. */
#pragma once

#include "html/markup.h"

/* What the HTML around the start of a line says; a forward is found by it (forward/forward.h). */
typedef enum {
	LINE_RULE = 1 << 0,      /* behind a rule: <hr>, or Outlook's box with a top border */
	LINE_FORWARD = 1 << 1,   /* in a forward's container: moz-forward-container, … */
	LINE_QUOTE_BOX = 1 << 2, /* in gmail_quote, divRplyFwdMsg, blockquote type=cite, … */
	LINE_BOLD = 1 << 3,      /* begins in bold: Outlook's labels */
	LINE_SIGNATURE = 1 << 4, /* in gmail_signature, moz-signature, … */
} LineMarks;

typedef struct {
	gsize start;        /* byte of Rendered.text */
	gsize html_start;   /* byte of the HTML at which the block holding this line begins */
	gsize html_content; /* byte at which its own words begin, behind a <br> of the block */
	guint depth;        /* how many blockquotes around it */
	LineMarks marks;
} RenderedLine;

/* html_start in detail: the start tag of the innermost block (of a table its first line begins at
 * <table>, other rows at <tr>), or the byte behind a block that ended before the line and within
 * the same parent. So html + html_start is HTML that holds this line and what follows, and of what
 * is before only lines of the same block that end in <br>. A blank line has the places and marks of
 * the line below it.
 *
 * What nobody sees in a browser (display:none, no size) stands in "[hidden: …]", so that neither a
 * person nor a program takes it for the sender's words; invisible fillers in it are left out. Cells
 * are apart by a tab, or by a blank behind a colon; a row of them is a line as long as its cells
 * are. A rule is a blank line and the mark LINE_RULE, a link's address stands in <>, of mailto:
 * without the scheme. */

typedef struct {
	const char *html; /* what it was made of; borrowed */
	char *text;       /* UTF-8, lines end in \n, never NULL */
	GArray *lines;    /* of RenderedLine, one for each line of text, in order */
	char *clean;      /* the HTML that may be shown (html/page.h); NULL: only text was wanted */
	guint remote_images; /* left out of clean */
	guint references;
} Rendered;

/* html is valid UTF-8 of this many bytes. Never NULL. */
Rendered *render_html(const char *html, gsize length);
/* The same in steps, for who walks the markup himself: render_events are told of the walk. */
typedef struct Renderer Renderer;
Renderer *render_begin(void);
extern const MarkupEvents render_events;
/* Frees the renderer. */
Rendered *render_end(Renderer *renderer, const char *html);
/* One more owner: rendering is dear, and several look at the same. */
Rendered *rendered_ref(Rendered *rendered);
void rendered_free(Rendered *rendered);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rendered, rendered_free)
