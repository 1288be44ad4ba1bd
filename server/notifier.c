#include "server/notifier.h"

#include <poll.h>

#include "server/log.h"
#include "server/metrics.h"
#include "store/store.h"

#define PAUSE_MS          50
#define TROUBLE_PAUSE_MS  1000
#define STATISTICS_ROUNDS 20
#define MEMORY_ROUNDS     100

/* FALSE: the leash is closed. */
static gboolean wait_for(int leash, int pause_ms)
{
	struct pollfd end = {.fd = leash, .events = POLLIN};

	return poll(&end, 1, pause_ms) == 0;
}

/* Opens the store where it is not, and numbers what there is. */
static gboolean number_events(const Config *config, Store **store, GError **error)
{
	gint64 numbered = 0;

	if (*store == NULL)
		*store = store_open(config->database.url, ROLE_GATEWAY, error);
	if (*store == NULL || !store_number_events(*store, &numbered, error))
		return FALSE;
	metrics_add(METRIC_EVENTS_NUMBERED, (guint64)numbered);
	return TRUE;
}

/* What fails here fails again in the next round's numbering, which says so. */
static void look_after(Store *store, guint round)
{
	if (round % STATISTICS_ROUNDS == 0)
		(void)store_renew_statistics(store, NULL);
	if (round % MEMORY_ROUNDS == 0)
		metrics_note_memory();
}

int notifier_run(int leash, const Config *config)
{
	g_autoptr(Store) store = NULL;
	gboolean was_well = TRUE, is_well;
	guint round = 0;

	do {
		g_autoptr(GError) error = NULL;

		is_well = number_events(config, &store, &error);
		if (!is_well && was_well)
			log_warning("the app learns of new events later: %s", error->message);
		if (is_well && !was_well)
			log_notice("the app learns of new events again");
		was_well = is_well;
		if (is_well)
			look_after(store, ++round);
	} while (wait_for(leash, is_well ? PAUSE_MS : TROUBLE_PAUSE_MS));
	if (store != NULL)
		number_events(config, &store, NULL);
	return 0;
}
