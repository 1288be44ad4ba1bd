/* Dates as mail clients write them for people: "Montag, 2. März 2026 14:05", "Mon, Mar 2, 2026 at
 * 2:05 PM", "2026年3月2日 下午2:05", "02.03.2026 14.25.08". The words are data (forward/labels.h).
 * Pure, linear, total. */
#pragma once

#include "forward/labels.h"
#include "mime/mail.h"

/* Reads the date of a header block. languages: those of the block's labels, which decide what
 * "luty" or 3/2 means (0: unknown; then day first unless that cannot be). PRECISION_NONE where it
 * is none. An offset only where stated. */
MailDate localdate_parse(const char *text, Languages languages);
/* Finds a date inside an attribution line ("Am 02.03.2026 um 14:05 schrieb X:") and where it
 * stands: *start and *end bound it. PRECISION_NONE without one. */
MailDate localdate_find(
	const char *text, Languages languages, const char **start, const char **end);
/* The other reading of 3/2/2026, where nothing in this text decides which it is; else none. */
MailDate localdate_parse_swapped(const char *text, Languages languages);
