#include "store/plan.h"

#include <string.h>

#include "mime/address.h"
#include "mime/subject.h"
#include "store/author.h"
#include "store/instant.h"

/* How many forwards of forwards are unwrapped. */
enum { LEVELS_MAX = 20 };

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

/* Of whom only the name is stated. */
static void collect_names(GHashTable *seen, GPtrArray *keys, const GPtrArray *mailboxes)
{
	for (guint i = 0; i < mailboxes->len; i++) {
		const Mailbox *mailbox = g_ptr_array_index(mailboxes, i);
		char *key = mailbox->address ? NULL : people_name_key(mailbox->name);

		if (key && g_hash_table_add(seen, key))
			g_ptr_array_add(keys, g_strdup(key));
	}
}

static void collect_all(GHashTable *seen, GPtrArray *keys, const Mail *mail, guint level)
{
	const GPtrArray *const lists[] = {mail->from, mail->to, mail->cc};

	for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
		collect(seen, keys, lists[i]);
		collect_names(seen, keys, lists[i]);
	}
	for (guint i = 0; i < mail->reported_recipients->len; i++) {
		char *key = address_key(g_ptr_array_index(mail->reported_recipients, i));

		if (g_hash_table_add(seen, key))
			g_ptr_array_add(keys, g_strdup(key));
	}
	if (mail->reported)
		collect(seen, keys, mail->reported->from);
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
	const Person *person = people_author(people, mail);
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

/* Does a user vouch for it? For a bounce only if he brings it: one that comes by itself, be it from
 * a server of ours or into a mailbox, tells what anybody may have written. */
static gboolean is_users(const Plan *plan, const Mail *mail, const char *source,
	const Envelope *envelope, const People *people)
{
	if (plan->standing != STANDING_USER || mail->kind != MAIL_KIND_BOUNCE)
		return plan->standing == STANDING_USER;
	return g_str_has_prefix(source, "forward") ||
	       (people->vouched_user && envelope->protocol != PROTOCOL_GRAPH);
}

/* Adds one mail; comments (may be NULL) is taken. */
static PlanItem *add_item(Plan *plan, const Mail *mail, const Mail *body, guint inline_depth,
	const char *source, GPtrArray *comments, const Envelope *envelope, const People *people)
{
	PlanItem *item = planitem_new(mail, body, inline_depth, source,
		is_users(plan, mail, source, envelope, people), envelope, people);

	if (comments) {
		g_ptr_array_unref(item->comments);
		item->comments = comments;
	}
	g_ptr_array_add(plan->items, item);
	return item;
}

/* ----------------------------------------------------------------------- carriers */

static gboolean is_addressed(const Mail *mail, const Mailbox *mailbox)
{
	const GPtrArray *const lists[] = {mail->to, mail->cc};
	g_autofree char *key = address_key(mailbox->address);

	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		for (guint j = 0; j < lists[i]->len; j++) {
			const Mailbox *other = g_ptr_array_index(lists[i], j);
			g_autofree char *other_key =
				address_key(other->address ? other->address : "");

			if (strcmp(key, other_key) == 0)
				return TRUE;
		}
	return FALSE;
}

/* Under the very subject of the mail below, to others than its author: an answer has a prefix, and
 * goes to him. (One of an answer may have no second prefix, and go to a colleague.) */
static gboolean is_sent_on(const Mail *mail, const Mail *original)
{
	const Mailbox *author = mail_author(original);

	return author && author->address && *mail->subject && !subject_is_reply(mail->subject) &&
	       strcmp(mail->subject, original->subject) == 0 && !is_addressed(mail, author);
}

static const Forward *first_inline(const Mail *mail)
{
	const Forward *first = mail->forwards->len ? g_ptr_array_index(mail->forwards, 0) : NULL;

	return first && first->form == FORWARD_INLINE ? first : NULL;
}

/* The inline forward of a mail that a user wrote to ours alone, or NULL. Without a mark or prefix
 * the same block may be a reply's; then it is a forward only because nobody but the agent got it,
 * or it was sent on as it was. */
static const Forward *inline_forward(const Mail *mail, const People *people, gboolean has_attached)
{
	const Forward *first = first_inline(mail);

	if (!first)
		return NULL;
	if (first->has_mark || first->has_prefix)
		return first;
	return !has_attached && (has_agent(mail->to, people) || is_sent_on(mail, first->original))
		       ? first
		       : NULL;
}

static gboolean has_attached_forward(const Mail *mail)
{
	const Forward *last = mail->forwards->len
				      ? g_ptr_array_index(mail->forwards, mail->forwards->len - 1)
				      : NULL;

	return last && last->form == FORWARD_ATTACHED;
}

/* Was the mail sent to one of ours, and is of this name nobody outside whom it states? */
static gboolean came_to_ours(const Mail *mail, const char *name, const People *people)
{
	const GPtrArray *const lists[] = {mail->to, mail->cc, mail->from};
	gboolean is_sent = FALSE;

	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		for (guint j = 0; j < lists[i]->len; j++) {
			const Mailbox *mailbox = g_ptr_array_index(lists[i], j);
			const Person *person = people_find_mailbox(people, mailbox);

			if (person->is_ours || person->is_namesake)
				is_sent |= lists[i] != mail->from;
			else if (author_is_same("", name, "", mailbox->name))
				return FALSE;
		}
	return is_sent;
}

/* Outlook states colleagues by their names alone. In a user's forward, who is called as a user's
 * address is him where his mail is a forward by its own marks, and who could have what he forwards
 * only from one of ours is one of them (a shared mailbox): if he is not, only a comment is mistaken
 * for one of ours. */
static gboolean is_colleagues_forward(const Mail *mail, const People *people)
{
	const Forward *first = first_inline(mail);
	const Mailbox *author = mail_author(mail);

	return first && (first->has_mark || first->has_prefix) && author && !author->address &&
	       author->name &&
	       (people_author(people, mail)->is_namesake ||
		       came_to_ours(first->original, author->name, people));
}

/* Does this mail only carry another: one of ours wrote it, and to nobody outside? */
static gboolean is_carrier(const Mail *mail, const People *people)
{
	if (mail->is_list || mail->is_auto_forwarded || mail_is_redirect(mail) ||
		people_outsider(people, mail->to) || people_outsider(people, mail->cc))
		return FALSE;
	return has_attached_forward(mail) || inline_forward(mail, people, FALSE);
}

/* The comments so far and this level's. */
static GPtrArray *comments_with(const GPtrArray *before, const Mail *wrapper, const Mail *body,
	const char *text, const Envelope *envelope, const People *people)
{
	GPtrArray *comments = g_ptr_array_new_with_free_func(g_free);
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

	if (level >= LEVELS_MAX || !is_carrier(mail, at->people) ||
		!(people_author(at->people, mail)->is_ours ||
			is_colleagues_forward(mail, at->people))) {
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
	return envelope->protocol == PROTOCOL_IMPORT && !people_author(people, mail)->is_ours
		       ? "import"
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

/* What was attached is of another conversation than the mail that brought it. */
static void name_conversations(Plan *plan, const Mail *mail, const Envelope *envelope)
{
	for (guint i = 0; i < plan->items->len; i++) {
		PlanItem *item = g_ptr_array_index(plan->items, i);

		if (item->body == mail)
			planitem_name_conversation(item, envelope);
	}
}

static void decide(Plan *plan, const Mail *mail, const Envelope *envelope, const People *people)
{
	const PlanItem *first = g_ptr_array_index(plan->items, 0);

	for (guint i = 0; i < plan->items->len; i++) {
		PlanItem *item = g_ptr_array_index(plan->items, i);

		plan->is_rejected |= names_never_filed(item->mail, people);
		item->is_believed_bounce = is_believed_bounce(plan, item->mail, envelope);
	}
	plan->is_rejected |= names_never_filed(mail, people);
	plan->is_quiet = first->kind == MAIL_KIND_AUTO_REPLY || first->kind == MAIL_KIND_RECEIPT;
	if (plan->is_rejected) {
		g_free(plan->reason);
		plan->reason = g_strdup("never_file");
		return;
	}
	plan->is_held = plan->standing == STANDING_NOBODY && !first->is_believed_bounce;
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

	plan->items = g_ptr_array_new_with_free_func((GDestroyNotify)planitem_free);
	find_standing(plan, mail, envelope, people, policy);
	if (!envelope->tenant && plan->standing == STANDING_USER &&
		people_author(people, mail)->is_ours && is_carrier(mail, people))
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
