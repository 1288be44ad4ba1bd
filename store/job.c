#include "store/job.h"

#include "store/db.h"

void job_free(Job *job)
{
	if (job == NULL)
		return;
	g_free(job->tenant);
	g_free(job->kind);
	g_free(job->user);
	g_free(job->state_hash);
	g_free(job->sealed);
	g_free(job->to);
	g_free(job);
}

gboolean job_add(Store *store, const Job *job, gint64 *job_id, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, job->kind);
	args_text(args, job->user);
	args_id(args, job->case_id);
	args_hex(args, job->state_hash);
	args_text(args, job->sealed);
	args_text(args, job->to);
	result = db_ask(store, job->tenant, "leaving work for Outlook",
		"SELECT casegate.outlook_job_add($1, $2, $3, $4, $5,"
		" jsonb_strip_nulls(jsonb_build_object('to', $6::text)))",
		args, error);
	if (result == NULL)
		return FALSE;
	*job_id = db_bigint(result, 0, 0);
	return TRUE;
}

static Job *job_of(const PGresult *result)
{
	Job *job = g_new0(Job, 1);

	job->tenant = g_strdup(db_text(result, 0, 0));
	job->job_id = db_bigint(result, 0, 1);
	job->kind = g_strdup(db_text(result, 0, 2));
	job->user = g_strdup(db_text(result, 0, 3));
	job->case_id = db_bigint(result, 0, 4);
	job->state_hash = g_strdup(db_text(result, 0, 5));
	job->sealed = g_strdup(db_text(result, 0, 6));
	job->to = g_strdup(db_text(result, 0, 7));
	job->attempt = db_bigint(result, 0, 8);
	return job;
}

gboolean job_claim(Store *store, Job **job, GError **error)
{
	g_autoptr(PGresult) result = NULL;

	*job = NULL;
	/* The work may take its time; the lock lasts as long as its holder. */
	if (!db_begin(store, NULL, error) ||
		!db_script(store, "claiming work",
			"SET LOCAL idle_in_transaction_session_timeout = 0", error)) {
		db_rollback(store);
		return FALSE;
	}
	result = db_run(store, "claiming work",
		"SELECT tenant, job_id, kind, \"user\", case_id, encode(state_hash, 'hex'), "
		"sealed,"
		" detail->>'to', attempt FROM casegate.outlook_job_claim()",
		NULL, error);
	if (result != NULL && PQntuples(result) == 1) {
		*job = job_of(result);
		return TRUE;
	}
	db_rollback(store);
	return result != NULL;
}

static gboolean end(Store *store, const char *sql, const Args *args, GError **error)
{
	g_autoptr(PGresult) result = db_run(store, "ending a job", sql, args, error);

	if (result != NULL && db_commit(store, error))
		return TRUE;
	db_rollback(store);
	return FALSE;
}

gboolean job_finish(
	Store *store, const Job *job, const char *outcome, const char *sentence, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_bigint(args, job->job_id);
	args_text(args, outcome);
	args_text(args, sentence);
	return end(store, "SELECT casegate.outlook_job_finish($1, $2, $3)", args, error);
}

gboolean job_postpone(Store *store, const Job *job, double seconds, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autofree char *text = g_strdup_printf("%.3f", seconds);

	args_bigint(args, job->job_id);
	args_text(args, text);
	return end(store, "SELECT casegate.outlook_job_postpone($1, $2)", args, error);
}

gboolean job_find_outcome(Store *store, const char *tenant, gint64 job_id, char **outcome,
	char **sentence, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	*outcome = *sentence = NULL;
	args_text(args, tenant);
	args_bigint(args, job_id);
	result = db_ask(store, tenant, "asking for a job",
		"SELECT outcome, sentence FROM casegate.outlook_job WHERE tenant = $1 AND job_id = "
		"$2",
		args, error);
	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 1) {
		*outcome = g_strdup(db_text(result, 0, 0));
		*sentence = g_strdup(db_text(result, 0, 1));
	}
	return TRUE;
}

gboolean job_tidy(Store *store, GError **error)
{
	return db_act(
		store, NULL, "dropping old jobs", "SELECT casegate.outlook_tidy()", NULL, error);
}
