/* HTML as balanced opens and closes: tags as senders write them become a tree that can be written
 * or read.
 *
 * Not a browser's tree construction, but its habits in short: a <p> ends before a block, an <li>
 * before the next, text in a table gets its cell, a cell lets nothing out, misnested formatting is
 * taken up again. The stack has a depth, and what is taken up again is no more than the HTML is
 * long: linear, total. */
#pragma once

#include "html/html.h"

enum { MARKUP_DEPTH_MAX = 150 }; /* deeper elements are passed over, their text is not */

/* What a walk tells, in order; user is what html_walk was given. */
typedef struct {
	/* element begins. tag: its start tag with start, end and attributes, or NULL where no tag
	 * says so (a missing <tr>). depth: how many elements are open around it. A void element is
	 * not closed. */
	void (*open)(gpointer user, const Element *element, const HtmlReader *tag, guint depth);
	/* The element of this depth ends; at: the byte of the HTML behind it. */
	void (*close)(gpointer user, const Element *element, guint depth, gsize at);
	/* Text as the reader has it: of HTML_TEXT the references are not decoded. Never of unseen
	 * elements. start: its byte of the HTML. */
	void (*text)(gpointer user, HtmlKind kind, const char *text, gsize length, gsize start);
} MarkupEvents;

void markup_walk(const char *html, gsize length, const MarkupEvents *events, gpointer user);
