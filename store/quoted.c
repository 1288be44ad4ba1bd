#include "store/quoted.h"

#include <string.h>

#include "mime/address.h"
#include "store/author.h"
#include "store/db.h"
#include "store/overlap.h"
#include "store/side.h"
#include "store/timetest.h"

#define HOUR (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)

#define MINUTE (HOUR / 60)

/* How far a stated time may be off: a zone. */
#define WINDOW (15 * HOUR)
/* How long after a mail an answer that says nothing of it is looked for. */
#define WORDS_WINDOW (60 * 24 * HOUR)

/* A whole letter word for word: firms write the same sentences again and again, with other numbers.
 */
#define WORDS_SHARE .85
enum { WORDS_RUNS = 24 };

/* What a quote says of a mail that may be the quoted one. */
typedef struct {
	gint64 stated_at, sent_at;
	gboolean are_zones_known;
	gboolean is_subject_told; /* it is the quoting mail's, or stated */
	const char *text, *own;   /* of the quoting mail the whole, of the other its own words */
} Said;

/* The stated time fits; where it fits only by a zone or an arrival, or the subject was only carried
 * on, the mail's own words must stand in the quote. */
static gboolean is_said_of(const Said *said)
{
	TimeTest time = timetest_compare(said->stated_at, said->sent_at, said->are_zones_known);

	if (time == TIME_MATCH && said->is_subject_told)
		return TRUE;
	return time >= TIME_NEAR && overlap_contained(said->own, said->text).share >= .5;
}

static gboolean holds_letter(const char *own, const char *whole)
{
	Containment contained = overlap_contained(own, whole);

	return contained.share >= WORDS_SHARE && contained.runs >= WORDS_RUNS;
}

/* Ids are there that could have said it: nothing but the whole letter does. Or it is further back
 * than they go, or no subject helps: then the address and the minute do, too. */
static gboolean is_exact(const Said *said, const char *from_key, gboolean may_be_named)
{
	return (!may_be_named && *from_key && ABS(said->stated_at - said->sent_at) <= MINUTE) ||
	       holds_letter(said->own, said->text);
}

/* What one side names by id the other need not find by words. A mail without references can name
 * nothing; one with a single reference (In-Reply-To alone) only what it answers, not what that
 * quoted: each reference is good for one quote. position counts from 0, the nearest. */
static gboolean cannot_name(const PlanItem *item, guint position)
{
	return position >= item->references->len;
}

/* --------------------------------------------------------------------------- look-ups */

typedef struct {
	Store *store;
	const char *tenant;
	const PlanItem *item;
	Identity *identity;
	const char *from_key, *from_name; /* the item's author, "" where not stated */
	gboolean by_words; /* words alone may do: subject and company outside are known */
} Search;

static void add(const Search *search, const char *key, const char *signal, const char *detail)
{
	g_ptr_array_add(search->identity->keys, g_strdup(key));
	g_ptr_array_add(search->identity->signals, g_strdup(signal));
	g_ptr_array_add(search->identity->details, g_strdup(detail));
}

/* As item->people. */
#define PEOPLE PEOPLE_OF_MESSAGE("p.role IN ('from', 'to', 'cc') AND NOT p.is_agent")

/* Firms write one letter to many, in the same minute: who quotes it had it, or is one of those who
 * had. */
static gboolean may_have_had(
	const Search *search, const char *people, const char *author_key, const char *author_name)
{
	return side_is_shared(search->item->people, people, author_key, author_name);
}

/* The mails that one quote may mean. */
static gboolean find_quoted(const Search *search, guint position, GError **error)
{
	const PlanQuote *quote = g_ptr_array_index(search->item->quotes, position);
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, search->tenant);
	args_array(args, quote->subjects);
	args_time(args, MAX(quote->at - WINDOW, 0));
	args_time(args, quote->at + WINDOW);
	args_bool(args, cannot_name(search->item, position));
	args_time(args, quote->at);
	args_text(args, quote->from_key);
	args_array(args, search->identity->ref_keys);
	result = db_run(search->store, "looking for a quoted mail",
		"SELECT own_key, coalesce(from_key, ''), from_name, (extract(epoch FROM sent_at) * "
		"1000000)::bigint, sent_zone, coalesce(new_text, text), "
		"nameless, base_subject, " PEOPLE ", NOT ($5 OR nameless)"
		" FROM casegate.message m WHERE tenant = $1 AND base_subject = ANY ($2) AND "
		"sent_at "
		"BETWEEN $3 AND $4 AND case_id IS NOT NULL AND kind IN ('mail', 'calendar')"
		" AND ($5 OR nameless OR NOT (own_key || other_keys) && $8::uuid[]) AND "
		"casegate.time_near(sent_at, $6)"
		" AND ($7 = '' OR coalesce(from_key, '') IN ('', $7))"
		" ORDER BY abs(extract(epoch FROM sent_at - $6)), own_key LIMIT 20",
		args, error);
	for (int i = 0; result && i < PQntuples(result); i++) {
		const gboolean is_strict =
			!*db_text(result, i, 7) ||
			(search->item->references->len > 0 && !db_bool(result, i, 6));
		const Said said = {.stated_at = quote->at,
			.sent_at = db_time(result, i, 3),
			.are_zones_known = quote->has_zone && db_bool(result, i, 4),
			.is_subject_told =
				quote->subject || strcmp(db_text(result, i, 7),
							  search->item->mail->base_subject) == 0,
			.text = search->item->mail->text,
			.own = db_text(result, i, 5)};

		if (!author_is_same(quote->from_key, quote->name, db_text(result, i, 1),
			    db_text(result, i, 2)) ||
			!may_have_had(search, db_text(result, i, 8),
				*quote->from_key ? quote->from_key : db_text(result, i, 1),
				quote->name) ||
			!is_said_of(&said) ||
			(is_strict && !is_exact(&said, quote->from_key, db_bool(result, i, 9))))
			continue;
		add(search, db_text(result, i, 0), "quoted",
			*quote->from_key ? quote->from_key : quote->name);
	}
	return result != NULL;
}

/* The mails that quote this one and came before it. */
static gboolean find_quoting(const Search *search, GError **error)
{
	const PlanItem *item = search->item;
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, search->tenant);
	args_text(args, item->mail->base_subject);
	args_time(args, MAX(item->sent_at - WINDOW, 0));
	args_time(args, item->sent_at + WINDOW);
	args_bool(args, item->message_id == NULL);
	args_time(args, item->sent_at);
	args_text(args, search->from_key);
	args_text(args, g_ptr_array_index(search->identity->keys, 0));
	result = db_run(search->store, "looking for a quoting mail",
		"SELECT m.own_key, s.from_key, s.name, (extract(epoch FROM s.at) * "
		"1000000)::bigint, s.has_zone, m.text, s.refs > 0,"
		" s.subject IS NOT NULL OR m.base_subject = s.base_subject, " PEOPLE
		", NOT ($5 OR s.position > s.refs)"
		" FROM casegate.said s JOIN casegate.message m USING (tenant, message_id)"
		" WHERE s.tenant = $1 AND s.base_subject = $2 AND s.at BETWEEN $3 AND $4 AND "
		"m.case_id IS NOT NULL AND m.kind IN ('mail', 'calendar')"
		" AND ($5 OR s.position > s.refs OR $8::uuid <> ALL (m.ref_keys))"
		" AND casegate.time_near(s.at, $6) AND ($7 = '' OR s.from_key IN ('', $7))"
		" ORDER BY abs(extract(epoch FROM s.at - $6)), m.own_key LIMIT 20",
		args, error);
	for (int i = 0; result && i < PQntuples(result); i++) {
		const gboolean is_strict =
			!*item->mail->base_subject || (item->message_id && db_bool(result, i, 6));
		const Said said = {.stated_at = db_time(result, i, 3),
			.sent_at = item->sent_at,
			.are_zones_known = db_bool(result, i, 4) && item->has_zone,
			.is_subject_told = db_bool(result, i, 7),
			.text = db_text(result, i, 5),
			.own = item->mail->new_text};

		if (!author_is_same(db_text(result, i, 1), db_text(result, i, 2), search->from_key,
			    search->from_name) ||
			!may_have_had(search, db_text(result, i, 8),
				*search->from_key ? search->from_key : db_text(result, i, 1),
				search->from_name) ||
			!is_said_of(&said) ||
			(is_strict &&
				!is_exact(&said, db_text(result, i, 1), db_bool(result, i, 9))))
			continue;
		add(search, db_text(result, i, 0), "quoted_by", db_text(result, i, 1));
	}
	return result != NULL;
}

/* The mails that quote the same one, which may never come. */
static gboolean find_same_quote(const Search *search, guint position, GError **error)
{
	const PlanQuote *quote = g_ptr_array_index(search->item->quotes, position);
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, search->tenant);
	args_array(args, quote->subjects);
	args_time(args, MAX(quote->at - MINUTE, 0));
	args_time(args, quote->at + MINUTE);
	args_text(args, quote->from_key);
	args_bool(args, cannot_name(search->item, position));
	result = db_run(search->store, "looking for who quotes the same",
		"SELECT m.own_key, s.from_key, s.name, " PEOPLE
		" FROM casegate.said s JOIN casegate.message m USING (tenant, message_id)"
		" WHERE s.tenant = $1 AND s.base_subject = ANY ($2) AND s.at BETWEEN $3 AND $4 AND "
		"($5 = '' OR s.from_key IN ('', $5)) AND m.case_id IS NOT NULL AND m.kind IN "
		"('mail', 'calendar')"
		" AND ($6 OR s.position > s.refs)"
		" ORDER BY m.message_id LIMIT 20",
		args, error);
	for (int i = 0; result && i < PQntuples(result); i++)
		if (author_is_same(quote->from_key, quote->name, db_text(result, i, 1),
			    db_text(result, i, 2)) &&
			may_have_had(search, db_text(result, i, 3),
				*quote->from_key ? quote->from_key : db_text(result, i, 1),
				quote->name))
			add(search, db_text(result, i, 0), "same_quote",
				*quote->from_key ? quote->from_key : quote->name);
	return result != NULL;
}

/* ------------------------------------------------------------------------------ words */

/* The mails whose words stand in a quote of which nothing is said. */
static gboolean find_contained(const Search *search, const PlanQuote *quote, GError **error)
{
	const PlanItem *item = search->item;
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, search->tenant);
	args_text(args, item->mail->base_subject);
	args_time(args, MAX(item->sent_at - WORDS_WINDOW, 0));
	args_time(args, item->sent_at);
	args_text(args, item->side);
	result = db_run(search->store, "looking for quoted words",
		"SELECT own_key, coalesce(new_text, text) FROM casegate.message"
		" WHERE tenant = $1 AND base_subject = $2 AND sent_at BETWEEN $3 AND $4 AND side = "
		"$5 AND case_id IS NOT NULL AND kind IN ('mail', 'calendar')"
		" ORDER BY sent_at DESC, own_key LIMIT 50",
		args, error);
	for (int i = 0; result && i < PQntuples(result); i++)
		if (holds_letter(db_text(result, i, 1), quote->text))
			add(search, db_text(result, i, 0), "quoted", NULL);
	return result != NULL;
}

/* The mails that quote this one's words, say nothing of whose they are, and came before it. */
static gboolean find_containing(const Search *search, GError **error)
{
	const PlanItem *item = search->item;
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, search->tenant);
	args_text(args, item->mail->base_subject);
	args_time(args, item->sent_at);
	args_time(args, item->sent_at + WORDS_WINDOW);
	args_text(args, item->side);
	result = db_run(search->store, "looking for who quotes these words",
		"SELECT m.own_key, m.text FROM casegate.said s JOIN casegate.message m USING "
		"(tenant, message_id)"
		" WHERE s.tenant = $1 AND s.base_subject = $2 AND s.at IS NULL AND m.sent_at "
		"BETWEEN $3 AND $4 AND m.side = $5 AND m.case_id IS NOT NULL"
		" ORDER BY m.sent_at, m.own_key LIMIT 50",
		args, error);
	for (int i = 0; result && i < PQntuples(result); i++)
		if (holds_letter(item->mail->new_text, db_text(result, i, 1)))
			add(search, db_text(result, i, 0), "quoted_by", NULL);
	return result != NULL;
}

/* -------------------------------------------------------------------------- the story */

static gboolean look_by_quotes(const Search *search, gboolean is_said, GError **error)
{
	for (guint i = 0; i < search->item->quotes->len; i++) {
		const PlanQuote *quote = g_ptr_array_index(search->item->quotes, i);

		if (!quote->is_stated) {
			if (search->by_words && !find_contained(search, quote, error))
				return FALSE;
			continue;
		}
		if (!find_quoted(search, i, error) ||
			(is_said && !find_same_quote(search, i, error)))
			return FALSE;
	}
	return TRUE;
}

gboolean quoted_find(Store *store, const char *tenant, const PlanItem *item, Identity *identity,
	gboolean is_said, GError **error)
{
	const Mailbox *author = mail_author(item->mail);
	g_autofree char *from_key = address_key(author && author->address ? author->address : "");
	const Search search = {store, tenant, item, identity, from_key,
		author && author->name ? author->name : "",
		item->side && *item->mail->base_subject};

	if (item->kind != MAIL_KIND_MAIL && item->kind != MAIL_KIND_CALENDAR)
		return TRUE;
	if (!look_by_quotes(&search, is_said, error))
		return FALSE;
	if (!is_said || item->sent_precision < PRECISION_MINUTE)
		return TRUE;
	return find_quoting(&search, error) &&
	       (!search.by_words || find_containing(&search, error));
}
