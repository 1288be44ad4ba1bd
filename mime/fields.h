/* The outermost header block of a mail, read by ourselves, because everything that is believed of a
 * mail stands in it: one reader decides where it begins and ends, what is a field and what a line
 * that is none. */
#pragma once

#include "mime/mail.h"

/* Appends the fields of source to mail->fields and notes what was skipped or cut. Skipped before
 * them: blank lines, one mbox "From " line, a line or two that is no field where fields follow.
 * *start becomes where the fields begin, *body where the body begins; without any field both are 0
 * and everything is body. */
void fields_parse(Mail *mail, GBytes *source, gsize *start, gsize *body);
/* Does text begin like a header block: a field's name and a colon? */
gboolean fields_begin(const char *text, gsize length);
/* The value unfolded and repaired: CRLF removed, the blank behind it kept, outer white space
 * trimmed. */
char *fields_unfold(const char *raw, gsize length);
