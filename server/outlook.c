#include "server/outlook.h"

#include "graph/duty.h"
#include "server/log.h"
#include "server/metrics.h"

GraphSettings outlook_settings(const Config *config, const SealRing *ring)
{
	return (GraphSettings){.login_url = config->graph.login_url,
		.api_url = config->graph.api_url,
		.public_url = config->http.public_url,
		.poll_seconds = config->graph.poll_seconds,
		.ring = ring};
}

static void log_duty(gboolean is_warning, const char *line)
{
	if (is_warning)
		log_warning("%s", line);
	else
		log_info("%s", line);
}

static void count_duty(DutyCount what, guint64 by)
{
	static const Metric metrics[] = {
		[DUTY_REQUESTS] = METRIC_GRAPH_REQUESTS,
		[DUTY_ROUNDS] = METRIC_GRAPH_ROUNDS,
		[DUTY_SEEN] = METRIC_GRAPH_SEEN,
		[DUTY_FILED] = METRIC_GRAPH_FILED,
		[DUTY_SENT] = METRIC_GRAPH_SENT,
		[DUTY_FAILURES] = METRIC_GRAPH_FAILURES,
	};

	metrics_add(metrics[what], by);
	metrics_note_memory();
}

int outlook_run(int leash, const Config *config)
{
	const DutySettings settings = {.database_url = config->database.url,
		.key_file = config->secrets.key_file,
		.graph = outlook_settings(config, NULL),
		.policy = config->auth_policy,
		.message_size = (gsize)config->limits.message_size,
		.log = log_duty,
		.count = count_duty};

	return duty_run(leash, &settings);
}
