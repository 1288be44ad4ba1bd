#include "graph/gather.h"

#include <string.h>
#include <unistd.h>

#include "graph/batch.h"
#include "graph/copy.h"
#include "graph/fetch.h"
#include "store/ingest.h"

/* How often a mail is begun with before it is kept unread, and how long reading it may take. */
#define TRIES_MAX    3
#define READ_SECONDS 60

/* ---- its life ---- */

static void free_item(gpointer item)
{
	item_free(item);
}

Gather *gather_new(Account *account, const AuthPolicy *policy, gsize message_size)
{
	Gather *gather = g_new0(Gather, 1);

	gather->account = account;
	gather->policy = policy;
	gather->message_size = message_size;
	gather->untied = g_ptr_array_new_with_free_func(free_item);
	gather->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return gather;
}

void gather_free(Gather *gather)
{
	if (gather == NULL)
		return;
	g_ptr_array_unref(gather->untied);
	g_hash_table_unref(gather->seen);
	g_clear_pointer(&gather->skipped_folders, g_ptr_array_unref);
	g_free(gather);
}

/* The mailbox as conversations are keyed: lower case. */
static char *mailbox_of(const Gather *gather)
{
	return g_ascii_strdown(gather->account->connection->mailbox, -1);
}

/* ---- looking ---- */

static Look *look_of(const Item *item)
{
	Look *look = g_new0(Look, 1);

	look->sighting = item->sighting;
	look->own_key = item->own_key;
	look->keys = item->keys;
	look->send_id = item->send_id;
	return look;
}

/* The answers beside items, to be freed. */
static GPtrArray *look_at(Gather *gather, const GPtrArray *items, GError **error)
{
	const OutlookConnection *connection = gather->account->connection;
	g_autoptr(GPtrArray) looks = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < items->len; i++)
		g_ptr_array_add(looks, look_of(g_ptr_array_index(items, i)));
	if (!mailbox_look(
		    gather->account->store, connection->tenant, connection->user, looks, error))
		return NULL;
	return g_steal_pointer(&looks);
}

/* The second look: what they answer, our stamp, the size. */
static gboolean add_details(Gather *gather, const GPtrArray *items, GError **error)
{
	g_autofree char *mailbox = mailbox_of(gather);
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) asked = g_ptr_array_new();
	g_autoptr(GPtrArray) moved = g_ptr_array_new();
	g_autoptr(GPtrArray) answers = NULL;

	for (guint i = 0; i < items->len; i++) {
		Item *item = g_ptr_array_index(items, i);
		g_autofree char *id = http_escape(item->id);

		if (item->has_details || item->is_removed)
			continue;
		g_ptr_array_add(paths, g_strconcat("/messages/", id, item_details_query, NULL));
		g_ptr_array_add(asked, item);
	}
	if (paths->len == 0)
		return TRUE;
	if (!batch_get(gather->account, paths, &answers, error))
		return FALSE;
	for (guint i = 0; i < asked->len; i++) {
		Item *item = g_ptr_array_index(asked, i);
		const json_t *details = g_ptr_array_index(answers, i);

		if (details != NULL)
			item_add_details(item, details, mailbox);
		else
			g_ptr_array_add(moved, item);
	}
	return fetch_find_again(gather, moved, error);
}

/* ---- filing ---- */

typedef struct {
	Gather *gather;
	const Item *item;
	Folder *folder; /* kept together with this mail; or NULL */
} Filing;

static gboolean keep_together(Store *store, const Verdict *verdict, gpointer data, GError **error)
{
	const Filing *filing = data;
	const OutlookConnection *connection = filing->gather->account->connection;

	if (filing->folder != NULL) {
		filing->folder->filed++;
		filing->folder->filed_at = MAX(filing->folder->filed_at, filing->item->received_at);
	}
	return mailbox_sight(store, connection->tenant, connection->user, filing->item->sighting,
		       verdict->message_id, error) &&
	       (filing->folder == NULL || folder_save(store, connection->tenant, connection->user,
						  filing->folder, error));
}

static Envelope *envelope_of(
	const Gather *gather, const Item *item, const Filing *filing, gint64 sent_message)
{
	const OutlookConnection *connection = gather->account->connection;
	Envelope *envelope = envelope_new(PROTOCOL_GRAPH);

	envelope->peer = g_strdup("graph");
	envelope->tenant = g_strdup(connection->tenant);
	envelope->mailbox = mailbox_of(gather);
	envelope->conversation_id = g_strdup(item->conversation);
	envelope->vouched_by = g_strdup(connection->user);
	envelope->received_at = item->received_at > 0 ? item->received_at : g_get_real_time();
	envelope->sent_message = sent_message;
	g_ptr_array_add(envelope->recipients, g_strdup(connection->mailbox));
	envelope->before_commit = keep_together;
	envelope->data = (gpointer)filing;
	return envelope;
}

/* As ingest(); but what killed its reader before, or what the database refuses, is kept unread, so
 * that a person sees it and the next mail is not kept waiting. */
static gboolean read_mail(Gather *gather, const Item *item, const Envelope *envelope,
	GBytes *source, Verdict *verdict, GError **error)
{
	const OutlookConnection *connection = gather->account->connection;
	Store *store = gather->account->store;
	gint64 tries = 0;

	if (!mailbox_try(
		    store, connection->tenant, connection->user, item->sighting, &tries, error))
		return FALSE;
	if (tries > TRIES_MAX) {
		ingest_unparsed(store, envelope, source, "reading it ended its reader", verdict);
	} else {
		alarm(READ_SECONDS);
		ingest(store, envelope, gather->policy, source, verdict);
		alarm(0);
	}
	if (verdict->error != NULL && verdict->error->code == CASEGATE_ERROR_REJECT &&
		tries <= TRIES_MAX) {
		g_autofree char *why = g_strdup(verdict->error->message);

		verdict_clear(verdict);
		ingest_unparsed(store, envelope, source, why, verdict);
	}
	if (verdict->error == NULL)
		return TRUE;
	g_propagate_error(error, g_steal_pointer(&verdict->error));
	return FALSE;
}

/* What no list shows, the mail itself may say: that it is the copy of one of ours. */
static gboolean recognise(
	Gather *gather, Item *item, GBytes *source, gint64 *sent_message, GError **error)
{
	g_autoptr(GPtrArray) items = g_ptr_array_new();
	g_autoptr(GPtrArray) looks = NULL;

	if (*sent_message != 0)
		return TRUE;
	if (item->send_id == NULL)
		item->send_id =
			copy_stamp_in(g_bytes_get_data(source, NULL), g_bytes_get_size(source));
	if (item->send_id == NULL)
		return TRUE;
	g_ptr_array_add(items, item);
	looks = look_at(gather, items, error);
	if (looks == NULL)
		return FALSE;
	*sent_message = ((Look *)g_ptr_array_index(looks, 0))->sent_message;
	return TRUE;
}

/* *is_kept: folder was kept with it. */
static gboolean file_one(Gather *gather, Item *item, gint64 sent_message, Folder *folder,
	gboolean *is_kept, GError **error)
{
	const Filing filing = {gather, item, folder};
	g_autoptr(Envelope) envelope = NULL;
	g_autoptr(GBytes) source = NULL;
	Verdict verdict = {0};

	*is_kept = FALSE;
	if (item->is_removed)
		return TRUE;
	if (!fetch_mail(gather, item, &source, error))
		return FALSE;
	if (source == NULL)
		return TRUE;
	if (!recognise(gather, item, source, &sent_message, error))
		return FALSE;
	envelope = envelope_of(gather, item, &filing, sent_message);
	if (!read_mail(gather, item, envelope, source, &verdict, error)) {
		verdict_clear(&verdict);
		return FALSE;
	}
	*is_kept = folder != NULL &&
		   (verdict.outcome == OUTCOME_FILED || verdict.outcome == OUTCOME_DUPLICATE);
	gather->filed += verdict.outcome == OUTCOME_FILED;
	gather->known += verdict.outcome == OUTCOME_DUPLICATE;
	verdict_clear(&verdict);
	return TRUE;
}

/* ---- the story ---- */

/* Moves what ties to a case from untied to tied, with the mail of ours that it is. What was filed
 * from here before, or deleted by a person, is dropped; with tied NULL nothing else is done. */
static gboolean sort(
	Gather *gather, GPtrArray *untied, GPtrArray *tied, GArray *sent, GError **error)
{
	g_autoptr(GPtrArray) looks = look_at(gather, untied, error);
	guint kept = 0;

	if (looks == NULL)
		return FALSE;
	for (guint i = 0; i < looks->len; i++) {
		const Look *look = g_ptr_array_index(looks, i);
		Item *item = g_ptr_array_index(untied, i);

		if (look->is_sighted || look->is_buried || item->is_draft || item->is_removed) {
			item_free(item);
		} else if (look->is_tied && tied != NULL) {
			g_ptr_array_add(tied, item);
			g_array_append_val(sent, look->sent_message);
		} else {
			untied->pdata[kept++] = item;
		}
	}
	/* Without freeing what has moved. */
	g_ptr_array_set_free_func(untied, NULL);
	g_ptr_array_set_size(untied, (int)kept);
	g_ptr_array_set_free_func(untied, free_item);
	return TRUE;
}

/* Files all of tied but the last, again and again while that ties more; then the last together with
 * the folder, so that what was read to is true exactly when all of it is filed. */
static gboolean file_all(Gather *gather, GPtrArray *untied, GPtrArray *tied, GArray *sent,
	Folder *folder, gboolean *is_kept, GError **error)
{
	guint done = 0;

	*is_kept = FALSE;
	if (!add_details(gather, tied, error))
		return FALSE;
	while (done < tied->len) {
		const gboolean is_last = done + 1 == tied->len;
		const guint before = tied->len;

		if (is_last && done > 0 && !sort(gather, untied, tied, sent, error))
			return FALSE;
		if (tied->len > before)
			continue;
		if (!file_one(gather, g_ptr_array_index(tied, done),
			    g_array_index(sent, gint64, done), is_last ? folder : NULL, is_kept,
			    error))
			return FALSE;
		if (!is_last && folder != NULL) {
			folder->filed++;
			folder->filed_at = MAX(folder->filed_at,
				((Item *)g_ptr_array_index(tied, done))->received_at);
		}
		done++;
	}
	return TRUE;
}

/* Takes from items what this round has not looked at. */
static GPtrArray *take_new(Gather *gather, GPtrArray *items)
{
	GPtrArray *new_ones = g_ptr_array_new_with_free_func(free_item);

	g_ptr_array_set_free_func(items, NULL);
	for (guint i = 0; i < items->len; i++) {
		Item *item = g_ptr_array_index(items, i);

		if (item->is_removed || item->is_draft ||
			!g_hash_table_add(gather->seen, g_strdup(item->sighting)))
			item_free(item);
		else
			g_ptr_array_add(new_ones, item);
	}
	g_ptr_array_set_size(items, 0);
	g_ptr_array_set_free_func(items, free_item);
	gather->looked += new_ones->len;
	return new_ones;
}

/* Who may be the copy of a mail of ours is asked for our stamp, even where he ties by himself. */
static gboolean is_of_sent(const Folder *folder)
{
	return folder != NULL && strcmp(folder->folder, "sentitems") == 0;
}

/* Of what Exchange shows neither stamp nor Message-ID of ours, and what answers nothing: it is ours
 * if the mail itself says so. Asked is what has the subject of a mail whose copy we wait for. */
static gboolean add_hidden_stamps(Gather *gather, const GPtrArray *untied, GError **error)
{
	const OutlookConnection *connection = gather->account->connection;
	g_autoptr(GHashTable) awaited = NULL;

	for (guint i = 0; i < untied->len; i++) {
		Item *item = g_ptr_array_index(untied, i);

		if (item->send_id != NULL || item->is_removed || item->subject == NULL)
			continue;
		if (awaited == NULL)
			awaited = outbox_awaited(gather->account->store, connection->tenant,
				connection->user, error);
		if (awaited == NULL)
			return FALSE;
		if (g_hash_table_contains(awaited, item->subject) &&
			!copy_ask_stamp(gather->account, item->id, &item->send_id, error))
			return FALSE;
	}
	return TRUE;
}

gboolean gather_take(Gather *gather, GPtrArray *items, Folder *folder, GError **error)
{
	const OutlookConnection *connection = gather->account->connection;
	g_autoptr(GPtrArray) untied = take_new(gather, items);
	g_autoptr(GPtrArray) tied = g_ptr_array_new_with_free_func(free_item);
	g_autoptr(GArray) sent = g_array_new(FALSE, FALSE, sizeof(gint64));
	gboolean is_kept = FALSE;

	if (is_of_sent(folder) &&
		(!sort(gather, untied, NULL, NULL, error) || !add_details(gather, untied, error) ||
			!add_hidden_stamps(gather, untied, error)))
		return FALSE;
	if (!sort(gather, untied, tied, sent, error) || !add_details(gather, untied, error) ||
		!sort(gather, untied, tied, sent, error) ||
		!file_all(gather, untied, tied, sent, folder, &is_kept, error))
		return FALSE;
	if (folder != NULL && !is_kept &&
		!folder_commit(gather->account->store, connection->tenant, connection->user, folder,
			error))
		return FALSE;
	g_ptr_array_extend_and_steal(gather->untied, g_steal_pointer(&untied));
	return TRUE;
}

gboolean gather_again(Gather *gather, GError **error)
{
	for (;;) {
		g_autoptr(GPtrArray) tied = g_ptr_array_new_with_free_func(free_item);
		g_autoptr(GArray) sent = g_array_new(FALSE, FALSE, sizeof(gint64));
		gboolean is_kept;

		if (!sort(gather, gather->untied, tied, sent, error))
			return FALSE;
		if (tied->len == 0)
			return TRUE;
		if (!file_all(gather, gather->untied, tied, sent, NULL, &is_kept, error))
			return FALSE;
	}
}

/* ---- folders that are nobody's business ---- */

static gboolean ask_for_folders(Gather *gather, GError **error)
{
	static const char *const names[] = {"drafts", "junkemail", "deleteditems", "outbox"};
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) answers = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		g_ptr_array_add(paths, g_strdup_printf("/mailFolders/%s?$select=id", names[i]));
	if (!batch_get(gather->account, paths, &answers, error))
		return FALSE;
	gather->skipped_folders = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < answers->len; i++) {
		const char *id = told_text(g_ptr_array_index(answers, i), "id");

		if (id != NULL)
			g_ptr_array_add(gather->skipped_folders, g_strdup(id));
	}
	return TRUE;
}

gboolean gather_is_skipped(Gather *gather, const Item *item, gboolean *is_skipped, GError **error)
{
	if (gather->skipped_folders == NULL && !ask_for_folders(gather, error))
		return FALSE;
	*is_skipped =
		item->is_draft || item->is_removed ||
		(item->parent != NULL && g_ptr_array_find_with_equal_func(gather->skipped_folders,
						 item->parent, g_str_equal, NULL));
	return TRUE;
}
