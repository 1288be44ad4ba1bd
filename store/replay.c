#include "store/replay.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parser/parse.h"
#include "store/content.h"
#include "store/db.h"
#include "store/delivery.h"
#include "store/directory.h"

enum {
	TRIES_MAX = 5,
	READ_SECONDS = 30,
};

/* A filed delivery as it stands. */
typedef struct {
	const char *tenant; /* borrowed */
	gint64 delivery_id;
	Envelope *envelope;
	char *sha256, *outcome, *received_at, *subject;
	Table *messages; /* as load_messages() reads them */
} Stored;

static void stored_clear(Stored *stored)
{
	envelope_free(stored->envelope);
	g_free(stored->sha256);
	g_free(stored->outcome);
	g_free(stored->received_at);
	g_free(stored->subject);
	table_free(stored->messages);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Stored, stored_clear)

const char *change_name(Change change)
{
	static const char *const names[] = {"none", "moved", "split", "released", "read", "held",
		"direction", "merged", "rejected", "identity", "undecided"};

	return names[change];
}

void difference_free(Difference *difference)
{
	if (!difference)
		return;
	g_free(difference->tenant);
	g_free(difference->received_at);
	g_free(difference->subject);
	g_free(difference->was);
	g_free(difference->now);
	g_free(difference->reason);
	g_free(difference);
}

/* ------------------------------------------------------------------------ loading */

Table *replay_list(Store *store, const char *tenant, const char *since, const char *after_time,
	const char *after_delivery, guint limit, GError **error)
{
	g_autofree char *most = g_strdup_printf("%u", limit);
	const char *const values[] = {tenant ? tenant : "", since ? since : "-infinity",
		after_time ? after_time : "-infinity", after_delivery ? after_delivery : "0", most,
		NULL};

	if (tenant && !directory_has_tenant(store, tenant, error))
		return NULL;
	return table_query(store, "listing filed mail",
		"select d.tenant, d.delivery_id, d.received_at::text as position from "
		"casegate.delivery d"
		" where ($1 = '' or d.tenant = $1) and d.received_at >= $2::timestamptz"
		" and (d.received_at, d.delivery_id) > ($3::timestamptz, $4::bigint)"
		" and d.source_sha256 is not null and d.outcome in ('filed', 'held', "
		"'duplicate', 'failed')"
		" order by d.received_at, d.delivery_id limit $5::int",
		values, error);
}

static gboolean load_delivery(Store *store, Stored *stored, const char *delivery_id, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	stored->envelope =
		delivery_envelope(store, stored->tenant, delivery_id, &stored->sha256, error);
	if (!stored->envelope)
		return FALSE;
	args_text(args, stored->tenant);
	args_text(args, delivery_id);
	result = db_run(store, "reading what became of a delivery",
		"SELECT delivery_id, outcome, to_char(received_at, "
		"'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), subject"
		" FROM casegate.delivery WHERE tenant = $1 AND delivery_id = $2::bigint",
		args, error);
	if (!result || PQntuples(result) == 0)
		return FALSE;
	stored->delivery_id = db_bigint(result, 0, 0);
	stored->outcome = g_strdup(db_text(result, 0, 1));
	stored->received_at = g_strdup(db_text(result, 0, 2));
	stored->subject = g_strdup(db_text(result, 0, 3));
	return TRUE;
}

/* Where its messages lie now; is_opener: the case is its own: this very delivery opened it, or it
 * is a new matter's, or nothing else lies in it. is_only: no other delivery brought it. by_human: a
 * person put it there, or has done something with its case. */
static gboolean load_messages(Store *store, Stored *stored, const char *delivery_id, GError **error)
{
	const char *const values[] = {stored->tenant, delivery_id, NULL};

	stored->messages = table_query(store, "reading where a mail lies",
		"select m.message_id, m.case_id, casegate.case_reference(c.number) as reference, "
		"m.by_human or c.touched_at is not null as by_human, m.direction,"
		" exists (select from casegate.evidence e where e.tenant = $1 and e.delivery_id = "
		"$2::bigint"
		"  and e.chosen and e.signal in ('new', 'same_delivery') and "
		"casegate.case_final(e.tenant, e.case_id) = m.case_id)"
		" or casegate.case_final(m.tenant, m.pin_auto) = m.case_id or not exists (select "
		"from casegate.message o where o.tenant = m.tenant and o.case_id = m.case_id and "
		"o.message_id <> m.message_id) as is_opener,"
		" not exists (select from casegate.delivery_message_row e where e.tenant = $1"
		"  and e.message_id = r.message_id and e.delivery_id <> $2::bigint) as is_only,"
		" r.message_id = any(casegate.messages_brought($2::bigint)) as is_first"
		" from casegate.delivery_message_row r join casegate.message m on m.tenant = "
		"r.tenant and m.message_id = r.message_id"
		" left join casegate.case_file c on c.tenant = m.tenant and c.case_id = m.case_id"
		" where r.tenant = $1 and r.delivery_id = $2::bigint order by r.position, "
		"m.message_id",
		values, error);
	return stored->messages != NULL;
}

static GBytes *load(Store *store, Stored *stored, const char *delivery_id, GError **error)
{
	GBytes *source = NULL;

	if (db_begin(store, stored->tenant, error) &&
		load_delivery(store, stored, delivery_id, error) &&
		load_messages(store, stored, delivery_id, error))
		source = content_load(store, stored->tenant, stored->sha256, error);
	db_rollback(store);
	return source;
}

/* ---------------------------------------------------------------------- comparing */

/* One message of the delivery, and what would become of it. */
typedef struct {
	const Stored *stored;
	guint row;                     /* of stored->messages */
	const PlannedMessage *planned; /* NULL: none at this place */
	const Explanation *explanation;
} Pair;

static gint64 number_of(const Table *table, guint row, const char *column)
{
	const char *text = table_get(table, row, column);

	return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

static gboolean flag_of(const Table *table, guint row, const char *column)
{
	return g_strcmp0(table_get(table, row, column), "t") == 0;
}

/* The case that it lies in may itself go into another by this. */
static gint64 case_after_merges(const Pair *pair, gint64 case_id)
{
	for (guint i = 0; i < pair->explanation->merges->len; i++) {
		const PlannedMerge *merge = g_ptr_array_index(pair->explanation->merges, i);

		if (merge->from_case == case_id)
			case_id = merge->into_case;
	}
	return case_id;
}

/* It, or a mail before it in the same delivery, would open the case. */
static gboolean is_in_new_case(const Pair *pair)
{
	for (guint i = 0; i < pair->explanation->messages->len; i++) {
		const PlannedMessage *message = g_ptr_array_index(pair->explanation->messages, i);

		if (message->opened_case && message->case_id == pair->planned->case_id)
			return TRUE;
	}
	return FALSE;
}

/* Is the case another? */
static Change compare_case(const Pair *pair, gint64 case_id)
{
	const PlannedMessage *planned = pair->planned;

	if (!case_id)
		return CHANGE_RELEASED;
	if (is_in_new_case(pair))
		return flag_of(pair->stored->messages, pair->row, "is_opener") ? CHANGE_NONE
									       : CHANGE_SPLIT;
	return planned->case_id == case_after_merges(pair, case_id) ? CHANGE_NONE : CHANGE_MOVED;
}

static Change compare_message(const Pair *pair)
{
	const Table *messages = pair->stored->messages;
	gint64 case_id = number_of(messages, pair->row, "case_id");
	gint64 message_id = number_of(messages, pair->row, "message_id");
	Change change;

	if (pair->explanation->verdict.outcome == OUTCOME_HELD)
		return case_id && flag_of(messages, pair->row, "is_only") ? CHANGE_HELD
									  : CHANGE_NONE;
	if (!pair->planned)
		return CHANGE_NONE;
	/* What others had brought before must be the same as then. */
	if (!flag_of(messages, pair->row, "is_first"))
		return pair->planned->known_as == message_id ? CHANGE_NONE : CHANGE_IDENTITY;
	if (pair->planned->known_as)
		return CHANGE_IDENTITY;
	change = compare_case(pair, case_id);
	if (change != CHANGE_NONE)
		return change;
	return strcmp(pair->planned->direction, table_get(messages, pair->row, "direction")) == 0
		       ? CHANGE_NONE
		       : CHANGE_DIRECTION;
}

static char *reference_of(const Explanation *explanation, gint64 case_id)
{
	for (guint i = 0; i < explanation->candidates->len; i++) {
		const Candidate *candidate = g_ptr_array_index(explanation->candidates, i);

		if (candidate->case_id == case_id)
			return g_strdup(candidate->reference);
	}
	return explanation->verdict.case_id == case_id ? g_strdup(explanation->verdict.reference)
						       : NULL;
}

static Difference *difference_new(const Stored *stored, Change change)
{
	Difference *difference = g_new0(Difference, 1);

	difference->change = change;
	difference->tenant = g_strdup(stored->tenant);
	difference->delivery_id = stored->delivery_id;
	difference->received_at = g_strdup(stored->received_at);
	difference->subject = g_strdup(stored->subject);
	difference->was = g_strdup(stored->outcome);
	return difference;
}

static Difference *difference_of(const Pair *pair, Change change)
{
	const Table *messages = pair->stored->messages;
	const char *reference = table_get(messages, pair->row, "reference");
	const Verdict *verdict = &pair->explanation->verdict;
	Difference *difference = difference_new(pair->stored, change);

	difference->message_id = number_of(messages, pair->row, "message_id");
	if (reference) {
		g_free(difference->was);
		difference->was = g_strdup(reference);
	}
	difference->is_human =
		change != CHANGE_DIRECTION && flag_of(messages, pair->row, "by_human");
	difference->reason = g_strdup(verdict->reason);
	if (change == CHANGE_HELD)
		difference->now = g_strdup("held");
	else if (change == CHANGE_DIRECTION)
		difference->now = g_strdup(pair->planned->direction);
	else if (change == CHANGE_IDENTITY)
		difference->now = g_strdup(
			pair->planned->known_as ? "another message" : "a message of its own");
	else if (!is_in_new_case(pair))
		difference->now = reference_of(pair->explanation, pair->planned->case_id);
	return difference;
}

static Difference *merge_difference(const Stored *stored, const Explanation *explanation)
{
	const PlannedMerge *merge = g_ptr_array_index(explanation->merges, 0);
	Difference *difference = difference_new(stored, CHANGE_MERGED);

	g_free(difference->was);
	difference->was = g_strdup(merge->from);
	difference->now = g_strdup(merge->into);
	return difference;
}

/* The first thing that is otherwise; *pair becomes its place. NULL: nothing. */
static Difference *compare(const Stored *stored, const Explanation *explanation, Pair *pair)
{
	if (explanation->verdict.outcome == OUTCOME_REJECTED) {
		Difference *difference = difference_new(stored, CHANGE_REJECTED);

		difference->now = g_strdup("rejected");
		difference->reason = g_strdup(explanation->verdict.reason);
		return difference;
	}
	for (guint row = 0; row < stored->messages->rows->len; row++) {
		Change change;

		*pair = (Pair){stored, row,
			row < explanation->messages->len
				? g_ptr_array_index(explanation->messages, row)
				: NULL,
			explanation};
		change = compare_message(pair);
		if (change != CHANGE_NONE)
			return difference_of(pair, change);
	}
	return explanation->merges->len ? merge_difference(stored, explanation) : NULL;
}

/* ----------------------------------------------------------------------- applying */

static gboolean call(Store *store, const char *what, const char *sql, const Args *args,
	gboolean *is_done, GError **error)
{
	g_autoptr(PGresult) result = db_run(store, what, sql, args, error);

	if (result)
		*is_done = db_bool(result, 0, 0);
	return result != NULL;
}

static gboolean apply_change(Store *store, const Difference *difference, const Pair *pair,
	gboolean *is_done, GError **error)
{
	g_autoptr(Args) args = args_new();
	const PlannedMerge *merge;

	switch (difference->change) {
	case CHANGE_MOVED:
	case CHANGE_SPLIT:
		args_bigint(args, difference->message_id);
		args_id(args, is_in_new_case(pair) ? 0 : pair->planned->case_id);
		return call(store, "moving a message", "SELECT casegate.replay_move($1, $2)", args,
			is_done, error);
	case CHANGE_RELEASED:
		args_bigint(args, difference->delivery_id);
		args_id(args, is_in_new_case(pair) ? 0 : pair->planned->case_id);
		args_text(args, pair->explanation->user);
		args_text(args, pair->planned->direction);
		return call(store, "filing a mail that waits",
			"SELECT casegate.replay_release($1, $2, $3, $4)", args, is_done, error);
	case CHANGE_DIRECTION:
		args_bigint(args, difference->message_id);
		args_text(args, pair->planned->direction);
		return call(store, "turning a mail's direction",
			"SELECT casegate.replay_direct($1, $2)", args, is_done, error);
	case CHANGE_HELD:
		args_bigint(args, difference->delivery_id);
		args_text(args, difference->reason);
		return call(store, "taking a mail out of its case",
			"SELECT casegate.replay_hold($1, $2)", args, is_done, error);
	case CHANGE_MERGED:
		merge = g_ptr_array_index(pair->explanation->merges, 0);
		args_bigint(args, merge->from_case);
		args_bigint(args, merge->into_case);
		return call(store, "merging cases", "SELECT casegate.replay_merge($1, $2)", args,
			is_done, error);
	default: /* bytes that are kept stay, and two messages do not become one */
		*is_done = FALSE;
		return TRUE;
	}
}

static gboolean apply(Store *store, Difference *difference, const Pair *pair, GError **error)
{
	for (guint tries = 1;; tries++) {
		if (db_begin(store, difference->tenant, error) &&
			apply_change(store, difference, pair, &difference->is_applied, error) &&
			db_commit(store, error))
			return TRUE;
		db_rollback(store);
		if (!db_should_repeat(store) || tries == TRIES_MAX)
			return FALSE;
		g_clear_error(error);
	}
}

/* ------------------------------------------------------- what could not be read */

/* In a process of its own: what spins or crashes there has done so before. */
static gboolean can_be_read(GBytes *source)
{
	pid_t child = fork();
	int status = 1;

	if (child == 0) {
		alarm(READ_SECONDS);
		mail_free(parse_mail(source));
		_exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* Files it under its own number, by the same way as any mail that comes. */
static gboolean file_unread(Store *store, const AuthPolicy *policy, const Stored *stored,
	GBytes *source, Difference *difference, GError **error)
{
	Verdict verdict;

	ingest_again(store, stored->envelope, policy, source, stored->delivery_id, &verdict);
	difference->is_applied = verdict.error == NULL;
	if (verdict.error)
		g_propagate_error(error, g_steal_pointer(&verdict.error));
	verdict_clear(&verdict);
	return difference->is_applied;
}

static gboolean decide_unread(Store *store, const AuthPolicy *policy, const Stored *stored,
	GBytes *source, gboolean is_applied, Difference **difference, GError **error)
{
	g_autoptr(Explanation) explanation = NULL;

	if (!can_be_read(source))
		return TRUE;
	explanation = ingest_explain_again(
		store, stored->envelope, policy, source, stored->delivery_id, error);
	if (!explanation)
		return FALSE;
	*difference = difference_new(stored, CHANGE_READ);
	(*difference)->reason = g_strdup(explanation->verdict.reason);
	(*difference)->now =
		g_strdup(explanation->verdict.reference && !explanation->verdict.opened_case
				 ? explanation->verdict.reference
			 : explanation->verdict.outcome == OUTCOME_FILED
				 ? NULL
				 : outcome_name(explanation->verdict.outcome));
	return !is_applied || file_unread(store, policy, stored, source, *difference, error);
}

/* ---------------------------------------------------------------------- the story */

/* An agent address that is gone, or a user who is: that is no failure of the replay. */
static Difference *undecided(const Stored *stored, GError *error)
{
	Difference *difference = difference_new(stored, CHANGE_UNDECIDED);

	difference->reason = g_strdup(error->message);
	g_error_free(error);
	return difference;
}

gboolean replay_decide(Store *store, const AuthPolicy *policy, const char *tenant,
	const char *delivery_id, gboolean is_applied, Difference **difference, GError **error)
{
	g_auto(Stored) stored = {.tenant = tenant};
	g_autoptr(GBytes) source = load(store, &stored, delivery_id, error);
	g_autoptr(Explanation) explanation = NULL;
	GError *failure = NULL;
	Pair pair = {0};

	*difference = NULL;
	if (!source) /* erased meanwhile is no error */
		return !error || !*error;
	if (strcmp(stored.outcome, "failed") == 0)
		return decide_unread(store, policy, &stored, source, is_applied, difference, error);
	explanation = ingest_explain_again(
		store, stored.envelope, policy, source, stored.delivery_id, &failure);
	if (g_error_matches(failure, CASEGATE_ERROR, CASEGATE_ERROR_REJECT)) {
		*difference = undecided(&stored, failure);
		return TRUE;
	}
	if (!explanation) {
		g_propagate_error(error, failure);
		return FALSE;
	}
	pair.explanation = explanation;
	*difference = compare(&stored, explanation, &pair);
	if (!*difference || !is_applied || (*difference)->is_human)
		return TRUE;
	return apply(store, *difference, &pair, error);
}
