/* Masktext: decoded texts without anybody's words: plain, HTML, calendars, and what other programs'
 * files hold. */
#pragma once

#include "parser/span.h"

/* Text, with uuencoded files in it. charset may be NULL, as below. */
void masktext_text(Pseudonyms *pseudonyms, const char *charset, Span span);
/* Tags, styles and classes stay as far as they are words of HTML or of mail programs. */
void masktext_html(Pseudonyms *pseudonyms, const char *charset, Span span);
void masktext_calendar(Pseudonyms *pseudonyms, const char *charset, Span span);
/* Letters that stand in a row, one or two bytes each. */
void masktext_container(Pseudonyms *pseudonyms, guint8 *bytes, gsize length);
