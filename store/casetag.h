/* Case tags: the mark by which a text names a case, "V-000042.k3f7q2xm5abcd": the case's number,
 * for people, and 13 characters that nobody can guess and that mean something in one tenant only.
 * It stands in the visible line of draft_text() and in subjects, so it must be found after copying,
 * quoting and wrapping. docs/MATCHING.md says when it counts. */
#pragma once

#include "store/plan.h"

enum { CASETAG_LENGTH = 13 };

/* Adds the tags in a text (in lower case, without the number, each once) to tags (of char). Linear.
 */
void casetag_find(const char *text, GPtrArray *tags);

/* The case that this mail names, by today's cases; 0: none, or more than one. FALSE with an error.
 */
gboolean casetag_case(Store *store, const char *tenant, const Plan *plan, const PlanItem *item,
	gint64 *case_id, GError **error);
/* The evidence of a mail that was filed by its tag says so: it was not the address. */
gboolean casetag_note(
	Store *store, const char *tenant, gint64 delivery_id, guint position, GError **error);
