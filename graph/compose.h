/* Compose: an outgoing mail as Graph wants it (GRAPH.md 2). JSON is built by an encoder, never by
 * joining texts; what Graph would refuse is refused here, in words for a person. */
#pragma once

#include "graph/remedy.h"
#include "store/outbox.h"

typedef enum {
	COMPOSE_MAIL = 0,
	COMPOSE_REPLY = 1 << 0, /* for reply: Exchange names what it answers */
	COMPOSE_BARE = 1 << 1,  /* of our stamps only the header, which no tenant refuses */
} ComposeFlags;

/* The body of sendMail or reply, or NULL with an error: CASEGATE_ERROR_REJECT where it is too large
 * for Graph. To be freed with free(). */
char *compose_mail(Store *store, const char *tenant, const Outgoing *outgoing, ComposeFlags flags,
	const char *language, GError **error);
/* A mail of the gateway's own, to one address, stamped with send_id. To be freed with free(). */
char *compose_note(const char *to, const char *subject, const char *text, const char *send_id,
	ComposeFlags flags);
