/* Rebuild: a mail whose content Exchange does not give any more, from what it still says of it:
 * who, to whom, when, what it answers, its text. A note says that the rest lies in the mailbox. */
#pragma once

#include "graph/gather.h"

/* A mail with at least a Message-ID, subject and time; NULL with an error when Microsoft is away.
 */
GBytes *rebuild_mail(Gather *gather, const Item *item, GError **error);
