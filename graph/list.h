/* List: pages of messages, by delta or by a filter, and the links between them, which are followed
 * as they are, to Microsoft's own host only, and never in a circle. */
#pragma once

#include "graph/gather.h"

typedef struct {
	GPtrArray *items; /* of Item */
	char *next;       /* the next page, or NULL */
	char *delta;      /* the next round, or NULL */
} Page;

void page_clear(Page *page);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Page, page_clear)

/* Reads one answer: mailbox is in lower case, links must lead to api_url. FALSE with
 * CASEGATE_ERROR_RETRY where they do not. */
gboolean list_read(
	const json_t *body, const char *api_url, const char *mailbox, Page *page, GError **error);
/* Asks for one page: link, or path where that is NULL. */
gboolean list_page(Account *account, const char *link, const char *path, const char *prefer,
	Page *page, CallTrouble *trouble, GError **error);
/* Takes all pages of a list of the mailbox, but for drafts, junk and what was deleted. */
gboolean list_take_all(Gather *gather, const char *path, GError **error);
/* "2026-03-02T13:05:00Z" of microseconds. To be freed. */
char *list_time(gint64 at);
