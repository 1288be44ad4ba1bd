#include "store/explanation.h"

#include "store/db.h"

static char *text_of(const char *text)
{
	return g_strdup(text ? text : "");
}

static void planned_free(gpointer data)
{
	PlannedMessage *planned = data;

	g_free(planned->internet_message_id);
	g_free(planned->identity);
	g_free(planned->direction);
	g_free(planned->source);
	g_free(planned->kind);
	g_free(planned->from_name);
	g_free(planned->from_address);
	g_free(planned->subject);
	g_free(planned);
}

static void candidate_free(gpointer data)
{
	Candidate *candidate = data;

	g_free(candidate->reference);
	g_free(candidate->signal);
	g_free(candidate->detail);
	g_free(candidate->strength);
	g_free(candidate);
}

static void merge_free(gpointer data)
{
	PlannedMerge *merge = data;

	g_free(merge->from);
	g_free(merge->into);
	g_free(merge);
}

Explanation *explanation_new(void)
{
	Explanation *explanation = g_new0(Explanation, 1);

	explanation->messages = g_ptr_array_new_with_free_func(planned_free);
	explanation->candidates = g_ptr_array_new_with_free_func(candidate_free);
	explanation->merges = g_ptr_array_new_with_free_func(merge_free);
	return explanation;
}

void explanation_free(Explanation *explanation)
{
	if (!explanation)
		return;
	verdict_clear(&explanation->verdict);
	g_free(explanation->standing);
	g_free(explanation->user);
	g_free(explanation->authenticated);
	g_free(explanation->form);
	g_ptr_array_unref(explanation->messages);
	g_ptr_array_unref(explanation->candidates);
	g_ptr_array_unref(explanation->merges);
	g_free(explanation);
}

void explanation_set_plan(Explanation *explanation, const Plan *plan, const Mail *mail)
{
	const PlanItem *first = g_ptr_array_index(plan->items, 0);

	g_free(explanation->standing);
	explanation->standing = g_strdup(standing_name(plan->standing));
	g_free(explanation->user);
	explanation->user = g_strdup(plan->user);
	g_free(explanation->authenticated);
	explanation->authenticated = g_strdup(auth_verdict_name(plan->authenticated));
	g_free(explanation->form);
	explanation->form = g_strdup(first->is_inline         ? "inline"
				     : first->mail != mail    ? "attached"
				     : mail_is_redirect(mail) ? "redirect"
							      : NULL);
	g_ptr_array_set_size(explanation->messages, 0);
}

void explanation_add_item(Explanation *explanation, const PlanItem *item, const Identity *identity,
	const Placed *placed)
{
	PlannedMessage *planned = g_new0(PlannedMessage, 1);
	const Mailbox *author = mail_author(item->mail);

	planned->internet_message_id = g_strdup(item->message_id);
	planned->identity = g_strdup(identity->kind);
	planned->direction = g_strdup(item->direction);
	planned->source = g_strdup(item->source);
	planned->kind = g_strdup(mail_kind_name(item->kind));
	planned->from_name = author ? g_strdup(author->name) : NULL;
	planned->from_address = author ? g_strdup(author->address) : NULL;
	planned->subject = text_of(item->mail->subject);
	planned->sent_at = item->sent_at;
	planned->known_as = identity->known_as;
	planned->case_id = placed->case_id;
	planned->opened_case = placed->opened_case;
	g_ptr_array_add(explanation->messages, planned);
}

/* The evidence that this transaction wrote, best first. */
static gboolean read_candidates(Explanation *explanation, Store *store, const char *tenant,
	gint64 delivery_id, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_bigint(args, delivery_id);
	result = db_run(store, "reading the evidence",
		"SELECT CASE WHEN c.number > 0 THEN c.case_id END, CASE WHEN c.number > 0 THEN "
		"casegate.case_reference(c.number) END,"
		" e.signal, e.detail, e.strength, e.chosen FROM casegate.evidence e"
		" LEFT JOIN casegate.case_file c ON c.tenant = e.tenant AND c.case_id = e.case_id"
		" WHERE e.tenant = $1 AND e.delivery_id = $2"
		" ORDER BY NOT e.chosen, array_position(ARRAY['certain', 'strong', 'suggestion'], "
		"e.strength), e.position",
		args, error);
	for (int i = 0; result && i < PQntuples(result); i++) {
		Candidate *candidate = g_new0(Candidate, 1);

		candidate->case_id = db_bigint(result, i, 0);
		candidate->reference = g_strdup(db_text(result, i, 1));
		candidate->signal = g_strdup(db_text(result, i, 2));
		candidate->detail = g_strdup(db_text(result, i, 3));
		candidate->strength = g_strdup(db_text(result, i, 4));
		candidate->chosen = db_bool(result, i, 5);
		g_ptr_array_add(explanation->candidates, candidate);
	}
	return result != NULL;
}

/* The cases that this transaction made one: their rows have its own time. */
static gboolean read_merges(
	Explanation *explanation, Store *store, const char *tenant, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	result = db_run(store, "reading what would be merged",
		"SELECT g.from_case, casegate.case_reference(f.number), g.into_case, "
		"casegate.case_reference(i.number) FROM casegate.case_merge g"
		" JOIN casegate.case_file f ON f.tenant = g.tenant AND f.case_id = g.from_case"
		" JOIN casegate.case_file i ON i.tenant = g.tenant AND i.case_id = g.into_case"
		" WHERE g.tenant = $1 AND g.at = now() AND f.number > 0 AND i.number > 0 ORDER BY "
		"g.merge_id",
		args, error);
	for (int i = 0; result && i < PQntuples(result); i++) {
		PlannedMerge *merge = g_new0(PlannedMerge, 1);

		merge->from_case = db_bigint(result, i, 0);
		merge->from = g_strdup(db_text(result, i, 1));
		merge->into_case = db_bigint(result, i, 2);
		merge->into = g_strdup(db_text(result, i, 3));
		g_ptr_array_add(explanation->merges, merge);
	}
	return result != NULL;
}

gboolean explanation_read(Explanation *explanation, Store *store, const char *tenant,
	gint64 delivery_id, GError **error)
{
	return read_candidates(explanation, store, tenant, delivery_id, error) &&
	       read_merges(explanation, store, tenant, error);
}
