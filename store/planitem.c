#include "store/planitem.h"

#include <string.h>

#include "mime/address.h"
#include "mime/subject.h"
#include "store/instant.h"
#include "store/side.h"

void planitem_free(PlanItem *item)
{
	if (!item)
		return;
	g_ptr_array_unref(item->comments);
	g_ptr_array_unref(item->quotes);
	g_ptr_array_unref(item->references);
	g_free(item->message_id);
	g_free(item->conversation);
	g_free(item->side);
	g_free(item->people);
	g_free(item);
}

/* Everything that the mail refers to, oldest first: References, then what In-Reply-To adds. */
static GPtrArray *chain_of(const Mail *mail)
{
	GPtrArray *chain = g_ptr_array_new();

	for (guint i = 0; i < mail->references->len; i++)
		g_ptr_array_add(chain, g_ptr_array_index(mail->references, i));
	for (guint i = 0; i < mail->in_reply_to->len; i++)
		if (!g_ptr_array_find_with_equal_func(
			    chain, g_ptr_array_index(mail->in_reply_to, i), g_str_equal, NULL))
			g_ptr_array_add(chain, g_ptr_array_index(mail->in_reply_to, i));
	return chain;
}

static void add_reference(PlanItem *item, const char *id)
{
	if (g_strcmp0(id, item->message_id) != 0 &&
		!g_ptr_array_find_with_equal_func(item->references, id, g_str_equal, NULL))
		g_ptr_array_add(item->references, g_strdup(id));
}

/* A bounce that a user brings is believed what it says of the mail that it reports on. */
static gboolean reports_for_user(const PlanItem *item)
{
	return item->is_users && item->kind == MAIL_KIND_BOUNCE && item->mail->reported_id &&
	       item->mail->reported;
}

static void add_chain(PlanItem *item, const Mail *mail)
{
	g_autoptr(GPtrArray) chain = chain_of(mail);

	for (guint i = chain->len; i > 0; i--)
		add_reference(item, g_ptr_array_index(chain, i - 1));
}

/* The ids of an item. An inline original has none of its own: forwards keep the ids of what they
 * forward, so the last reference of the wrapper is presumed to be the first level's, the one before
 * the second level's. */
static void name_item(PlanItem *item, guint inline_depth)
{
	const Mail *named = item->is_inline ? item->body : item->mail;
	g_autoptr(GPtrArray) chain = chain_of(named);
	/* The ids of the levels between are no references of what lies within them. */
	const guint rest = chain->len > inline_depth ? chain->len - inline_depth : 0;

	if (!item->is_inline) {
		item->message_id = g_strdup(item->mail->message_id);
	} else if (chain->len >= inline_depth) {
		item->message_id = g_strdup(g_ptr_array_index(chain, rest));
		item->is_presumed = TRUE;
	}
	if (item->mail->reported_id) /* of a bounce or receipt: the mail that it is about */
		g_ptr_array_add(item->references, g_strdup(item->mail->reported_id));
	if (reports_for_user(item))
		add_chain(item, item->mail->reported);
	for (guint i = rest; i > 0; i--)
		add_reference(item, g_ptr_array_index(chain, i - 1));
	item->has_thread_index = named->has_thread_index && item->kind != MAIL_KIND_CALENDAR;
	item->thread_guid = named->thread_guid;
}

void planitem_name_conversation(PlanItem *item, const Envelope *envelope)
{
	const gboolean is_answer = item->references->len > 0 || item->has_thread_index ||
				   subject_is_reply(item->mail->subject) ||
				   subject_is_forward(item->mail->subject);

	if (is_answer && item->kind != MAIL_KIND_CALENDAR)
		item->conversation =
			g_strjoin("\n", envelope->mailbox, envelope->conversation_id, NULL);
}

/* Who it is with: the author from outside, else the first outsider that it is written to. */
static char *side_of(const Mail *mail, const People *people)
{
	const GPtrArray *const lists[] = {mail->from, mail->to, mail->cc};

	for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
		const Mailbox *outsider = people_outsider(people, lists[i]);

		if (outsider)
			return side_of_address(outsider->address);
	}
	return NULL;
}

static char *people_of(const Mail *mail, const People *people)
{
	const GPtrArray *const lists[] = {mail->from, mail->to, mail->cc};
	GString *keys = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		for (guint j = 0; j < lists[i]->len; j++) {
			const Mailbox *mailbox = g_ptr_array_index(lists[i], j);
			g_autofree char *key =
				address_key(mailbox->address ? mailbox->address : "");

			if (!people_find(people, mailbox->address)->is_agent)
				g_string_append_printf(keys, "%s%s\t%s", keys->len > 0 ? "\n" : "",
					key, mailbox->name ? mailbox->name : "");
		}
	return g_string_free(keys, FALSE);
}

/* Of whom only the name is stated is one of ours if a user writes his so. */
static gboolean has_others(const GPtrArray *mailboxes, const People *people)
{
	for (guint i = 0; i < mailboxes->len; i++) {
		const Mailbox *mailbox = g_ptr_array_index(mailboxes, i);

		if (!people_is_ours(people, mailbox) &&
			!people_find(people, mailbox->address)->is_agent)
			return TRUE;
	}
	return FALSE;
}

static const char *direction_of(const Mail *mail, const People *people)
{
	if (mail->from->len != 1 || !people_author(people, mail)->is_ours)
		return "in";
	if (has_others(mail->to, people) || has_others(mail->cc, people))
		return "out";
	return mail->to->len + mail->cc->len > 0 ? "internal" : "out";
}

/* "Precedence: bulk" is what list and mail-merge programs write above what a person wrote. */
static MailKind kind_of(const Mail *mail, const People *people, gboolean is_users)
{
	gboolean is_by_precedence =
		mail->kind == MAIL_KIND_AUTO_REPLY && mail->kind_evidence &&
		g_ascii_strncasecmp(mail->kind_evidence, "Precedence", strlen("Precedence")) == 0;

	return is_by_precedence && is_users && people_author(people, mail)->is_ours ? MAIL_KIND_MAIL
										    : mail->kind;
}

/* "[list] [PATCH 2/7] …": one of a series that was sent as answers to its first. */
static gboolean is_of_series(const char *subject)
{
	const char *end;

	for (; *subject == '[' && (end = strchr(subject, ']'));
		subject = end + 1 + strspn(end + 1, " "))
		for (const char *at = subject + 1; at < end; at++)
			if (*at == '/' && g_ascii_isdigit(at[-1]) && g_ascii_isdigit(at[1]))
				return TRUE;
	return FALSE;
}

/* Replies and forwards say so in their subject, or quote. What only refers may be a new matter on
 * an old thread. */
static gboolean is_weak(const PlanItem *item)
{
	const Mail *mail = item->mail;

	return item->references->len > 0 && !subject_is_reply(mail->subject) &&
	       !subject_is_forward(mail->subject) && !is_of_series(mail->subject) &&
	       mail->quotes->len == 0 && mail->forwards->len == 0 && item->kind == MAIL_KIND_MAIL;
}

/* What a user writes into a new mail of his own program as an answer: only its subject says to
 * what. */
static gboolean is_loose(const PlanItem *item)
{
	const Mail *mail = item->mail;

	return item->kind == MAIL_KIND_MAIL && strcmp(item->direction, "out") == 0 && item->side &&
	       *mail->base_subject && item->references->len == 0 && mail->quotes->len == 0 &&
	       mail->forwards->len == 0 && mail->thread_depth == 0 &&
	       subject_is_reply(mail->subject);
}

GPtrArray *planitem_unreached(const PlanItem *item)
{
	GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < item->mail->reported_recipients->len; i++)
		g_ptr_array_add(
			keys, address_key(g_ptr_array_index(item->mail->reported_recipients, i)));
	return keys;
}

GPtrArray *planitem_recipients(const PlanItem *item)
{
	const GPtrArray *const lists[] = {item->mail->to, item->mail->cc};
	GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		for (guint j = 0; j < lists[i]->len; j++) {
			const Mailbox *mailbox = g_ptr_array_index(lists[i], j);

			if (mailbox->address)
				g_ptr_array_add(keys, address_key(mailbox->address));
		}
	return keys;
}

GPtrArray *planitem_subjects(const PlanItem *item)
{
	GPtrArray *subjects = g_ptr_array_new();

	g_ptr_array_add(subjects, item->mail->base_subject);
	for (guint i = 0; i < item->quotes->len; i++) {
		const PlanQuote *quote = g_ptr_array_index(item->quotes, i);

		for (guint s = 0; s < quote->subjects->len; s++)
			if (!g_ptr_array_find_with_equal_func(subjects,
				    g_ptr_array_index(quote->subjects, s), g_str_equal, NULL))
				g_ptr_array_add(subjects, g_ptr_array_index(quote->subjects, s));
	}
	return subjects;
}

/* A bounce says of the mail that it reports on what others say of those that they quote. */
static GPtrArray *quotes_of(const PlanItem *item, const People *people, gint64 received_at)
{
	if (reports_for_user(item))
		return planquotes_of_reported(item->mail, people, received_at);
	if (item->kind == MAIL_KIND_BOUNCE)
		return g_ptr_array_new();
	return planquotes_of_quoted(item->mail, item->references->len > 0, people, received_at);
}

PlanItem *planitem_new(const Mail *mail, const Mail *body, guint inline_depth, const char *source,
	gboolean is_users, const Envelope *envelope, const People *people)
{
	static const MailDate unknown;
	/* The clock of who writes the forward; where a colleague was who forwarded before him is
	 * not told. */
	const MailDate *wrapper = inline_depth > 1 ? &unknown : &body->date;
	PlanItem *item = g_new0(PlanItem, 1);
	gboolean is_believed;

	item->mail = mail;
	item->body = body;
	item->is_inline = inline_depth > 0;
	item->is_users = is_users;
	item->kind = kind_of(mail, people, is_users);
	item->source = source;
	item->comments = g_ptr_array_new_with_free_func(g_free);
	item->references = g_ptr_array_new_with_free_func(g_free);
	item->direction = direction_of(mail, people);
	item->sent_at =
		instant_of(&mail->date, wrapper, people, envelope->received_at, &is_believed);
	item->sent_precision = is_believed ? mail->date.precision : PRECISION_NONE;
	item->has_zone = mail->date.has_offset;
	name_item(item, inline_depth);
	item->quotes = quotes_of(item, people, envelope->received_at);
	/* What a program brings of a mailbox opens no case: nobody has said that it is one. */
	item->is_weak = is_weak(item) && envelope->protocol != PROTOCOL_GRAPH;
	item->side = side_of(mail, people);
	item->people = people_of(mail, people);
	item->is_loose = is_loose(item) && is_users;
	item->may_reopen = item->kind == MAIL_KIND_MAIL || item->kind == MAIL_KIND_CALENDAR;
	return item;
}
