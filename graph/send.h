/* Send: a mailbox's outbox, one mail after the other. What happens to a mail is committed before it
 * happens; where an answer was lost the mailbox is asked, not Microsoft told again (GRAPH.md 2.3).
 */
#pragma once

#include "graph/account.h"

/* Sends what is due. FALSE with an error that says something about the mailbox or the database; a
 * mail that Microsoft refuses is none. The turn "send" is the caller's business. *sent may be NULL.
 */
gboolean send_run(Account *account, guint *sent, GError **error);

/* The test mail, to to (NULL: the mailbox itself), of a case (reference, may be NULL); waits up to
 * wait_seconds for its copy. *is_confirmed: its copy was seen. */
gboolean send_test(Account *account, const char *to, const char *reference, guint wait_seconds,
	gboolean *is_confirmed, GError **error);
