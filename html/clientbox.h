/* The boxes in which mail clients put quotes, forwards and signatures, by class, id and name. Data.
 */
#pragma once

#include "html/html.h"
#include "html/render.h"

/* What this start tag says of its content: LINE_FORWARD, LINE_QUOTE_BOX, LINE_SIGNATURE or 0. */
LineMarks clientbox_marks(const HtmlReader *tag);
/* The names that it knows, one by one; NULL behind the last. */
const char *clientbox_name(guint i);
