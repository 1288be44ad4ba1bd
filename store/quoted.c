#include "store/quoted.h"

#include <string.h>

#include "mime/address.h"
#include "store/timetest.h"
#include "store/db.h"
#include "store/overlap.h"

#define HOUR (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)

/* How far a stated time may be off: a zone. */
#define WINDOW (15 * HOUR)

/* ------------------------------------------------------------------------- authors */

static gboolean is_word_of(const char *word, char *const *words)
{
	for (guint i = 0; words[i]; i++)
		if (strcmp(word, words[i]) == 0)
			return TRUE;
	return FALSE;
}

/* "Muster, Max" and "Max Muster (ACME)": two words in common, one where one side has only one. */
static gboolean is_same_name(const char *one, const char *other)
{
	g_autofree char *a = g_utf8_casefold(one, -1);
	g_autofree char *b = g_utf8_casefold(other, -1);
	g_auto(GStrv) first = g_strsplit_set(a, " ,.\"'()", -1);
	g_auto(GStrv) second = g_strsplit_set(b, " ,.\"'()", -1);
	guint words = 0, others = 0, shared = 0;

	for (guint i = 0; second[i]; i++)
		others += *second[i] ? 1 : 0;
	for (guint i = 0; first[i]; i++) {
		words += *first[i] ? 1 : 0;
		shared += *first[i] && is_word_of(first[i], second) ? 1 : 0;
	}
	return shared >= 2 || (shared == 1 && MIN(words, others) == 1);
}

static gboolean is_same_author(
	const char *stated_key, const char *stated_name, const char *key, const char *name)
{
	if (*stated_key && *key)
		return strcmp(stated_key, key) == 0;
	return *stated_name && name && *name && is_same_name(stated_name, name);
}

/* The stated time fits; where it fits only by a zone or an arrival, the words must fit, too. */
static gboolean is_said_of(gint64 stated_at, gboolean has_zone, gint64 sent_at,
	gboolean is_sent_sure, const char *quoted_text, const char *text)
{
	TimeTest time = timetest_compare(stated_at, sent_at, has_zone && is_sent_sure);
	Overlap overlap;

	if (time == TIME_MATCH)
		return TRUE;
	if (time != TIME_WEAK && time != TIME_NEAR)
		return FALSE;
	overlap = overlap_of(text, quoted_text);
	return overlap.share >= .3;
}

/* --------------------------------------------------------------------------- look-ups */

static void add(Identity *identity, const char *key, const char *detail)
{
	g_ptr_array_add(identity->keys, g_strdup(key));
	g_ptr_array_add(identity->signals, g_strdup("quoted"));
	g_ptr_array_add(identity->details, g_strdup(detail));
}

/* The mails that one quote may mean. */
static gboolean find_quoted(Store *store, const char *tenant, const PlanItem *item,
	const PlanQuote *quote, Identity *identity, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_text(args, item->mail->base_subject);
	args_time(args, quote->at - WINDOW);
	args_time(args, quote->at + WINDOW);
	args_bool(args, item->references->len == 0);
	result = db_run(store, "looking for a quoted mail",
		"SELECT own_key, coalesce(from_key, ''), from_name, (extract(epoch FROM sent_at) * "
		"1000000)::bigint, NOT is_reconstructed, text"
		" FROM casegate.message WHERE tenant = $1 AND base_subject = $2 AND sent_at "
		"BETWEEN $3 AND $4 AND case_id IS NOT NULL"
		" AND ($5 OR internet_message_id IS NULL) ORDER BY sent_at LIMIT 50",
		args, error);
	for (int i = 0; result && i < PQntuples(result); i++)
		if (is_same_author(quote->from_key, quote->name, db_text(result, i, 1),
			    db_text(result, i, 2)) &&
			is_said_of(quote->at, quote->has_zone, db_time(result, i, 3),
				db_bool(result, i, 4), quote->text, db_text(result, i, 5)))
			add(identity, db_text(result, i, 0),
				*quote->from_key ? quote->from_key : quote->name);
	return result != NULL;
}

/* The mails that quote this one and came before it. */
static gboolean find_quoting(
	Store *store, const char *tenant, const PlanItem *item, Identity *identity, GError **error)
{
	const Mailbox *author = mail_author(item->mail);
	g_autofree char *from_key = address_key(author && author->address ? author->address : "");
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_text(args, item->mail->base_subject);
	args_time(args, item->sent_at - WINDOW);
	args_time(args, item->sent_at + WINDOW);
	args_bool(args, item->message_id == NULL);
	result = db_run(store, "looking for a quoting mail",
		"SELECT m.own_key, s.from_key, s.name, (extract(epoch FROM s.at) * "
		"1000000)::bigint, s.has_zone, m.text"
		" FROM casegate.said s JOIN casegate.message m USING (tenant, message_id)"
		" WHERE s.tenant = $1 AND s.base_subject = $2 AND s.at BETWEEN $3 AND $4 AND "
		"m.case_id IS NOT NULL"
		" AND ($5 OR m.refs = '{}') ORDER BY s.at LIMIT 50",
		args, error);
	for (int i = 0; result && i < PQntuples(result); i++)
		if (is_same_author(db_text(result, i, 1), db_text(result, i, 2), from_key,
			    author ? author->name : NULL) &&
			is_said_of(db_time(result, i, 3), db_bool(result, i, 4), item->sent_at,
				item->has_zone, db_text(result, i, 5), item->mail->text))
			add(identity, db_text(result, i, 0), db_text(result, i, 1));
	return result != NULL;
}

gboolean quoted_find(
	Store *store, const char *tenant, const PlanItem *item, Identity *identity, GError **error)
{
	if (!*item->mail->base_subject ||
		(item->kind != MAIL_KIND_MAIL && item->kind != MAIL_KIND_CALENDAR))
		return TRUE;
	for (guint i = 0; i < item->quotes->len; i++)
		if (!find_quoted(store, tenant, item, g_ptr_array_index(item->quotes, i), identity,
			    error))
			return FALSE;
	return item->sent_precision < PRECISION_MINUTE ||
	       find_quoting(store, tenant, item, identity, error);
}
