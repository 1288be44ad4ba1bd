/* Metrics: counters that all processes share, in one mapping with one slot for each process.
 *
 * A slot has one writer, so there is no lock. Without metrics_open() the functions count into a
 * slot that nobody sees, so that tests and commands need not care. */
#pragma once

#include <glib.h>

#include "store/ingest.h"

typedef enum {
	METRIC_CONNECTIONS_SMTP,
	METRIC_CONNECTIONS_LMTP,
	METRIC_CONNECTIONS_REFUSED,
	METRIC_CONNECTIONS_OPEN, /* a gauge */
	METRIC_TLS_STARTED,
	METRIC_REPLIES_2, /* replies by class, in this order */
	METRIC_REPLIES_3,
	METRIC_REPLIES_4,
	METRIC_REPLIES_5,
	METRIC_QUEUE_DEPTH, /* a gauge */
	METRIC_SPOOL_BYTES, /* a gauge */
	METRIC_WORKER_RESTARTS,
	METRIC_PARSE_KILLS,
	METRIC_EVENTS_NUMBERED,
	METRIC_GRAPH_REQUESTS,
	METRIC_GRAPH_ROUNDS,
	METRIC_GRAPH_SEEN,
	METRIC_GRAPH_FILED,
	METRIC_GRAPH_SENT,
	METRIC_GRAPH_FAILURES,
	METRIC_LATENCY_SUM_US,
	METRIC_MEMORY_BYTES, /* a gauge: resident and private */
	METRIC_COUNT,
} Metric;

/* Maps room for so many processes. Before forking. */
void metrics_open(guint count);
/* This process writes here from now on; role is a literal. Its gauges start at 0. */
void metrics_use_slot(guint slot, const char *role);

/* The process that wrote there has ended: its counts stay, its gauges go. */
void metrics_release_slot(guint slot);

void metrics_add(Metric metric, guint64 amount);
void metrics_set(Metric metric, guint64 value);
/* One recipient's outcome after the dot: an Outcome, or the class 4 or 5 of a refusal. */
void metrics_count_mail(Protocol protocol, Outcome outcome);
void metrics_count_refusal(Protocol protocol, guint reply_class);
/* From the final dot to the reply. */
void metrics_count_latency(gint64 microseconds);

/* Looks at this process's own memory; the first call must come before the sandbox. */
void metrics_note_memory(void);

/* All slots together, in Prometheus' text format. */
void metrics_format(GString *out);
