/* Deadlines of tests: CPU time, because other programs run beside us; sanitizers make everything
 * slower. */
#pragma once

#include <glib.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define DEADLINE_FACTOR 20
#else
#define DEADLINE_FACTOR 1
#endif

/* Microseconds of CPU that this process has used. */
static inline gint64 deadline_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static inline void assert_deadline(gint64 before, gint64 most_microseconds)
{
	g_assert_cmpint(deadline_now() - before, <, DEADLINE_FACTOR * most_microseconds);
}
