/* Ledger: the loss audit in Prometheus' text format, for /metrics. Counting looks at every
 * delivery, so it is done once in five minutes at most, by who asks then. */
#pragma once

#include "store/store.h"

/* Appends the numbers; nothing where the database has never been there (store NULL) or does not
 * answer. */
void ledger_format(GString *out, Store *store);
