/* Style attributes: which declarations may stay, and what they say about the text. Pure, linear.
 *
 * Not a CSS parser: what a declaration of the list cannot be, is dropped. */
#pragma once

#include <glib.h>

typedef enum {
	CSS_HIDDEN = 1 << 0,     /* nobody sees it: display:none, no opacity, cut to no size */
	CSS_TINY = 1 << 5,       /* no size of its words; what is inside may have one */
	CSS_SIZED = 1 << 6,      /* a size of its words whatever is around */
	CSS_RULE_ABOVE = 1 << 1, /* a box with a top border and no other, as Outlook draws a rule */
	CSS_PREFORMATTED = 1 << 2, /* white-space: pre, pre-wrap, pre-line */
	CSS_BOLD = 1 << 3,
	CSS_NO_MARGIN = 1 << 4, /* no blank line above or below */
} CssTraits;

/* What a decoded style attribute says. */
CssTraits css_traits(const char *style);
/* Appends the declarations that may stay, as "name:value;name:value". None of them loads, moves or
 * hides anything. *remote_images is increased by the images that were dropped. */
void css_clean(GString *out, const char *style, guint *remote_images);
