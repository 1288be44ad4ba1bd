/* Page: HTML as we write it. What comes from outside goes in escaped, always; what is said to
 * people stands in the catalogue, in every language of ours. No script, no style but our sheet's.
 *
 * A page is begun, filled and ended once; then its bytes are taken. */
#pragma once

#include "server/catalogue.h"

typedef struct {
	GString *html;
	Language language;
} Page;

typedef struct {
	Language language;
	Text title;
	const char *outcome;     /* of a sign-in, for who reads pages by program; NULL: none */
	const char *switch_path; /* where the same page is in the other language; NULL: nowhere */
} PageFrame;

void page_begin(Page *page, const PageFrame *frame);
/* The whole document; the page is empty afterwards. */
GString *page_end(Page *page);

/* Adds markup; what stands for each %s is escaped, for text and for quoted attributes alike. */
void page_add(Page *page, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Adds a text of the catalogue; value (escaped, too) stands where the text has {}. */
void page_say(Page *page, Text text);
void page_say_of(Page *page, Text text, const char *value);
/* The same between tags: <p>…</p> for "p"; class is NULL or the element's class. */
void page_say_in(Page *page, const char *element, const char *class, Text text);
/* A text of the catalogue, for an attribute. Borrowed. */
const char *page_text(const Page *page, Text text);
/* A time as people of this language write it, in the zone named; "" where iso is NULL. */
void page_time(Page *page, const char *iso, const char *zone);
