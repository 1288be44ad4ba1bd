#include "parser/msg.h"

#include <string.h>

#include "mime/attachment.h"
#include "parser/kind.h"
#include "mime/limits.h"
#include "parser/mapi.h"
#include "parser/ole.h"

/* How long the header of a storage's fixed properties is. */
enum { TOP_HEADER = 32, EMBEDDED_HEADER = 24, CHILD_HEADER = 8, ENTRY_BYTES = 16 };
enum { EMBEDDED_MESSAGE = 5 };

static Mail *storage_parse(Ole *ole, guint storage, gsize header, GBytes *source, Budget *budget);

gboolean msg_is(GBytes *content)
{
	return ole_is(content);
}

/* Properties of fixed size: 16 bytes each, type, id, flags, eight bytes of value. */
static void read_fixed(Mapi *mapi, GBytes *bytes, gsize header)
{
	gsize length;
	const guint8 *data = g_bytes_get_data(bytes, &length);

	for (gsize at = header; at + ENTRY_BYTES <= length; at += ENTRY_BYTES) {
		guint16 type = (guint16)(data[at] | data[at + 1] << 8);
		guint16 id = (guint16)(data[at + 2] | data[at + 3] << 8);

		/* 2, 3, 0xb, 0x14, 0x40: numbers and times; the others keep only their size here.
		 */
		if (type == 0x02 || type == 0x03 || type == 0x0b || type == 0x14 || type == 0x40)
			mapi_set(mapi, id, type, data + at + 8, 8);
	}
}

/* "__substg1.0_0037001F": id and type stand in the name. */
static gboolean stream_property(const char *name, guint16 *id, guint16 *type)
{
	static const char prefix[] = "__substg1.0_";
	char *end;
	guint64 tag;

	if (!g_str_has_prefix(name, prefix) || strlen(name) != sizeof prefix - 1 + 8)
		return FALSE;
	tag = g_ascii_strtoull(name + sizeof prefix - 1, &end, 16);
	*id = (guint16)(tag >> 16);
	*type = (guint16)(tag & 0xffff);
	return *end == '\0';
}

/* codepage: of strings that state none, 0: unknown. */
static Mapi *read_properties(Ole *ole, guint storage, gsize header, guint32 codepage)
{
	g_autoptr(GArray) children = ole_children(ole, storage);
	Mapi *mapi = mapi_new();

	mapi_set_codepage(mapi, codepage);
	for (guint i = 0; i < MIN(children->len, LIMIT_PARTS); i++) {
		guint child = g_array_index(children, guint, i);
		gboolean is_fixed = strcmp(ole_name(ole, child), "__properties_version1.0") == 0;
		g_autoptr(GBytes) bytes = NULL;
		guint16 id = 0, type = 0;

		if (is_fixed || stream_property(ole_name(ole, child), &id, &type))
			bytes = ole_read(ole, child);
		if (bytes && is_fixed)
			read_fixed(mapi, bytes, header);
		else if (bytes)
			mapi_set(mapi, id, type, g_bytes_get_data(bytes, NULL),
				g_bytes_get_size(bytes));
	}
	return mapi;
}

/* The storages inside a storage whose name begins so, at most LIMIT_PARTS of them. */
static GArray *storages(Ole *ole, guint storage, const char *prefix)
{
	g_autoptr(GArray) children = ole_children(ole, storage);
	GArray *found = g_array_new(FALSE, FALSE, sizeof(guint));

	for (guint i = 0; i < children->len && found->len < LIMIT_PARTS; i++) {
		guint child = g_array_index(children, guint, i);

		if (ole_is_storage(ole, child) && g_str_has_prefix(ole_name(ole, child), prefix))
			g_array_append_val(found, child);
	}
	return found;
}

static GPtrArray *read_recipients(Ole *ole, guint storage, guint32 codepage)
{
	g_autoptr(GArray) children = storages(ole, storage, "__recip_version1.0_");
	GPtrArray *recipients = g_ptr_array_new_with_free_func((GDestroyNotify)mapi_free);

	for (guint i = 0; i < children->len; i++)
		g_ptr_array_add(recipients, read_properties(ole, g_array_index(children, guint, i),
						    CHILD_HEADER, codepage));
	return recipients;
}

static void read_attachments(Body *body, Ole *ole, guint storage, guint32 codepage, GBytes *source)
{
	g_autoptr(GArray) children = storages(ole, storage, "__attach_version1.0_");

	for (guint i = 0; i < children->len; i++) {
		guint child = g_array_index(children, guint, i);
		g_autoptr(Mapi) attachment = read_properties(ole, child, CHILD_HEADER, codepage);
		g_autoptr(GArray) embedded = storages(ole, child, "__substg1.0_3701000D");
		Mail *original = NULL;

		if (mapi_number(attachment, MAPI_ATTACH_METHOD) != EMBEDDED_MESSAGE)
			mapi_add_attachment(body->mail, attachment);
		else if (embedded->len > 0)
			original = storage_parse(ole, g_array_index(embedded, guint, 0),
				EMBEDDED_HEADER, source, body->budget);
		if (original)
			g_ptr_array_add(body->originals, original);
	}
}

static Mail *storage_parse(Ole *ole, guint storage, gsize header, GBytes *source, Budget *budget)
{
	g_autoptr(Mapi) message = NULL;
	g_autoptr(GPtrArray) recipients = NULL;
	g_autoptr(Body) body = NULL;
	Mail *mail;

	if (budget->depth == 0 || budget->parts == 0)
		return NULL;
	message = read_properties(ole, storage, header, 0);
	if (!mapi_is_mail(message))
		return NULL;
	budget->depth--;
	budget->parts--;
	mail = mail_new();
	mail->source = g_bytes_ref(source);
	recipients = read_recipients(ole, storage, mapi_codepage(message));
	mapi_fill_header(mail, message, recipients);
	kind_read(mail);
	body = body_new(mail, budget);
	mapi_fill_body(body, message);
	read_attachments(body, ole, storage, mapi_codepage(message), source);
	body_finish(body);
	budget->depth++;
	return mail;
}

Mail *msg_parse(GBytes *content, Budget *budget)
{
	g_autoptr(Ole) ole = ole_open(content);

	return ole ? storage_parse(ole, OLE_ROOT, TOP_HEADER, content, budget) : NULL;
}
