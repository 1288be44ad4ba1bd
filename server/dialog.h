/* Dialog: the Outlook settings as people use them (CONTRACT of the HTTP side: docs/OPERATING.md).
 * Each page is what dialog_page.c writes of one visit; each button is a form that acts, once, and
 * leads back to the page (303). */
#pragma once

#include "server/site.h"

void dialog_get(Site *site, struct evhttp_request *request);
void dialog_get_style(Site *site, struct evhttp_request *request);
/* The last word of the path says which act. */
void dialog_post(Site *site, struct evhttp_request *request);
