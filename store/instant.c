#include "store/instant.h"

#include "mime/date.h"

/* Is this clock set to the tenant's time? */
static gboolean is_at_home(const MailDate *clock, const People *people)
{
	gint64 at = 0;
	int interval;

	if (!maildate_instant(clock, NULL, &at))
		return FALSE;
	interval = g_time_zone_find_interval(
		people->timezone, G_TIME_TYPE_UNIVERSAL, at / G_USEC_PER_SEC);
	return interval >= 0 &&
	       g_time_zone_get_offset(people->timezone, interval) == clock->offset_minutes * 60;
}

/* The zone of a wall clock without one: the tenant's where the wrapper was written there (then
 * summer time is known) or says +0000 (servers do), else the wrapper's own. */
static GTimeZone *zone_of(const MailDate *wrapper, const People *people)
{
	if (wrapper->has_offset && wrapper->offset_minutes != 0 && !is_at_home(wrapper, people))
		return g_time_zone_new_offset(wrapper->offset_minutes * 60);
	return g_time_zone_ref(people->timezone);
}

gint64 instant_of(const MailDate *date, const MailDate *wrapper, const People *people,
	gint64 received_at, gboolean *is_believed)
{
	static const gint64 year_1990 = G_GINT64_CONSTANT(631152000) * G_USEC_PER_SEC;
	static const gint64 day = G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC;
	g_autoptr(GTimeZone) zone = zone_of(wrapper, people);
	gint64 at = 0;

	*is_believed =
		maildate_instant(date, zone, &at) && at >= year_1990 && at <= received_at + day;
	return *is_believed ? at : received_at;
}
