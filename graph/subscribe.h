/* Subscribe: has Microsoft ring when a mailbox has news, and keeps that up (GRAPH.md 4). Only a
 * hint: what is there is always read by delta. */
#pragma once

#include "graph/account.h"

/* Makes, renews or replaces the mailbox's one subscription, and says when to look again. Without a
 * public_url there is none. */
gboolean subscribe_keep(Account *account, GError **error);
/* Ends it, as well as that can be done. */
void subscribe_end(Account *account);
