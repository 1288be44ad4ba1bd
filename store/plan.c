#include "store/plan.h"

#include <string.h>

#include "mime/address.h"
#include "mime/date.h"
#include "mime/subject.h"
#include "store/side.h"

/* How many forwards of forwards are unwrapped. */
enum { LEVELS_MAX = 20 };
/* How many of the mails that a mail quotes are looked for. */
enum { QUOTES_MAX = 8 };

const char *standing_name(Standing standing)
{
	static const char *const names[] = {"nobody", "known", "user"};

	return names[standing];
}

/* ---------------------------------------------------------------------- addresses */

static void collect(GHashTable *seen, GPtrArray *keys, const GPtrArray *mailboxes)
{
	for (guint i = 0; i < mailboxes->len; i++) {
		const Mailbox *mailbox = g_ptr_array_index(mailboxes, i);
		char *key;

		if (!mailbox->address)
			continue;
		key = address_key(mailbox->address);
		if (g_hash_table_add(seen, key))
			g_ptr_array_add(keys, g_strdup(key));
	}
}

static void collect_all(GHashTable *seen, GPtrArray *keys, const Mail *mail, guint level)
{
	collect(seen, keys, mail->from);
	collect(seen, keys, mail->to);
	collect(seen, keys, mail->cc);
	for (guint i = 0; i < mail->reported_recipients->len; i++) {
		char *key = address_key(g_ptr_array_index(mail->reported_recipients, i));

		if (g_hash_table_add(seen, key))
			g_ptr_array_add(keys, g_strdup(key));
	}
	for (guint i = 0; level < LEVELS_MAX && i < mail->forwards->len; i++)
		collect_all(seen, keys, ((Forward *)g_ptr_array_index(mail->forwards, i))->original,
			level + 1);
}

GPtrArray *plan_addresses(const Mail *mail)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);

	collect_all(seen, keys, mail, 0);
	return keys;
}

static gboolean has_agent(const GPtrArray *mailboxes, const People *people)
{
	for (guint i = 0; i < mailboxes->len; i++)
		if (people_find(people, ((Mailbox *)g_ptr_array_index(mailboxes, i))->address)
				->is_agent)
			return TRUE;
	return FALSE;
}

/* Somebody who is neither ours nor the agent. A name without an address is nobody that mail can
 * reach. */
static gboolean has_outsider(const GPtrArray *mailboxes, const People *people)
{
	for (guint i = 0; i < mailboxes->len; i++) {
		const Mailbox *mailbox = g_ptr_array_index(mailboxes, i);
		const Person *person = people_find(people, mailbox->address);

		if (mailbox->address && !person->is_ours && !person->is_agent)
			return TRUE;
	}
	return FALSE;
}

static const Person *author_of(const Mail *mail, const People *people)
{
	const Mailbox *author = mail_author(mail);

	return people_find(people, author ? author->address : NULL);
}

static gboolean has_never_filed(const GPtrArray *mailboxes, const People *people)
{
	for (guint i = 0; i < mailboxes->len; i++)
		if (people_find(people, ((Mailbox *)g_ptr_array_index(mailboxes, i))->address)
				->is_never_filed)
			return TRUE;
	return FALSE;
}

static gboolean names_never_filed(const Mail *mail, const People *people)
{
	return has_never_filed(mail->from, people) || has_never_filed(mail->to, people) ||
	       has_never_filed(mail->cc, people);
}

GPtrArray *plan_item_people(const PlanItem *item, const People *people)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);

	collect(seen, all, item->mail->from);
	collect(seen, all, item->mail->to);
	collect(seen, all, item->mail->cc);
	for (guint i = 0; i < all->len; i++)
		if (!people_find(people, g_ptr_array_index(all, i))->is_agent)
			g_ptr_array_add(keys, g_strdup(g_ptr_array_index(all, i)));
	return keys;
}

/* ----------------------------------------------------------------------- standing */

/* Exactly one From field with exactly one mailbox: anything else can be read in two ways. */
static gboolean has_one_author(const Mail *mail)
{
	return mail->from_fields == 1 && mail->from->len == 1 && mail_author(mail)->address;
}

static void find_standing(Plan *plan, const Mail *mail, const Envelope *envelope,
	const People *people, const AuthPolicy *policy)
{
	const Mailbox *author = mail_author(mail);
	const Person *person = author_of(mail, people);
	g_autofree char *why = NULL;

	plan->author_key = address_key(author && author->address ? author->address : "");
	plan->sender = plan->author_key;
	plan->authenticated =
		authres_verdict(mail, policy, envelope->is_trusted_peer, people->trusted_arc, &why);
	if (people->vouched_user) {
		plan->standing = STANDING_USER;
		plan->user = g_strdup(people->vouched_user);
		return;
	}
	if (person->is_ours && has_one_author(mail)) {
		plan->user = g_strdup(person->user ? person->user : plan->author_key);
		plan->is_new_colleague = person->user == NULL;
	}
	if (!has_one_author(mail)) {
		plan->reason = g_strdup("the mail does not name exactly one sender");
	} else if (policy->require_dmarc && plan->authenticated != AUTH_PASS) {
		plan->reason = g_strdup_printf("the sender %s is not proven (%s)", plan->author_key,
			why ? why : "no verdict of the mail server");
	} else if (person->is_ours) {
		plan->standing = STANDING_USER;
	} else if (person->is_participant) {
		plan->standing = STANDING_KNOWN;
	} else {
		plan->reason =
			g_strdup_printf("the sender %s takes part in no case", plan->author_key);
	}
}

/* -------------------------------------------------------------------------- items */

static void comment_free(gpointer comment)
{
	g_free(comment);
}

static void quote_free(gpointer data)
{
	PlanQuote *quote = data;

	g_free(quote->from_key);
	g_free(quote);
}

static void item_free(gpointer data)
{
	PlanItem *item = data;

	g_ptr_array_unref(item->comments);
	g_ptr_array_unref(item->quotes);
	g_ptr_array_unref(item->references);
	g_free(item->message_id);
	g_free(item->conversation);
	g_free(item->side);
	g_free(item);
}

/* The zone of a wall clock without one: the wrapper's own, unless that says +0000 (servers do),
 * else the tenant's. */
static GTimeZone *zone_of(const MailDate *wrapper, const People *people)
{
	if (wrapper->has_offset && wrapper->offset_minutes != 0)
		return g_time_zone_new_offset(wrapper->offset_minutes * 60);
	return g_time_zone_ref(people->timezone);
}

/* When it was written; what cannot be believed counts as written when it came. */
static gint64 instant_of(const MailDate *date, const MailDate *wrapper, const People *people,
	gint64 received_at, gboolean *is_believed)
{
	static const gint64 year_1990 = G_GINT64_CONSTANT(631152000) * G_USEC_PER_SEC;
	static const gint64 day = G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC;
	g_autoptr(GTimeZone) zone = zone_of(wrapper, people);
	gint64 at = 0;

	*is_believed =
		maildate_instant(date, zone, &at) && at >= year_1990 && at <= received_at + day;
	return *is_believed ? at : received_at;
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

/* The ids of an item. An inline original has none of its own: forwards keep the ids of what they
 * forward, so the last reference of the wrapper is presumed to be the first level's, the one before
 * the second level's. */
static void name_item(PlanItem *item, guint inline_depth)
{
	const Mail *named = item->is_inline ? item->body : item->mail;
	g_autoptr(GPtrArray) chain = chain_of(named);
	guint rest = chain->len;

	if (!item->is_inline) {
		item->message_id = g_strdup(item->mail->message_id);
	} else if (chain->len >= inline_depth) {
		rest = chain->len - inline_depth;
		item->message_id = g_strdup(g_ptr_array_index(chain, rest));
		item->is_presumed = TRUE;
	}
	if (item->mail->reported_id) /* of a bounce or receipt: the mail that it is about */
		g_ptr_array_add(item->references, g_strdup(item->mail->reported_id));
	for (guint i = rest; i > 0; i--)
		add_reference(item, g_ptr_array_index(chain, i - 1));
	item->has_thread_index = named->has_thread_index && item->kind != MAIL_KIND_CALENDAR;
	item->thread_guid = named->thread_guid;
}

/* Exchange puts mails without a Thread-Index into one conversation by their subject alone; of those
 * only answers are believed. */
static void name_conversation(PlanItem *item, const Envelope *envelope)
{
	const gboolean is_answer = item->references->len > 0 || item->has_thread_index ||
				   subject_is_reply(item->mail->subject) ||
				   subject_is_forward(item->mail->subject);

	if (is_answer && item->kind != MAIL_KIND_CALENDAR)
		item->conversation =
			g_strjoin("\n", envelope->mailbox, envelope->conversation_id, NULL);
}

/* What was attached is of another conversation than the mail that brought it. */
static void name_conversations(Plan *plan, const Mail *mail, const Envelope *envelope)
{
	for (guint i = 0; i < plan->items->len; i++) {
		PlanItem *item = g_ptr_array_index(plan->items, i);

		if (item->body == mail)
			name_conversation(item, envelope);
	}
}

/* Who it is with: the author from outside, else the first outsider that it is written to. */
static char *side_of(const Mail *mail, const People *people)
{
	const GPtrArray *const lists[] = {mail->from, mail->to, mail->cc};

	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		for (guint j = 0; j < lists[i]->len; j++) {
			const Mailbox *mailbox = g_ptr_array_index(lists[i], j);
			const Person *person = people_find(people, mailbox->address);

			if (mailbox->address && !person->is_ours && !person->is_agent)
				return side_of_address(mailbox->address);
		}
	return NULL;
}

static const char *direction_of(const Mail *mail, const People *people)
{
	if (mail->from->len != 1 || !author_of(mail, people)->is_ours)
		return "in";
	if (has_outsider(mail->to, people) || has_outsider(mail->cc, people))
		return "out";
	return mail->to->len + mail->cc->len > 0 ? "internal" : "out";
}

/* "Precedence: bulk" is what list and mail-merge programs write above what a person wrote. */
static MailKind kind_of(const Plan *plan, const Mail *mail, const People *people)
{
	gboolean is_by_precedence =
		mail->kind == MAIL_KIND_AUTO_REPLY && mail->kind_evidence &&
		g_ascii_strncasecmp(mail->kind_evidence, "Precedence", strlen("Precedence")) == 0;

	return is_by_precedence && plan->standing == STANDING_USER &&
			       author_of(mail, people)->is_ours
		       ? MAIL_KIND_MAIL
		       : mail->kind;
}

/* "[PATCH 2/7] …": one of a series that was sent as answers to its first. */
static gboolean is_of_series(const char *subject)
{
	const char *end = *subject == '[' ? strchr(subject, ']') : NULL;

	for (const char *at = subject + 1; end && at < end; at++)
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

static PlanQuote *add_quote(PlanItem *item, const Quote *quote)
{
	PlanQuote *added = g_new0(PlanQuote, 1);

	added->from_key =
		address_key(quote->from && quote->from->address ? quote->from->address : "");
	added->name = quote->from && quote->from->name ? quote->from->name : "";
	added->text = quote->text;
	g_ptr_array_add(item->quotes, added);
	return added;
}

/* Who and when must both be stated, the time to the minute. Where no quote of a mail without
 * references does, the words of the nearest must do. */
static void add_quotes(PlanItem *item, const People *people, gint64 received_at)
{
	for (guint i = 0; i < item->mail->quotes->len && item->quotes->len < QUOTES_MAX; i++) {
		const Quote *quote = g_ptr_array_index(item->mail->quotes, i);
		gboolean is_believed = FALSE;
		gint64 at = instant_of(
			&quote->date, &item->mail->date, people, received_at, &is_believed);
		PlanQuote *stated;

		if (!quote->from || !is_believed || quote->date.precision < PRECISION_MINUTE)
			continue;
		stated = add_quote(item, quote);
		stated->is_stated = TRUE;
		stated->at = at;
		stated->has_zone = quote->date.has_offset;
	}
	if (item->quotes->len == 0 && item->references->len == 0 && item->mail->quotes->len > 0)
		add_quote(item, g_ptr_array_index(item->mail->quotes, 0));
}

/* Adds one mail; comments (may be NULL) is taken. */
static PlanItem *add_item(Plan *plan, const Mail *mail, const Mail *body, guint inline_depth,
	const char *source, GPtrArray *comments, const Envelope *envelope, const People *people)
{
	PlanItem *item = g_new0(PlanItem, 1);
	gboolean is_believed;

	item->mail = mail;
	item->body = body;
	item->is_inline = inline_depth > 0;
	item->kind = kind_of(plan, mail, people);
	item->source = source;
	item->comments = comments ? comments : g_ptr_array_new_with_free_func(comment_free);
	item->references = g_ptr_array_new_with_free_func(g_free);
	item->quotes = g_ptr_array_new_with_free_func(quote_free);
	item->direction = direction_of(mail, people);
	item->sent_at =
		instant_of(&mail->date, &body->date, people, envelope->received_at, &is_believed);
	item->sent_precision = is_believed ? mail->date.precision : PRECISION_NONE;
	item->has_zone = mail->date.has_offset;
	name_item(item, inline_depth);
	add_quotes(item, people, envelope->received_at);
	item->is_weak = is_weak(item);
	item->side = side_of(mail, people);
	item->is_loose = is_loose(item) && plan->standing == STANDING_USER;
	item->may_reopen = item->kind == MAIL_KIND_MAIL || item->kind == MAIL_KIND_CALENDAR;
	g_ptr_array_add(plan->items, item);
	return item;
}

/* ----------------------------------------------------------------------- carriers */

/* The inline forward of a mail that a user wrote to us alone, or NULL. Without a mark or prefix the
 * same block may be a reply's; then it is a forward only because nobody but the agent got it. */
static const Forward *inline_forward(const Mail *mail, const People *people, gboolean has_attached)
{
	const Forward *first = mail->forwards->len ? g_ptr_array_index(mail->forwards, 0) : NULL;

	if (!first || first->form != FORWARD_INLINE)
		return NULL;
	if (first->has_mark || first->has_prefix)
		return first;
	return !has_attached && has_agent(mail->to, people) ? first : NULL;
}

static gboolean has_attached_forward(const Mail *mail)
{
	const Forward *last = mail->forwards->len
				      ? g_ptr_array_index(mail->forwards, mail->forwards->len - 1)
				      : NULL;

	return last && last->form == FORWARD_ATTACHED;
}

/* Does this mail only carry another: one of ours wrote it, and to nobody outside? */
static gboolean is_carrier(const Mail *mail, const People *people)
{
	if (mail->is_list || mail->is_auto_forwarded || mail_is_redirect(mail) ||
		has_outsider(mail->to, people) || has_outsider(mail->cc, people))
		return FALSE;
	return has_attached_forward(mail) || inline_forward(mail, people, FALSE);
}

/* The comments so far and this level's. */
static GPtrArray *comments_with(const GPtrArray *before, const Mail *wrapper, const Mail *body,
	const char *text, const Envelope *envelope, const People *people)
{
	GPtrArray *comments = g_ptr_array_new_with_free_func(comment_free);
	gboolean is_believed;

	for (guint i = 0; before && i < before->len; i++)
		g_ptr_array_add(
			comments, g_memdup2(g_ptr_array_index(before, i), sizeof(PlanComment)));
	if (*text) {
		PlanComment *comment = g_new0(PlanComment, 1);

		comment->author = mail_author(wrapper);
		comment->at = instant_of(
			&wrapper->date, &body->date, people, envelope->received_at, &is_believed);
		comment->text = text;
		g_ptr_array_add(comments, comment);
	}
	return comments;
}

/* Where the unwrapping stands: the mail of this level, whose bytes it is in, and how many inline
 * levels deep there. */
typedef struct {
	Plan *plan;
	const Envelope *envelope;
	const People *people;
} Unwrapping;

static void unwrap(const Unwrapping *at, const Mail *mail, const Mail *body, guint inline_depth,
	const char *source, GPtrArray *comments, guint level);

static void unwrap_forward(const Unwrapping *at, const Mail *mail, const Mail *body,
	guint inline_depth, const Forward *forward, const GPtrArray *comments, guint level)
{
	GPtrArray *all =
		comments_with(comments, mail, body, forward->comment, at->envelope, at->people);

	if (forward->form == FORWARD_INLINE)
		unwrap(at, forward->original, body, inline_depth + 1, "forward", all, level + 1);
	else
		unwrap(at, forward->original, forward->original, 0, "forward_attached", all,
			level + 1);
}

/* Adds the mail of this level, or what it carries as long as its author is one of ours. Takes
 * comments. */
static void unwrap(const Unwrapping *at, const Mail *mail, const Mail *body, guint inline_depth,
	const char *source, GPtrArray *comments, guint level)
{
	g_autoptr(GPtrArray) owned = comments;
	const Forward *forward;

	if (level >= LEVELS_MAX || !author_of(mail, at->people)->is_ours ||
		!is_carrier(mail, at->people)) {
		add_item(at->plan, mail, body, inline_depth, source, g_steal_pointer(&owned),
			at->envelope, at->people)
			->may_open = TRUE;
		return;
	}
	forward = inline_forward(mail, at->people, has_attached_forward(mail));
	if (forward) {
		unwrap_forward(at, mail, body, inline_depth, forward, comments, level);
		return;
	}
	for (guint i = 0; i < mail->forwards->len; i++) {
		forward = g_ptr_array_index(mail->forwards, i);
		if (forward->form == FORWARD_ATTACHED)
			unwrap_forward(at, mail, body, inline_depth, forward, comments, level);
	}
}

/* ---------------------------------------------------------------------- the story */

/* How a mail that is not a forward came. */
static const char *source_of(const Mail *mail, const Envelope *envelope, const People *people)
{
	if (envelope->protocol == PROTOCOL_GRAPH)
		return "sync";
	if (mail_is_redirect(mail) || mail->is_auto_forwarded)
		return "redirect";
	if (envelope->is_history)
		return "import";
	if (has_agent(mail->to, people))
		return "direct";
	if (has_agent(mail->cc, people))
		return "cc";
	return envelope->protocol == PROTOCOL_IMPORT && !author_of(mail, people)->is_ours ? "import"
											  : "bcc";
}

static void plan_itself(
	Plan *plan, const Mail *mail, const Envelope *envelope, const People *people)
{
	PlanItem *item = add_item(
		plan, mail, mail, 0, source_of(mail, envelope, people), NULL, envelope, people);

	item->may_open = !envelope->tenant && plan->standing == STANDING_USER &&
			 (item->may_reopen || people->vouched_user);
}

/* A bounce joins the case of the mail that it reports on, whoever the reporting server says it is.
 */
static gboolean is_believed_bounce(const Plan *plan, const Mail *mail, const Envelope *envelope)
{
	return mail->kind == MAIL_KIND_BOUNCE && mail->reported_id &&
	       (envelope->protocol == PROTOCOL_GRAPH || plan->standing == STANDING_USER ||
		       g_strcmp0(envelope->envelope_from, "") == 0);
}

static void name_redirector(Plan *plan, const Mail *mail)
{
	const Mailbox *resender =
		mail->resent_from->len ? g_ptr_array_index(mail->resent_from, 0) : NULL;
	char *reason = plan->reason;

	if (!resender || !reason)
		return;
	plan->reason = g_strdup_printf("%s; redirected by %s", reason,
		resender->address ? resender->address : resender->name);
	g_free(reason);
}

static void decide(Plan *plan, const Mail *mail, const Envelope *envelope, const People *people)
{
	const PlanItem *first = g_ptr_array_index(plan->items, 0);

	for (guint i = 0; i < plan->items->len; i++)
		plan->is_rejected |= names_never_filed(
			((PlanItem *)g_ptr_array_index(plan->items, i))->mail, people);
	plan->is_rejected |= names_never_filed(mail, people);
	plan->is_bounce = is_believed_bounce(plan, first->mail, envelope);
	plan->is_quiet = first->kind == MAIL_KIND_AUTO_REPLY || first->kind == MAIL_KIND_RECEIPT;
	if (plan->is_rejected) {
		g_free(plan->reason);
		plan->reason = g_strdup("never_file");
		return;
	}
	plan->is_held = plan->standing == STANDING_NOBODY && !plan->is_bounce;
	/* What was forwarded to us comes by itself; in the mailbox lies only its wrapping. */
	plan->is_held |=
		envelope->tenant && has_agent(mail->to, people) && is_carrier(mail, people);
	if (plan->is_held && mail_is_redirect(mail))
		name_redirector(plan, mail);
}

Plan *plan_make(
	const Mail *mail, const Envelope *envelope, const People *people, const AuthPolicy *policy)
{
	Plan *plan = g_new0(Plan, 1);
	const Unwrapping at = {plan, envelope, people};

	plan->items = g_ptr_array_new_with_free_func(item_free);
	find_standing(plan, mail, envelope, people, policy);
	if (!envelope->tenant && plan->standing == STANDING_USER &&
		author_of(mail, people)->is_ours && is_carrier(mail, people))
		unwrap(&at, mail, mail, 0, "forward", NULL, 0);
	else
		plan_itself(plan, mail, envelope, people);
	if (envelope->mailbox && envelope->conversation_id)
		name_conversations(plan, mail, envelope);
	decide(plan, mail, envelope, people);
	return plan;
}

void plan_free(Plan *plan)
{
	if (!plan)
		return;
	g_free(plan->user);
	g_free(plan->author_key);
	g_free(plan->reason);
	g_ptr_array_unref(plan->items);
	g_free(plan);
}
