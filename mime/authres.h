/* Authentication-Results (RFC 8601): what our own edge proved about the author of a mail.
 *
 * Believed only from a trusted peer, in the topmost block of trace fields (down to the first
 * Received whose one `by` is not one of our hosts), and only with our authserv-id. Anything odd
 * proves nothing. Which domains are one organisation's says the Public Suffix List
 * (publicsuffix.org), as built into libpsl. */
#pragma once

#include "mime/mail.h"

typedef struct {
	char *authserv_id;      /* "" or NULL: nobody's are believed */
	gboolean require_dmarc; /* [auth] require = dmarc: who does not pass is nobody */
	GPtrArray
		*hosts; /* of char: names that our edge writes after `by`; empty: the authserv_id */
} AuthPolicy;

AuthPolicy *auth_policy_new(void);
void auth_policy_free(AuthPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuthPolicy, auth_policy_free)

typedef enum {
	AUTH_NONE, /* nothing believable is said, or it contradicts itself */
	AUTH_PASS, /* dmarc=pass for the one From domain; without a policy there, an aligned
		      dkim=pass */
	AUTH_FAIL,
} AuthVerdict;

const char *auth_verdict_name(AuthVerdict verdict); /* "none", "pass", "fail" */

/* What the edge says about the mail's one From mailbox. trusted_arc: domains of sealers whose
 * arc=pass counts (a tenant's setting), or NULL. *why (may be NULL) becomes one line for a person,
 * to be freed. */
AuthVerdict authres_verdict(const Mail *mail, const AuthPolicy *policy, gboolean is_trusted_peer,
	const GPtrArray *trusted_arc, char **why);
