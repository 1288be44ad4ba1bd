#include "store/reparse.h"

#include "parser/parse.h"
#include "store/content.h"
#include "store/db.h"
#include "store/keys.h"
#include "store/message.h"
#include "store/opening.h"

/* A message that a human put into a case before anybody could read it. */
typedef struct {
	char *tenant, *sha256, *own_key;
	gint64 delivery_id, message_id;
	Envelope *envelope; /* as much of it as the delivery kept */
} Unread;

static void unread_clear(Unread *unread)
{
	g_free(unread->tenant);
	g_free(unread->sha256);
	g_free(unread->own_key);
	envelope_free(unread->envelope);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Unread, unread_clear)

static gboolean claim(Store *store, Unread *unread, GError **error)
{
	g_autoptr(PGresult) result = db_run(store, "looking for mail to read again",
		"SELECT tenant, delivery_id, message_id, own_key, encode(source_sha256, 'hex'), "
		"envelope_from,"
		" (extract(epoch FROM received_at) * 1000000)::bigint FROM "
		"casegate.reparse_claim()",
		NULL, error);

	if (!result || PQntuples(result) == 0)
		return result != NULL;
	unread->tenant = g_strdup(db_text(result, 0, 0));
	unread->delivery_id = db_bigint(result, 0, 1);
	unread->message_id = db_bigint(result, 0, 2);
	unread->own_key = g_strdup(db_text(result, 0, 3));
	unread->sha256 = g_strdup(db_text(result, 0, 4));
	unread->envelope = envelope_new(PROTOCOL_LMTP);
	unread->envelope->envelope_from = g_strdup(db_text(result, 0, 5));
	unread->envelope->received_at = db_time(result, 0, 6);
	return TRUE;
}

/* The human vouched for this mail: it gets its own id beside its key, and joins by nothing else
 * that it names. */
static Identity *identity_of(const Unread *unread, const PlanItem *item)
{
	Identity *identity = g_new0(Identity, 1);

	identity->known_as = unread->message_id;
	identity->completes = TRUE;
	identity->kind = item->message_id ? "id" : "content";
	identity->keys = g_ptr_array_new_with_free_func(g_free);
	identity->signals = g_ptr_array_new_with_free_func(g_free);
	identity->details = g_ptr_array_new_with_free_func(g_free);
	identity->ref_keys = g_ptr_array_new_with_free_func(g_free);
	if (item->message_id) {
		g_ptr_array_add(identity->keys, key_of("m", item->message_id));
		g_ptr_array_add(identity->signals, g_strdup("message_id"));
		g_ptr_array_add(identity->details, g_strdup(item->message_id));
	}
	g_ptr_array_add(identity->keys, g_strdup(unread->own_key));
	g_ptr_array_add(identity->signals, g_strdup("content"));
	g_ptr_array_add(identity->details, NULL);
	return identity;
}

static gboolean complete(Store *store, const Unread *unread, const AuthPolicy *policy,
	GBytes *source, GError **error)
{
	g_autoptr(Mail) mail = parse_mail(source);
	g_autoptr(GPtrArray) addresses = plan_addresses(mail);
	const Question question = {.tenant = unread->tenant, .addresses = addresses};
	g_autoptr(Opening) opening = opening_load(store, &question, error);
	g_autoptr(Plan) plan = opening && opening->people
				       ? plan_make(mail, unread->envelope, opening->people, policy)
				       : NULL;
	g_autoptr(Identity) identity =
		plan ? identity_of(unread, g_ptr_array_index(plan->items, 0)) : NULL;
	Placed placed = {0};
	gboolean is_done;

	if (!plan)
		return FALSE;
	plan->standing = STANDING_USER;
	const Filing filing = {
		.tenant = unread->tenant,
		.delivery_id = unread->delivery_id,
		.envelope = unread->envelope,
		.people = opening->people,
		.plan = plan,
		.source_sha256 = unread->sha256,
	};
	is_done = message_file(
		store, &filing, g_ptr_array_index(plan->items, 0), identity, 0, 0, &placed, error);
	g_free(placed.reason);
	return is_done;
}

static gboolean read_again(
	Store *store, const Unread *unread, const AuthPolicy *policy, GError **error)
{
	g_autoptr(GBytes) source = NULL;

	if (!db_begin(store, unread->tenant, error))
		return FALSE;
	source = content_load(store, unread->tenant, unread->sha256, error);
	return source && complete(store, unread, policy, source, error) && db_commit(store, error);
}

gboolean reparse_next(Store *store, const AuthPolicy *policy, gboolean *found, GError **error)
{
	g_auto(Unread) unread = {0};

	*found = FALSE;
	if (!claim(store, &unread, error) || !unread.tenant)
		return unread.tenant == NULL && (!error || !*error);
	*found = TRUE;
	if (read_again(store, &unread, policy, error))
		return TRUE;
	db_rollback(store);
	return FALSE;
}
