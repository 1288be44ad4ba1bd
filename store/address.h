/* Agent addresses: whose is the address that a mail came for? Asked at RCPT and again when filing.
 */
#pragma once

#include "store/store.h"

typedef enum {
	ADDRESS_UNKNOWN, /* 550 5.1.1 */
	ADDRESS_TAKES_MAIL,
	ADDRESS_OVER_QUOTA, /* the tenant's quota_bytes are used up: 452 4.3.1 */
	ADDRESS_OVER_RATE,  /* the tenant's hourly_mails are used up: 450 4.7.1 */
} AddressAnswer;

typedef struct {
	AddressAnswer answer;
	char *tenant;   /* NULL: unknown */
	char *address;  /* the agent address without a token, lower case */
	char *word;     /* what stood behind the plus, lower case, or a bare token; NULL: nothing */
	gint64 case_id; /* the case whose token the word is, 0: none (any more) */
} AgentAddress;

void agent_address_clear(AgentAddress *found);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AgentAddress, agent_address_clear)
/* Finds the tenant of a recipient: "agent@…", "agent+TOKEN@…", "agent+word@…" or the bare
 * "TOKEN@…". */
gboolean address_find(Store *store, const char *recipient, AgentAddress *found, GError **error);
