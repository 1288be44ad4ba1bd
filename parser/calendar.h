/* Calendar parts (RFC 5545): one line for each appointment that a person can read without a
 * calendar. Wall clocks are printed as they stand; zones stay with the ics, which is kept as an
 * attachment. */
#pragma once

#include <glib.h>

/* "Termin: Abnahme, 2026-03-02 14:00 – 15:00, Halle 3\n", at most LIMIT_EVENTS lines, "" without
 * one. *is_cut: there were more. *is_invitation: it says METHOD, so it is sent by iTIP (RFC 5546)
 * and not a file. To be freed. */
char *calendar_summary(const char *ics, gboolean *is_invitation, gboolean *is_cut);
