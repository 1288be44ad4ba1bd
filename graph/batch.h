/* Batch: several small GETs in one request (JSON batching), where that saves requests. */
#pragma once

#include "graph/account.h"

/* Asks for each path (of char, below the mailbox, percent-encoded); *answers (of json_t or NULL, to
 * be unreffed) has their objects in the same order, NULL where there is nothing (404), an
 * empty one where Microsoft refuses to say. What it puts off is asked for again, as account_call()
 * does. */
gboolean batch_get(Account *account, const GPtrArray *paths, GPtrArray **answers, GError **error);
