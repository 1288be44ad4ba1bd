/* Inline forwards: the mail inside the text, recovered from the header block that a mail client
 * wrote.
 *
 * The labels of 30 languages and the marks of clients are data (forward/labels.h); the recogniser
 * is one linear walk over lines. HTML is the better witness where it has structure, plain text
 * where it has not. Forms: docs/mail-in-the-wild.md. */
#pragma once

#include "html/render.h"
#include "mime/mail.h"

/* Finds the first header block in mail->text (and in page, the unsanitised HTML of the mail, or
 * NULL) and appends the Forward to mail->forwards; appends nothing where there is none. Sets
 * has_mark, has_prefix, comment and the original: from, to, cc, reply_to, subject, base_subject,
 * date, text, html (sanitised), new_text, ranges, quotes, and its own forwards, level by level,
 * depth limited. mail->text, subject and kind are set before. What the wrapper attached belongs to
 * the wrapper. */
void forward_find_inline(Mail *mail, Rendered *page);
