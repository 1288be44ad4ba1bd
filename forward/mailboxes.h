/* Mailboxes as mail clients show them to people, in the header blocks of quoted and forwarded mail:
 * "Muster, Anna; Meier, Bert", "Anna [mailto:a@b]", "a@b<mailto:a@b>", "Anna Muster/ACME". Address
 * headers follow RFC 5322 and are read by mime/address.h. Total, linear: every string is a list.
 */
#pragma once

#include "mime/mail.h"

/* Appends the mailboxes of a recipients' line. Semicolons part them; commas do where an address or
 * whole names stand on both sides, not within "Muster, Anna". A name that only repeats the address
 * is NULL. At most LIMIT_ADDRESSES. */
void mailboxes_parse(const char *value, GPtrArray *list);
/* The same of a sender's line, which names one: of "A im Auftrag von B" it is B, with A's address
 * where B has none. */
void mailboxes_parse_author(const char *value, GPtrArray *list);
