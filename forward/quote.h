/* What of a text is new, and what is quoted, signature or disclaimer: as ranges, nothing is
 * deleted. */
#pragma once

#include "html/render.h"
#include "mime/mail.h"

/* Sets ranges, new_text and quotes from mail->text (and page, the unsanitised HTML of the mail, or
 * NULL). Linear in the length of the text. */
void quote_split(Mail *mail, const Rendered *page);
