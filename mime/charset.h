/* Charsets: bytes under a label become UTF-8. The result is always valid UTF-8 without NUL (which
 * becomes U+FFFD, as does every byte that cannot be read). A label is a hint: iconv sees only names
 * of our own table. Linear; results are to be freed and never NULL. */
#pragma once

#include <glib.h>

/* label may be NULL, unknown or wrong. *is_repaired (may be NULL) says that
 * bytes did not fit the label, or that it was unknown. */
char *charset_to_utf8(const char *label, const void *bytes, gsize length, gboolean *is_repaired);
/* Bytes without a label: UTF-8 where valid, else what libuchardet says, else windows-1252. */
char *charset_guess(const void *bytes, gsize length);
/* Is this the label of a charset that we read? Any case, punctuation ignored, "*language" ignored.
 */
gboolean charset_is_known(const char *label);
