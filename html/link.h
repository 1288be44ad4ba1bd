/* The addresses that may stand in a mail's HTML: where a link may lead, where an image may come
 * from. Pure. */
#pragma once

#include <glib.h>

enum { LINK_MAX = 16 * 1024 }; /* bytes of an address of a link */

/* The address behind a decoded href, without the white space and control characters that browsers
 * pass over: http:// and https:// with a host, mailto: and tel:,
 * the scheme in lower case. NULL for all else, relative ones
 * included. */
char *link_clean(const char *href);
/* The same for a decoded src: cid: and base64 data: of png, jpeg, gif and webp. */
char *link_clean_image(const char *src);
/* Would this src load from elsewhere? One without an address, a cid: or a data: would not. */
gboolean link_is_remote(const char *src);
/* Do the words of a link (this many bytes of UTF-8) say its clean address? "www.x.example" does for
 * "http://www.x.example/", "max@x.example" for "mailto:max@x.example?subject=Hallo". */
gboolean link_is_said(const char *words, gsize length, const char *address);
