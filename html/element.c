#include "html/element.h"

#include <string.h>

/* The cells of the sanitiser's column are its whole vocabulary. What a person reads in a form
 * stays, in a plain box; svg, math, object, template, noscript and the like are unknown here, so
 * their words stay, too. */
// clang-format off
static const Element elements[ELEMENT_COUNT] = {
	[ELEMENT_OTHER] = {"", "", ELEMENT_OTHER, 0},
	[ELEMENT_A] = {"a", "a", ELEMENT_A, ELEMENT_FORMATTING},
	[ELEMENT_ABBR] = {"abbr", "abbr", ELEMENT_ABBR, 0},
	[ELEMENT_ACRONYM] = {"acronym", "acronym", ELEMENT_ACRONYM, 0},
	[ELEMENT_ADDRESS] = {"address", "address", ELEMENT_ADDRESS, ELEMENT_BLOCK},
	[ELEMENT_ARTICLE] = {"article", "article", ELEMENT_ARTICLE, ELEMENT_BLOCK},
	[ELEMENT_ASIDE] = {"aside", "aside", ELEMENT_ASIDE, ELEMENT_BLOCK},
	[ELEMENT_B] = {"b", "b", ELEMENT_B, ELEMENT_FORMATTING | ELEMENT_BOLD},
	[ELEMENT_BDI] = {"bdi", "bdi", ELEMENT_BDI, 0},
	[ELEMENT_BDO] = {"bdo", "bdo", ELEMENT_BDO, 0},
	[ELEMENT_BIG] = {"big", "big", ELEMENT_BIG, ELEMENT_FORMATTING},
	[ELEMENT_BLOCKQUOTE] = {"blockquote", "blockquote", ELEMENT_BLOCKQUOTE, ELEMENT_BLOCK | ELEMENT_SPACED},
	[ELEMENT_BODY] = {"body", "div", ELEMENT_BODY, ELEMENT_BLOCK},
	[ELEMENT_BR] = {"br", "br", ELEMENT_BR, ELEMENT_VOID},
	[ELEMENT_BUTTON] = {"button", "span", ELEMENT_BUTTON, 0},
	[ELEMENT_CAPTION] = {"caption", "caption", ELEMENT_CAPTION, ELEMENT_BLOCK | ELEMENT_CELL},
	[ELEMENT_CENTER] = {"center", "center", ELEMENT_CENTER, ELEMENT_BLOCK},
	[ELEMENT_CITE] = {"cite", "cite", ELEMENT_CITE, 0},
	[ELEMENT_CODE] = {"code", "code", ELEMENT_CODE, ELEMENT_FORMATTING},
	[ELEMENT_COL] = {"col", "col", ELEMENT_COL, ELEMENT_VOID | ELEMENT_GRID},
	[ELEMENT_COLGROUP] = {"colgroup", "colgroup", ELEMENT_COLGROUP, ELEMENT_GRID},
	[ELEMENT_DD] = {"dd", "dd", ELEMENT_DD, ELEMENT_BLOCK},
	[ELEMENT_DEL] = {"del", "del", ELEMENT_DEL, 0},
	[ELEMENT_DETAILS] = {"details", "div", ELEMENT_DETAILS, ELEMENT_BLOCK},
	[ELEMENT_DFN] = {"dfn", "dfn", ELEMENT_DFN, 0},
	[ELEMENT_DIALOG] = {"dialog", "div", ELEMENT_DIALOG, ELEMENT_BLOCK},
	[ELEMENT_DIR] = {"dir", "ul", ELEMENT_DIR, ELEMENT_BLOCK | ELEMENT_SPACED | ELEMENT_LIST},
	[ELEMENT_DIV] = {"div", "div", ELEMENT_DIV, ELEMENT_BLOCK},
	[ELEMENT_DL] = {"dl", "dl", ELEMENT_DL, ELEMENT_BLOCK | ELEMENT_SPACED},
	[ELEMENT_DT] = {"dt", "dt", ELEMENT_DT, ELEMENT_BLOCK},
	[ELEMENT_EM] = {"em", "em", ELEMENT_EM, ELEMENT_FORMATTING},
	[ELEMENT_FIELDSET] = {"fieldset", "div", ELEMENT_FIELDSET, ELEMENT_BLOCK},
	[ELEMENT_FIGCAPTION] = {"figcaption", "figcaption", ELEMENT_FIGCAPTION, ELEMENT_BLOCK},
	[ELEMENT_FIGURE] = {"figure", "figure", ELEMENT_FIGURE, ELEMENT_BLOCK | ELEMENT_SPACED},
	[ELEMENT_FONT] = {"font", "font", ELEMENT_FONT, ELEMENT_FORMATTING},
	[ELEMENT_FOOTER] = {"footer", "footer", ELEMENT_FOOTER, ELEMENT_BLOCK},
	[ELEMENT_FORM] = {"form", "div", ELEMENT_FORM, ELEMENT_BLOCK},
	[ELEMENT_H1] = {"h1", "h1", ELEMENT_H1, ELEMENT_BLOCK | ELEMENT_SPACED | ELEMENT_BOLD},
	[ELEMENT_H2] = {"h2", "h2", ELEMENT_H2, ELEMENT_BLOCK | ELEMENT_SPACED | ELEMENT_BOLD},
	[ELEMENT_H3] = {"h3", "h3", ELEMENT_H3, ELEMENT_BLOCK | ELEMENT_SPACED | ELEMENT_BOLD},
	[ELEMENT_H4] = {"h4", "h4", ELEMENT_H4, ELEMENT_BLOCK | ELEMENT_SPACED | ELEMENT_BOLD},
	[ELEMENT_H5] = {"h5", "h5", ELEMENT_H5, ELEMENT_BLOCK | ELEMENT_SPACED | ELEMENT_BOLD},
	[ELEMENT_H6] = {"h6", "h6", ELEMENT_H6, ELEMENT_BLOCK | ELEMENT_SPACED | ELEMENT_BOLD},
	[ELEMENT_HEADER] = {"header", "header", ELEMENT_HEADER, ELEMENT_BLOCK},
	[ELEMENT_HR] = {"hr", "hr", ELEMENT_HR, ELEMENT_VOID | ELEMENT_BLOCK | ELEMENT_SPACED},
	[ELEMENT_I] = {"i", "i", ELEMENT_I, ELEMENT_FORMATTING},
	[ELEMENT_IFRAME] = {"iframe", "", ELEMENT_IFRAME, ELEMENT_RAWTEXT | ELEMENT_UNSEEN},
	[ELEMENT_IMAGE] = {"image", "img", ELEMENT_IMAGE, ELEMENT_VOID},
	[ELEMENT_IMG] = {"img", "img", ELEMENT_IMG, ELEMENT_VOID},
	[ELEMENT_INPUT] = {"input", "", ELEMENT_INPUT, ELEMENT_VOID},
	[ELEMENT_INS] = {"ins", "ins", ELEMENT_INS, 0},
	[ELEMENT_KBD] = {"kbd", "kbd", ELEMENT_KBD, 0},
	[ELEMENT_LEGEND] = {"legend", "div", ELEMENT_LEGEND, ELEMENT_BLOCK},
	[ELEMENT_LI] = {"li", "li", ELEMENT_LI, ELEMENT_BLOCK},
	[ELEMENT_LISTING] = {"listing", "pre", ELEMENT_LISTING, ELEMENT_BLOCK | ELEMENT_SPACED},
	[ELEMENT_MAIN] = {"main", "main", ELEMENT_MAIN, ELEMENT_BLOCK},
	[ELEMENT_MARK] = {"mark", "mark", ELEMENT_MARK, 0},
	[ELEMENT_MENU] = {"menu", "ul", ELEMENT_MENU, ELEMENT_BLOCK | ELEMENT_SPACED | ELEMENT_LIST},
	[ELEMENT_NAV] = {"nav", "nav", ELEMENT_NAV, ELEMENT_BLOCK},
	[ELEMENT_NOEMBED] = {"noembed", "", ELEMENT_NOEMBED, ELEMENT_RAWTEXT | ELEMENT_UNSEEN},
	[ELEMENT_NOFRAMES] = {"noframes", "", ELEMENT_NOFRAMES, ELEMENT_RAWTEXT | ELEMENT_UNSEEN},
	[ELEMENT_OL] = {"ol", "ol", ELEMENT_OL, ELEMENT_BLOCK | ELEMENT_SPACED | ELEMENT_LIST},
	[ELEMENT_OPTGROUP] = {"optgroup", "div", ELEMENT_OPTGROUP, ELEMENT_BLOCK},
	[ELEMENT_OPTION] = {"option", "div", ELEMENT_OPTION, ELEMENT_BLOCK},
	[ELEMENT_P] = {"p", "p", ELEMENT_P, ELEMENT_BLOCK | ELEMENT_SPACED},
	[ELEMENT_PLAINTEXT] = {"plaintext", "pre", ELEMENT_PLAINTEXT, ELEMENT_RAWTEXT | ELEMENT_BLOCK | ELEMENT_SPACED},
	[ELEMENT_PRE] = {"pre", "pre", ELEMENT_PRE, ELEMENT_BLOCK | ELEMENT_SPACED},
	[ELEMENT_Q] = {"q", "q", ELEMENT_Q, 0},
	[ELEMENT_RP] = {"rp", "rp", ELEMENT_RP, 0},
	[ELEMENT_RT] = {"rt", "rt", ELEMENT_RT, 0},
	[ELEMENT_RUBY] = {"ruby", "ruby", ELEMENT_RUBY, 0},
	[ELEMENT_S] = {"s", "s", ELEMENT_S, ELEMENT_FORMATTING},
	[ELEMENT_SAMP] = {"samp", "samp", ELEMENT_SAMP, 0},
	[ELEMENT_SCRIPT] = {"script", "", ELEMENT_SCRIPT, ELEMENT_RAWTEXT | ELEMENT_UNSEEN},
	[ELEMENT_SECTION] = {"section", "section", ELEMENT_SECTION, ELEMENT_BLOCK},
	[ELEMENT_SMALL] = {"small", "small", ELEMENT_SMALL, ELEMENT_FORMATTING},
	[ELEMENT_SPAN] = {"span", "span", ELEMENT_SPAN, 0},
	[ELEMENT_STRIKE] = {"strike", "strike", ELEMENT_STRIKE, ELEMENT_FORMATTING},
	[ELEMENT_STRONG] = {"strong", "strong", ELEMENT_STRONG, ELEMENT_FORMATTING | ELEMENT_BOLD},
	[ELEMENT_STYLE] = {"style", "", ELEMENT_STYLE, ELEMENT_RAWTEXT | ELEMENT_UNSEEN},
	[ELEMENT_SUB] = {"sub", "sub", ELEMENT_SUB, 0},
	[ELEMENT_SUMMARY] = {"summary", "div", ELEMENT_SUMMARY, ELEMENT_BLOCK},
	[ELEMENT_SUP] = {"sup", "sup", ELEMENT_SUP, 0},
	[ELEMENT_TABLE] = {"table", "table", ELEMENT_TABLE, ELEMENT_BLOCK | ELEMENT_GRID},
	[ELEMENT_TBODY] = {"tbody", "tbody", ELEMENT_TBODY, ELEMENT_GRID | ELEMENT_SECTION_OF_TABLE},
	[ELEMENT_TD] = {"td", "td", ELEMENT_TD, ELEMENT_CELL},
	[ELEMENT_TEXTAREA] = {"textarea", "div", ELEMENT_TEXTAREA, ELEMENT_RAWTEXT | ELEMENT_REFERENCES | ELEMENT_BLOCK},
	[ELEMENT_TFOOT] = {"tfoot", "tfoot", ELEMENT_TFOOT, ELEMENT_GRID | ELEMENT_SECTION_OF_TABLE},
	[ELEMENT_TH] = {"th", "th", ELEMENT_TH, ELEMENT_CELL | ELEMENT_BOLD},
	[ELEMENT_THEAD] = {"thead", "thead", ELEMENT_THEAD, ELEMENT_GRID | ELEMENT_SECTION_OF_TABLE},
	[ELEMENT_TIME] = {"time", "time", ELEMENT_TIME, 0},
	[ELEMENT_TITLE] = {"title", "", ELEMENT_TITLE, ELEMENT_RAWTEXT | ELEMENT_REFERENCES | ELEMENT_UNSEEN},
	[ELEMENT_TR] = {"tr", "tr", ELEMENT_TR, ELEMENT_BLOCK | ELEMENT_GRID},
	[ELEMENT_TT] = {"tt", "tt", ELEMENT_TT, ELEMENT_FORMATTING},
	[ELEMENT_U] = {"u", "u", ELEMENT_U, ELEMENT_FORMATTING},
	[ELEMENT_UL] = {"ul", "ul", ELEMENT_UL, ELEMENT_BLOCK | ELEMENT_SPACED | ELEMENT_LIST},
	[ELEMENT_VAR] = {"var", "var", ELEMENT_VAR, 0},
	[ELEMENT_VIDEO] = {"video", "", ELEMENT_VIDEO, ELEMENT_VOID},
	[ELEMENT_WBR] = {"wbr", "wbr", ELEMENT_WBR, ELEMENT_VOID},
	[ELEMENT_XMP] = {"xmp", "pre", ELEMENT_XMP, ELEMENT_RAWTEXT | ELEMENT_BLOCK | ELEMENT_SPACED},
};
// clang-format on

const Element *element_of(ElementId id)
{
	return &elements[id];
}

const Element *element_find(const char *name, gsize length)
{
	char lower[sizeof elements[0].name];
	guint low = ELEMENT_OTHER + 1, high = ELEMENT_COUNT;

	if (length >= sizeof lower)
		return &elements[ELEMENT_OTHER];
	for (gsize i = 0; i < length; i++)
		lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
	lower[length] = '\0';
	while (low < high) {
		const guint middle = (low + high) / 2;
		const char *have = elements[middle].name;
		/* Most names differ at once. */
		const int order = lower[0] != have[0] ? (guchar)lower[0] - (guchar)have[0]
						      : strcmp(lower, have);

		if (order == 0)
			return &elements[middle];
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return &elements[ELEMENT_OTHER];
}
