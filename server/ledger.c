#include "server/ledger.h"

#include "server/log.h"
#include "store/audit.h"

#define PAUSE_US (5 * 60 * G_USEC_PER_SEC)

static AuditTotals totals;
static gboolean is_known;
static gint64 counted_at;

static void count(Store *store)
{
	g_autoptr(GError) error = NULL;

	counted_at = g_get_monotonic_time();
	is_known = audit_totals(store, &totals, &error);
	if (!is_known)
		log_info("deliveries are counted later: %s", error->message);
}

void ledger_format(GString *out, Store *store)
{
	if (store != NULL && (!is_known || g_get_monotonic_time() - counted_at > PAUSE_US))
		count(store);
	if (!is_known)
		return;

	const struct {
		const char *outcome;
		gint64 count;
	} rows[] = {
		{"filed",     totals.filed    },
		{"held",      totals.held     },
		{"duplicate", totals.duplicate},
		{"rejected",  totals.rejected },
		{"failed",    totals.failed   },
	};

	g_string_append_printf(out,
		"# HELP casegate_deliveries_received All deliveries, counted by themselves.\n"
		"# TYPE casegate_deliveries_received gauge\n"
		"casegate_deliveries_received %" G_GINT64_FORMAT "\n"
		"# HELP casegate_deliveries What has become of them.\n"
		"# TYPE casegate_deliveries gauge\n",
		totals.received);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		g_string_append_printf(out,
			"casegate_deliveries{outcome=\"%s\"} %" G_GINT64_FORMAT "\n",
			rows[i].outcome, rows[i].count);
	g_string_append_printf(out,
		"# HELP casegate_deliveries_unaccounted Deliveries without an outcome: 0, or mail "
		"was lost.\n"
		"# TYPE casegate_deliveries_unaccounted gauge\n"
		"casegate_deliveries_unaccounted %" G_GINT64_FORMAT "\n",
		totals.unaccounted);
}
