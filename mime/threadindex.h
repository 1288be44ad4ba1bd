/* Thread-Index, the field by which Outlook and Exchange name a conversation. Base64 of 22 bytes: a
 * one, five bytes of time, a GUID; each reply appends five more. */
#pragma once

#include <glib.h>

/* FALSE where the value is none: guid and depth are untouched then. */
gboolean threadindex_parse(const char *value, guint8 guid[16], guint *depth);
