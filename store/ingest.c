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
#include "store/people.h"
#include "store/plan.h"

/* How often a mail is decided again after a deadlock or a changed world, and the longest wait
 * before. */
enum {
	TRIES_MAX = 4,
	WAIT_MS_MAX = 30,
};

/* One mail on its way to one recipient. */
typedef struct {
	Store *store;
	const Envelope *envelope;
	const AuthPolicy *policy;
	GBytes *source;
	const Mail *mail;
	const char *sha256;
	char *recipient; /* as address_key() writes it */
	AgentAddress address;
	gint64 again;     /* a filed delivery that is decided once more, 0: none */
	gboolean is_held; /* a first try found that it must wait */
	char *held_reason;
	Explanation *explanation; /* filled, and rolled back; NULL: filed for real */
	Verdict *verdict;
} Way;

const char *outcome_name(Outcome outcome)
{
	static const char *const names[] = {
		"filed", "held", "duplicate", "rejected", "failed", "untied"};

	return names[outcome];
}

Envelope *envelope_new(Protocol protocol)
{
	Envelope *envelope = g_new0(Envelope, 1);

	envelope->protocol = protocol;
	envelope->recipients = g_ptr_array_new_with_free_func(g_free);
	envelope->trace = g_strdup("");
	return envelope;
}

void envelope_free(Envelope *envelope)
{
	if (!envelope)
		return;
	g_free(envelope->peer);
	g_free(envelope->envelope_from);
	g_ptr_array_unref(envelope->recipients);
	g_free(envelope->trace);
	g_free(envelope->vouched_by);
	g_free(envelope->mailbox);
	g_free(envelope->conversation_id);
	g_free(envelope->tenant);
	g_free(envelope);
}

void verdict_clear(Verdict *verdict)
{
	g_clear_error(&verdict->error);
	g_free(verdict->tenant);
	g_free(verdict->reference);
	g_free(verdict->reason);
	memset(verdict, 0, sizeof *verdict);
}

/* ----------------------------------------------------------------- a transaction */

static gboolean set_local(Store *store, const char *sql, gboolean is_wanted, GError **error)
{
	return !is_wanted || db_script(store, "preparing a transaction", sql, error);
}

static gboolean begin(const Way *way, GError **error)
{
	return db_begin(way->store, way->address.tenant, error) &&
	       set_local(way->store, "SET LOCAL casegate.history = 'on'", way->envelope->is_history,
		       error) &&
	       set_local(way->store, "SET LOCAL casegate.dry = 'on'", way->explanation != NULL,
		       error);
}

/* Whose address is it? Unknown is CASEGATE_ERROR_REJECT: RCPT asked before, so it was removed
 * since. */
static gboolean find_address(Way *way, GError **error)
{
	agent_address_clear(&way->address);
	if (way->envelope->tenant) {
		way->address.answer = ADDRESS_TAKES_MAIL;
		way->address.tenant = g_strdup(way->envelope->tenant);
		way->address.address = g_strdup(way->recipient);
		g_free(way->verdict->tenant);
		way->verdict->tenant = g_strdup(way->envelope->tenant);
		return TRUE;
	}
	if (!address_find(way->store, way->recipient, &way->address, error))
		return FALSE;
	if (way->address.answer != ADDRESS_UNKNOWN) {
		g_free(way->verdict->tenant);
		way->verdict->tenant = g_strdup(way->address.tenant);
		return TRUE;
	}
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
		"%s is no agent address; `casegate address list` shows them", way->recipient);
	return FALSE;
}

/* ----------------------------------------------------------------------- content */

static gboolean save_contents(
	const Way *way, const Plan *plan, const People *people, GError **error)
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
		way->store, way->address.tenant, contents, people && people->has_quota, error);
}

/* ------------------------------------------------------------------------ outcomes */

static DeliveryRow row_of(const Way *way, gint64 delivery_id, const Plan *plan)
{
	return (DeliveryRow){
		.tenant = way->address.tenant,
		.delivery_id = delivery_id,
		.envelope = way->envelope,
		.recipient = way->recipient,
		.source_sha256 = way->sha256,
		.size = g_bytes_get_size(way->source),
		.is_first = TRUE,
		.mail = way->mail,
		.plan = plan,
	};
}

/* Writes the delivery and says so in the verdict. */
static gboolean conclude(const Way *way, const DeliveryRow *row, GError **error)
{
	Verdict *verdict = way->verdict;

	verdict->outcome = row->outcome;
	verdict->delivery_id = row->delivery_id;
	verdict->message_id = row->message_id;
	verdict->opened_case = row->opened_case;
	verdict->reason = g_strdup(row->reason);
	if (!delivery_add(way->store, row, error))
		return FALSE;
	if ((row->outcome == OUTCOME_HELD || row->outcome == OUTCOME_FAILED) &&
		!delivery_add_held_event(way->store, row->tenant, row->delivery_id, error))
		return FALSE;
	if (!verdict->case_id)
		return TRUE;
	verdict->reference = case_reference_load(way->store, row->tenant, verdict->case_id, error);
	return verdict->reference != NULL;
}

/* What must be true together with the mail, and the end of its transaction. */
static gboolean commit(const Way *way, GError **error)
{
	const Envelope *envelope = way->envelope;

	if (envelope->before_commit &&
		!envelope->before_commit(way->store, way->verdict, envelope->data, error))
		return FALSE;
	return db_commit(way->store, error);
}

/* The same bytes at the same address: a lost 250, or a mail forwarded again. */
static gboolean conclude_resend(
	const Way *way, gint64 delivery_id, const Plan *plan, const Resend *before, GError **error)
{
	DeliveryRow row = row_of(way, delivery_id, plan);

	row.is_first = FALSE;
	row.outcome = OUTCOME_DUPLICATE;
	row.message_id = before->message_id;
	row.reason = before->is_held ? "the same mail waits already" : "the same bytes came before";
	way->verdict->case_id = before->case_id;
	return conclude(way, &row, error) &&
	       (!row.message_id ||
		       delivery_share(way->store, row.tenant, delivery_id, row.message_id, error));
}

/* never_file: counted, nothing kept. */
static gboolean conclude_rejected(
	const Way *way, gint64 delivery_id, const Plan *plan, GError **error)
{
	DeliveryRow row = row_of(way, delivery_id, plan);

	row.is_first = FALSE;
	row.mail = NULL;
	row.plan = NULL;
	row.outcome = OUTCOME_REJECTED;
	row.reason = plan->reason;
	return conclude(way, &row, error);
}

/* ------------------------------------------------------------------------ the story */

/* The evidence says what stood behind the plus and was no token. */
static gboolean note_word(const Way *way, gint64 delivery_id, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	if (!way->address.word || way->address.case_id)
		return TRUE;
	args_text(args, way->address.tenant);
	args_bigint(args, delivery_id);
	args_text(args, way->address.word);
	result = db_run(way->store, "noting an unknown token",
		"SELECT casegate.evidence_add($1, $2, 0, NULL, NULL, 'no_token', $3, 'suggestion')",
		args, error);
	return result != NULL;
}

static gboolean file_planned(Way *way, gint64 delivery_id, const Plan *plan, const People *people,
	gboolean *must_wait, GError **error)
{
	DeliveryRow row = row_of(way, delivery_id, plan);
	const Filing filing = {
		.tenant = way->address.tenant,
		.delivery_id = delivery_id,
		.envelope = way->envelope,
		.people = people,
		.plan = plan,
		.source_sha256 = way->sha256,
		.pin_case = way->address.case_id,
		.is_held = plan->is_held || way->is_held,
	};
	Placing placing = {.explanation = way->explanation};

	if (!identity_lock(way->store, way->address.tenant, plan, error) ||
		!save_contents(way, plan, people, error))
		return FALSE;
	if (!items_file(way->store, &filing, &row, &placing, error))
		return FALSE;
	way->verdict->case_id = placing.case_id;
	*must_wait = placing.must_wait;
	if (placing.reason) {
		g_free(way->held_reason);
		way->held_reason = placing.reason;
	}
	if (*must_wait)
		return TRUE;
	if (row.outcome == OUTCOME_HELD)
		row.reason = way->held_reason ? way->held_reason : plan->reason;
	return note_word(way, delivery_id, error) && conclude(way, &row, error);
}

/* As if the delivery had never come; and it goes where its address led it then, if that was a
 * case's own. */
static gboolean forget_filed(Way *way, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_bigint(args, way->again);
	result = db_run(way->store, "forgetting how a mail was filed",
		"SELECT casegate.replay_forget($1)", args, error);
	if (result && db_bigint(result, 0, 0))
		way->address.case_id = db_bigint(result, 0, 0);
	return result != NULL;
}

/* One try in one transaction. */
static gboolean try_once(Way *way, gboolean *must_wait, GError **error)
{
	g_autoptr(GPtrArray) addresses = plan_addresses(way->mail);
	g_autoptr(People) people = NULL;
	g_autoptr(Plan) plan = NULL;
	g_auto(Resend) before = {0};
	gint64 delivery_id = 0;
	gboolean is_done;

	if (!find_address(way, error) || !begin(way, error) ||
		(way->again && !forget_filed(way, error)))
		return FALSE;
	people = people_load(
		way->store, way->address.tenant, addresses, way->envelope->vouched_by, error);
	if (!people)
		return FALSE;
	plan = plan_make(way->mail, way->envelope, people, way->policy);
	if (way->explanation)
		explanation_set_plan(way->explanation, plan, way->mail);
	if (plan->is_new_colleague && !plan->is_rejected &&
		!people_add_colleague(way->store, way->address.tenant, plan->user, error))
		return FALSE;
	if (!delivery_begin(way->store, way->address.tenant, way->recipient, way->sha256,
		    &delivery_id, &before, error))
		return FALSE;
	if (way->again && !way->explanation)
		delivery_id = way->again;
	/* Of a mailbox only what ties to a case is kept, not even a count of the rest. */
	*must_wait = way->envelope->tenant && (plan->is_rejected || plan->is_held);
	if (*must_wait)
		return TRUE;
	if (plan->is_rejected)
		is_done = conclude_rejected(way, delivery_id, plan, error);
	else if (before.delivery_id)
		is_done = conclude_resend(way, delivery_id, plan, &before, error);
	else
		is_done = file_planned(way, delivery_id, plan, people, must_wait, error);
	if (!is_done || *must_wait)
		return is_done;
	return way->explanation ? explanation_read(way->explanation, way->store,
					  way->address.tenant, delivery_id, error)
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
		if (must_wait && way->envelope->tenant) {
			way->verdict->outcome = OUTCOME_UNTIED;
			return;
		}
		if (must_wait)
			way->is_held = TRUE;
		else if (!db_should_repeat(way->store) || tries + 1 >= TRIES_MAX)
			return;
		else
			g_usleep((gulong)g_random_int_range(1, WAIT_MS_MAX) * 1000);
	}
}

/* ------------------------------------------------------------------------- entrances */

static void way_clear(Way *way)
{
	g_free(way->recipient);
	g_free(way->held_reason);
	agent_address_clear(&way->address);
}

/* Keeps the bytes of a mail that could not be read or filed, with the reason. */
static gboolean keep_raw(Way *way, const char *why, GError **error)
{
	DeliveryRow row;
	g_auto(Resend) before = {0};
	gint64 delivery_id = 0;

	way->mail = NULL;
	if (!find_address(way, error) || !begin(way, error) ||
		!delivery_begin(way->store, way->address.tenant, way->recipient, way->sha256,
			&delivery_id, &before, error))
		return FALSE;
	if (before.delivery_id)
		return conclude_resend(way, delivery_id, NULL, &before, error) &&
		       db_commit(way->store, error);
	row = row_of(way, delivery_id, NULL);
	row.outcome = OUTCOME_FAILED;
	row.reason = why;
	return save_contents(way, NULL, NULL, error) && conclude(way, &row, error) &&
	       db_commit(way->store, error);
}

static void keep_unfiled(Way *way, const char *why)
{
	verdict_clear(way->verdict);
	if (!keep_raw(way, why, &way->verdict->error))
		db_rollback(way->store);
}

/* A mail that the database itself refuses is our fault, not the sender's: it is kept, and a person
 * can see why. */
static gboolean is_our_fault(const Way *way)
{
	return way->verdict->error && way->address.tenant && !way->envelope->vouched_by &&
	       g_error_matches(way->verdict->error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT);
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
	g_autoptr(Mail) mail = parse_mail(source);
	g_autofree char *sha256 = content_sha256(source);
	Way way = {store, envelope, policy, source, mail, sha256,
		address_key(g_ptr_array_index(envelope->recipients, 0)), .again = delivery_id,
		.verdict = verdict};

	memset(verdict, 0, sizeof *verdict);
	file_one(&way);
	way_clear(&way);
}
