/* Hold: mail that waits for a human, for the commands (ROLE_ADMIN). docs/MATCHING.md says what is
 * held. */
#pragma once

#include "store/table.h"

/* The columns of the view casegate.held, oldest first. Without is_all quiet mail (auto-replies and
 * bounces of no case) is left out. */
Table *hold_list(Store *store, const char *tenant, gboolean is_all, GError **error);

/* Files a held mail: into the case of this reference, or a new one without (NULL). by_user (key or
 * address, or NULL for the operator) releases it and becomes a member. One row: reference, case_id,
 * message_id, is_unread (it could not be read and is to be read again). CASEGATE_ERROR_REJECT where
 * no such delivery waits. */
Table *hold_release(Store *store, const char *delivery_id, const char *reference,
	const char *by_user, GError **error);
/* Turns it away without a word to the sender; the bytes stay until retention ends. */
gboolean hold_refuse(Store *store, const char *delivery_id, GError **error);
