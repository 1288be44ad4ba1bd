/* Outlook's compressed RTF ([MS-OXRTFCP]), and the HTML or text that it wraps ([MS-OXRTFEX]).
 * Total, linear. */
#pragma once

#include <glib.h>

/* The HTML (*is_html) or the text of an RTF body; NULL where the bytes are none or it says nothing.
 * To be freed. */
char *rtf_read(GBytes *compressed, gboolean *is_html);
