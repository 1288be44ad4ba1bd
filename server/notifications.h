/* Notifications: Microsoft rings (POST /outlook/notifications). It is a hint, never data: who has
 * news is marked, and a graph worker looks with its own token. */
#pragma once

#include "server/site.h"

void notifications_post(Site *site, struct evhttp_request *request);
