/* Parse: bytes to a Mail. Total: every sequence of bytes is a mail, if need be an empty one with
 * defects. No I/O, no clock, bounded by mime/limits.h, linear in the bytes. */
#pragma once

#include "mime/mail.h"

/* Parses one mail. Never NULL, free with mail_free. Keeps a reference to source. */
Mail *parse_mail(GBytes *source);
