/* The tokens of HTML as browsers cut them (WHATWG HTML 13.2.5): tags, attributes, text, comments.
 *
 * A reader lies on the stack, allocates nothing and points into the HTML. Total and linear: every
 * sequence of bytes is HTML. It knows no nesting (html/markup.h); the content of raw elements
 * (script, style, title, textarea, …) is one text token. What stands unfinished at the end is
 * dropped, as browsers do. */
#pragma once

#include "html/element.h"

enum { HTML_ATTRIBUTES_MAX = 64 }; /* of one tag; what follows is passed over */

typedef enum {
	HTML_END, /* nothing is left */
	HTML_TEXT,
	HTML_RAW_TEXT, /* without character references */
	HTML_START_TAG,
	HTML_END_TAG,
	HTML_COMMENT, /* comments, declarations, processing instructions, CDATA */
} HtmlKind;

/* As written: references undecoded. Of attributes with the same name the first counts. */
typedef struct {
	const char *name, *value; /* value: never NULL */
	gsize name_length, value_length;
} HtmlAttribute;

typedef struct {
	/* The current token. */
	HtmlKind kind;
	gsize start, end;       /* its bytes */
	const Element *element; /* of a tag, else NULL */
	guint attribute_count;
	HtmlAttribute attributes[HTML_ATTRIBUTES_MAX];
	/* Private. */
	const char *html;
	gsize length, at;
	const Element *raw; /* the raw element in whose content we are */
} HtmlReader;

/* html is borrowed for as long as the reader is used. */
void html_reader_init(HtmlReader *reader, const char *html, gsize length);
/* Reads the next token and returns its kind. Behind the end it is HTML_END for ever. */
HtmlKind html_next(HtmlReader *reader);

/* The attribute of this (lower-case) name of the current tag, or NULL. */
const HtmlAttribute *html_attribute(const HtmlReader *reader, const char *name);
/* Its decoded value, "" where it has none or is not there; to be freed. */
char *html_attribute_value(const HtmlReader *reader, const char *name);
/* Appends this text with its references decoded. NUL becomes nothing. */
void html_decode(GString *out, const char *text, gsize length, gboolean in_attribute);
