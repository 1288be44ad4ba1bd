/* Plan quote: what a mail says of an earlier mail that it quotes, or reports on (RFC 3464). Pure.
 */
#pragma once

#include "mime/mail.h"
#include "store/people.h"

typedef struct {
	gboolean is_stated;  /* it says who and when; else only text counts */
	char *from_key;      /* address_key(), "" where only a name is stated */
	const char *name;    /* borrowed, "" where none is stated */
	char *subject;       /* the base subject, NULL where none is stated */
	GPtrArray *subjects; /* of char: the base subjects that it may have, the quoting mail's
				first */
	gint64 at;
	gboolean has_zone;
	const char *text; /* borrowed */
} PlanQuote;

/* Those that state who and when, nearest first, limited. Where none does and the mail names no
 * other (has_references), the nearest as it is. Of PlanQuote, which borrow from the mail. */
GPtrArray *planquotes_of_quoted(
	const Mail *mail, gboolean has_references, const People *people, gint64 received_at);
/* The mail of ours that a bounce reports on, if that says who, when and what about; else empty. */
GPtrArray *planquotes_of_reported(const Mail *bounce, const People *people, gint64 received_at);
