#include "store/reported.h"

#include <string.h>

#include "mime/address.h"
#include "store/author.h"
#include "store/db.h"

#define MINUTE (G_GINT64_CONSTANT(60) * G_USEC_PER_SEC)

static void add(Identity *identity, PGresult *result, int row, const char *signal, const char *from)
{
	g_ptr_array_add(identity->keys, g_strdup(db_text(result, row, 0)));
	g_ptr_array_add(identity->signals, g_strdup(signal));
	g_ptr_array_add(identity->details, g_strdup(from));
}

/* The mails that a bounce may report on. */
static gboolean find_reported(Store *store, const char *tenant, const PlanItem *bounce,
	Identity *identity, GError **error)
{
	const PlanQuote *quote = g_ptr_array_index(bounce->quotes, 0);
	g_autoptr(GPtrArray) unreached = planitem_unreached(bounce);
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_text(args, quote->subject);
	args_time(args, quote->at);
	args_time(args, MAX(quote->at - MINUTE, 0));
	args_time(args, quote->at + MINUTE);
	args_array(args, unreached);
	result = db_run(store, "looking for a mail that is reported on",
		"SELECT m.own_key, coalesce(m.from_key, ''), m.from_name"
		" FROM casegate.message m"
		" WHERE m.tenant = $1 AND m.base_subject = $2 AND m.sent_at BETWEEN $4 AND $5"
		" AND m.case_id IS NOT NULL AND m.kind IN ('mail', 'calendar')"
		" AND (m.nameless OR m.sent_at = $3)"
		" AND (SELECT coalesce(bool_or(p.address_key = ANY ($6)), m.nameless)"
		" FROM casegate.participant p WHERE p.tenant = m.tenant"
		" AND p.message_id = m.message_id AND p.role IN ('to', 'cc')"
		" AND p.address_key <> '' AND NOT p.is_agent)"
		" ORDER BY m.message_id LIMIT 20",
		args, error);
	for (int i = 0; result && i < PQntuples(result); i++)
		if (author_is_same(quote->from_key, quote->name, db_text(result, i, 1),
			    db_text(result, i, 2)))
			add(identity, result, i, "quoted", quote->from_key);
	return result != NULL;
}

/* The bounces that may report on a mail and came before it. */
static gboolean find_reporting(
	Store *store, const char *tenant, const PlanItem *item, Identity *identity, GError **error)
{
	const Mailbox *author = mail_author(item->mail);
	g_autofree char *from_key = address_key(author->address ? author->address : "");
	g_autoptr(GPtrArray) recipients = planitem_recipients(item);
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_text(args, item->mail->base_subject);
	args_time(args, item->sent_at);
	args_time(args, MAX(item->sent_at - MINUTE, 0));
	args_time(args, item->sent_at + MINUTE);
	args_bool(args, item->message_id == NULL);
	args_array(args, recipients);
	result = db_run(store, "looking for who reports on a mail",
		"SELECT m.own_key, s.from_key, s.name"
		" FROM casegate.said s JOIN casegate.message m USING (tenant, message_id)"
		" WHERE s.tenant = $1 AND s.base_subject = $2 AND s.at BETWEEN $4 AND $5"
		" AND m.case_id IS NOT NULL AND m.kind = 'bounce' AND ($6 OR s.at = $3)"
		" AND (($6 AND $7::text[] = '{}') OR EXISTS (SELECT FROM casegate.claim c"
		" WHERE c.tenant = m.tenant AND c.key = m.ref_keys[1]"
		" AND c.message_id = m.message_id"
		" AND c.people && ARRAY (SELECT hashtext(a) FROM unnest($7::text[]) a)))"
		" ORDER BY m.message_id LIMIT 20",
		args, error);
	for (int i = 0; result && i < PQntuples(result); i++)
		if (author_is_same(db_text(result, i, 1), db_text(result, i, 2), from_key,
			    author->name ? author->name : ""))
			add(identity, result, i, "quoted_by", db_text(result, i, 1));
	return result != NULL;
}

/* Reports that are believed are about mails of ours: no other's author is asked for. */
static gboolean may_be_reported(const PlanItem *item)
{
	const Mailbox *author = mail_author(item->mail);

	return (item->kind == MAIL_KIND_MAIL || item->kind == MAIL_KIND_CALENDAR) &&
	       item->sent_precision >= PRECISION_MINUTE && author &&
	       (!author->address || strcmp(item->direction, "in") != 0);
}

gboolean reported_find(Store *store, const char *tenant, const PlanItem *item, Identity *identity,
	gboolean is_said, GError **error)
{
	if (item->kind == MAIL_KIND_BOUNCE)
		return item->quotes->len == 0 ||
		       find_reported(store, tenant, item, identity, error);
	return !is_said || !may_be_reported(item) ||
	       find_reporting(store, tenant, item, identity, error);
}
