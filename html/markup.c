#include "html/markup.h"

#include <string.h>

enum {
	NO_TAG = -1,    /* the element is implied */
	REOPEN_MAX = 8, /* misnested elements taken up again at once; browsers take eight, too */
};

typedef struct {
	const Element *element;
	gssize tag; /* the byte at which its start tag begins, or NO_TAG */
	gsize tag_length;
} OpenElement;

typedef struct {
	HtmlReader reader;
	OpenElement stack[MARKUP_DEPTH_MAX];
	guint depth;
	guint open_count[ELEMENT_COUNT];
	OpenElement again[REOPEN_MAX]; /* cut through, to be taken up in the next block */
	guint again_count;
	guint passed_over;   /* elements beyond the depth that wait for their end tags */
	gsize reopen_budget; /* bytes of start tags that may still be taken up again */
	const MarkupEvents *events;
	gpointer user;
} Walk;

typedef enum {
	REOPEN_NOTHING,
	REOPEN_FORMATTING, /* what browsers reconstruct in the next block */
	REOPEN_ALL,        /* the end tag was of formatting: all that it cut through goes on */
} Reopen;

static const Element *top(const Walk *walk)
{
	return walk->depth ? walk->stack[walk->depth - 1].element : element_of(ELEMENT_OTHER);
}

static gboolean has_trait(const Element *element, ElementTraits trait)
{
	return (element->traits & trait) != 0;
}

/* What is inside such an element does not reach out of it. */
static gboolean is_border(const Element *element)
{
	return has_trait(element, ELEMENT_CELL | ELEMENT_GRID);
}

static void push(Walk *walk, const Element *element, const HtmlReader *tag)
{
	if (walk->depth == MARKUP_DEPTH_MAX) {
		walk->passed_over++;
		/* Words must not grow together where a block was passed over. */
		if (has_trait(element, ELEMENT_BLOCK | ELEMENT_CELL))
			walk->events->text(walk->user, HTML_RAW_TEXT, "\n", 1, walk->reader.start);
		return;
	}
	walk->events->open(walk->user, element, tag, walk->depth);
	walk->stack[walk->depth++] = (OpenElement){
		.element = element,
		.tag = tag ? (gssize)tag->start : NO_TAG,
		.tag_length = tag ? tag->end - tag->start : 0,
	};
	walk->open_count[element->id]++;
}

static void pop(Walk *walk)
{
	const Element *element = walk->stack[--walk->depth].element;

	walk->open_count[element->id]--;
	walk->events->close(walk->user, element, walk->depth,
		walk->reader.kind == HTML_START_TAG ? walk->reader.start : walk->reader.end);
}

static void pop_to(Walk *walk, guint depth)
{
	while (walk->depth > depth)
		pop(walk);
}

/* Opens once more what was cut through, from its own start tag. */
static void reopen(Walk *walk, const OpenElement *element)
{
	HtmlReader tag;

	if (element->tag == NO_TAG || element->tag_length > walk->reopen_budget ||
		walk->depth == MARKUP_DEPTH_MAX)
		return;
	walk->reopen_budget -= element->tag_length;
	html_reader_init(&tag, walk->reader.html + element->tag, element->tag_length);
	html_next(&tag);
	tag.start += (gsize)element->tag;
	tag.end += (gsize)element->tag;
	push(walk, element->element, &tag);
}

/* Closes the element at this index of the stack and all inside it; take_up() opens some of that
 * again. */
static void close_at(Walk *walk, guint index, Reopen what)
{
	for (guint i = index + 1; what != REOPEN_NOTHING && i < walk->depth; i++) {
		const OpenElement *inner = &walk->stack[i];

		if (!has_trait(inner->element, ELEMENT_FORMATTING) && what != REOPEN_ALL)
			continue;
		if (walk->again_count < REOPEN_MAX)
			walk->again[walk->again_count++] = *inner;
	}
	pop_to(walk, index);
}

static void take_up(Walk *walk)
{
	for (guint i = 0; i < walk->again_count; i++)
		reopen(walk, &walk->again[i]);
	walk->again_count = 0;
}

/* The index of the innermost open element of this kind in its own cell, -1 without. stop: traits of
 * elements that hide what is around them. */
static int find_open(const Walk *walk, ElementId id, ElementTraits stop)
{
	if (walk->open_count[id] == 0)
		return -1;
	for (guint i = walk->depth; i-- > 0;) {
		const Element *element = walk->stack[i].element;

		if (element->id == id)
			return (int)i;
		if (has_trait(element, stop))
			return -1;
	}
	return -1;
}

/* As find_open, but within the innermost table. */
static int find_in_table(const Walk *walk, ElementId id)
{
	for (guint i = walk->depth; i-- > 0;) {
		if (walk->stack[i].element->id == id)
			return (int)i;
		if (walk->stack[i].element->id == ELEMENT_TABLE)
			return -1;
	}
	return -1;
}

static void close_paragraph(Walk *walk, Reopen what)
{
	const int index = find_open(walk, ELEMENT_P, ELEMENT_CELL | ELEMENT_GRID);

	if (index >= 0)
		close_at(walk, (guint)index, what);
}

/* <li>, <dd>, <dt>: the one before ends here, if it is of the same list. */
static void close_item(Walk *walk, ElementId id)
{
	for (guint i = walk->depth; i-- > 0;) {
		const Element *element = walk->stack[i].element;

		if (element->id == id) {
			close_at(walk, i, REOPEN_FORMATTING);
			return;
		}
		if (has_trait(element, ELEMENT_BLOCK | ELEMENT_CELL | ELEMENT_GRID) &&
			element->id != ELEMENT_P && element->id != ELEMENT_DIV &&
			element->id != ELEMENT_ADDRESS)
			return;
	}
}

/* What stands directly in a table, a section or a row gets a cell. */
static void imply_cell(Walk *walk)
{
	if (!has_trait(top(walk), ELEMENT_GRID) || walk->depth + 2 > MARKUP_DEPTH_MAX)
		return;
	if (top(walk)->id == ELEMENT_COLGROUP)
		pop(walk);
	if (top(walk)->id != ELEMENT_TR)
		push(walk, element_of(ELEMENT_TR), NULL);
	push(walk, element_of(ELEMENT_TD), NULL);
}

/* May this part of a table stand directly in that one? */
static gboolean fits(const Element *part, const Element *parent)
{
	if (parent->id == ELEMENT_TABLE)
		return TRUE;
	if (has_trait(part, ELEMENT_SECTION_OF_TABLE) || part->id == ELEMENT_COLGROUP ||
		part->id == ELEMENT_CAPTION)
		return FALSE;
	if (part->id == ELEMENT_COL)
		return parent->id == ELEMENT_COLGROUP;
	if (part->id == ELEMENT_TR)
		return has_trait(parent, ELEMENT_SECTION_OF_TABLE);
	return parent->id == ELEMENT_TR || has_trait(parent, ELEMENT_SECTION_OF_TABLE);
}

/* A part of a table. Without a table around it, as in HTML that was cut, it gets one, so that its
 * cells stay apart. */
static void open_part(Walk *walk, const Element *part)
{
	if (walk->open_count[ELEMENT_TABLE] == 0) {
		close_paragraph(walk, REOPEN_NOTHING);
		push(walk, element_of(ELEMENT_TABLE), NULL);
	}
	if (find_in_table(walk, ELEMENT_TABLE) < 0) {
		walk->passed_over += !has_trait(part, ELEMENT_VOID);
		return;
	}
	while (!fits(part, top(walk)))
		pop(walk);
	if (has_trait(part, ELEMENT_VOID)) {
		walk->events->open(walk->user, part, &walk->reader, walk->depth);
		return;
	}
	if (part->id != ELEMENT_CAPTION && has_trait(part, ELEMENT_CELL) &&
		top(walk)->id != ELEMENT_TR)
		push(walk, element_of(ELEMENT_TR), NULL);
	push(walk, part, &walk->reader);
}

static void open_table(Walk *walk)
{
	/* Between cells it ends the table before it, which nobody closed. */
	if (has_trait(top(walk), ELEMENT_GRID))
		close_at(walk, (guint)find_in_table(walk, ELEMENT_TABLE), REOPEN_NOTHING);
	close_paragraph(walk, REOPEN_NOTHING);
	push(walk, element_of(ELEMENT_TABLE), &walk->reader);
}

/* Anything else: text level, blocks, lists. */
static void open_content(Walk *walk, const Element *element)
{
	int index;

	imply_cell(walk);
	if (has_trait(element, ELEMENT_BLOCK))
		close_paragraph(walk, REOPEN_FORMATTING);
	if (element->id == ELEMENT_LI || element->id == ELEMENT_DD || element->id == ELEMENT_DT)
		close_item(walk, element->id);
	if (element->id == ELEMENT_DD || element->id == ELEMENT_DT)
		close_item(walk, element->id == ELEMENT_DD ? ELEMENT_DT : ELEMENT_DD);
	if (element->id == ELEMENT_A &&
		(index = find_open(walk, ELEMENT_A, ELEMENT_CELL | ELEMENT_GRID)) >= 0) {
		close_at(walk, (guint)index, REOPEN_ALL);
		take_up(walk);
	}
	if (has_trait(element, ELEMENT_VOID))
		walk->events->open(walk->user, element, &walk->reader, walk->depth);
	else
		push(walk, element, &walk->reader);
	take_up(walk);
}

static void start_tag(Walk *walk)
{
	const Element *element = walk->reader.element;

	switch (element->id) {
	case ELEMENT_OTHER:
		return;
	case ELEMENT_VIDEO: /* only their tags are of interest */
	case ELEMENT_INPUT:
		walk->events->open(walk->user, element, &walk->reader, walk->depth);
		return;
	case ELEMENT_BODY: /* a second one says nothing */
		if (walk->depth == 0)
			push(walk, element, &walk->reader);
		return;
	case ELEMENT_FORM: /* may stand between rows and mean nothing there */
		if (!has_trait(top(walk), ELEMENT_GRID))
			open_content(walk, element);
		return;
	case ELEMENT_TABLE:
		open_table(walk);
		return;
	default:
		break;
	}
	if (has_trait(element, ELEMENT_UNSEEN))
		return;
	if (is_border(element))
		open_part(walk, element);
	else
		open_content(walk, element);
}

static void end_tag(Walk *walk)
{
	const Element *element = walk->reader.element;
	const gboolean is_formatting = has_trait(element, ELEMENT_FORMATTING);
	int index;

	if (element->id == ELEMENT_BR) {
		open_content(walk, element);
		return;
	}
	if (element->id == ELEMENT_BODY || element->id == ELEMENT_OTHER ||
		has_trait(element, ELEMENT_VOID | ELEMENT_UNSEEN))
		return;
	if (walk->passed_over > 0) {
		walk->passed_over--;
		if (has_trait(element, ELEMENT_BLOCK | ELEMENT_CELL))
			walk->events->text(walk->user, HTML_RAW_TEXT, "\n", 1, walk->reader.start);
		return;
	}
	if (is_border(element))
		index = find_in_table(walk, element->id);
	else if (is_formatting || has_trait(element, ELEMENT_BLOCK))
		index = find_open(walk, element->id, ELEMENT_CELL | ELEMENT_GRID);
	else
		index = find_open(walk, element->id, ELEMENT_BLOCK | ELEMENT_CELL | ELEMENT_GRID);
	if (index < 0)
		return;
	close_at(walk, (guint)index,
		is_border(element) ? REOPEN_NOTHING
		: is_formatting    ? REOPEN_ALL
				   : REOPEN_FORMATTING);
	take_up(walk);
}

static void read_text(Walk *walk, HtmlKind kind)
{
	const char *text = walk->reader.html + walk->reader.start;
	const gsize length = walk->reader.end - walk->reader.start;
	gsize blank = 0;

	if (has_trait(top(walk), ELEMENT_GRID)) {
		while (blank < length && strchr(" \n\r\t\f", text[blank]) && text[blank])
			blank++;
		if (blank == length) /* white space between rows */
			return;
		imply_cell(walk);
	}
	walk->events->text(walk->user, kind, text, length, walk->reader.start);
}

void markup_walk(const char *html, gsize length, const MarkupEvents *events, gpointer user)
{
	Walk walk = {.reopen_budget = length, .events = events, .user = user};
	gboolean is_unseen = FALSE; /* between the tags of a raw element that is not shown */
	HtmlKind kind;

	html_reader_init(&walk.reader, html, length);
	while ((kind = html_next(&walk.reader)) != HTML_END) {
		if (kind == HTML_START_TAG) {
			is_unseen = has_trait(walk.reader.element, ELEMENT_UNSEEN);
			start_tag(&walk);
		} else if (kind == HTML_END_TAG) {
			is_unseen = FALSE;
			end_tag(&walk);
		} else if (kind != HTML_COMMENT && !is_unseen &&
			   walk.reader.end > walk.reader.start) {
			read_text(&walk, kind);
		}
	}
	walk.reader.start = walk.reader.end = length;
	pop_to(&walk, 0);
}
