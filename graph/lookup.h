/* Lookup: when a case opens, or a mail names one that is not here, the members' mailboxes are asked
 * for it: by id, and then for the whole conversation that it stands in. */
#pragma once

#include "graph/gather.h"

/* All look-ups that wait for this mailbox. */
gboolean lookup_run(Gather *gather, GError **error);
