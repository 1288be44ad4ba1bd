/* Token: the tokens of an account. One for all processes, sealed in the database; one refresher at
 * a time, under the row's lock with the token read again; what was refreshed is stored before it is
 * used. GRAPH.md 1.3 to 1.5. */
#pragma once

#include "graph/account.h"

/* Sees to account->access_token being good for the next minutes. refused (may be NULL) is a token
 * that Microsoft did not take: it is not used again. */
gboolean token_fresh(Account *account, const char *refused, GError **error);

/* What the token endpoint answers. Owns everything. */
typedef struct {
	Secret *access_token, *refresh_token, *id_token; /* the last two may be NULL */
	gboolean may_read, may_send;                     /* by the granted scopes */
	gint64 expires_in;
} TokenAnswer;

void token_answer_clear(TokenAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TokenAnswer, token_answer_clear)

/* Reads the JSON of such an answer. FALSE where it has no access token that a header could carry.
 */
gboolean token_read(const json_t *body, TokenAnswer *answer);
/* The form of one grant: pairs of name and value, ending in NULL; the client's credential is added.
 */
gboolean token_ask(Account *account, const char *const *form, TokenAnswer *answer, GError **error);
/* Keeps an app-only token for all processes. */
gboolean token_keep_for_app(Account *account, const TokenAnswer *answer, GError **error);
/* How long before its end a token is replaced, in seconds. */
gint64 token_margin(gint64 lifetime_seconds);
/* Are these in a granted scope, whatever their prefix and case? */
gboolean token_scope_has(const char *scope, const char *permission);
/* The places of the sealed tokens; user NULL: the tenant's app-only token. */
SealPlace token_place(const char *tenant, const char *user, const char *column);
