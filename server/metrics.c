#include "server/metrics.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define OUTCOMES  (OUTCOME_FAILED + 1)
#define PROTOCOLS 2 /* SMTP and LMTP */

static const guint latency_bounds_ms[] = {
	1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 30000};
#define LATENCIES (G_N_ELEMENTS(latency_bounds_ms) + 1)

typedef struct {
	const char *role; /* NULL: nobody writes here */
	guint64 values[METRIC_COUNT];
	guint64 mails[PROTOCOLS][OUTCOMES];
	guint64 refusals[PROTOCOLS][2]; /* 4xx, 5xx */
	guint64 latencies[LATENCIES];
} Slot;

static Slot unseen;
static Slot *slots = &unseen, *mine = &unseen;
static guint slot_count = 1;
static int memory_file = -1;

static void add(guint64 *value, guint64 amount)
{
	__atomic_store_n(value, *value + amount, __ATOMIC_RELAXED);
}

void metrics_open(guint count)
{
	void *room = mmap(NULL, count * sizeof(Slot), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		return;
	slots = room;
	slot_count = count;
	mine = &slots[0];
}

static void clear_gauges(Slot *slot)
{
	static const Metric gauges[] = {METRIC_CONNECTIONS_OPEN, METRIC_QUEUE_DEPTH,
		METRIC_SPOOL_BYTES, METRIC_MEMORY_BYTES};

	for (guint i = 0; i < G_N_ELEMENTS(gauges); i++)
		__atomic_store_n(&slot->values[gauges[i]], 0, __ATOMIC_RELAXED);
}

void metrics_use_slot(guint slot, const char *role)
{
	mine = slot < slot_count ? &slots[slot] : &unseen;
	mine->role = role;
	clear_gauges(mine);
	if (memory_file >= 0)
		close(memory_file);
	memory_file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	metrics_note_memory();
}

void metrics_release_slot(guint slot)
{
	if (slot >= slot_count)
		return;
	clear_gauges(&slots[slot]);
	slots[slot].role = NULL;
}

void metrics_add(Metric metric, guint64 amount)
{
	add(&mine->values[metric], amount);
}

void metrics_set(Metric metric, guint64 value)
{
	__atomic_store_n(&mine->values[metric], value, __ATOMIC_RELAXED);
}

void metrics_count_mail(Protocol protocol, Outcome outcome)
{
	if (protocol < PROTOCOLS && outcome < OUTCOMES)
		add(&mine->mails[protocol][outcome], 1);
}

void metrics_count_refusal(Protocol protocol, guint reply_class)
{
	if (protocol < PROTOCOLS)
		add(&mine->refusals[protocol][reply_class == 5], 1);
}

void metrics_count_latency(gint64 microseconds)
{
	guint i = 0;

	while (i < G_N_ELEMENTS(latency_bounds_ms) &&
		microseconds > (gint64)latency_bounds_ms[i] * 1000)
		i++;
	add(&mine->latencies[i], 1);
	metrics_add(METRIC_LATENCY_SUM_US, (guint64)MAX(microseconds, 0));
}

void metrics_note_memory(void)
{
	char text[128];
	gssize size = memory_file >= 0 ? pread(memory_file, text, sizeof text - 1, 0) : -1;
	char *at = text;
	guint64 pages[3]; /* size, resident, shared */

	if (size <= 0)
		return;
	text[size] = '\0';
	for (guint i = 0; i < G_N_ELEMENTS(pages); i++)
		pages[i] = g_ascii_strtoull(at, &at, 10);
	metrics_set(METRIC_MEMORY_BYTES, (pages[1] - pages[2]) * (guint64)sysconf(_SC_PAGESIZE));
}

/* ---- Prometheus' text format ---- */

static guint64 sum(const guint64 *of_first_slot)
{
	gsize offset = (gsize)((const char *)of_first_slot - (const char *)slots);
	guint64 total = 0;

	for (guint i = 0; i < slot_count; i++)
		total += __atomic_load_n(
			(const guint64 *)(const void *)((const char *)&slots[i] + offset),
			__ATOMIC_RELAXED);
	return total;
}

static void describe(GString *out, const char *name, const char *type, const char *help)
{
	g_string_append_printf(
		out, "# HELP casegate_%s %s\n# TYPE casegate_%s %s\n", name, help, name, type);
}

static void format_values(GString *out)
{
	static const struct {
		Metric metric;
		const char *name, *labels, *type,
			*help; /* type NULL: another row of the last name */
	} rows[] = {
		{METRIC_CONNECTIONS_SMTP,    "connections_total",         "{protocol=\"smtp\"}", "counter",
                 "Connections taken."											 },
		{METRIC_CONNECTIONS_LMTP,    "connections_total",         "{protocol=\"lmtp\"}", NULL,      NULL              },
		{METRIC_CONNECTIONS_REFUSED, "connections_refused_total", "",                    "counter",
                 "Connections over a limit."										  },
		{METRIC_CONNECTIONS_OPEN,    "connections_open",          "",                    "gauge",   "Connections now."},
		{METRIC_TLS_STARTED,         "tls_started_total",         "",                    "counter",
                 "Connections secured by STARTTLS."									   },
		{METRIC_REPLIES_2,           "replies_total",             "{class=\"2xx\"}",     "counter", "Replies sent."   },
		{METRIC_REPLIES_3,           "replies_total",             "{class=\"3xx\"}",     NULL,      NULL              },
		{METRIC_REPLIES_4,           "replies_total",             "{class=\"4xx\"}",     NULL,      NULL              },
		{METRIC_REPLIES_5,           "replies_total",             "{class=\"5xx\"}",     NULL,      NULL              },
		{METRIC_QUEUE_DEPTH,         "queue_depth",               "",                    "gauge",
                 "Mails and questions that wait for a worker."                                                                },
		{METRIC_SPOOL_BYTES,         "spool_bytes",               "",                    "gauge",
                 "Bytes of mail on the way through."									  },
		{METRIC_WORKER_RESTARTS,     "worker_restarts_total",     "",                    "counter",
                 "Workers started again after they ended by themselves."                                                      },
		{METRIC_PARSE_KILLS,         "parse_kills_total",         "",                    "counter",
                 "Mails that killed or outlasted a worker."								   },
		{METRIC_EVENTS_NUMBERED,     "events_numbered_total",     "",                    "counter",
                 "Events made visible to the app."									    },
		{METRIC_GRAPH_REQUESTS,      "graph_requests_total",      "",                    "counter",
                 "Requests to Microsoft."										     },
		{METRIC_GRAPH_ROUNDS,        "graph_rounds_total",        "",                    "counter",
                 "Rounds through a mailbox."										  },
		{METRIC_GRAPH_SEEN,          "graph_seen_total",          "",                    "counter",
                 "Mails that mailboxes showed."									       },
		{METRIC_GRAPH_FILED,         "graph_filed_total",         "",                    "counter",
                 "Of these, new in a case."										   },
		{METRIC_GRAPH_SENT,          "graph_sends_total",         "",                    "counter",
                 "Steps of mail that is sent."										},
		{METRIC_GRAPH_FAILURES,      "graph_failures_total",      "",                    "counter",
                 "What Microsoft refused or did not answer."                                                                  },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (rows[i].type != NULL)
			describe(out, rows[i].name, rows[i].type, rows[i].help);
		g_string_append_printf(out, "casegate_%s%s %" G_GUINT64_FORMAT "\n", rows[i].name,
			rows[i].labels, sum(&slots->values[rows[i].metric]));
	}
}

static void format_mails(GString *out)
{
	static const char *const protocols[PROTOCOLS] = {
		[PROTOCOL_SMTP] = "smtp", [PROTOCOL_LMTP] = "lmtp"};

	describe(out, "mails_total", "counter", "Mails by recipient and what became of them.");
	for (guint i = 0; i < PROTOCOLS; i++) {
		for (guint j = 0; j < OUTCOMES; j++)
			g_string_append_printf(out,
				"casegate_mails_total{protocol=\"%s\",outcome=\"%s\"} "
				"%" G_GUINT64_FORMAT "\n",
				protocols[i], outcome_name((Outcome)j), sum(&slots->mails[i][j]));
		for (guint j = 0; j < 2; j++)
			g_string_append_printf(out,
				"casegate_mails_total{protocol=\"%s\",outcome=\"%s\"} "
				"%" G_GUINT64_FORMAT "\n",
				protocols[i], j == 0 ? "later" : "refused",
				sum(&slots->refusals[i][j]));
	}
}

static void format_latency(GString *out)
{
	guint64 count = 0;

	describe(out, "filing_seconds", "histogram", "From the final dot to the reply.");
	for (guint i = 0; i < LATENCIES; i++) {
		char bound[32] = "+Inf";

		if (i < G_N_ELEMENTS(latency_bounds_ms))
			g_ascii_formatd(bound, sizeof bound, "%.3f", latency_bounds_ms[i] / 1000.0);
		count += sum(&slots->latencies[i]);
		g_string_append_printf(out,
			"casegate_filing_seconds_bucket{le=\"%s\"} %" G_GUINT64_FORMAT "\n", bound,
			count);
	}
	g_string_append_printf(out,
		"casegate_filing_seconds_sum %" G_GUINT64_FORMAT ".%06" G_GUINT64_FORMAT "\n"
		"casegate_filing_seconds_count %" G_GUINT64_FORMAT "\n",
		sum(&slots->values[METRIC_LATENCY_SUM_US]) / G_USEC_PER_SEC,
		sum(&slots->values[METRIC_LATENCY_SUM_US]) % G_USEC_PER_SEC, count);
}

static void format_memory(GString *out)
{
	describe(out, "memory_bytes", "gauge", "Private resident memory.");
	for (guint i = 0; i < slot_count; i++)
		if (slots[i].role != NULL)
			g_string_append_printf(out,
				"casegate_memory_bytes{process=\"%s\",slot=\"%u\"} "
				"%" G_GUINT64_FORMAT "\n",
				slots[i].role, i, slots[i].values[METRIC_MEMORY_BYTES]);
}

void metrics_format(GString *out)
{
	format_values(out);
	format_mails(out);
	format_latency(out);
	format_memory(out);
}
