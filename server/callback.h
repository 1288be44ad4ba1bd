/* Callback: the way back from Microsoft, after a sign-in or an admin consent. The code is stored,
 * sealed, with a job; a graph worker redeems it, and the page waits for what came of it, a while.
 */
#pragma once

#include "server/site.h"

void callback_get(Site *site, struct evhttp_request *request);
