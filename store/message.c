#include "store/message.h"

#include <string.h>

#include "mime/address.h"
#include "html/sanitise.h"
#include "mime/sha256.h"
#include "mime/subject.h"
#include "store/db.h"

#define SQL                                                                                 \
	"SELECT outcome, message_id, case_id, opened, reason, number, held_twins,"          \
	" array_to_string(released, ' ')"                                                   \
	" FROM casegate.file_message("                                                      \
	" ROW($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"                           \
	" $13)::casegate.filing,"                                                           \
	" ROW($14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,"                  \
	" $26, $27, $28, $29, $30)::casegate.naming,"                                       \
	" ROW($31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42,"                  \
	" $43, $44, $45, $46, $47, $48, $49, $50, $51)::casegate.body,"                     \
	" ROW($52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62)::casegate.belongings," \
	" ROW($63, $64, $65, $66)::casegate.remarks,"                                       \
	" ROW($67, $68, $69, $70, $71, $72, $73)::casegate.quotations)"

static const char *authority_of(const Filing *filing, const PlanItem *item)
{
	if (filing->is_held)
		return "hold";
	if (item->kind == MAIL_KIND_BOUNCE)
		return !item->is_believed_bounce ? "hold" : item->is_users ? "user" : "bounce";
	return filing->plan->standing == STANDING_USER    ? "user"
	       : filing->plan->standing == STANDING_KNOWN ? "known"
							  : "hold";
}

static void add_decision(Args *args, const Filing *filing, const PlanItem *item,
	const Identity *identity, guint position, gint64 shared_case)
{
	const Plan *plan = filing->plan;

	args_text(args, filing->tenant);
	args_bigint(args, filing->delivery_id);
	args_bigint(args, position);
	args_text(args, authority_of(filing, item));
	args_text(args, plan->standing == STANDING_USER || filing->is_held ? plan->user : NULL);
	args_text(args, plan->sender);
	args_id(args, filing->pin_case);
	args_bool(args, item->may_open);
	args_bool(args, item->may_reopen);
	args_id(args, shared_case);
	args_id(args, filing->is_held ? 0 : identity->known_as);
	args_bool(args, identity->completes);
	args_bool(args, identity->is_same_content);
}

/* Whose word counts as this item's people: of a bounce those who did not get the mail. */
static GPtrArray *people_of(const Filing *filing, const PlanItem *item)
{
	return item->kind == MAIL_KIND_BOUNCE ? planitem_unreached(item)
					      : plan_item_people(item, filing->people);
}

static void add_keys(
	Args *args, const Filing *filing, const PlanItem *item, const Identity *identity)
{
	g_autoptr(GPtrArray) people = people_of(filing, item);

	args_array(args, identity->keys);
	args_array(args, identity->signals);
	args_array(args, identity->details);
	args_array(args, identity->ref_keys);
	args_array(args, item->references);
	args_array(args, people);
	args_bool(args, item->is_weak);
	args_text(args, item->mail->base_subject);
	args_text(args, item->message_id);
	args_text(args, identity->kind);
	args_bool(args, item->is_inline);
	args_text(args, item->side);
	args_bool(args, item->is_loose);
	args_id(args, identity->evicts);
	args_bool(args, identity->reuses_id);
	args_bool(args, item->body->is_list);
	args_id(args, identity->joins);
}

static const char *precision_name(Precision precision)
{
	static const char *const names[] = {"none", "day", "minute", "second"};

	return names[precision];
}

static const char *none_if_empty(const char *text)
{
	return text && *text ? text : NULL;
}

static void add_head(Args *args, const Filing *filing, const PlanItem *item)
{
	const Mail *mail = item->mail;
	const Mailbox *author = mail_author(mail);
	g_autofree char *from_key = address_key(author && author->address ? author->address : "");
	g_autofree char *case_subject = subject_unprefixed(mail->subject);
	const PlanComment *outermost =
		item->comments->len ? g_ptr_array_index(item->comments, 0) : NULL;

	args_text(args, item->direction);
	args_text(args, item->source);
	args_text(args, mail_kind_name(item->kind));
	args_text(args, author ? none_if_empty(author->name) : NULL);
	args_text(args, author ? none_if_empty(author->address) : NULL);
	args_text(args, from_key);
	args_text(args, mail->subject);
	args_text(args, case_subject);
	args_time(args, item->sent_at);
	args_text(args, precision_name(item->sent_precision));
	args_bool(args, item->has_zone);
	args_time(args, filing->envelope->received_at);
	args_text(args, outermost ? outermost->text : NULL);
}

static void add_body(Args *args, const Filing *filing, const PlanItem *item)
{
	const Mail *mail = item->mail;
	gboolean is_own = mail == item->body && mail->source && item->body->source &&
			  strcmp(item->source, "forward_attached") == 0;
	g_autofree char *own_sha256 = is_own ? sha256_of_bytes(mail->source) : NULL;

	args_text(args, mail->text);
	args_text(args, strcmp(mail->new_text, mail->text) == 0 ? NULL : mail->new_text);
	args_text(args, mail->html);
	args_bigint(args, mail->remote_images);
	args_bigint(args, SANITISER_VERSION);
	args_hex(args, is_own ? own_sha256 : filing->source_sha256);
	args_bool(args, is_own);
	args_array(args, mail->defects);
}

static void add_role(
	const char *role, const GPtrArray *mailboxes, const People *people, GPtrArray *columns[5])
{
	for (guint i = 0; i < mailboxes->len; i++) {
		const Mailbox *mailbox = g_ptr_array_index(mailboxes, i);

		g_ptr_array_add(columns[0], g_strdup(role));
		g_ptr_array_add(columns[1], g_strdup(none_if_empty(mailbox->name)));
		g_ptr_array_add(columns[2], g_strdup(none_if_empty(mailbox->address)));
		g_ptr_array_add(
			columns[3], mailbox->address ? address_key(mailbox->address) : NULL);
		g_ptr_array_add(columns[4],
			g_strdup(people_find(people, mailbox->address)->is_agent ? "t" : "f"));
	}
}

static void columns_init(GPtrArray **columns, guint count)
{
	for (guint i = 0; i < count; i++)
		columns[i] = g_ptr_array_new_with_free_func(g_free);
}

static void columns_add(Args *args, GPtrArray **columns, guint count)
{
	for (guint i = 0; i < count; i++) {
		args_array(args, columns[i]);
		g_ptr_array_unref(columns[i]);
	}
}

static void add_participants(Args *args, const Filing *filing, const PlanItem *item)
{
	GPtrArray *columns[5];

	columns_init(columns, G_N_ELEMENTS(columns));
	add_role("from", item->mail->from, filing->people, columns);
	add_role("to", item->mail->to, filing->people, columns);
	add_role("cc", item->mail->cc, filing->people, columns);
	add_role("reply_to", item->mail->reply_to, filing->people, columns);
	columns_add(args, columns, G_N_ELEMENTS(columns));
}

static void add_attachments(Args *args, const PlanItem *item)
{
	GPtrArray *columns[6];

	columns_init(columns, G_N_ELEMENTS(columns));
	for (guint i = 0; i < item->body->attachments->len; i++) {
		const Attachment *attachment = g_ptr_array_index(item->body->attachments, i);

		g_ptr_array_add(columns[0], g_strdup(attachment->filename));
		g_ptr_array_add(columns[1], g_strdup(attachment->content_type));
		g_ptr_array_add(columns[2],
			g_strdup_printf("%" G_GSIZE_FORMAT, g_bytes_get_size(attachment->content)));
		g_ptr_array_add(columns[3], g_strdup(attachment->sha256));
		g_ptr_array_add(columns[4], g_strdup(attachment->content_id));
		g_ptr_array_add(columns[5], g_strdup(attachment->is_inline ? "t" : "f"));
	}
	columns_add(args, columns, G_N_ELEMENTS(columns));
}

static char *time_text(gint64 microseconds)
{
	g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(microseconds / G_USEC_PER_SEC);

	return g_date_time_format(at, "%Y-%m-%d %H:%M:%S+00");
}

/* One row for each subject that a quoted mail may have. */
static void add_quotes(Args *args, const PlanItem *item)
{
	GPtrArray *columns[7];

	columns_init(columns, G_N_ELEMENTS(columns));
	for (guint i = 0; i < item->quotes->len; i++) {
		const PlanQuote *quote = g_ptr_array_index(item->quotes, i);

		for (guint s = 0; s < quote->subjects->len; s++) {
			g_ptr_array_add(columns[0], g_strdup_printf("%u", i + 1));
			g_ptr_array_add(
				columns[1], g_strdup(g_ptr_array_index(quote->subjects, s)));
			g_ptr_array_add(columns[2], g_strdup(quote->from_key));
			g_ptr_array_add(columns[3], g_strdup(quote->name));
			g_ptr_array_add(columns[4], quote->is_stated ? time_text(quote->at) : NULL);
			g_ptr_array_add(columns[5], g_strdup(quote->has_zone ? "t" : "f"));
			g_ptr_array_add(columns[6], g_strdup(quote->subject));
		}
	}
	columns_add(args, columns, G_N_ELEMENTS(columns));
}

static void add_comments(Args *args, const PlanItem *item)
{
	GPtrArray *columns[4];

	columns_init(columns, G_N_ELEMENTS(columns));
	for (guint i = 0; i < item->comments->len; i++) {
		const PlanComment *comment = g_ptr_array_index(item->comments, i);

		g_ptr_array_add(
			columns[0], g_strdup(comment->author ? comment->author->name : NULL));
		g_ptr_array_add(
			columns[1], g_strdup(comment->author ? comment->author->address : NULL));
		g_ptr_array_add(columns[2], time_text(comment->at));
		g_ptr_array_add(columns[3], g_strdup(comment->text));
	}
	columns_add(args, columns, G_N_ELEMENTS(columns));
}

static MessageOutcome outcome_of(const char *name)
{
	static const char *const names[] = {"filed", "duplicate", "held", "hold"};

	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (MessageOutcome)i;
	g_assert_not_reached();
}

static void note_released(const Filing *filing, const char *deliveries)
{
	g_auto(GStrv) ids = g_strsplit(deliveries ? deliveries : "", " ", -1);

	for (guint i = 0; ids[i]; i++)
		g_ptr_array_add(filing->released, g_strdup(ids[i]));
}

gboolean message_file(Store *store, const Filing *filing, const PlanItem *item,
	const Identity *identity, guint position, gint64 shared_case, Placed *placed,
	GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	add_decision(args, filing, item, identity, position, shared_case);
	add_keys(args, filing, item, identity);
	add_head(args, filing, item);
	add_body(args, filing, item);
	add_participants(args, filing, item);
	add_attachments(args, item);
	add_comments(args, item);
	add_quotes(args, item);
	result = db_run(store, "filing a mail", SQL, args, error);
	if (!result)
		return FALSE;
	placed->outcome = outcome_of(db_text(result, 0, 0));
	placed->message_id = db_bigint(result, 0, 1);
	placed->case_id = db_bigint(result, 0, 2);
	placed->opened_case = db_bool(result, 0, 3);
	placed->reason = g_strdup(db_text(result, 0, 4));
	placed->case_number = db_bigint(result, 0, 5);
	placed->has_held_twins = db_bool(result, 0, 6);
	note_released(filing, db_text(result, 0, 7));
	return TRUE;
}
