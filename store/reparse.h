/* Reparse: reads mail again that could not be read when it came and was released all the same. */
#pragma once

#include "store/ingest.h"

/* Reads the next mail that waits for it, if any; *found says whether there was one. Each is tried
 * once: what kills the parser a second time stays as its bytes. FALSE with an error when the
 * database is away. */
gboolean reparse_next(Store *store, const AuthPolicy *policy, gboolean *found, GError **error);
