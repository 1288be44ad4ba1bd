#include "graph/item.h"

#include <string.h>

#include "mime/msgid.h"
#include "mime/subject.h"
#include "store/keys.h"

#define ID_MAX 4096
/* PidTagConversationIndex: one byte, five of time, a GUID; five more for each answer. */
#define INDEX_GUID_AT   6
#define INDEX_GUID_SIZE 16
#define INDEX_ROOT_SIZE 22

/* Percent-encoded: $select, and $expand=singleValueExtendedProperties($filter=id eq … or …). */
const char item_details_query[] =
	"?$select=" ITEM_SELECT ",internetMessageHeaders"
	"&$expand=singleValueExtendedProperties($filter=id%20eq%20'String%200x1042'"
	"%20or%20id%20eq%20'String%200x1039'%20or%20id%20eq%20'LONG%200x0E08'%20or%20id%20eq%20'"
	"String%20%7B6d1f1a9c-8f0e-4b57-9d1c-2a7c3f5e9b41%7D%20Name%20ZalionSendId')";

void item_free(Item *item)
{
	if (item == NULL)
		return;
	g_free(item->id);
	g_free(item->internet_id);
	g_free(item->subject);
	g_free(item->conversation);
	g_free(item->parent);
	g_free(item->send_id);
	g_free(item->sighting);
	g_free(item->own_key);
	g_ptr_array_unref(item->keys);
	g_free(item);
}

static gint64 time_of(const char *text)
{
	g_autoptr(GDateTime) at = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;

	return at != NULL ? g_date_time_to_unix(at) * G_USEC_PER_SEC : 0;
}

/* Takes key. */
static void add_key(Item *item, char *key)
{
	if (!g_ptr_array_find_with_equal_func(item->keys, key, g_str_equal, NULL))
		g_ptr_array_add(item->keys, key);
	else
		g_free(key);
}

static void add_ids(Item *item, const char *text)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);

	msgid_parse_list(text, item->internet_id, ids);
	for (guint i = 0; i < ids->len; i++)
		add_key(item, key_of("m", g_ptr_array_index(ids, i)));
}

/* The thread's GUID, the same in every mailbox that Outlook keeps it in. TRUE: it answers another.
 */
static gboolean add_index(Item *item, const char *text)
{
	gsize size = 0;
	g_autofree guchar *bytes = text != NULL ? g_base64_decode(text, &size) : NULL;
	char guid[2 * INDEX_GUID_SIZE + 1];

	if (size < INDEX_ROOT_SIZE)
		return FALSE;
	for (guint i = 0; i < INDEX_GUID_SIZE; i++)
		g_snprintf(guid + 2 * i, 3, "%02x", bytes[INDEX_GUID_AT + i]);
	add_key(item, key_of("g", guid));
	return size > INDEX_ROOT_SIZE;
}

/* Exchange groups mails by their subject, too: of those only answers are believed (store/plan.c).
 */
static void add_conversation(Item *item, const char *mailbox)
{
	g_autofree char *value = NULL;

	if (item->conversation == NULL)
		return;
	value = g_strjoin("\n", mailbox, item->conversation, NULL);
	add_key(item, key_of("c", value));
}

static char *sighting_of(const Item *item, const json_t *object)
{
	const json_t *from = json_object_get(json_object_get(object, "from"), "emailAddress");
	const char *sent = told_text(object, "sentDateTime");
	const char *author = told_text(from, "address");
	g_autofree char *value =
		g_strjoin("\n", item->internet_id != NULL ? item->internet_id : item->id,
			sent != NULL ? sent : "", author != NULL ? author : "", NULL);

	return key_of("s", value);
}

static void read_identity(Item *item, const json_t *object, const char *mailbox)
{
	const char *internet_id = told_text(object, "internetMessageId");
	const char *subject = told_text(object, "subject");
	gboolean is_answer;

	item->internet_id = internet_id != NULL ? msgid_parse(internet_id) : NULL;
	if (item->internet_id != NULL) {
		item->own_key = key_of("m", item->internet_id);
		add_key(item, g_strdup(item->own_key));
	}
	item->subject = g_strdup(subject);
	item->conversation = g_strdup(told_text(object, "conversationId"));
	is_answer = add_index(item, told_text(object, "conversationIndex"));
	if (is_answer ||
		(subject != NULL && (subject_is_reply(subject) || subject_is_forward(subject))))
		add_conversation(item, mailbox);
	item->sighting = sighting_of(item, object);
}

Item *item_read(const json_t *object, const char *mailbox)
{
	const char *id = told_text(object, "id");
	Item *item;

	if (id == NULL || *id == '\0' || strlen(id) > ID_MAX)
		return NULL;
	item = g_new0(Item, 1);
	item->keys = g_ptr_array_new_with_free_func(g_free);
	item->id = g_strdup(id);
	item->parent = g_strdup(told_text(object, "parentFolderId"));
	item->received_at = time_of(told_text(object, "receivedDateTime"));
	item->is_draft = json_is_true(json_object_get(object, "isDraft"));
	item->is_removed = json_object_get(object, "@removed") != NULL;
	item->is_sparse = json_object_get(object, "internetMessageId") == NULL;
	read_identity(item, object, mailbox);
	return item;
}

/* "Long 0xe08" and "LONG 0x0E08" are one property. */
static gboolean is_property(const char *id, const char *kind, const char *number)
{
	gsize length = strlen(kind);

	if (id == NULL || g_ascii_strncasecmp(id, kind, length) != 0 ||
		g_ascii_strncasecmp(id + length, " 0x", 3) != 0)
		return FALSE;
	id += length + 3;
	while (*id == '0')
		id++;
	return g_ascii_strcasecmp(id, number) == 0;
}

static void add_property(Item *item, const char *id, const char *value)
{
	if (id == NULL || value == NULL)
		return;
	if (is_property(id, "String", "1042") || is_property(id, "String", "1039"))
		add_ids(item, value);
	else if (is_property(id, "Long", "e08") || is_property(id, "Integer", "e08"))
		item->size = g_ascii_strtoll(value, NULL, 10);
	else if (g_ascii_strcasecmp(id, ITEM_SEND_PROPERTY) == 0 && g_uuid_string_is_valid(value)) {
		g_free(item->send_id);
		item->send_id = g_strdup(value);
	}
}

static void add_header(Item *item, const char *name, const char *value)
{
	if (name == NULL || value == NULL)
		return;
	if (g_ascii_strcasecmp(name, "References") == 0 ||
		g_ascii_strcasecmp(name, "In-Reply-To") == 0)
		add_ids(item, value);
	else if (g_ascii_strcasecmp(name, ITEM_SEND_HEADER) == 0 && item->send_id == NULL &&
		 g_uuid_string_is_valid(value))
		item->send_id = g_strdup(value);
}

void item_add_details(Item *item, const json_t *object, const char *mailbox)
{
	const gsize before = item->keys->len;
	const json_t *entry;
	size_t i;

	item->has_details = TRUE;
	if (item->is_sparse) {
		g_free(item->internet_id);
		g_free(item->own_key);
		g_free(item->subject);
		g_free(item->conversation);
		g_free(item->sighting);
		read_identity(item, object, mailbox);
		item->received_at = time_of(told_text(object, "receivedDateTime"));
		item->is_draft = json_is_true(json_object_get(object, "isDraft"));
		item->is_sparse = FALSE;
	}
	json_array_foreach(json_object_get(object, "singleValueExtendedProperties"), i, entry)
		add_property(item, told_text(entry, "id"), told_text(entry, "value"));
	json_array_foreach(json_object_get(object, "internetMessageHeaders"), i, entry)
		add_header(item, told_text(entry, "name"), told_text(entry, "value"));
	/* Who names another mail is an answer. */
	if (item->keys->len > before)
		add_conversation(item, mailbox);
}
