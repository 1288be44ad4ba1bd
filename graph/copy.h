/* Copy: finding in a mailbox what we sent from it. Exchange keeps of our stamps what it likes
 * (GRAPH.md 2.3): the property, our Message-ID, or only the header, and that sometimes only in the
 * mail itself. So all are tried, the cheap ones first. */
#pragma once

#include "graph/account.h"
#include "store/outbox.h"

/* Is it anywhere in the mailbox, also on its way out? */
gboolean copy_find(Account *account, const Outgoing *outgoing, gboolean *is_there, GError **error);
/* Has it left, and is its copy in the mailbox? Of outgoing are read send_id, subject,
 * started_ago_seconds, and internet_id, which may be NULL. */
gboolean copy_has_left(
	Account *account, const Outgoing *outgoing, gboolean *has_left, GError **error);
/* Graph's id of a mail by its Message-ID, drafts excepted; *id is NULL where there is none. */
gboolean copy_find_mail(Account *account, const char *internet_id, char **id, GError **error);
/* Asks the mail itself for its stamp, of which no list may tell; its content is not waited for.
 * *stamp is NULL where it has none, or is gone. */
gboolean copy_ask_stamp(Account *account, const char *id, char **stamp, GError **error);
/* The stamp in the header block of a mail, or NULL. To be freed. */
char *copy_stamp_in(const char *mail, gsize size);
