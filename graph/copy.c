#include "graph/copy.h"

#include <string.h>

#include "graph/item.h"
#include "graph/list.h"

/* The mailbox's clock and ours, and the time until a mail is under way. */
#define SLACK_SECONDS 120
/* So many mails with the same subject are asked for their headers. */
#define CANDIDATES_MAX 10
#define HEAD_BYTES     (256 * 1024)
#define STAMPS_MAX     1000

/* ---- by what can be asked for ---- */

/* $filter for our stamp, percent-encoded. */
static char *stamp_path(const char *send_id)
{
	g_autofree char *filter = g_strdup_printf(
		"singleValueExtendedProperties/Any(ep: ep/id eq '%s' and ep/value eq '%s')",
		ITEM_SEND_PROPERTY, send_id);
	g_autofree char *escaped = http_escape(filter);

	return g_strdup_printf("/messages?$filter=%s&$select=id,isDraft&$top=5", escaped);
}

static char *id_path(const char *internet_id)
{
	g_auto(GStrv) parts = g_strsplit(internet_id, "'", -1);
	g_autofree char *quoted = g_strjoinv("''", parts);
	g_autofree char *filter = g_strdup_printf("internetMessageId eq '<%s>'", quoted);
	g_autofree char *escaped = http_escape(filter);

	return g_strdup_printf("/messages?$filter=%s&$select=id,isDraft&$top=5", escaped);
}

/* The first message of a list; *id is NULL where there is none, or where Exchange does not know how
 * to look like that. */
static gboolean first_of(
	Account *account, const char *path, gboolean is_sent_only, char **id, GError **error)
{
	const Call call = {.method = "GET", .path = path};
	g_autoptr(GError) cause = NULL;
	CallTrouble trouble = {0};
	g_autoptr(json_t) body = account_get(account, &call, &trouble, &cause);
	const json_t *entry;
	size_t i;

	*id = NULL;
	if (body == NULL && (trouble.kind == REMEDY_REJECT || trouble.kind == REMEDY_GONE))
		return TRUE;
	if (body == NULL) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return FALSE;
	}
	json_array_foreach(json_object_get(body, "value"), i, entry)
	{
		const char *text = told_text(entry, "id");

		if (text == NULL || *id != NULL ||
			(is_sent_only && json_is_true(json_object_get(entry, "isDraft"))))
			continue;
		*id = g_strdup(text);
	}
	return TRUE;
}

gboolean copy_find_mail(Account *account, const char *internet_id, char **id, GError **error)
{
	g_autofree char *path = id_path(internet_id);

	return first_of(account, path, TRUE, id, error);
}

/* ---- by the header ---- */

char *copy_stamp_in(const char *mail, gsize size)
{
	const gsize length = strlen(ITEM_SEND_HEADER);
	const char *end = http_head_end(mail, size);
	g_autofree char *head = g_strndup(mail, end != NULL ? (gsize)(end - mail) : size);
	g_auto(GStrv) lines = g_strsplit(head, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++) {
		char *value;

		if (g_ascii_strncasecmp(lines[i], ITEM_SEND_HEADER, length) != 0 ||
			lines[i][length] != ':')
			continue;
		value = g_strstrip(lines[i] + length + 1);
		if (g_uuid_string_is_valid(value))
			return g_strdup(value);
	}
	return NULL;
}

gboolean copy_ask_stamp(Account *account, const char *id, char **stamp, GError **error)
{
	g_autofree char *escaped = http_escape(id);
	g_autofree char *path = g_strconcat("/messages/", escaped, "/$value", NULL);
	const Call call = {
		.method = "GET", .path = path, .answer_max = HEAD_BYTES, .is_head_only = TRUE};
	g_auto(HttpAnswer) answer = {0};
	CallTrouble trouble;
	g_autoptr(GError) cause = NULL;

	*stamp = NULL;
	if (account_call(account, &call, &answer, &trouble, &cause)) {
		*stamp = copy_stamp_in(answer.body->str, answer.body->len);
		return TRUE;
	}
	if (trouble.kind == REMEDY_GONE)
		return TRUE;
	g_propagate_error(error, g_steal_pointer(&cause));
	return FALSE;
}

/* What was asked once is known: while a mail is looked for, those beside it stay what they are. */
static gboolean has_stamp_inside(
	Account *account, const char *id, const char *send_id, gboolean *has_stamp, GError **error)
{
	const char *known =
		account->stamps != NULL ? g_hash_table_lookup(account->stamps, id) : NULL;
	g_autofree char *stamp = g_strdup(known);

	if (known == NULL && !copy_ask_stamp(account, id, &stamp, error))
		return FALSE;
	*has_stamp = stamp != NULL && g_ascii_strcasecmp(stamp, send_id) == 0;
	if (known != NULL || account->stamps == NULL)
		return TRUE;
	if (g_hash_table_size(account->stamps) >= STAMPS_MAX)
		g_hash_table_remove_all(account->stamps);
	g_hash_table_insert(account->stamps, g_strdup(id),
		stamp != NULL ? g_steal_pointer(&stamp) : g_strdup(""));
	return TRUE;
}

/* What a list shows of it: "yes" in *has_stamp, or that the mail itself must be asked. */
static gboolean may_be(const json_t *entry, const Outgoing *outgoing, gboolean *has_stamp)
{
	const json_t *header;
	size_t i;

	*has_stamp = FALSE;
	json_array_foreach(json_object_get(entry, "internetMessageHeaders"), i, header)
	{
		const char *name = told_text(header, "name");
		const char *value = told_text(header, "value");

		if (name == NULL || value == NULL ||
			g_ascii_strcasecmp(name, ITEM_SEND_HEADER) != 0)
			continue;
		*has_stamp = g_ascii_strcasecmp(value, outgoing->send_id) == 0;
		return FALSE;
	}
	return g_strcmp0(told_text(entry, "subject"), outgoing->subject) == 0;
}

static gboolean find_in_folder(Account *account, const Outgoing *outgoing, const char *folder,
	gboolean *is_there, GError **error)
{
	const gint64 ago = MAX(outgoing->started_ago_seconds, 0) + SLACK_SECONDS;
	g_autofree char *since = list_time(g_get_real_time() - ago * G_USEC_PER_SEC);
	g_autofree char *path = g_strdup_printf(
		"/mailFolders/%s/messages?$filter=receivedDateTime%%20ge%%20%s&$orderby="
		"receivedDateTime%%20desc&$select=id,subject,internetMessageHeaders&$top=50",
		folder, since);
	const Call call = {.method = "GET", .path = path};
	g_autoptr(json_t) body = account_get(account, &call, NULL, error);
	const json_t *entry;
	guint asked = 0;
	size_t i;

	if (body == NULL)
		return FALSE;
	json_array_foreach(json_object_get(body, "value"), i, entry)
	{
		const char *id = told_text(entry, "id");

		if (id != NULL && may_be(entry, outgoing, is_there) && asked++ < CANDIDATES_MAX &&
			!has_stamp_inside(account, id, outgoing->send_id, is_there, error))
			return FALSE;
		if (*is_there)
			return TRUE;
	}
	return TRUE;
}

/* ---- all of it ---- */

static gboolean find_by_query(Account *account, const Outgoing *outgoing, gboolean is_sent_only,
	gboolean *is_there, GError **error)
{
	g_autofree char *by_stamp = stamp_path(outgoing->send_id);
	g_autofree char *by_id =
		outgoing->internet_id != NULL ? id_path(outgoing->internet_id) : NULL;
	g_autofree char *id = NULL;

	if (!first_of(account, by_stamp, is_sent_only, &id, error) ||
		(id == NULL && by_id != NULL &&
			!first_of(account, by_id, is_sent_only, &id, error)))
		return FALSE;
	*is_there = id != NULL;
	return TRUE;
}

static gboolean find_in_folders(Account *account, const Outgoing *outgoing,
	const char *const *folders, gboolean *is_there, GError **error)
{
	for (guint i = 0; folders[i] != NULL && !*is_there; i++)
		if (!find_in_folder(account, outgoing, folders[i], is_there, error))
			return FALSE;
	return TRUE;
}

gboolean copy_find(Account *account, const Outgoing *outgoing, gboolean *is_there, GError **error)
{
	static const char *const folders[] = {"sentitems", "drafts", "outbox", NULL};

	*is_there = FALSE;
	return find_by_query(account, outgoing, FALSE, is_there, error) &&
	       find_in_folders(account, outgoing, folders, is_there, error);
}

gboolean copy_has_left(
	Account *account, const Outgoing *outgoing, gboolean *has_left, GError **error)
{
	static const char *const folders[] = {"sentitems", NULL};

	*has_left = FALSE;
	return find_by_query(account, outgoing, TRUE, has_left, error) &&
	       find_in_folders(account, outgoing, folders, has_left, error);
}
