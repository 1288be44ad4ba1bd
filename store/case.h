/* Case: cases and one case's history, for the commands (ROLE_ADMIN). */
#pragma once

#include "store/table.h"

/* The columns of the view casegate.cases, the latest mail first; is_open leaves out closed and
 * merged ones. */
Table *case_list(Store *store, const char *tenant, gboolean is_open, GError **error);

/* All that a person wants to see of one case. Owns everything. */
typedef struct {
	Table *head;        /* one row of casegate.cases; merged_reference of the case it went into;
			       timezone */
	Table *members;     /* user */
	Table *messages;    /* of casegate.messages, in the order of the history */
	Table *recipients;  /* of casegate.recipients, by message_id and as written */
	Table *attachments; /* of casegate.attachments, by message_id and as written */
	Table *comments;    /* of casegate.comments, by message_id, the outermost first */
	Table *missing; /* internet_message_id, subject and named_at of the first mail that names it
			 */
} CaseHistory;

/* is_whole: with every mail's whole text and HTML; else the beginning of what is new in it. */
CaseHistory *case_load(
	Store *store, const char *tenant, const char *reference, gboolean is_whole, GError **error);
void case_history_free(CaseHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CaseHistory, case_history_free)
