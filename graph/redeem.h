/* Redeem: what a graph worker does with a sign-in that came back: the code becomes tokens, the
 * id_token says whose mailbox it is, and an admin consent is proven by a token, never believed. */
#pragma once

#include "graph/account.h"
#include "store/job.h"

/* Owns everything. */
typedef struct {
	char *outcome; /* "connected", "granted", "declined", "refused", "consent", "admin", "later"
			*/
	char *sentence; /* for a person; may be NULL */
} Redeemed;

void redeemed_clear(Redeemed *redeemed);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Redeemed, redeemed_clear)

/* A job "redeem" or "consent". Always has an outcome; the connection's state follows it. */
void redeem_job(Store *store, const GraphSettings *settings, Http *http, const Job *job,
	Redeemed *redeemed);
/* App-only: binds a mailbox to a user, without a sign-in; the first request will prove it. */
gboolean redeem_mailbox(Store *store, const GraphSettings *settings, const char *tenant,
	const char *user, const char *mailbox, GError **error);

/* Who signed in, by the claims of an id_token that came straight from the token endpoint. */
typedef struct {
	char *directory, *account; /* tid, oid */
	char *mailbox;             /* preferred_username, or email */
} Identified;

void identified_clear(Identified *identified);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Identified, identified_clear)

/* What it must say. Borrowed. */
typedef struct {
	const char *client, *nonce;
	const char *login_url; /* the issuer, unless that is one of Microsoft's own hosts */
} IdentityWanted;

/* FALSE where a claim is missing or not what it must be (client, nonce, time, issuer). */
gboolean redeem_identify(
	const char *id_token, const IdentityWanted *wanted, gint64 now, Identified *identified);
