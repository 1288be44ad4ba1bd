/* The scan of a multipart before GMime reads it: limits, because 100,000 parts cost it seconds and
 * 400 MB. Linear, no tree. */
#pragma once

#include <glib.h>

/* Where the text must be cut so that GMime meets only what it can do in time; its length where it
 * need not be. The parts between these boundaries begin at body; *parts is how many there may be,
 * and what is left of that afterwards. Says also whether a multipart is still open there. */
gsize scan_limits(const char *text, gsize length, gsize body, const char *boundary, guint *parts,
	gboolean *is_open);
