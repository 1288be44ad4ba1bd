/* Reported: a bounce that a user brings is found by what it says of the mail that it reports on
 * (docs/MATCHING.md 2), where that mail's id is not here: it came without one, or under another.
 *
 * Its author is one of ours, and subject and minute are the same; of a mail with an id the second
 * is. One that states whom it went to went to somebody who did not get it. */
#pragma once

#include "store/identity.h"

/* Adds the keys of the mails that this bounce reports on (signal "quoted"), or of the bounces that
 * report on this mail ("quoted_by"). is_said: something is said of a mail of this subject. */
gboolean reported_find(Store *store, const char *tenant, const PlanItem *item, Identity *identity,
	gboolean is_said, GError **error);
