#include "graph/batch.h"

#include <stdlib.h>
#include <string.h>

#include "graph/token.h"

/* JSON batching takes 20. */
#define BATCH_MAX 20
#define IDLE_MAX  5

typedef struct {
	Account *account;
	const GPtrArray *paths;
	GPtrArray *answers;
	gboolean *is_done; /* beside each path */
	double wait_seconds;
	gboolean is_token_refused;
} Batch;

static void answer_free(gpointer data)
{
	json_decref(data);
}

/* The next paths that have no answer yet. */
static json_t *requests_of(const Batch *batch)
{
	json_t *requests = json_array();

	for (guint i = 0; i < batch->paths->len && json_array_size(requests) < BATCH_MAX; i++) {
		g_autofree char *id = g_strdup_printf("%u", i);
		g_autofree char *url = NULL;

		if (batch->is_done[i])
			continue;
		url = g_strconcat(batch->account->path, g_ptr_array_index(batch->paths, i), NULL);
		json_array_append_new(requests,
			json_pack("{s:s,s:s,s:s}", "id", id, "method", "GET", "url", url));
	}
	return requests;
}

static void note_patience(Batch *batch, const json_t *headers)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)headers, name, value)
	{
		double seconds;

		if (g_ascii_strcasecmp(name, "Retry-After") != 0 || !json_is_string(value))
			continue;
		seconds = http_retry_after(
			json_string_value(value), g_get_real_time() / G_USEC_PER_SEC);
		batch->wait_seconds = MAX(batch->wait_seconds, seconds);
	}
}

/* One inner answer; FALSE with an error where it says something about the mailbox. */
static gboolean take_one(Batch *batch, const json_t *response, GError **error)
{
	const char *id = told_text(response, "id");
	const guint64 position = id != NULL ? g_ascii_strtoull(id, NULL, 10) : G_MAXUINT64;
	const int status = (int)told_number(response, "status", 0);
	json_t *body = json_object_get(response, "body");
	const char *code = NULL;
	Remedy remedy;

	if (position >= batch->paths->len || batch->is_done[position])
		return TRUE;
	if (status == 200 && json_is_object(body)) {
		batch->is_done[position] = TRUE;
		batch->answers->pdata[position] = json_incref(body);
		return TRUE;
	}
	remedy = told_remedy(status, body, &code);
	if (remedy.kind == REMEDY_RETRY || remedy.kind == REMEDY_REFRESH) {
		note_patience(batch, json_object_get(response, "headers"));
		batch->is_token_refused |= remedy.kind == REMEDY_REFRESH;
		return TRUE;
	}
	if (remedy.kind == REMEDY_GONE || remedy.kind == REMEDY_REJECT) {
		batch->is_done[position] = TRUE;
		if (remedy.kind == REMEDY_REJECT)
			batch->answers->pdata[position] = json_object();
		return TRUE;
	}
	remedy_set_error(&remedy, batch->account->registration->language, code, error);
	return FALSE;
}

static gboolean ask_once(Batch *batch, json_t *requests, GError **error)
{
	g_autoptr(json_t) wrapped = json_pack("{s:O}", "requests", requests);
	char *text = json_dumps(wrapped, JSON_COMPACT);
	const Call call = {.method = "POST",
		.root = "/$batch",
		.content_type = "application/json",
		.body = text,
		.body_size = strlen(text)};
	g_autoptr(json_t) answer = account_get(batch->account, &call, NULL, error);
	const json_t *response;
	size_t i;

	free(text);
	if (answer == NULL)
		return FALSE;
	json_array_foreach(json_object_get(answer, "responses"), i,
		response) if (!take_one(batch, response, error)) return FALSE;
	return TRUE;
}

static guint done_of(const Batch *batch)
{
	guint count = 0;

	for (guint i = 0; i < batch->paths->len; i++)
		count += batch->is_done[i] ? 1 : 0;
	return count;
}

/* The token ended between the batch and what is in it. */
static gboolean renew_token(Batch *batch, GError **error)
{
	g_autoptr(Secret) refused = g_strdup(batch->account->access_token);

	return token_fresh(batch->account, refused, error);
}

static gboolean run(Batch *batch, GError **error)
{
	const Remedy remedy = remedy_of_network();
	const gint64 until =
		g_get_monotonic_time() + batch->account->patience_seconds * G_USEC_PER_SEC;
	guint idle = 0;

	for (guint done = 0; done < batch->paths->len; done = done_of(batch)) {
		g_autoptr(json_t) requests = requests_of(batch);

		batch->wait_seconds = 0;
		batch->is_token_refused = FALSE;
		if (!ask_once(batch, requests, error) ||
			(batch->is_token_refused && !renew_token(batch, error)))
			return FALSE;
		idle = done_of(batch) > done ? 0 : idle + 1;
		if (batch->wait_seconds <= 0 && idle == 0)
			continue;
		/* Some were put off. */
		batch->account->park_seconds = batch->wait_seconds;
		if (idle > IDLE_MAX || !account_wait(batch->account, idle, until)) {
			remedy_set_error(
				&remedy, batch->account->registration->language, "put off", error);
			return FALSE;
		}
	}
	return TRUE;
}

gboolean batch_get(Account *account, const GPtrArray *paths, GPtrArray **answers, GError **error)
{
	g_autofree gboolean *is_done = g_new0(gboolean, paths->len);
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(answer_free);
	Batch batch = {account, paths, found, is_done, 0, FALSE};

	g_ptr_array_set_size(found, (int)paths->len);
	if (!run(&batch, error))
		return FALSE;
	*answers = g_steal_pointer(&found);
	return TRUE;
}
