/* Web: the process behind [http] listen. Health, metrics, and what the Outlook integration serves.
 *
 *   GET /healthz   the process lives
 *   GET /readyz    the database is there and has our schema: 200, else 503
 *   GET /metrics   Prometheus */
#pragma once

#include "server/config.h"

/* Serves the HTTP sockets of an array of Socket until the other end of leash is closed; returns the
 * exit code. */
int web_run(int leash, const Config *config, const GPtrArray *sockets);
