#include "server/trace.h"

#include "server/syntax.h"

/* RFC 5322 3.3, whatever the locale. */
static char *format_date(gint64 at)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(at / G_USEC_PER_SEC);

	return g_strdup_printf("%s, %d %s %d %02d:%02d:%02d +0000",
		days[g_date_time_get_day_of_week(date) - 1], g_date_time_get_day_of_month(date),
		months[g_date_time_get_month(date) - 1], g_date_time_get_year(date),
		g_date_time_get_hour(date), g_date_time_get_minute(date),
		g_date_time_get_second(date));
}

char *trace_format(const Trace *trace)
{
	g_autofree char *date = format_date(trace->received_at);
	g_autofree char *helo = syntax_clean_name(trace->helo);

	return g_strdup_printf(
		"Return-Path: <%s>\r\nReceived: from %s (%s) by %s with %s id %s; %s\r\n",
		trace->envelope_from, helo, trace->peer, trace->host, trace->with, trace->id, date);
}
