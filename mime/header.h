/* What the fields of a header say: who, when, about what, in answer to what. */
#pragma once

#include "mime/mail.h"

/* Fills message_id … resent_to, subject, date and Thread-Index of mail from mail->fields. */
void header_read(Mail *mail);
/* Sets subject and base_subject from a decoded or raw value. */
void header_set_subject(Mail *mail, const char *value);
