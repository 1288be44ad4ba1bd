#include "graph/round.h"

#include <string.h>

#include "graph/list.h"
#include "graph/lookup.h"
#include "store/subscription.h"

#define DAY (G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC)
/* How far back a mailbox is read that is new to us, and one whose state was lost. */
#define WINDOW_DAYS 14
#define RESYNC_DAYS 2
/* A filtered delta ends here, whatever there is. */
#define DELTA_CAP       5000
#define PAGES_MAX       5000
#define RESETS_MAX      2
#define SWEEP_US        (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)
#define SWEEP_SLACK_US  (G_GINT64_CONSTANT(600) * G_USEC_PER_SEC)
#define PAGE_PREFERENCE "odata.maxpagesize=50"

/* One folder on its way. */
typedef struct {
	Gather *gather;
	Folder folder;
	gboolean is_first; /* the round reads the window, not the changes */
	guint shown;       /* in this round, by this process */
	gboolean must_sweep;
	gboolean
		is_old_page; /* the page to read was given to an earlier round: these die quickly */
	guint resets;
} Reading;

static char *first_path(const Reading *reading)
{
	g_autofree char *since = list_time(reading->folder.since);

	return g_strdup_printf(
		"/mailFolders/%s/messages/delta?changeType=created&$select=" ITEM_SELECT
		"&$filter=receivedDateTime%%20ge%%20%s",
		reading->folder.folder, since);
}

/* The state is worth nothing any more: begin again, a little before where we were. */
static gboolean reset(Reading *reading, GError **error)
{
	const OutlookConnection *connection = reading->gather->account->connection;
	Folder *folder = &reading->folder;

	if (folder->page == NULL || reading->resets > 0)
		g_clear_pointer(&folder->link, g_free);
	g_clear_pointer(&folder->page, g_free);
	if (folder->link == NULL) {
		folder->since =
			folder->done_at > 0 ? folder->done_at - RESYNC_DAYS * DAY : folder->since;
		reading->must_sweep = TRUE;
	}
	folder->round_at = 0;
	reading->resets++;
	reading->shown = 0;
	return folder_commit(reading->gather->account->store, connection->tenant, connection->user,
		folder, error);
}

static void begin(Reading *reading)
{
	Folder *folder = &reading->folder;
	const gint64 now = g_get_real_time();

	if (folder->since == 0)
		folder->since = now - WINDOW_DAYS * DAY;
	reading->is_old_page = folder->page != NULL;
	if (folder->page == NULL)
		folder->round_at = now;
	reading->is_first = folder->link == NULL;
}

/* Notes what the page showed and where the next one is; it is kept with the page's mail. */
static void advance(Reading *reading, Page *page)
{
	Folder *folder = &reading->folder;

	folder->seen = folder->filed = folder->seen_at = folder->filed_at = 0;
	for (guint i = 0; i < page->items->len; i++) {
		const Item *item = g_ptr_array_index(page->items, i);

		if (item->is_removed)
			continue;
		folder->seen++;
		folder->seen_at = MAX(folder->seen_at, item->received_at);
	}
	reading->shown += (guint)folder->seen;
	g_free(folder->page);
	folder->page = g_strdup(page->next);
	if (page->next != NULL)
		return;
	if (page->delta != NULL) {
		g_free(folder->link);
		folder->link = g_steal_pointer(&page->delta);
	}
	folder->done_at = folder->round_at;
}

/* The same page again is no page (seen in production): the round ends where it began. */
static gboolean refuse_circle(Reading *reading, const Page *page, GHashTable *links, GError **error)
{
	const OutlookConnection *connection = reading->gather->account->connection;
	const Remedy remedy = remedy_of_network();

	if (page->next == NULL || g_hash_table_add(links, g_strdup(page->next)))
		return TRUE;
	g_clear_pointer(&reading->folder.page, g_free);
	reading->folder.seen = reading->folder.filed = 0;
	if (folder_commit(reading->gather->account->store, connection->tenant, connection->user,
		    &reading->folder, error))
		remedy_set_error(&remedy, reading->gather->account->registration->language,
			"the pages of a folder repeat", error);
	return FALSE;
}

static gboolean read_page(Reading *reading, GHashTable *links, gboolean *is_done, GError **error)
{
	Folder *folder = &reading->folder;
	const char *link = folder->page != NULL ? folder->page : folder->link;
	g_autofree char *path = link == NULL ? first_path(reading) : NULL;
	g_auto(Page) page = {0};
	const char *language = reading->gather->account->registration->language;
	const Remedy nowhere = remedy_of_mailbox();
	CallTrouble trouble = {0};
	g_autoptr(GError) cause = NULL;

	*is_done = FALSE;
	if (!list_page(reading->gather->account, link, path, PAGE_PREFERENCE, &page, &trouble,
		    &cause)) {
		const gboolean is_stale =
			trouble.kind == REMEDY_RESYNC ||
			(reading->is_old_page && trouble.status >= 500) ||
			(link != NULL &&
				(trouble.kind == REMEDY_GONE || trouble.kind == REMEDY_REJECT) &&
				trouble.status >= 400);

		if (is_stale && reading->resets < RESETS_MAX) {
			g_hash_table_remove_all(links);
			if (!reset(reading, error))
				return FALSE;
			begin(reading);
			return TRUE;
		}
		/* Inbox and Sent Items are in every mailbox: where they are not, there is none. */
		if (link == NULL && trouble.kind == REMEDY_GONE)
			remedy_set_error(&nowhere, language, cause->message, error);
		else
			g_propagate_error(error, g_steal_pointer(&cause));
		return FALSE;
	}
	if (!refuse_circle(reading, &page, links, error))
		return FALSE;
	reading->is_old_page = FALSE;
	advance(reading, &page);
	*is_done = page.next == NULL;
	return gather_take(reading->gather, page.items, folder, error);
}

static gboolean read_folder(Gather *gather, const char *name, gboolean *must_sweep, GError **error)
{
	const OutlookConnection *connection = gather->account->connection;
	g_autoptr(GHashTable) links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Reading reading = {.gather = gather, .folder = {.folder = name}};
	gboolean is_done = FALSE;
	gboolean is_well = folder_load(gather->account->store, connection->tenant, connection->user,
		&reading.folder, error);

	if (is_well)
		begin(&reading);
	for (guint pages = 0; is_well && !is_done && pages < PAGES_MAX; pages++)
		is_well = read_page(&reading, links, &is_done, error);
	*must_sweep |= reading.must_sweep || (reading.is_first && reading.shown >= DELTA_CAP);
	folder_clear(&reading.folder);
	return is_well;
}

/* ---- all folders ---- */

/* What rules and people have moved, and what notifications have missed. */
static gboolean sweep(Gather *gather, gint64 since, GError **error)
{
	g_autofree char *from = list_time(since);
	g_autofree char *path =
		g_strdup_printf("/messages?$filter=receivedDateTime%%20ge%%20%s&$orderby="
				"receivedDateTime&$select=" ITEM_SELECT "&$top=100",
			from);

	return list_take_all(gather, path, error);
}

static gboolean sweep_if_due(Gather *gather, gboolean must_sweep, GError **error)
{
	const OutlookConnection *connection = gather->account->connection;
	const gint64 now = g_get_real_time();
	Folder all = {.folder = "all"};
	gboolean is_well = folder_load(
		gather->account->store, connection->tenant, connection->user, &all, error);

	if (!is_well)
		return FALSE;
	if (all.since == 0)
		all.since = now - WINDOW_DAYS * DAY;
	if (!must_sweep && all.done_at > 0 && now - all.done_at < SWEEP_US)
		return TRUE;
	is_well = sweep(gather,
		all.done_at == 0 ? all.since
		: must_sweep     ? MAX(all.since, all.done_at - RESYNC_DAYS * DAY)
				 : all.done_at - SWEEP_SLACK_US,
		error);
	all.done_at = now;
	return is_well && folder_commit(gather->account->store, connection->tenant,
				  connection->user, &all, error);
}

/* ---- the story ---- */

static gboolean read_all(Gather *gather, GError **error)
{
	const OutlookConnection *connection = gather->account->connection;
	Store *store = gather->account->store;
	gboolean must_sweep = FALSE;

	/* What we sent names what was answered: the folder of sent mail comes first. */
	return subscription_take_missed(
		       store, connection->tenant, connection->user, &must_sweep, error) &&
	       read_folder(gather, "sentitems", &must_sweep, error) &&
	       read_folder(gather, "inbox", &must_sweep, error) && gather_again(gather, error) &&
	       lookup_run(gather, error) && sweep_if_due(gather, must_sweep, error) &&
	       gather_again(gather, error);
}

gboolean round_run(Account *account, const AuthPolicy *policy, gsize message_size,
	RoundReport *report, GError **error)
{
	const OutlookConnection *connection = account->connection;
	g_autoptr(Gather) gather = gather_new(account, policy, message_size);
	const guint requests = account->requests;
	gboolean is_well;

	is_well =
		mailbox_begin_round(account->store, connection->tenant, connection->user, error) &&
		lookup_follow_events(account->store, error) && read_all(gather, error);
	*report = (RoundReport){
		gather->looked, gather->filed, gather->known, account->requests - requests};
	return is_well && mailbox_end_round(account->store, connection->tenant, connection->user,
				  account->settings->poll_seconds, error);
}
