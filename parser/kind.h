/* What kind of mail the header says this is: written by a person, by a robot, passed on by a rule,
 * from a list. */
#pragma once

#include "mime/mail.h"

/* Sets kind, kind_evidence, is_list and is_auto_forwarded from the fields; a kind that is set
 * already (a bounce, a receipt) stays. */
void kind_read(Mail *mail);
/* Sets kind and its evidence, which is printed. */
void kind_set(Mail *mail, MailKind kind, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Is this the address of a robot that nobody answers (mailer-daemon@, noreply@, …)? May be NULL. */
gboolean kind_is_robot(const char *address);
