#include "graph/list.h"

#include <string.h>

#define LINK_MAX  16000
#define PAGES_MAX 5000

void page_clear(Page *page)
{
	g_clear_pointer(&page->items, g_ptr_array_unref);
	g_clear_pointer(&page->next, g_free);
	g_clear_pointer(&page->delta, g_free);
}

char *list_time(gint64 at)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at / G_USEC_PER_SEC);

	return g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
}

static void free_item(gpointer item)
{
	item_free(item);
}

/* A link receives our token: only Microsoft's own. */
static gboolean take_link(
	const char *api_url, const json_t *body, const char *name, char **link, GError **error)
{
	const char *text = told_text(body, name);

	if (text == NULL)
		return TRUE;
	if (strlen(text) <= LINK_MAX && http_is_same_host(text, api_url)) {
		*link = g_strdup(text);
		return TRUE;
	}
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY,
		"Microsoft's answer leads to another host: it is not followed, and no token is "
		"sent "
		"there [%s]",
		name);
	return FALSE;
}

gboolean list_read(
	const json_t *body, const char *api_url, const char *mailbox, Page *page, GError **error)
{
	const json_t *entry;
	size_t i;

	page_clear(page);
	if (!take_link(api_url, body, "@odata.nextLink", &page->next, error) ||
		!take_link(api_url, body, "@odata.deltaLink", &page->delta, error))
		return FALSE;
	page->items = g_ptr_array_new_with_free_func(free_item);
	json_array_foreach(json_object_get(body, "value"), i, entry)
	{
		Item *item = item_read(entry, mailbox);

		if (item != NULL)
			g_ptr_array_add(page->items, item);
	}
	return TRUE;
}

gboolean list_page(Account *account, const char *link, const char *path, const char *prefer,
	Page *page, CallTrouble *trouble, GError **error)
{
	const Call call = {.method = "GET",
		.link = link,
		.path = link == NULL ? path : NULL,
		.prefer = prefer};
	g_autofree char *mailbox = g_ascii_strdown(account->connection->mailbox, -1);
	g_autoptr(json_t) body = account_get(account, &call, trouble, error);

	page_clear(page);
	return body != NULL && list_read(body, account->cloud.api_url, mailbox, page, error);
}

static gboolean drop_skipped(Gather *gather, GPtrArray *items, GError **error)
{
	for (guint i = 0; i < items->len;) {
		gboolean is_skipped = FALSE;

		if (!gather_is_skipped(gather, g_ptr_array_index(items, i), &is_skipped, error))
			return FALSE;
		if (is_skipped)
			g_ptr_array_remove_index(items, i);
		else
			i++;
	}
	return TRUE;
}

gboolean list_take_all(Gather *gather, const char *path, GError **error)
{
	g_autoptr(GHashTable) links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *link = NULL;

	for (guint pages = 0; pages < PAGES_MAX; pages++) {
		g_auto(Page) page = {0};

		if (!list_page(gather->account, link, path, NULL, &page, NULL, error) ||
			!drop_skipped(gather, page.items, error) ||
			!gather_take(gather, page.items, NULL, error))
			return FALSE;
		if (page.next == NULL || !g_hash_table_add(links, g_strdup(page.next)))
			return TRUE;
		g_free(link);
		link = g_steal_pointer(&page.next);
	}
	return TRUE;
}
