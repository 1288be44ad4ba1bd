#include "store/identity.h"

#include <string.h>

#include "mime/address.h"
#include "mime/sha256.h"
#include "store/db.h"
#include "store/keys.h"
#include "store/quoted.h"
#include "store/reported.h"
#include "store/twin.h"

#define MINUTE (G_GINT64_CONSTANT(60) * G_USEC_PER_SEC)
#define HOUR   (60 * MINUTE)

enum { CONTENT_LETTERS = 2000 };

void identity_free(Identity *identity)
{
	if (!identity)
		return;
	g_ptr_array_unref(identity->keys);
	g_ptr_array_unref(identity->signals);
	g_ptr_array_unref(identity->details);
	g_ptr_array_unref(identity->ref_keys);
	g_free(identity);
}

/* ------------------------------------------------------------------------ look-ups */

static PGresult *find_by_key(Store *store, const char *tenant, const char *key, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_text(args, tenant);
	args_text(args, key);
	return db_run(store, "looking for a mail by its key",
		"SELECT " TWIN_COLUMNS ", k.key = ANY (m.presumed_keys)"
		" FROM casegate.thread_key k JOIN casegate.message m USING (tenant, message_id)"
		" WHERE k.tenant = $1 AND k.key = $2::uuid",
		args, error);
}

static PGresult *find_sent(Store *store, const char *tenant, gint64 message_id, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_text(args, tenant);
	args_bigint(args, message_id);
	return db_run(store, "looking for a mail that we sent",
		"SELECT " TWIN_COLUMNS " FROM casegate.message m"
		" WHERE m.tenant = $1 AND m.message_id = $2 AND m.case_id IS NOT NULL",
		args, error);
}

/* Whose address is stated is looked for by that, and among those of whom only a name is. */
#define BY_ADDRESS "m.from_key IN ($2, '')"
#define BY_NAME    "$2::text = ''"

/* Same author and subject within a day; one of the two has no id of its own, or both were sent in
 * one second. */
#define TWINS(author)                                                                        \
	" FROM casegate.message m WHERE m.tenant = $1 AND " author                           \
	" AND m.base_subject = $3 AND m.sent_at BETWEEN $4 AND $5 AND m.case_id IS NOT NULL" \
	" AND ($6 OR m.internet_message_id IS NULL OR m.identity = 'presumed' OR m.sent_at = $7)"

#define FIND_TWINS(author)                                                                        \
	"SELECT " TWIN_COLUMNS TWINS(author) " ORDER BY abs(extract(epoch FROM m.sent_at - $7))," \
					     " m.message_id LIMIT 50"

#define PROBE(author)                                                                            \
	"SELECT EXISTS (SELECT FROM casegate.thread_key k WHERE k.tenant = $1"                   \
	" AND k.key = $8::uuid AND k.message_id IS NOT NULL),"                                   \
	" EXISTS (SELECT" TWINS(author) "),"                                                     \
					" EXISTS (SELECT FROM casegate.said s WHERE s.tenant = " \
					"$1 AND s.base_subject = ANY ($9))"

static void add_twins(Args *args, const char *tenant, const PlanItem *item, const char *from_key)
{
	args_text(args, tenant);
	args_text(args, from_key);
	args_text(args, item->mail->base_subject);
	args_time(args, MAX(item->sent_at - 26 * HOUR, 0));
	args_time(args, item->sent_at + 26 * HOUR);
	args_bool(args, item->message_id == NULL || item->is_presumed);
	args_time(args, item->sent_at);
}

static PGresult *find_twins(Store *store, const char *tenant, const PlanItem *item,
	const char *from_key, GError **error)
{
	g_autoptr(Args) args = args_new();

	add_twins(args, tenant, item, from_key);
	return db_run(store, "looking for a mail by its content",
		*from_key ? FIND_TWINS(BY_ADDRESS) : FIND_TWINS(BY_NAME), args, error);
}

/* Which looks would find something. For most mails none: one statement spares them all. */
typedef struct {
	gboolean by_key;     /* a mail has this key */
	gboolean by_content; /* there are twins */
	gboolean is_said; /* some mail says what a mail of this subject, or of one that this quotes,
			     was like */
} Probe;

static gboolean probe(Store *store, const char *tenant, const PlanItem *item, const char *key,
	Probe *found, GError **error)
{
	g_autofree char *from_key = twin_from_key(item->mail);
	g_autoptr(GPtrArray) subjects = planitem_subjects(item);
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	add_twins(args, tenant, item, from_key);
	args_text(args, key);
	args_array(args, subjects);
	result = db_run(store, "looking whether a mail is here",
		*from_key ? PROBE(BY_ADDRESS) : PROBE(BY_NAME), args, error);
	if (!result)
		return FALSE;
	found->by_key = db_bool(result, 0, 0);
	found->by_content = db_bool(result, 0, 1);
	found->is_said = db_bool(result, 0, 2);
	return TRUE;
}

/* The names under which a mail meets others that are filed at this moment: twins and quotes have
 * the same subject; what an outsider or a bounce names waits as a claim for the mail of that id. */
static void add_lock_names(
	GPtrArray *names, const char *tenant, const PlanItem *item, gboolean makes_claims)
{
	g_autoptr(GPtrArray) subjects = planitem_subjects(item);

	for (guint i = 0; i < subjects->len; i++)
		g_ptr_array_add(names, g_strjoin("\n", tenant,
					       (const char *)g_ptr_array_index(subjects, i), NULL));
	if (item->message_id)
		g_ptr_array_add(names, g_strconcat(tenant, "\n<", item->message_id, ">", NULL));
	for (guint i = 0; makes_claims && i < item->references->len; i++)
		g_ptr_array_add(names,
			g_strconcat(tenant, "\n<",
				(const char *)g_ptr_array_index(item->references, i), ">", NULL));
}

void identity_lock(Store *store, const char *tenant, const Plan *plan)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	Args *args = args_new();

	for (guint i = 0; i < plan->items->len; i++) {
		const PlanItem *item = g_ptr_array_index(plan->items, i);

		add_lock_names(names, tenant, item,
			plan->standing != STANDING_USER || item->kind == MAIL_KIND_BOUNCE);
	}
	args_array(args, names);
	db_queue(store, "locking an identity",
		"SELECT pg_advisory_xact_lock(h) FROM (SELECT DISTINCT hashtextextended(n, 0) AS h "
		"FROM unnest($1::text[]) n ORDER BY 1) x",
		args);
}

/* --------------------------------------------------------------------------- keys */

static void add_key(Identity *identity, const char *kind, const char *value, const char *signal,
	const char *detail)
{
	g_ptr_array_add(identity->keys, key_of(kind, value));
	g_ptr_array_add(identity->signals, g_strdup(signal));
	g_ptr_array_add(identity->details, g_strdup(detail));
}

/* Author, minute, subject, to whom and the first letters: equal for every copy that the same client
 * forwards. */
static char *content_of(const PlanItem *item)
{
	g_autofree char *from_key = twin_from_key(item->mail);
	g_autofree char *letters = overlap_letters(item->mail->text, CONTENT_LETTERS);
	g_autofree char *attachments =
		item->is_inline ? g_strdup("") : twin_attachments_of(item->mail);

	if (!twin_has_content_identity(item))
		return sha256_of_bytes(item->mail->source);
	return g_strdup_printf("%s|%" G_GINT64_FORMAT "|%s|%s|%s|%s", from_key,
		item->sent_at / MINUTE, item->mail->base_subject, item->people, letters,
		attachments);
}

static void add_own_key(Identity *identity, const PlanItem *item)
{
	g_autofree char *content = NULL;

	if (item->message_id && strcmp(identity->kind, "reused") != 0) {
		add_key(identity, "m", item->message_id,
			item->is_presumed ? "presumed_id" : "message_id", item->message_id);
		return;
	}
	content = content_of(item);
	add_key(identity, "d", content, "content", NULL);
}

static void add_named_keys(Identity *identity, const PlanItem *item)
{
	g_autoptr(GString) guid = g_string_new(NULL);

	for (guint i = 0; i < item->references->len; i++) {
		const char *id = g_ptr_array_index(item->references, i);

		add_key(identity, "m", id, "references", id);
		g_ptr_array_add(identity->ref_keys,
			g_strdup(g_ptr_array_index(identity->keys, identity->keys->len - 1)));
	}
	if (item->conversation)
		add_key(identity, "c", item->conversation, "conversation", NULL);
	if (!item->has_thread_index)
		return;
	for (guint i = 0; i < 16; i++)
		g_string_append_printf(guid, "%02x", item->thread_guid[i]);
	add_key(identity, "g", guid->str, "thread_index", guid->str);
}

/* ----------------------------------------------------------------------- the story */

/* Notes that the item is this message. Its own key goes along, so that both names mean one mail. */
static void recognise(
	Identity *identity, const PlanItem *item, const Twin *twin, const Overlap *overlap)
{
	identity->known_as = twin->message_id;
	identity->completes = twin_is_completed(item, twin);
	identity->is_same_content = twin_is_brought(item, twin, overlap);
	if (strcmp(g_ptr_array_index(identity->keys, 0), twin->own_key) == 0)
		return;
	g_ptr_array_add(identity->keys, g_strdup(twin->own_key));
	g_ptr_array_add(identity->signals, g_strdup("content"));
	g_ptr_array_add(identity->details, NULL);
}

/* The copy of a mail that we sent: Exchange may have given it another id and changed its text. */
static gboolean look_by_sending(Store *store, const char *tenant, const PlanItem *item,
	gint64 sent_message, Identity *identity, GError **error)
{
	g_autoptr(PGresult) result = find_sent(store, tenant, sent_message, error);

	if (result && PQntuples(result) == 1) {
		const Overlap same = {.share = 1, .numbers = 1, .is_equal = TRUE};
		Twin twin = twin_of(result, 0);

		add_own_key(identity, item);
		recognise(identity, item, &twin, &same);
	}
	return result != NULL;
}

/* Looks by the item's id. FALSE with an error; *is_others: another mail has it. */
static gboolean look_by_id(Store *store, const char *tenant, const PlanItem *item,
	Identity *identity, gboolean *is_others, GError **error)
{
	g_autofree char *key = key_of("m", item->message_id);
	g_autoptr(PGresult) result = find_by_key(store, tenant, key, error);

	*is_others = FALSE;
	if (!result)
		return FALSE;
	if (PQntuples(result) == 1) {
		Twin twin = twin_of(result, 0);
		Overlap overlap = twin_overlap(item, &twin);

		if (twin_is_same_by_id(item, &twin, &overlap)) {
			add_own_key(identity, item);
			recognise(identity, item, &twin, &overlap);
			identity->is_in_texts = twin.is_reconstructed && twin.is_presumed;
			return TRUE;
		}
		identity->reuses_id = twin_reuses_id(item, &twin);
		if (!item->is_presumed && db_bool(result, 0, TWIN_FIELDS) &&
			(!identity->reuses_id || strcmp(twin.own_key, key) == 0))
			identity->evicts = twin.message_id;
		else
			*is_others = TRUE;
	}
	return TRUE;
}

/* Looks by the content key itself: a copy made by the same client, or a mail whose id was used
 * twice. */
static gboolean look_by_own_key(
	Store *store, const char *tenant, const PlanItem *item, Identity *identity, GError **error)
{
	g_autoptr(PGresult) result =
		find_by_key(store, tenant, g_ptr_array_index(identity->keys, 0), error);

	if (result && PQntuples(result) == 1) {
		Twin twin = twin_of(result, 0);
		Overlap overlap = twin_overlap(item, &twin);

		recognise(identity, item, &twin, &overlap);
	}
	return result != NULL;
}

/* An id that turned out to be another mail's. A stated one was used twice. A presumed one was only
 * near (or not even that: the subjects will say), or its sender uses it always: then it says
 * nothing. */
static void give_up_id(PlanItem *item, Identity *identity)
{
	if (!item->is_presumed) {
		identity->kind = "reused";
		return;
	}
	item->is_presumed = FALSE;
	identity->kind = "content";
	if (identity->reuses_id) {
		g_clear_pointer(&item->message_id, g_free);
		item->is_weak = item->is_weak && item->references->len > 0;
		return;
	}
	g_ptr_array_insert(item->references, 0, g_steal_pointer(&item->message_id));
	item->is_weak = TRUE;
	identity->has_given_up = TRUE;
}

/* The same minute first, then the words; of equals the nearest, which comes first. */
static gboolean is_better(
	TimeTest time, const Overlap *overlap, TimeTest best_time, const Overlap *best)
{
	if ((time == TIME_MATCH) != (best_time == TIME_MATCH))
		return time == TIME_MATCH;
	return overlap->share > best->share;
}

/* Looks by content: the best of the twins (of those that are no text's), a nameless copy joins at
 * most one mail. */
static gboolean look_by_content(Store *store, const char *tenant, PlanItem *item,
	Identity *identity, gboolean is_real, GError **error)
{
	g_autofree char *from_key = twin_from_key(item->mail);
	g_autoptr(PGresult) result = find_twins(store, tenant, item, from_key, error);
	Overlap best = {.share = -1};
	TimeTest nearest = TIME_FAR;
	Twin found = {0};

	if (!result)
		return FALSE;
	for (int i = 0; i < PQntuples(result); i++) {
		Twin twin = twin_of(result, i);
		Overlap overlap = twin_overlap(item, &twin);

		if (!(is_real && twin.is_reconstructed) &&
			twin_is_same_by_content(item, &twin, &overlap) &&
			is_better(twin_compare_times(item, &twin), &overlap, nearest, &best)) {
			nearest = twin_compare_times(item, &twin);
			best = overlap;
			found = twin;
		}
	}
	if (!found.message_id)
		return TRUE;
	if (item->is_presumed && twin_denies_id(item, &found)) {
		give_up_id(item, identity);
		g_ptr_array_set_size(identity->keys, 0);
		g_ptr_array_set_size(identity->signals, 0);
		g_ptr_array_set_size(identity->details, 0);
		add_own_key(identity, item);
	}
	recognise(identity, item, &found, &best);
	return TRUE;
}

/* The mail was known by an id that forwards presumed, and no more: is it also a real mail under
 * another id (which states the minute that those texts did not)? Then both are one. */
static gboolean look_for_original(
	Store *store, const char *tenant, PlanItem *item, Identity *identity, GError **error)
{
	const gint64 known_as = identity->known_as;

	if (!look_by_content(store, tenant, item, identity, TRUE, error))
		return FALSE;
	if (identity->known_as != known_as)
		identity->joins = known_as;
	return TRUE;
}

static gboolean is_by_id(const Identity *identity)
{
	return strcmp(identity->kind, "id") == 0 || strcmp(identity->kind, "presumed") == 0;
}

static Identity *identity_new(const PlanItem *item)
{
	Identity *identity = g_new0(Identity, 1);

	identity->keys = g_ptr_array_new_with_free_func(g_free);
	identity->signals = g_ptr_array_new_with_free_func(g_free);
	identity->details = g_ptr_array_new_with_free_func(g_free);
	identity->ref_keys = g_ptr_array_new_with_free_func(g_free);
	identity->kind = !item->message_id ? "content" : item->is_presumed ? "presumed" : "id";
	return identity;
}

/* By its id; without one, or where that is another mail's, by its content's key. */
static gboolean look_by_name(Store *store, const char *tenant, PlanItem *item, Identity *identity,
	const Probe *found, GError **error)
{
	gboolean is_others = FALSE;

	if (item->message_id && found->by_key &&
		!look_by_id(store, tenant, item, identity, &is_others, error))
		return FALSE;
	if (is_others)
		give_up_id(item, identity);
	if (identity->known_as)
		return TRUE;
	add_own_key(identity, item);
	return is_by_id(identity) || (!is_others && !found->by_key) ||
	       look_by_own_key(store, tenant, item, identity, error);
}

/* Its own name, as far as the item alone tells. */
static char *name_of(const PlanItem *item)
{
	g_autofree char *content = item->message_id ? NULL : content_of(item);

	return item->message_id ? key_of("m", item->message_id) : key_of("d", content);
}

Identity *identity_find(
	Store *store, const char *tenant, PlanItem *item, gint64 sent_message, GError **error)
{
	g_autoptr(Identity) identity = identity_new(item);
	g_autofree char *name = name_of(item);
	Probe found = {FALSE};

	if (!probe(store, tenant, item, name, &found, error) ||
		(sent_message &&
			!look_by_sending(store, tenant, item, sent_message, identity, error)))
		return NULL;
	if (!identity->known_as && !look_by_name(store, tenant, item, identity, &found, error))
		return NULL;
	if (!identity->known_as && found.by_content && twin_has_content_identity(item) &&
		!look_by_content(store, tenant, item, identity, FALSE, error))
		return NULL;
	if (identity->is_in_texts && item->is_users && found.by_content &&
		!look_for_original(store, tenant, item, identity, error))
		return NULL;
	if (identity->known_as && identity->has_given_up) /* what a known mail names is known */
		g_ptr_array_remove_index(item->references, 0);
	add_named_keys(identity, item);
	if (!quoted_find(store, tenant, item, identity, found.is_said, error) ||
		!reported_find(store, tenant, item, identity, found.is_said, error))
		return NULL;
	return g_steal_pointer(&identity);
}
