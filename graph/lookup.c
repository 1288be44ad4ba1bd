#include "graph/lookup.h"

#include <string.h>

#include "graph/batch.h"
#include "graph/list.h"

/* What is found names more; this often at most in one round. */
#define DEPTH_MAX 6

static void free_item(gpointer item)
{
	item_free(item);
}

/* $filter=internetMessageId eq '<…>', quotes doubled, percent-encoded. */
static char *path_of(const char *id)
{
	g_auto(GStrv) parts = g_strsplit(id, "'", -1);
	g_autofree char *quoted = g_strjoinv("''", parts);
	g_autofree char *filter = g_strdup_printf("internetMessageId eq '<%s>'", quoted);
	g_autofree char *escaped = http_escape(filter);

	return g_strconcat("/messages?$filter=", escaped, "&$select=" ITEM_SELECT "&$top=5", NULL);
}

static GPtrArray *items_of(const GPtrArray *answers, const char *mailbox)
{
	GPtrArray *items = g_ptr_array_new_with_free_func(free_item);

	for (guint i = 0; i < answers->len; i++) {
		const json_t *entry;
		size_t j;

		json_array_foreach(
			json_object_get(g_ptr_array_index(answers, i), "value"), j, entry)
		{
			Item *item = item_read(entry, mailbox);

			if (item != NULL)
				g_ptr_array_add(items, item);
		}
	}
	return items;
}

/* Asks for all ids at once. What is found is taken; its conversations are noted. */
static gboolean ask_for_ids(
	Gather *gather, const GPtrArray *ids, GHashTable *conversations, GError **error)
{
	const OutlookConnection *connection = gather->account->connection;
	g_autofree char *mailbox = g_ascii_strdown(connection->mailbox, -1);
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) answers = NULL;
	g_autoptr(GPtrArray) items = NULL;

	for (guint i = 0; i < ids->len; i++)
		g_ptr_array_add(paths, path_of(g_ptr_array_index(ids, i)));
	if (!batch_get(gather->account, paths, &answers, error))
		return FALSE;
	items = items_of(answers, mailbox);
	for (guint i = 0; i < items->len;) {
		const Item *item = g_ptr_array_index(items, i);
		gboolean is_skipped = FALSE;

		if (!gather_is_skipped(gather, item, &is_skipped, error))
			return FALSE;
		if (!is_skipped && item->conversation != NULL)
			g_hash_table_add(conversations, g_strdup(item->conversation));
		if (is_skipped)
			g_ptr_array_remove_index(items, i);
		else
			i++;
	}
	if (!gather_take(gather, items, NULL, error))
		return FALSE;
	for (guint i = 0; i < ids->len; i++)
		if (!lookup_note_asked(gather->account->store, connection->tenant, connection->user,
			    g_ptr_array_index(ids, i), error))
			return FALSE;
	return TRUE;
}

static gboolean ask_for_conversation(Gather *gather, const char *conversation, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(conversation, "'", -1);
	g_autofree char *quoted = g_strjoinv("''", parts);
	g_autofree char *filter = g_strdup_printf("conversationId eq '%s'", quoted);
	g_autofree char *escaped = http_escape(filter);
	g_autofree char *path = g_strconcat(
		"/messages?$filter=", escaped, "&$select=" ITEM_SELECT "&$top=50", NULL);

	return list_take_all(gather, path, error);
}

/* One case, until nothing that is found names anything new. */
static gboolean look_up(
	Gather *gather, const char *case_id, GHashTable *conversations, GError **error)
{
	const OutlookConnection *connection = gather->account->connection;
	Store *store = gather->account->store;
	const gint64 began_at = g_get_real_time();

	for (guint depth = 0; depth < DEPTH_MAX; depth++) {
		g_autoptr(GPtrArray) ids =
			lookup_ids(store, connection->tenant, connection->user, case_id, error);
		g_autoptr(GHashTable) found =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		GHashTableIter iter;
		gpointer conversation;

		if (ids == NULL)
			return FALSE;
		if (ids->len == 0)
			break;
		if (!ask_for_ids(gather, ids, found, error))
			return FALSE;
		g_hash_table_iter_init(&iter, found);
		while (g_hash_table_iter_next(&iter, &conversation, NULL)) {
			if (g_hash_table_contains(conversations, conversation))
				continue;
			if (!ask_for_conversation(gather, conversation, error))
				return FALSE;
			g_hash_table_add(conversations, g_strdup(conversation));
		}
	}
	return lookup_end(store, connection->tenant, connection->user, case_id, began_at, error);
}

gboolean lookup_run(Gather *gather, GError **error)
{
	const OutlookConnection *connection = gather->account->connection;
	g_autoptr(GPtrArray) cases =
		lookup_list(gather->account->store, connection->tenant, connection->user, error);
	g_autoptr(GHashTable) conversations =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; cases != NULL && i < cases->len; i++)
		if (!look_up(gather, g_ptr_array_index(cases, i), conversations, error))
			return FALSE;
	return cases != NULL;
}
