/* Remedy: Microsoft's errors in our words: what must happen next, and one sentence that says who
 * must do what, in the tenant's language. Pure. The class of an error decides, its number only
 * chooses the sentence (Microsoft: the numbers change at any time). GRAPH.md 1.7 and 5. */
#pragma once

#include "store/error.h"

typedef enum {
	REMEDY_RETRY,
	REMEDY_REJECT,    /* this request never will */
	REMEDY_RECONNECT, /* the user signs in again */
	REMEDY_CONSENT,   /* an administrator consents */
	REMEDY_ADMIN,     /* the registration, a policy, a licence */
	REMEDY_GONE,      /* the message is not there (any more) */
	REMEDY_RESYNC,    /* the delta link is worth nothing any more */
	REMEDY_REFRESH,   /* the access token is not taken: once more with a new one */
} RemedyKind;

typedef struct {
	RemedyKind kind;
	const char *german, *english; /* one sentence each */
} Remedy;

/* An error of the login host: of the token endpoint, or of the redirect (status 0). error,
 * suberror and description (which has the AADSTS number) may be NULL. */
Remedy remedy_of_login(
	int status, const char *error, const char *suberror, const char *description);
/* An error of Graph: code is the innermost that says something, message what stands beside it; each
 * may be NULL. */
Remedy remedy_of_graph(int status, const char *code, const char *message);
/* Does this code say by itself what must happen? */
gboolean remedy_is_code(const char *code);
/* No answer at all. */
Remedy remedy_of_network(void);
/* The account has no mailbox here. */
Remedy remedy_of_mailbox(void);
/* What a sign-in is refused for by us. */
typedef enum {
	REFUSED_ACCOUNT,     /* of another directory */
	REFUSED_IDENTITY,    /* nobody said who it is */
	REFUSED_INTERRUPTED, /* its code was given away, and nobody knows what came of it */
	REFUSED_MAILBOX,     /* another user's */
} SigninRefused;
Remedy remedy_of_signin(SigninRefused why);
/* Granted less than was asked for. */
Remedy remedy_of_scopes(void);

const char *remedy_sentence(const Remedy *remedy, const char *language);
/* A text that begins with such a sentence, in another language; as it is where it does not
 * (*is_known). To be freed. */
char *remedy_translate(const char *text, const char *language, gboolean *is_known);
/* As an error: the sentence, and in brackets what a technician wants to know (details). */
void remedy_set_error(
	const Remedy *remedy, const char *language, const char *details, GError **error);
/* The sentence of such an error without its brackets. To be freed. */
char *remedy_hint(const GError *error);
/* What an error means for a connection: "reconnect", "consent", "admin", or NULL: unchanged. */
const char *remedy_state(const GError *error);
/* The word with which a command's line begins: "reconnect", "consent", "admin", "later", "failed".
 */
const char *remedy_word(const GError *error);
/* "AADSTS50173" of a description, or NULL. To be freed. */
char *remedy_aadsts(const char *description);
