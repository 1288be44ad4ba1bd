#include "graph/fetch.h"

#include <string.h>

#include "graph/batch.h"
#include "graph/rebuild.h"

#define FETCH_SECONDS 300
#define HEAD_BYTES    (1024 * 1024)
/* How often a mail is asked for that seems to be cut off. */
#define FETCHES_MAX 3
/* How many rounds may end at one mail. */
#define TRIES_MAX 3

typedef enum {
	GOT_VALUE,
	GOT_NOTHING, /* of this id */
	GOT_REFUSAL, /* it is there, and not to be had */
} Got;

/* ---- finding again ---- */

/* By Message-ID, with what the second look asks for. */
static char *path_of(const Item *item)
{
	g_auto(GStrv) parts = g_strsplit(item->internet_id, "'", -1);
	g_autofree char *quoted = g_strjoinv("''", parts);
	g_autofree char *filter = g_strdup_printf("internetMessageId eq '<%s>'", quoted);
	g_autofree char *escaped = http_escape(filter);

	return g_strconcat("/messages", item_details_query, "&$filter=", escaped, "&$top=5", NULL);
}

/* The first of list that is this mail and lies where it counts. */
static gboolean take_found(Gather *gather, Item *item, const json_t *list, GError **error)
{
	g_autofree char *mailbox = g_ascii_strdown(gather->account->connection->mailbox, -1);
	const json_t *entry;
	size_t i;

	item->is_removed = TRUE;
	json_array_foreach(list, i, entry)
	{
		g_autoptr(Item) found = item_read(entry, mailbox);
		gboolean is_skipped = FALSE;

		if (found == NULL || g_strcmp0(found->internet_id, item->internet_id) != 0)
			continue;
		if (!gather_is_skipped(gather, found, &is_skipped, error))
			return FALSE;
		if (is_skipped)
			continue;
		g_free(item->id);
		g_free(item->parent);
		item->id = g_steal_pointer(&found->id);
		item->parent = g_steal_pointer(&found->parent);
		item->is_removed = FALSE;
		item_add_details(item, entry, mailbox);
		return TRUE;
	}
	return TRUE;
}

gboolean fetch_find_again(Gather *gather, const GPtrArray *items, GError **error)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) asked = g_ptr_array_new();
	g_autoptr(GPtrArray) answers = NULL;

	for (guint i = 0; i < items->len; i++) {
		Item *item = g_ptr_array_index(items, i);

		item->is_removed = TRUE;
		if (item->internet_id == NULL)
			continue;
		g_ptr_array_add(paths, path_of(item));
		g_ptr_array_add(asked, item);
	}
	if (paths->len == 0)
		return TRUE;
	if (!batch_get(gather->account, paths, &answers, error))
		return FALSE;
	for (guint i = 0; i < asked->len; i++)
		if (!take_found(gather, g_ptr_array_index(asked, i),
			    json_object_get(g_ptr_array_index(answers, i), "value"), error))
			return FALSE;
	return TRUE;
}

/* ---- fetching ---- */

/* A message that is too large to be kept: what it says of itself, and why there is no more. */
static GBytes *shortened(const Gather *gather, const GString *body)
{
	const gboolean is_english = strcmp(gather->account->registration->language, "en") == 0;
	const char *end = http_head_end(body->str, body->len);
	g_autofree char *head =
		end != NULL ? g_strndup(body->str, (gsize)(end - body->str)) : g_strdup("");
	g_auto(GStrv) lines = g_strsplit(head, "\n", -1);
	GString *short_mail = g_string_new(NULL);
	gboolean is_kept = TRUE;

	for (guint i = 0; lines[i] != NULL; i++) {
		if (!g_ascii_isspace(lines[i][0]))
			is_kept = g_ascii_strncasecmp(lines[i], "Content-", 8) != 0 &&
				  g_ascii_strncasecmp(lines[i], "MIME-Version", 12) != 0;
		if (is_kept && *g_strchomp(lines[i]) != '\0')
			g_string_append_printf(short_mail, "%s\r\n", lines[i]);
	}
	g_string_append(short_mail,
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: 8bit\r\n\r\n");
	g_string_append(short_mail,
		is_english
			? "[This mail is larger than the gateway takes. It lies complete in the "
			  "mailbox.]\r\n"
			: "[Diese Mail ist größer, als das Gateway annimmt. Vollständig liegt sie "
			  "im Postfach.]\r\n");
	return g_string_free_to_bytes(short_mail);
}

/* Exchange tells the size of what it stores, which the mail that it writes of it is only like; so
 * what is shorter is cut off only where it has no end. */
static gboolean seems_cut_off(const Item *item, const GString *body)
{
	const char *end = http_head_end(body->str, body->len);
	const gsize size = item->size > 0 ? (gsize)item->size : 0;
	gsize tail = body->len;
	gboolean is_multipart;

	if (size == 0 || body->len >= size - size / 10)
		return FALSE;
	if (end == NULL)
		return TRUE;
	while (tail > 0 && g_ascii_isspace(body->str[tail - 1]))
		tail--;
	if (tail >= 2 && memcmp(body->str + tail - 2, "--", 2) == 0)
		return FALSE;
	is_multipart = g_strstr_len(body->str, end - body->str, "multipart/") != NULL;
	return is_multipart || body->len <= size / 3 * 2;
}

/* Is it this mail that Exchange cannot give? One must not stop those behind it. What it refuses it
 * refuses for good; what fails in it is tried for some rounds. */
static gboolean is_unreadable(
	Gather *gather, const Item *item, const CallTrouble *trouble, gboolean *is, GError **error)
{
	const OutlookConnection *connection = gather->account->connection;
	gint64 tries = 0;

	*is = trouble->kind == REMEDY_REJECT && trouble->status >= 400;
	if (*is || trouble->status != 500)
		return TRUE;
	if (!mailbox_try(gather->account->store, connection->tenant, connection->user,
		    item->sighting, &tries, error))
		return FALSE;
	*is = tries > TRIES_MAX;
	return TRUE;
}

/* One request. */
static gboolean get_value(Gather *gather, const Item *item, gboolean is_large, HttpAnswer *answer,
	Got *got, GError **error)
{
	g_autofree char *id = http_escape(item->id);
	g_autofree char *path = g_strconcat("/messages/", id, "/$value", NULL);
	const Call call = {.method = "GET",
		.path = path,
		.answer_max = is_large ? HEAD_BYTES : gather->message_size,
		.is_head_only = is_large,
		.timeout_seconds = FETCH_SECONDS};
	CallTrouble trouble;
	g_autoptr(GError) cause = NULL;

	gboolean is_never;

	*got = GOT_VALUE;
	if (account_call(gather->account, &call, answer, &trouble, &cause))
		return TRUE;
	*got = GOT_NOTHING;
	if (trouble.kind == REMEDY_GONE)
		return TRUE;
	*got = GOT_REFUSAL;
	if (!is_unreadable(gather, item, &trouble, &is_never, error))
		return FALSE;
	if (is_never)
		return TRUE;
	g_propagate_error(error, g_steal_pointer(&cause));
	return FALSE;
}

/* The same, and where it lies meanwhile. */
static gboolean get_wherever(
	Gather *gather, Item *item, gboolean is_large, HttpAnswer *answer, Got *got, GError **error)
{
	g_autoptr(GPtrArray) moved = g_ptr_array_new();

	if (!get_value(gather, item, is_large, answer, got, error))
		return FALSE;
	if (*got != GOT_NOTHING)
		return TRUE;
	g_ptr_array_add(moved, item);
	if (!fetch_find_again(gather, moved, error))
		return FALSE;
	return item->is_removed || get_value(gather, item, is_large, answer, got, error);
}

gboolean fetch_mail(Gather *gather, Item *item, GBytes **source, GError **error)
{
	const gboolean is_large = item->size > 0 && (gsize)item->size > gather->message_size;
	gsize before = 0;

	*source = NULL;
	for (guint i = 0; i < FETCHES_MAX; i++) {
		g_auto(HttpAnswer) answer = {0};
		Got got;

		if (!get_wherever(gather, item, is_large, &answer, &got, error))
			return FALSE;
		g_clear_pointer(source, g_bytes_unref);
		if (got == GOT_REFUSAL)
			*source = rebuild_mail(gather, item, error);
		if (got != GOT_VALUE)
			return got == GOT_NOTHING || *source != NULL;
		if (is_large || answer.is_cut) {
			*source = shortened(gather, answer.body);
			return TRUE;
		}
		*source = g_bytes_new(answer.body->str, answer.body->len);
		/* Twice the same is what there is. */
		if (!seems_cut_off(item, answer.body) || answer.body->len == before)
			return TRUE;
		before = answer.body->len;
	}
	return TRUE;
}
