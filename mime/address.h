/* Mailbox lists of address headers (RFC 5322 3.4, with its obsolete forms, groups, comments and
 * what mailers really write), and the one form in which addresses are compared. Total: every string
 * is a list. */
#pragma once

#include "mime/mail.h"

/* Appends the mailboxes of one header value (unfolded, words not yet decoded) to list. Group names
 * are dropped, their members stay. Names are decoded (RFC 2047), one line, without quotes; "Muster,
 * Anna" <a@b> is one mailbox, also without the quotes. At most LIMIT_ADDRESSES in list; returns
 * FALSE when there were more. */
gboolean address_parse_list(const char *value, GPtrArray *list);

/* The form in which two addresses are compared: trimmed, without angle brackets and "mailto:",
 * lower case, the domain as ASCII (IDNA). Never NULL, total: what is no address is only trimmed and
 * lower-cased, and what cannot be lower-cased sensibly stays as it is. To be freed; NULL gives "".
 */
char *address_key(const char *address);
/* The domain of an address as in address_key(), or NULL where there is none. To be freed. */
char *address_domain(const char *address);
/* Does it look like one address: one @ outside quotes, something on both sides, no white space? */
gboolean address_is_plausible(const char *address);
