/* Notifier: the process that makes new events visible to the app, in the order of their commits
 * (store_number_events), and tells the planner of tables that grow. Several gateways at one
 * database may each have one. */
#pragma once

#include "server/config.h"

/* Works until the other end of leash is closed, then once more; returns the exit code. */
int notifier_run(int leash, const Config *config);
