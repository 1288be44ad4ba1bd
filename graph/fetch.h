/* Fetch: the bytes of one mail, wherever in the mailbox it lies by now. A list's id is good until
 * somebody moves the mail; its Message-ID is good for ever. */
#pragma once

#include "graph/gather.h"

/* *source is NULL where the mail is gone. What is larger than the gateway takes comes as its header
 * and a note. What seems cut off is asked for again; what Exchange
 * cannot give is rebuilt of what it says of it. */
gboolean fetch_mail(Gather *gather, Item *item, GBytes **source, GError **error);
/* Finds items (of Item) again that were moved since a list showed them, with their details. What is
 * nowhere, or in a folder that is nobody's business, becomes is_removed. */
gboolean fetch_find_again(Gather *gather, const GPtrArray *items, GError **error);
