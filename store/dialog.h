/* Dialog: what the settings page is let in by and what it shows (schema 0015). Tickets and sessions
 * are known by their SHA-256, as 64 hex digits. Each function is a transaction of its own. */
#pragma once

#include "store/table.h"

/* A fresh ticket for this user, as the operator. *ticket is to be freed. */
gboolean dialog_add_ticket(
	Store *store, const char *tenant, const char *user, char **ticket, GError **error);
/* Exchanges a ticket for a session, once. *is_in FALSE: unknown, used or too old. */
gboolean dialog_enter(Store *store, const char *tenant, const char *ticket_hash,
	const char *session_hash, gboolean *is_in, GError **error);
gboolean dialog_leave(Store *store, const char *tenant, const char *session_hash, GError **error);

/* App-only: binds a mailbox to whose session it is. CASEGATE_ERROR_REJECT with a sentence where it
 * cannot be his. */
gboolean dialog_bind(Store *store, const char *tenant, const char *session_hash,
	const char *mailbox, gboolean does_poll, GError **error);

/* What one person may see. Owns everything. */
typedef struct {
	char *tenant, *tenant_name, *user;
	char *language; /* the tenant's: of hints and sentences */
	char *timezone;
	gboolean sees_all;
	Table *registration; /* at most one row: directory, client, cloud, mode, may_read, may_send,
				is_certificate, granted_at, changed_at */
	Table *connections; /* his own first, if he has one; of others only where he sees all: user,
			       mailbox, mode, state, hint, last_sync_at, last_error, scopes, own */
	Table *folders;     /* of those: user, mailbox, folder, seen_at, filed_at, seen, filed */
	Table *job;         /* his last one of a button's: kind, outcome (NULL: not finished),
			       sentence, at */
	Table *addresses;   /* his own: address */
} Dialog;

void dialog_free(Dialog *dialog);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dialog, dialog_free)

/* *dialog is NULL where the session is nobody's: unknown, over, or its user was removed. */
gboolean dialog_load(Store *store, const char *tenant, const char *session_hash, Dialog **dialog,
	GError **error);
