/* Export: one case with everything that belongs to it, and the bytes of one message (ROLE_ADMIN).
 */
#pragma once

#include "store/case.h"

/* Beside the history: the deliveries that brought its mails, why they lie there, and what has
 * happened. */
typedef struct {
	CaseHistory *history;
	Table *deliveries, *evidence, *events;
} CaseExport;

void case_export_free(CaseExport *export);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CaseExport, case_export_free)

CaseExport *export_case(Store *store, const char *tenant, const char *reference, GError **error);
/* A message's own bytes as they came; of an attached .msg or winmail.dat, which is no mail, those
 * of the mail that it came in. *source NULL: it has none (one that we send, until its copy comes).
 * FALSE with an error. */
gboolean export_source(
	Store *store, const char *tenant, const char *message_id, GBytes **source, GError **error);
