/* Reports about mail: bounces (RFC 3464, and the older forms of Exim, qmail, Postfix, Exchange),
 * receipts (RFC 8098), complaints (RFC 5965). */
#pragma once

#include "mime/mime.h"

/* Sets kind, kind_evidence, reported_id, reported and reported_recipients where the mail is a
 * report; leaves it as it is otherwise. mail's header is read. */
void report_read(Mail *mail, const MimeNode *root);
