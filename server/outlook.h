/* Outlook: the graph workers as processes of the gateway, and what the configuration says to
 * graph/. */
#pragma once

#include "graph/cloud.h"
#include "server/config.h"

/* Borrowed from config; the ring is the caller's. */
GraphSettings outlook_settings(const Config *config, const SealRing *ring);
/* A graph worker, until leash is closed at the other side. Returns the exit code. */
int outlook_run(int leash, const Config *config);
