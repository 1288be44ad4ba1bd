/* The elements of HTML by name, and what each means to the tokenizer, to the nesting, to the
 * sanitiser and to the renderer. Data; no behaviour. */
#pragma once

#include <glib.h>

/* In the order of the names, so that the table is sorted. */
typedef enum {
	ELEMENT_OTHER, /* unknown, foreign (svg, math) or without meaning here: its tags are passed
			  over */
	ELEMENT_A,
	ELEMENT_ABBR,
	ELEMENT_ACRONYM,
	ELEMENT_ADDRESS,
	ELEMENT_ARTICLE,
	ELEMENT_ASIDE,
	ELEMENT_B,
	ELEMENT_BDI,
	ELEMENT_BDO,
	ELEMENT_BIG,
	ELEMENT_BLOCKQUOTE,
	ELEMENT_BODY,
	ELEMENT_BR,
	ELEMENT_BUTTON,
	ELEMENT_CAPTION,
	ELEMENT_CENTER,
	ELEMENT_CITE,
	ELEMENT_CODE,
	ELEMENT_COL,
	ELEMENT_COLGROUP,
	ELEMENT_DD,
	ELEMENT_DEL,
	ELEMENT_DETAILS,
	ELEMENT_DFN,
	ELEMENT_DIALOG,
	ELEMENT_DIR,
	ELEMENT_DIV,
	ELEMENT_DL,
	ELEMENT_DT,
	ELEMENT_EM,
	ELEMENT_FIELDSET,
	ELEMENT_FIGCAPTION,
	ELEMENT_FIGURE,
	ELEMENT_FONT,
	ELEMENT_FOOTER,
	ELEMENT_FORM,
	ELEMENT_H1,
	ELEMENT_H2,
	ELEMENT_H3,
	ELEMENT_H4,
	ELEMENT_H5,
	ELEMENT_H6,
	ELEMENT_HEADER,
	ELEMENT_HR,
	ELEMENT_I,
	ELEMENT_IFRAME,
	ELEMENT_IMAGE,
	ELEMENT_IMG,
	ELEMENT_INPUT,
	ELEMENT_INS,
	ELEMENT_KBD,
	ELEMENT_LEGEND,
	ELEMENT_LI,
	ELEMENT_LISTING,
	ELEMENT_MAIN,
	ELEMENT_MARK,
	ELEMENT_MENU,
	ELEMENT_NAV,
	ELEMENT_NOEMBED,
	ELEMENT_NOFRAMES,
	ELEMENT_OL,
	ELEMENT_OPTGROUP,
	ELEMENT_OPTION,
	ELEMENT_P,
	ELEMENT_PLAINTEXT,
	ELEMENT_PRE,
	ELEMENT_Q,
	ELEMENT_RP,
	ELEMENT_RT,
	ELEMENT_RUBY,
	ELEMENT_S,
	ELEMENT_SAMP,
	ELEMENT_SCRIPT,
	ELEMENT_SECTION,
	ELEMENT_SMALL,
	ELEMENT_SPAN,
	ELEMENT_STRIKE,
	ELEMENT_STRONG,
	ELEMENT_STYLE,
	ELEMENT_SUB,
	ELEMENT_SUMMARY,
	ELEMENT_SUP,
	ELEMENT_TABLE,
	ELEMENT_TBODY,
	ELEMENT_TD,
	ELEMENT_TEXTAREA,
	ELEMENT_TFOOT,
	ELEMENT_TH,
	ELEMENT_THEAD,
	ELEMENT_TIME,
	ELEMENT_TITLE,
	ELEMENT_TR,
	ELEMENT_TT,
	ELEMENT_U,
	ELEMENT_UL,
	ELEMENT_VAR,
	ELEMENT_VIDEO,
	ELEMENT_WBR,
	ELEMENT_XMP,
	ELEMENT_COUNT,
} ElementId;

typedef enum {
	ELEMENT_VOID = 1 << 0,       /* has no content and no end tag */
	ELEMENT_RAWTEXT = 1 << 1,    /* its content is text up to its end tag */
	ELEMENT_REFERENCES = 1 << 2, /* of RAWTEXT: with character references */
	ELEMENT_UNSEEN = 1 << 3,     /* its content is not shown */
	ELEMENT_BLOCK = 1 << 4,      /* begins and ends a line; a <p> ends before it */
	ELEMENT_SPACED = 1 << 5,     /* with a blank line above and below */
	ELEMENT_FORMATTING = 1 << 6, /* goes on behind the block in which it was left open */
	ELEMENT_GRID = 1 << 7,       /* a part of a table that holds no text itself */
	ELEMENT_CELL = 1 << 8,       /* td, th, caption: what is inside does not reach out */
	ELEMENT_SECTION_OF_TABLE = 1 << 9,
	ELEMENT_LIST = 1 << 10,
	ELEMENT_BOLD = 1 << 11, /* shown bold without any style */
} ElementTraits;

typedef struct {
	char name[12];
	char written[12]; /* the name under which the sanitiser writes it; "": it does not */
	ElementId id;
	ElementTraits traits;
} Element;

/* The element of this name in any case; ELEMENT_OTHER for all that is not above. Never NULL,
 * static. */
const Element *element_find(const char *name, gsize length);
const Element *element_of(ElementId id);
