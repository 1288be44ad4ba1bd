/* Compose: an outgoing mail as Graph wants it (GRAPH.md 2). JSON is built by an encoder, never by
 * joining texts; what Graph would refuse is refused here, in words for a person. */
#pragma once

#include "graph/remedy.h"
#include "store/outbox.h"

/* The body of sendMail, or (is_reply) of reply, or NULL with an error: CASEGATE_ERROR_REJECT where
 * it is too large for Graph. To be freed with free(). */
char *compose_mail(Store *store, const char *tenant, const Outgoing *outgoing, gboolean is_reply,
	const char *language, GError **error);
/* A mail of the gateway's own, to one address, stamped with send_id. To be freed with free(). */
char *compose_note(const char *to, const char *subject, const char *text, const char *send_id);
