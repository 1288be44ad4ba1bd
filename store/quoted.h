/* Quoted: a mail that names nothing by id is found by what it quotes, and by who quotes it
 * (docs/MATCHING.md 4).
 *
 * Only with the same base subject, and only where one of the two cannot name the other: the quoting
 * mail has no references, or the quoted one has no id. Then the stated author and minute must be
 * the mail's. A quote of which
 * nothing is said counts where it holds the whole letter of a mail of the same side. */
#pragma once

#include "store/identity.h"

/* Adds the keys of the mails that this one quotes, and of those that quote this one, and of those
 * that quote the same third mail: signals "quoted", "quoted_by", "same_quote". is_said: some mail
 * quotes one of this subject. */
gboolean quoted_find(Store *store, const char *tenant, const PlanItem *item, Identity *identity,
	gboolean is_said, GError **error);
