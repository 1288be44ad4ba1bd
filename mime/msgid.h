/* Message-IDs: finding them in header values, and which of them count.
 *
 * An id is what stands between < and >, white space of folding removed, 3 to 998 bytes, case kept.
 * Empty and junk ids ("<>", "<null>", "<@>") are none. Total, linear. */
#pragma once

#include <glib.h>

/* The id of a Message-ID field, without angle brackets (bare ids are taken where an @ is in them),
 * or NULL. */
char *msgid_parse(const char *value);
/* Appends the ids of a References or In-Reply-To value to ids, in their order, each once, without
 * own (may be NULL). Over LIMIT_REFERENCES the first and the nearest stay; returns how many were
 * left out. */
guint msgid_parse_list(const char *value, const char *own, GPtrArray *ids);
/* Is this text, without brackets, an id that can identify a mail? */
gboolean msgid_is_usable(const char *id);
