/* Opening: what filing asks first, in one call: whose the address is, who the people of the mail
 * are to that tenant, and whether these bytes came to this address before. */
#pragma once

#include "store/address.h"
#include "store/delivery.h"
#include "store/people.h"

/* Borrowed. */
typedef struct {
	const char *recipient; /* as address_key() writes it */
	const char *tenant;    /* NULL: the recipient's */
	const GPtrArray
		*addresses;     /* of char, as address_key() writes them, each once: the people */
	const char *vouched_by; /* a user's key or address, or NULL */
	const char *sha256;     /* NULL: a mail that is here already */
} Question;

typedef struct {
	char *tenant;       /* NULL: nobody's address, or no such tenant */
	char *address;      /* the agent address without a token */
	char *word;         /* what stood behind the plus, or a bare token; NULL: nothing */
	gint64 case_id;     /* whose token the word is, 0: none */
	People *people;     /* NULL: no tenant */
	gint64 delivery_id; /* drawn for it */
	Resend before;
} Opening;

void opening_free(Opening *opening);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Opening, opening_free)

/* Asks inside a transaction, which is the tenant's from then on. NULL with an error; a vouched_by
 * whom nobody knows is CASEGATE_ERROR_REJECT. */
Opening *opening_load(Store *store, const Question *question, GError **error);
