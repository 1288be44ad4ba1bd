/* Sanitised HTML: a small allow-list written anew, so that no browser can read it in two ways.
 *
 * The output is balanced, quoted and escaped: about 70 elements, none of them raw text or foreign,
 * href of http, https, mailto and tel only, img of cid: and raster data: only, a list of CSS
 * properties. Nothing in it runs, loads or asks. Linear in the length of the HTML; never fails.
 * docs/decisions/ has why.
 *
 * What a sender hides (display:none, no size) stays to be read, in an element with title="hidden".
 * Of an image that is dropped its alternative text stays, of a form its words. At most
 * LIMIT_HTML_BYTES. */
#pragma once

#include "html/markup.h"

/* Rules change: stored HTML says under which version it was written. */
enum { SANITISER_VERSION = 1 };

/* html is valid UTF-8. *remote_images counts the images that were dropped because they would load
 * from elsewhere (may be NULL). Returns a new string, "" where nothing is left. */
char *sanitise_html(const char *html, gsize length, guint *remote_images);
/* The same in steps, for who walks the markup himself: sanitise_events are told of the walk. */
typedef struct Writer Writer;
Writer *sanitise_begin(gsize length);
extern const MarkupEvents sanitise_events;
/* Frees the writer. */
char *sanitise_end(Writer *writer, guint *remote_images);
/* The cid: references in this HTML: a set of char (keys owned by the table), never NULL. */
GHashTable *html_content_ids(const char *html, gsize length);
