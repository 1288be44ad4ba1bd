#include "store/timetest.h"

#define MINUTE (G_GINT64_CONSTANT(60) * G_USEC_PER_SEC)
#define HOUR   (60 * MINUTE)

TimeTest timetest_compare(gint64 one, gint64 other, gboolean is_sure)
{
	gint64 apart = ABS(one - other);
	gint64 minutes = (apart + MINUTE / 2) / MINUTE;

	if (apart <= MINUTE)
		return TIME_MATCH;
	if (!is_sure && apart <= 14 * HOUR && (minutes % 30 <= 1 || minutes % 30 == 29))
		return TIME_WEAK;
	if (apart <= 20 * MINUTE)
		return TIME_NEAR;
	return apart <= 26 * HOUR ? TIME_SAME_DAY : TIME_FAR;
}
