/* winmail.dat: the stream in which Exchange sends what MIME cannot say ([MS-OXTNEF]). Read by
 * ourselves: it is two hundred lines, and libytnef 2.0 has no bounds that we could rely on. Total,
 * linear. */
#pragma once

#include "parser/body.h"

/* Does it begin like a TNEF stream? */
gboolean tnef_is(GBytes *content);
/* Reads it: attachments go to body->mail. A mail attached in it, and the message itself where it
 * was written by somebody else than body->mail's author, are originals; else its text goes to the
 * body. */
void tnef_read(Body *body, GBytes *content);
