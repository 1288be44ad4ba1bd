#include "store/ingest.h"

#include <string.h>

const char *outcome_name(Outcome outcome)
{
	static const char *const names[] = {
		"filed", "held", "duplicate", "rejected", "failed", "untied"};

	return names[outcome];
}

Envelope *envelope_new(Protocol protocol)
{
	Envelope *envelope = g_new0(Envelope, 1);

	envelope->protocol = protocol;
	envelope->recipients = g_ptr_array_new_with_free_func(g_free);
	envelope->trace = g_strdup("");
	return envelope;
}

void envelope_free(Envelope *envelope)
{
	if (!envelope)
		return;
	g_free(envelope->peer);
	g_free(envelope->envelope_from);
	g_ptr_array_unref(envelope->recipients);
	g_free(envelope->trace);
	g_free(envelope->vouched_by);
	g_free(envelope->mailbox);
	g_free(envelope->conversation_id);
	g_free(envelope->tenant);
	g_free(envelope);
}

void verdict_clear(Verdict *verdict)
{
	g_clear_error(&verdict->error);
	g_free(verdict->tenant);
	g_free(verdict->reference);
	g_free(verdict->reason);
	memset(verdict, 0, sizeof *verdict);
}
