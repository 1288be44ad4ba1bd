#include "graph/compose.h"

#include <stdlib.h>
#include <string.h>

#include "graph/told.h"
#include "graph/item.h"

/* Graph takes requests up to 4 MB, base64 and all. */
#define REQUEST_BYTES_MAX 4000000
/* RFC 5322 2.1.1 counts characters of a line; Exchange cuts longer properties. */
#define REFERENCES_BYTES 4000

static json_t *stamps(const char *send_id)
{
	return json_pack("[{s:s,s:s}]", "name", ITEM_SEND_HEADER, "value", send_id);
}

static json_t *property(const char *id, const char *value)
{
	return json_pack("{s:s,s:s}", "id", id, "value", value);
}

/* The ids of what it answers, the oldest first, in one line; what is too long loses its middle. */
static char *references_of(const Outgoing *outgoing)
{
	GString *text = g_string_new(NULL);

	for (guint i = outgoing->references->len; i > 0; i--) {
		const char *id = g_ptr_array_index(outgoing->references, i - 1);

		if (text->len + strlen(id) + 3 > REFERENCES_BYTES)
			continue;
		g_string_append_printf(text, "%s<%s>", text->len > 0 ? " " : "", id);
	}
	return g_string_free(text, FALSE);
}

/* In-Reply-To and References: headers that sendMail takes as MAPI properties only. */
static void add_thread(json_t *properties, const Outgoing *outgoing)
{
	g_autofree char *answers = NULL;
	g_autofree char *references = NULL;

	if (outgoing->answers_id == NULL)
		return;
	answers = g_strdup_printf("<%s>", outgoing->answers_id);
	references = references_of(outgoing);
	json_array_append_new(properties, property("String 0x1042", answers));
	if (*references != '\0')
		json_array_append_new(properties, property("String 0x1039", references));
}

static json_t *people(const Outgoing *outgoing, const char *role)
{
	json_t *list = json_array();

	for (guint i = 0; i < outgoing->recipients->len; i++) {
		const Recipient *recipient = g_ptr_array_index(outgoing->recipients, i);
		json_t *address;

		if (strcmp(recipient->role, role) != 0)
			continue;
		address = json_pack("{s:s}", "address", recipient->address);
		if (recipient->name != NULL)
			json_object_set_new(address, "name", json_string(recipient->name));
		json_array_append_new(list, json_pack("{s:o}", "emailAddress", address));
	}
	return list;
}

static gboolean add_file(
	Store *store, const char *tenant, const SendFile *file, json_t *files, GError **error)
{
	g_autoptr(GBytes) content = outbox_load_file(store, tenant, file, error);
	g_autofree char *encoded = NULL;

	if (content == NULL)
		return FALSE;
	encoded = g_base64_encode(g_bytes_get_data(content, NULL), g_bytes_get_size(content));
	json_array_append_new(
		files, json_pack("{s:s,s:s,s:s,s:s}", "@odata.type",
			       "#microsoft.graph.fileAttachment", "name", file->filename,
			       "contentType", file->content_type, "contentBytes", encoded));
	return TRUE;
}

static gboolean too_large(const char *language, gint64 size, GError **error)
{
	const Remedy remedy = remedy_of_graph(413, NULL, NULL);
	g_autofree char *details = g_strdup_printf(
		"%.1f MB, at most about 2.9 MB of attachments", (double)size / 1000000);

	remedy_set_error(&remedy, language, details, error);
	return FALSE;
}

static gboolean add_files(Store *store, const char *tenant, const Outgoing *outgoing,
	const char *language, json_t *message, GError **error)
{
	gint64 size = 0;
	json_t *files;

	for (guint i = 0; i < outgoing->files->len; i++)
		size += ((SendFile *)g_ptr_array_index(outgoing->files, i))->size;
	if (size / 3 * 4 > REQUEST_BYTES_MAX)
		return too_large(language, size, error);
	if (outgoing->files->len == 0)
		return TRUE;
	files = json_array();
	json_object_set_new(message, "attachments", files);
	for (guint i = 0; i < outgoing->files->len; i++)
		if (!add_file(store, tenant, g_ptr_array_index(outgoing->files, i), files, error))
			return FALSE;
	return TRUE;
}

/* What a tenant may refuse: that Message-ID and properties are ours to set. */
static void add_stamps(json_t *message, const Outgoing *outgoing, ComposeFlags flags)
{
	g_autofree char *id = g_strdup_printf("<%s>", outgoing->internet_id);
	json_t *properties = json_array();

	json_array_append_new(properties, property(ITEM_SEND_PROPERTY, outgoing->send_id));
	if ((flags & COMPOSE_REPLY) == 0)
		add_thread(properties, outgoing);
	json_object_set_new(message, "internetMessageId", json_string(id));
	json_object_set_new(message, "singleValueExtendedProperties", properties);
}

static json_t *message_of(const Outgoing *outgoing, ComposeFlags flags)
{
	json_t *message = json_object();

	json_object_set_new(message, "subject", json_string(outgoing->subject));
	json_object_set_new(message, "body",
		json_pack("{s:s,s:s}", "contentType", outgoing->html != NULL ? "html" : "text",
			"content", outgoing->html != NULL ? outgoing->html : outgoing->text));
	json_object_set_new(message, "toRecipients", people(outgoing, "to"));
	json_object_set_new(message, "ccRecipients", people(outgoing, "cc"));
	json_object_set_new(message, "internetMessageHeaders", stamps(outgoing->send_id));
	if ((flags & COMPOSE_BARE) == 0)
		add_stamps(message, outgoing, flags);
	return message;
}

static char *finished(json_t *message, gboolean is_reply)
{
	g_autoptr(json_t) body = json_pack("{s:o}", "message", message);

	if (!is_reply)
		json_object_set_new(body, "saveToSentItems", json_true());
	return json_dumps(body, JSON_COMPACT);
}

char *compose_mail(Store *store, const char *tenant, const Outgoing *outgoing, ComposeFlags flags,
	const char *language, GError **error)
{
	json_t *message = message_of(outgoing, flags);
	char *text;
	size_t size;

	if (!add_files(store, tenant, outgoing, language, message, error)) {
		json_decref(message);
		return NULL;
	}
	text = finished(message, (flags & COMPOSE_REPLY) != 0);
	size = text != NULL ? strlen(text) : 0;
	if (size > 0 && size <= REQUEST_BYTES_MAX)
		return text;
	free(text);
	too_large(language, (gint64)size, error);
	return NULL;
}

char *compose_note(const char *to, const char *subject, const char *text, const char *send_id,
	ComposeFlags flags)
{
	json_t *message = json_pack("{s:s,s:{s:s,s:s},s:[{s:{s:s}}],s:o}", "subject", subject,
		"body", "contentType", "text", "content", text, "toRecipients", "emailAddress",
		"address", to, "internetMessageHeaders", stamps(send_id));

	if ((flags & COMPOSE_BARE) == 0)
		json_object_set_new(message, "singleValueExtendedProperties",
			json_pack("[o]", property(ITEM_SEND_PROPERTY, send_id)));
	return finished(message, FALSE);
}
