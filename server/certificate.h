/* Certificate: do the PEM files of [tls] work, and until when? For `casegate check`. */
#pragma once

#include <glib.h>

/* FALSE with an error (CASEGATE_ERROR_CONFIGURE) where a file cannot be read or the two do not
 * belong together. *expires becomes "2026-03-02" (to be freed), *days_left is negative once it has
 * expired. */
gboolean certificate_check(const char *certificate, const char *key, char **expires,
	gint64 *days_left, GError **error);
