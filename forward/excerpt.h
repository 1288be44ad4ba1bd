/* What of a text a forward that was found in it is made of: the comment, the original's text, its
 * HTML. All results are to be freed. */
#pragma once

#include "forward/inline.h"

/* The forwarder's words, without separators and servers' warnings. Never NULL. */
char *excerpt_comment(const View *view, const InlineFound *found);
/* The original's text, without the quote marks that its block has, too. Never NULL. */
char *excerpt_text(const View *view, const InlineFound *found);
/* The part of html, of which view is the rendering, that holds the original. NULL where there is
 * none. */
char *excerpt_html(const View *view, const InlineFound *found, const char *html);
