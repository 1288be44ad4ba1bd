/* Dates of header fields: RFC 5322, its obsolete forms, and what mailers write instead. The dates
 * of forwarded blocks in 30 languages are read elsewhere (forward/forward.h); they end in the same
 * MailDate. */
#pragma once

#include "mime/mail.h"

/* Reads the value of a Date field. A PRECISION_NONE date where it says none. */
MailDate maildate_parse(const char *value);

/* Is every field in its range, the day in its month? */
gboolean maildate_is_valid(const MailDate *date);
/* The instant, in microseconds since 1970 UTC: by the stated offset, else by the wall clock of home
 * (NULL: UTC). A day is its midnight. FALSE where there is no date, or none that exists;
 * *microseconds is untouched then. */
gboolean maildate_instant(const MailDate *date, GTimeZone *home, gint64 *microseconds);
/* ISO 8601: "2026-03-02" for a day, else "2026-03-02T14:05:00", with "+01:00" only where the offset
 * is known
 * ("+00:00", never "Z"). NULL without a date. To be freed. */
char *maildate_iso(const MailDate *date);
