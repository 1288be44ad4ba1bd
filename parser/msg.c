#include "parser/msg.h"

#include <gsf/gsf.h>
#include <string.h>

#include "parser/attachment.h"
#include "parser/kind.h"
#include "parser/limits.h"
#include "parser/mapi.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GsfInput, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GsfInfile, g_object_unref)

/* How long the header of a storage's fixed properties is. */
enum { TOP_HEADER = 32, EMBEDDED_HEADER = 24, CHILD_HEADER = 8, ENTRY_BYTES = 16 };
enum { EMBEDDED_MESSAGE = 5 };

static Mail *storage_parse(GsfInfile *storage, gsize header, GBytes *source, Budget *budget);

gboolean msg_is(GBytes *content)
{
	gsize length;
	const char *data = g_bytes_get_data(content, &length);

	return length > 512 && memcmp(data, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0;
}

static GBytes *stream_bytes(GsfInput *stream, gsize limit)
{
	gsf_off_t size = gsf_input_size(stream);
	guint8 *bytes;

	if (size < 0 || (gsize)size > limit)
		return NULL;
	bytes = g_malloc((gsize)size + 1);
	if (size > 0 && !gsf_input_read(stream, (size_t)size, bytes)) {
		g_free(bytes);
		return NULL;
	}
	return g_bytes_new_take(bytes, (gsize)size);
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

static Mapi *read_properties(GsfInfile *storage, gsize header)
{
	gsize left = LIMIT_NESTED_BYTES;
	Mapi *mapi = mapi_new();
	int count = gsf_infile_num_children(storage);

	for (int i = 0; i < MIN(count, LIMIT_PARTS); i++) {
		const char *name = gsf_infile_name_by_index(storage, i);
		g_autoptr(GsfInput) child = NULL;
		g_autoptr(GBytes) bytes = NULL;
		guint16 id, type;
		gboolean is_fixed = name && strcmp(name, "__properties_version1.0") == 0;

		if (!name || (!is_fixed && !stream_property(name, &id, &type)))
			continue;
		child = gsf_infile_child_by_index(storage, i);
		if (!child ||
			(GSF_IS_INFILE(child) && gsf_infile_num_children(GSF_INFILE(child)) >= 0))
			continue;
		bytes = stream_bytes(child, left);
		if (!bytes)
			continue;
		left -= g_bytes_get_size(bytes);
		if (is_fixed)
			read_fixed(mapi, bytes, header);
		else
			mapi_set(mapi, id, type, g_bytes_get_data(bytes, NULL),
				g_bytes_get_size(bytes));
	}
	return mapi;
}

/* A storage inside a storage whose name begins so, the next from *index on; NULL where none is
 * left. */
static GsfInfile *next_storage(GsfInfile *storage, const char *prefix, int *index)
{
	int count = MIN(gsf_infile_num_children(storage), LIMIT_PARTS);

	while (*index < count) {
		const char *name = gsf_infile_name_by_index(storage, *index);
		GsfInput *child = NULL;

		if (name && g_str_has_prefix(name, prefix))
			child = gsf_infile_child_by_index(storage, *index);
		(*index)++;
		if (child && GSF_IS_INFILE(child) &&
			gsf_infile_num_children(GSF_INFILE(child)) >= 0)
			return GSF_INFILE(child);
		g_clear_object(&child);
	}
	return NULL;
}

static GPtrArray *read_recipients(GsfInfile *storage)
{
	GPtrArray *recipients = g_ptr_array_new_with_free_func((GDestroyNotify)mapi_free);
	GsfInfile *child;

	for (int i = 0; (child = next_storage(storage, "__recip_version1.0_", &i)) != NULL;
		g_object_unref(child))
		g_ptr_array_add(recipients, read_properties(child, CHILD_HEADER));
	return recipients;
}

static void read_attachments(Body *body, GsfInfile *storage, GBytes *source)
{
	GsfInfile *child;

	for (int i = 0; (child = next_storage(storage, "__attach_version1.0_", &i)) != NULL;
		g_object_unref(child)) {
		g_autoptr(Mapi) attachment = read_properties(child, CHILD_HEADER);
		g_autoptr(GsfInfile) embedded = NULL;
		int index = 0;
		Mail *original;

		if (mapi_number(attachment, MAPI_ATTACH_METHOD) != EMBEDDED_MESSAGE) {
			mapi_add_attachment(body->mail, attachment);
			continue;
		}
		embedded = next_storage(child, "__substg1.0_3701000D", &index);
		original = embedded ? storage_parse(embedded, EMBEDDED_HEADER, source, body->budget)
				    : NULL;
		if (original)
			g_ptr_array_add(body->originals, original);
	}
}

static Mail *storage_parse(GsfInfile *storage, gsize header, GBytes *source, Budget *budget)
{
	g_autoptr(Mapi) message = NULL;
	g_autoptr(GPtrArray) recipients = NULL;
	g_autoptr(Body) body = NULL;
	Mail *mail;

	if (budget->depth == 0 || budget->parts == 0)
		return NULL;
	message = read_properties(storage, header);
	if (!mapi_is_mail(message))
		return NULL;
	budget->depth--;
	budget->parts--;
	mail = mail_new();
	mail->source = g_bytes_ref(source);
	recipients = read_recipients(storage);
	mapi_fill_header(mail, message, recipients);
	kind_read(mail);
	body = body_new(mail, budget);
	mapi_fill_body(body, message);
	read_attachments(body, storage, source);
	body_finish(body);
	budget->depth++;
	return mail;
}

Mail *msg_parse(GBytes *content, Budget *budget)
{
	gsize length;
	const guint8 *data = g_bytes_get_data(content, &length);
	g_autoptr(GsfInput) input = NULL;
	g_autoptr(GsfInfile) root = NULL;

	if (!msg_is(content))
		return NULL;
	input = gsf_input_memory_new(data, (gsf_off_t)length, FALSE);
	root = gsf_infile_msole_new(input, NULL);
	return root ? storage_parse(root, TOP_HEADER, content, budget) : NULL;
}
