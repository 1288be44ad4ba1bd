/* The tenant's own numbers in a mail (reference_pattern): noted, and what names the same is
 * suggested. The pattern is an operator's, the text a stranger's: what takes too long is cut off,
 * and the mail is filed without. */
#pragma once

#include "store/message.h"

/* Within the transaction that placed the mail. */
gboolean numbers_note(
	Store *store, const Filing *filing, guint position, const Placed *placed, GError **error);
