/* Reply: one SMTP or LMTP reply, and the tables that turn our answers into replies.
 *
 * A Reply is a plain value; its texts are static and tell a stranger nothing about cases or
 * tenants. */
#pragma once

#include "store/address.h"
#include "store/ingest.h"

typedef struct {
	guint code;         /* 250 */
	const char *status; /* "2.0.0" (RFC 3463); NULL: none */
	const char *text;   /* what a person reads in a log */
	gint64 delivery_id; /* named behind the text; 0: none */
} Reply;

/* To RCPT. */
Reply reply_for_address(AddressAnswer answer);
/* To RCPT or after the final dot: nothing was filed. */
Reply reply_for_error(const GError *error);
/* After the final dot, for one recipient. */
Reply reply_for_verdict(const Verdict *verdict);

/* The one reply of SMTP for all recipients. A temporary failure of one asks for the whole mail
 * again: those who have it know it then. Without one, a permanent failure of one is told for all: a
 * bounce that names one recipient too many is better than a loss that nobody sees. */
Reply reply_merge(const Reply *replies, guint count);

/* Appends the line with its CRLF. */
void reply_append(GString *out, const Reply *reply);
/* 2, 3, 4 or 5. */
guint reply_class(const Reply *reply);
