/* Keys: the names of a mail in the union of threads. The same as casegate.key_of() in SQL. */
#pragma once

#include <glib.h>

/* kind "m": Message-ID, "g": Thread-Index GUID, "c": mailbox and conversation, "d": content. A new
 * uuid as text. */
char *key_of(const char *kind, const char *value);
