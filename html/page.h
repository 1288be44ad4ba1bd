/* A page of a mail, read once: its text (html/render.h) and the HTML that may be shown
 * (html/sanitise.h), both written of one walk over the markup. */
#pragma once

#include "html/render.h"

/* html is valid UTF-8, and borrowed. Never NULL, with everything set. */
Rendered *page_read(const char *html, gsize length);
