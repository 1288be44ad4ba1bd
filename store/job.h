/* Job: one piece of work for a graph worker, left by whoever may not reach Microsoft himself. The
 * row is locked while somebody works at it, so that his death gives it back. */
#pragma once

#include "store/store.h"

/* Owns everything. */
typedef struct {
	char *tenant;
	gint64 job_id;
	char *kind;       /* "redeem", "consent", "test", "disconnect", "unset" */
	char *user;       /* or NULL */
	char *state_hash; /* hex, of a "redeem" or "consent"; or NULL */
	char *sealed;     /* the code; or NULL */
	char *to;         /* of a "test": the recipient, or NULL */
	gint64 case_id;   /* 0: none */
	gint64 attempt;
} Job;

void job_free(Job *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Job, job_free)

/* Adds a job (job_id and attempt are ignored); *job_id says which. */
gboolean job_add(Store *store, const Job *job, gint64 *job_id, GError **error);
/* Begins a transaction that holds the next job, if there is one (*job NULL: none, and no
 * transaction). The store is then for job_finish() or job_postpone() alone; work goes over another.
 */
gboolean job_claim(Store *store, Job **job, GError **error);
/* Each ends that transaction. sentence is for a person; may be NULL. */
gboolean job_finish(
	Store *store, const Job *job, const char *outcome, const char *sentence, GError **error);
gboolean job_postpone(Store *store, const Job *job, double seconds, GError **error);
/* What became of it: *outcome is NULL while it is not finished. */
gboolean job_find_outcome(Store *store, const char *tenant, gint64 job_id, char **outcome,
	char **sentence, GError **error);
/* Drops sign-ins and jobs of yesterday. */
gboolean job_tidy(Store *store, GError **error);
