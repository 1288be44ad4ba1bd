#include "store/ingest.h"

#include <string.h>

#include "mime/address.h"
#include "parser/parse.h"
#include "store/address.h"
#include "store/content.h"
#include "store/db.h"
#include "store/delivery.h"
#include "store/explanation.h"
#include "store/identity.h"
#include "store/items.h"
#include "store/message.h"
#include "store/opening.h"
#include "store/people.h"
#include "store/plan.h"

/* How often a mail is decided after a deadlock or a changed world, and the longest wait before the
 * second time; each time after that may wait twice as long. */
enum {
	TRIES_MAX = 8,
	WAIT_MS_MAX = 20,
};

/* One mail on its way to one recipient. */
typedef struct {
	Store *store;
	const Envelope *envelope;
	const AuthPolicy *policy;
	GBytes *source;
	const Mail *mail;
	const char *sha256;
	char *recipient;      /* as address_key() writes it */
	Opening *opening;     /* NULL: not asked yet */
	char *author_name;    /* the key of a user's name, to learn; or NULL */
	gint64 again;         /* a delivery that is decided once more, 0: none */
	gboolean is_released; /* that one was held, and a user brought the same mail */
	gboolean is_held;     /* a first try found that it must wait */
	gboolean is_stuck;    /* the world had changed at every try */
	char *held_reason;
	GPtrArray *released;      /* of char: deliveries that this one released */
	Explanation *explanation; /* filled, and rolled back; NULL: filed for real */
	Verdict *verdict;
} Way;

/* ----------------------------------------------------------------- a transaction */

/* A history is told to nobody; what is explained is rolled back. */
static gboolean begin(const Way *way, const char *tenant, GError **error)
{
	if (!db_begin(way->store, tenant, error))
		return FALSE;
	if (way->envelope->is_history)
		db_queue(way->store, "beginning a history", "SET LOCAL casegate.history = 'on'",
			NULL);
	if (way->explanation)
		db_queue(way->store, "beginning a dry run", "SET LOCAL casegate.dry = 'on'", NULL);
	return TRUE;
}

/* ----------------------------------------------------------------------- content */

static gboolean save_contents(const Way *way, const Plan *plan, GError **error)
{
	g_autoptr(Contents) contents = contents_new();

	contents_add(contents, way->sha256, way->source);
	for (guint i = 0; plan && i < plan->items->len; i++) {
		const PlanItem *item = g_ptr_array_index(plan->items, i);

		for (guint j = 0; j < item->body->attachments->len; j++) {
			const Attachment *attachment =
				g_ptr_array_index(item->body->attachments, j);

			contents_add(contents, attachment->sha256, attachment->content);
		}
		if (item->mail != way->mail && item->mail->source) {
			g_autofree char *sha256 = content_sha256(item->mail->source);

			contents_add(contents, sha256, item->mail->source);
		}
	}
	return contents_save(
		way->store, way->opening->tenant, contents, way->opening->people->has_quota, error);
}

/* ------------------------------------------------------------------------ outcomes */

static DeliveryRow row_of(const Way *way, const Plan *plan)
{
	return (DeliveryRow){
		.tenant = way->opening->tenant,
		.delivery_id = way->opening->delivery_id,
		.envelope = way->envelope,
		.recipient = way->recipient,
		.source_sha256 = way->sha256,
		.size = g_bytes_get_size(way->source),
		.is_first = TRUE,
		.mail = way->mail,
		.plan = plan,
	};
}

/* "V-000042": as case_reference() writes it. NULL of a case that an explanation has just made. */
static char *reference_of(gint64 number)
{
	g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, number);
	gsize length = strlen(digits);

	return number < 0 ? NULL : g_strconcat("V-", &"000000"[MIN(length, 6)], digits, NULL);
}

/* Writes the delivery and says so in the verdict. */
static void conclude(const Way *way, const DeliveryRow *row, gint64 case_id, gint64 case_number)
{
	Verdict *verdict = way->verdict;

	verdict->outcome = row->outcome;
	verdict->delivery_id = row->delivery_id;
	verdict->message_id = row->message_id;
	verdict->opened_case = row->opened_case;
	verdict->reason = g_strdup(row->reason);
	verdict->case_id = case_id;
	if (case_id)
		verdict->reference = reference_of(case_number);
	delivery_add(way->store, row);
}

/* What must be true together with the mail, and the end of its transaction. */
static gboolean commit(const Way *way, GError **error)
{
	const Envelope *envelope = way->envelope;
	g_autofree char *news =
		people_learn_name(way->store, way->opening->tenant, way->mail, way->author_name);

	if (envelope->before_commit &&
		!envelope->before_commit(way->store, way->verdict, envelope->data, error))
		return FALSE;
	if (!db_commit(way->store, error))
		return FALSE;
	people_note_learnt(g_steal_pointer(&news));
	return TRUE;
}

/* The same bytes at the same address: a lost 250, or a mail forwarded again. */
static void conclude_resend(const Way *way, const Plan *plan)
{
	const Resend *before = &way->opening->before;
	DeliveryRow row = row_of(way, plan);

	row.is_first = FALSE;
	row.outcome = OUTCOME_DUPLICATE;
	row.message_id = before->message_id;
	row.reason = before->is_held ? "the same mail waits already" : "the same bytes came before";
	conclude(way, &row, before->case_id, before->case_number);
	if (row.message_id)
		delivery_share(way->store, row.tenant, row.delivery_id, row.message_id);
}

/* never_file: counted, nothing kept. */
static void conclude_rejected(const Way *way, const Plan *plan)
{
	DeliveryRow row = row_of(way, plan);

	row.is_first = FALSE;
	row.mail = NULL;
	row.plan = NULL;
	row.outcome = OUTCOME_REJECTED;
	row.reason = plan->reason;
	conclude(way, &row, 0, 0);
}

/* ------------------------------------------------------------------------ the story */

/* The evidence says what stood behind the plus and was no token. */
static void note_word(const Way *way)
{
	Args *args;

	if (!way->opening->word || way->opening->case_id)
		return;
	args = args_new();
	args_text(args, way->opening->tenant);
	args_bigint(args, way->opening->delivery_id);
	args_text(args, way->opening->word);
	db_queue(way->store, "noting an unknown token",
		"SELECT casegate.evidence_add($1, $2, 0, NULL, NULL, 'no_token', $3, 'suggestion')",
		args);
}

/* Who is a stranger may have become a participant while we waited for the mails of this subject:
 * then the mail is decided again. */
static void ensure_stranger(const Way *way, const Plan *plan)
{
	Args *args;

	if (plan->standing != STANDING_NOBODY ||
		people_author(way->opening->people, way->mail)->is_participant)
		return;
	args = args_new();
	args_text(args, way->opening->tenant);
	args_text(args, plan->sender);
	db_queue(way->store, "looking whether a stranger takes part",
		"SELECT casegate.ensure_stranger($1, $2)", args);
}

static gboolean file_planned(Way *way, const Plan *plan, gboolean *must_wait, GError **error)
{
	const Opening *opening = way->opening;
	DeliveryRow row = row_of(way, plan);
	const Filing filing = {
		.tenant = opening->tenant,
		.delivery_id = opening->delivery_id,
		.envelope = way->envelope,
		.people = opening->people,
		.plan = plan,
		.source_sha256 = way->sha256,
		.pin_case = opening->case_id,
		.is_held = plan->is_held || way->is_held,
		.released = way->released,
	};
	Placing placing = {.explanation = way->explanation};

	identity_lock(way->store, opening->tenant, plan);
	ensure_stranger(way, plan);
	if (!save_contents(way, plan, error) ||
		!items_file(way->store, &filing, &row, &placing, error))
		return FALSE;
	*must_wait = placing.must_wait;
	if (placing.reason) {
		g_free(way->held_reason);
		way->held_reason = placing.reason;
	}
	if (*must_wait)
		return TRUE;
	if (row.outcome == OUTCOME_HELD)
		row.reason = way->held_reason ? way->held_reason : plan->reason;
	note_word(way);
	conclude(way, &row, placing.case_id, placing.case_number);
	return TRUE;
}

/* As if the delivery had never come. *case_id: where its address led it then, if that was a case's
 * own. */
static gboolean forget_filed(const Way *way, gint64 *case_id, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_bigint(args, way->again);
	result = db_run(way->store, "forgetting how a mail was filed",
		way->is_released ? "SELECT casegate.held_forget($1)"
				 : "SELECT casegate.replay_forget($1)",
		args, error);
	if (result)
		*case_id = db_bigint(result, 0, 0);
	return result != NULL;
}

/* Forgets what is decided once more, in a transaction of its tenant. */
static gboolean begin_again(const Way *way, gint64 *case_id, GError **error)
{
	g_auto(AgentAddress) found = {0};

	if (!way->envelope->tenant && !address_find(way->store, way->recipient, &found, error))
		return FALSE;
	return begin(way, way->envelope->tenant ? way->envelope->tenant : found.tenant, error) &&
	       forget_filed(way, case_id, error);
}

/* Unknown is CASEGATE_ERROR_REJECT: RCPT asked before, so the address was removed since. */
static gboolean is_answered(const Way *way, GError **error)
{
	if (way->opening->tenant)
		return TRUE;
	if (way->envelope->tenant)
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT, "no tenant \"%s\"",
			way->envelope->tenant);
	else
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
			"%s is no agent address; `casegate address list` shows them",
			way->recipient);
	return FALSE;
}

/* Begins the transaction, and asks who is who. */
static gboolean open_way(Way *way, const GPtrArray *addresses, GError **error)
{
	const Question question = {
		.recipient = way->recipient,
		.tenant = way->envelope->tenant,
		.addresses = addresses,
		.vouched_by = way->mail ? way->envelope->vouched_by : NULL,
		.sha256 = way->sha256,
	};
	gint64 case_id = 0;

	g_clear_pointer(&way->opening, opening_free);
	g_clear_pointer(&way->released, g_ptr_array_unref);
	way->released = g_ptr_array_new_with_free_func(g_free);
	if (!(way->again ? begin_again(way, &case_id, error) : begin(way, NULL, error)))
		return FALSE;
	way->opening = opening_load(way->store, &question, error);
	if (!way->opening)
		return FALSE;
	way->verdict->tenant = g_strdup(way->opening->tenant);
	if (case_id)
		way->opening->case_id = case_id;
	if (way->again && !way->explanation)
		way->opening->delivery_id = way->again;
	return is_answered(way, error);
}

/* Of a mailbox only what ties to a case is kept, not even a count of the rest. What was released
 * stays the copy that it is where it can add nothing. */
static gboolean may_come_to_nothing(const Way *way)
{
	return way->envelope->tenant || way->is_released;
}

/* One try in one transaction. */
static gboolean try_once(Way *way, gboolean *must_wait, GError **error)
{
	g_autoptr(GPtrArray) addresses = plan_addresses(way->mail);
	g_autoptr(Plan) plan = NULL;
	const Opening *opening;

	if (!open_way(way, addresses, error))
		return FALSE;
	opening = way->opening;
	g_clear_pointer(&way->author_name, g_free);
	way->author_name = people_note_author(opening->people, way->mail);
	plan = plan_make(way->mail, way->envelope, opening->people, way->policy);
	if (way->explanation)
		explanation_set_plan(way->explanation, plan, way->mail);
	if (plan->standing != STANDING_USER || plan->is_rejected)
		g_clear_pointer(&way->author_name, g_free); /* he has not proven that it is his */
	if (plan->is_new_colleague && !plan->is_rejected)
		people_add_colleague(way->store, opening->tenant, plan->user);
	*must_wait = may_come_to_nothing(way) && (plan->is_rejected || plan->is_held);
	if (*must_wait)
		return TRUE;
	if (plan->is_rejected)
		conclude_rejected(way, plan);
	else if (opening->before.delivery_id)
		conclude_resend(way, plan);
	else if (!file_planned(way, plan, must_wait, error))
		return FALSE;
	*must_wait |= way->is_released && way->verdict->outcome != OUTCOME_DUPLICATE;
	if (*must_wait)
		return TRUE;
	return way->explanation ? explanation_read(way->explanation, way->store, opening->tenant,
					  opening->delivery_id, error)
				: commit(way, error);
}

/* Tries until the mail is placed: again after a deadlock or a changed world, and as held when it
 * may join nothing. */
static void file_one(Way *way)
{
	for (guint tries = 0;; tries++) {
		gboolean must_wait = FALSE;
		gboolean is_done;

		verdict_clear(way->verdict);
		is_done = try_once(way, &must_wait, &way->verdict->error);
		if (is_done && !must_wait && !way->explanation)
			return;
		db_rollback(way->store);
		if (is_done && !must_wait)
			return;
		if (must_wait && may_come_to_nothing(way)) {
			way->verdict->outcome = OUTCOME_UNTIED;
			return;
		}
		if (must_wait)
			way->is_held = TRUE;
		else if (!db_should_repeat(way->store) || tries + 1 >= TRIES_MAX) {
			way->is_stuck = db_should_repeat(way->store);
			return;
		} else
			g_usleep((gulong)g_random_int_range(1, WAIT_MS_MAX << tries) * 1000);
	}
}

/* ------------------------------------------------------------------------- entrances */

static void way_clear(Way *way)
{
	g_clear_pointer(&way->released, g_ptr_array_unref);
	g_free(way->author_name);
	g_free(way->recipient);
	g_free(way->held_reason);
	opening_free(way->opening);
}

/* A delivery once more under its number, from its bytes. */
static void decide_again(Store *store, const Envelope *envelope, const AuthPolicy *policy,
	GBytes *source, gint64 delivery_id, gboolean is_released, Verdict *verdict)
{
	g_autoptr(Mail) mail = parse_mail(source);
	g_autofree char *sha256 = content_sha256(source);
	Way way = {store, envelope, policy, source, mail, sha256,
		address_key(g_ptr_array_index(envelope->recipients, 0)), .again = delivery_id,
		.is_released = is_released, .verdict = verdict};

	memset(verdict, 0, sizeof *verdict);
	file_one(&way);
	way_clear(&way);
}

static gboolean load_released(const Way *way, const char *delivery_id, Envelope **envelope,
	GBytes **source, GError **error)
{
	const char *tenant = way->opening->tenant;
	g_autofree char *sha256 = NULL;

	if (db_begin(way->store, tenant, error)) {
		*envelope = delivery_envelope(way->store, tenant, delivery_id, &sha256, error);
		*source = *envelope ? content_load(way->store, tenant, sha256, error) : NULL;
	}
	db_rollback(way->store);
	return *source != NULL;
}

static gboolean decide_released(const Way *way, const char *delivery_id, GError **error)
{
	g_autoptr(Envelope) envelope = NULL;
	g_autoptr(GBytes) source = NULL;
	Verdict verdict = {0};

	if (!load_released(way, delivery_id, &envelope, &source, error))
		return FALSE;
	envelope->is_history = way->envelope->is_history;
	decide_again(way->store, envelope, way->policy, source,
		g_ascii_strtoll(delivery_id, NULL, 10), TRUE, &verdict);
	if (verdict.error)
		g_propagate_error(error, g_steal_pointer(&verdict.error));
	verdict_clear(&verdict);
	return !error || !*error;
}

/* A user brought what was held. What waited is decided once more, as if it came now: its ids, and
 * what the text did not show, complete the message as they do where the user was first. */
static void decide_all_released(const Way *way)
{
	for (guint i = 0; !way->verdict->error && i < way->released->len; i++) {
		const char *delivery_id = g_ptr_array_index(way->released, i);
		g_autoptr(GError) error = NULL;

		if (!decide_released(way, delivery_id, &error))
			g_message("delivery %s, held and brought by a user, adds nothing to it: %s",
				delivery_id, error ? error->message : "its bytes are gone");
	}
}

/* Keeps the bytes of a mail that could not be read or filed, with the reason. */
static gboolean keep_raw(Way *way, const char *why, GError **error)
{
	g_autoptr(GPtrArray) nobody = g_ptr_array_new();
	DeliveryRow row;

	way->mail = NULL;
	if (!open_way(way, nobody, error))
		return FALSE;
	if (way->opening->before.delivery_id) {
		conclude_resend(way, NULL);
		return db_commit(way->store, error);
	}
	row = row_of(way, NULL);
	row.outcome = OUTCOME_FAILED;
	row.reason = why;
	if (!save_contents(way, NULL, error))
		return FALSE;
	conclude(way, &row, 0, 0);
	return db_commit(way->store, error);
}

static void keep_unfiled(Way *way, const char *why)
{
	verdict_clear(way->verdict);
	if (!keep_raw(way, why, &way->verdict->error))
		db_rollback(way->store);
}

/* A mail that the database itself refuses, or that never finds a world that stands still, is our
 * fault, not the sender's: it is kept, and a person can see why. */
static gboolean is_our_fault(const Way *way)
{
	return way->verdict->error && (!way->opening || way->opening->tenant) &&
	       !way->envelope->vouched_by &&
	       (way->is_stuck ||
		       g_error_matches(way->verdict->error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT));
}

void ingest(Store *store, const Envelope *envelope, const AuthPolicy *policy, GBytes *source,
	Verdict *verdicts)
{
	g_autoptr(Mail) mail = parse_mail(source);
	g_autofree char *sha256 = content_sha256(source);

	for (guint i = 0; i < envelope->recipients->len; i++) {
		Way way = {store, envelope, policy, source, mail, sha256,
			address_key(g_ptr_array_index(envelope->recipients, i)),
			.verdict = &verdicts[i]};

		memset(&verdicts[i], 0, sizeof verdicts[i]);
		file_one(&way);
		decide_all_released(&way);
		if (is_our_fault(&way)) {
			g_autofree char *why = g_strdup(verdicts[i].error->message);

			keep_unfiled(&way, why);
		}
		way_clear(&way);
	}
}

void ingest_unparsed(
	Store *store, const Envelope *envelope, GBytes *source, const char *why, Verdict *verdicts)
{
	g_autofree char *sha256 = content_sha256(source);

	for (guint i = 0; i < envelope->recipients->len; i++) {
		Way way = {store, envelope, NULL, source, NULL, sha256,
			address_key(g_ptr_array_index(envelope->recipients, i)),
			.verdict = &verdicts[i]};

		memset(&verdicts[i], 0, sizeof verdicts[i]);
		keep_unfiled(&way, why);
		way_clear(&way);
	}
}

/* The real path, rolled back. again: a filed delivery that is forgotten first, 0: none. */
static Explanation *explain(Store *store, const Envelope *envelope, const AuthPolicy *policy,
	GBytes *source, gint64 again, GError **error)
{
	g_autoptr(Mail) mail = parse_mail(source);
	g_autofree char *sha256 = content_sha256(source);
	g_autoptr(Explanation) explanation = explanation_new();
	Way way = {store, envelope, policy, source, mail, sha256,
		address_key(g_ptr_array_index(envelope->recipients, 0)), .again = again,
		.explanation = explanation, .verdict = &explanation->verdict};

	file_one(&way);
	way_clear(&way);
	if (!explanation->verdict.error)
		return g_steal_pointer(&explanation);
	g_propagate_error(error, g_steal_pointer(&explanation->verdict.error));
	return NULL;
}

Explanation *ingest_explain(Store *store, const Envelope *envelope, const AuthPolicy *policy,
	GBytes *source, GError **error)
{
	return explain(store, envelope, policy, source, 0, error);
}

Explanation *ingest_explain_again(Store *store, const Envelope *envelope, const AuthPolicy *policy,
	GBytes *source, gint64 delivery_id, GError **error)
{
	return explain(store, envelope, policy, source, delivery_id, error);
}

void ingest_again(Store *store, const Envelope *envelope, const AuthPolicy *policy, GBytes *source,
	gint64 delivery_id, Verdict *verdict)
{
	decide_again(store, envelope, policy, source, delivery_id, FALSE, verdict);
}
