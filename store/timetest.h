/* Time test: are two stated times the same one? Clients write minutes, drop zones, round up, or
 * state the arrival. */
#pragma once

#include <glib.h>

/* Weakest first. */
typedef enum {
	TIME_FAR,
	TIME_SAME_DAY,
	TIME_NEAR,  /* within 20 minutes: Gmail and Apple Mail may state the arrival */
	TIME_WEAK,  /* whole half hours apart where a zone is not sure */
	TIME_MATCH, /* within a minute: Outlook rounds, others cut */
} TimeTest;

/* Times in microseconds; is_sure: both are known with their zone. */
TimeTest timetest_compare(gint64 one, gint64 other, gboolean is_sure);
