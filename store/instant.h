/* Instant: when a date that a mail states was. Pure. */
#pragma once

#include "mime/mail.h"
#include "store/people.h"

/* What cannot be believed (none, before 1990, after it came) counts as written when it came. A date
 * without a zone is read in the one where wrapper, the mail's own date that states it, was written.
 */
gint64 instant_of(const MailDate *date, const MailDate *wrapper, const People *people,
	gint64 received_at, gboolean *is_believed);
