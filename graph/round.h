/* Round: reads a mailbox on from where it was: look-ups, the folders by delta, and now and then all
 * folders, for what rules have moved (GRAPH.md 3). */
#pragma once

#include "graph/gather.h"

/* What came. */
typedef struct {
	guint looked, filed, known;
	guint requests;
} RoundReport;

/* FALSE with an error: what was read until then stays read. The turn is the caller's business. */
gboolean round_run(Account *account, const AuthPolicy *policy, gsize message_size,
	RoundReport *report, GError **error);
