/* The time of day in a line that holds a date: "14:05:31", "14.25.08 Uhr", "14h05", "2:05 PM",
 * "下午2:05", and its zone. */
#pragma once

#include "forward/dateline.h"
#include "mime/mail.h"

/* Reads the time at token i into date, whose day stays; *has_meridiem becomes TRUE where a
 * half-day's word tells the hour. Returns the token behind it, 0 without a time. */
guint clock_read(const DateLine *line, guint i, MailDate *date, gboolean *has_meridiem);
/* Reads the zone behind a time, "+0100 (CET)", "(UTC+1)", "MEZ", into date. Returns the token
 * behind it; i without one. */
guint clock_read_offset(const DateLine *line, guint i, MailDate *date);
