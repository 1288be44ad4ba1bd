/* Character references of HTML: "&uuml;", "&#252;", "&#xFC;" and the 106 old names that need no
 * semicolon. Pure; the table of 2231 names is generated (entities_table.py). WHATWG HTML 13.2.5.72
 * to .80. */
#pragma once

#include <glib.h>

/* Reads the reference at text, which begins with '&', and appends what it stands for: valid UTF-8
 * without NUL, U+FFFD for what is no character. Returns how many bytes it took, 0 (and appends
 * nothing) where this is no reference. in_attribute: old names do not count before '=' or a letter
 * ("?a=1&copy=2"). */
gsize entity_read(const char *text, gsize length, gboolean in_attribute, GString *out);
