/* Is who is stated to have written a mail the author of that one? Texts often state a name alone.
 * Pure. */
#pragma once

#include <glib.h>

/* By the addresses (as keys, mime/address.h) where both have one, else by their names: two words in
 * common, or the only one. Keys and stated_name are "" where not stated, name may be NULL. */
gboolean author_is_same(
	const char *stated_key, const char *stated_name, const char *key, const char *name);
