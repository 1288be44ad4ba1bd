#include "parser/tnef.h"

#include <string.h>

#include "mime/address.h"
#include "mime/attachment.h"
#include "parser/kind.h"
#include "mime/limits.h"
#include "parser/mapi.h"

enum {
	SIGNATURE = 0x223e9f78,
	LEVEL_MESSAGE = 1,
	LEVEL_ATTACHMENT = 2,
	MOST_PROPERTIES = 2000,
	MOST_ROWS = 1000
};

/* The low halves of the attributes that we read. */
enum {
	ATT_SUBJECT = 0x8004,
	ATT_MESSAGE_CLASS = 0x8008,
	ATT_BODY = 0x800c,
	ATT_ATTACH_DATA = 0x800f,
	ATT_ATTACH_TITLE = 0x8010,
	ATT_ATTACH_RENDER = 0x9002,
	ATT_CODEPAGE = 0x9007,
	ATT_PROPERTIES = 0x9003,
	ATT_RECIPIENTS = 0x9004,
	ATT_ATTACHMENT = 0x9005,
};

enum { ID_FILENAME = 0x3704, TYPE_BINARY = 0x0102, TYPE_OBJECT = 0x000d, GUID_BYTES = 16 };

/* Bytes that are taken from the front; too few left is the end. */
typedef struct {
	const guint8 *at;
	gsize left;
} Cursor;

/* What one stream holds. */
typedef struct {
	Mapi *message;
	GPtrArray *recipients;  /* of Mapi */
	GPtrArray *attachments; /* of Mapi */
} Stream;

static gboolean take(Cursor *cursor, gsize length, const guint8 **bytes)
{
	if (cursor->left < length)
		return FALSE;
	*bytes = cursor->at;
	cursor->at += length;
	cursor->left -= length;
	return TRUE;
}

static gboolean take_number(Cursor *cursor, gsize length, guint32 *number)
{
	const guint8 *bytes;

	if (!take(cursor, length, &bytes))
		return FALSE;
	*number = 0;
	for (gsize i = length; i-- > 0;)
		*number = *number << 8 | bytes[i];
	return TRUE;
}

/* Values are padded to four bytes. */
static gboolean take_padded(Cursor *cursor, gsize length, const guint8 **bytes)
{
	if (!take(cursor, length, bytes))
		return FALSE;
	length = MIN((4 - length % 4) % 4, cursor->left);
	cursor->at += length;
	cursor->left -= length;
	return TRUE;
}

gboolean tnef_is(GBytes *content)
{
	gsize length;
	Cursor cursor = {.at = g_bytes_get_data(content, &length)};
	guint32 signature;

	cursor.left = length;
	return take_number(&cursor, 4, &signature) && signature == SIGNATURE;
}

/* How long a value of this type is, 0 where its length is stated. */
static gsize fixed_size(guint16 type)
{
	switch (type & 0x0fff) {
	case 0x0002: /* padded to four bytes */
	case 0x0003:
	case 0x0004:
	case 0x000a:
	case 0x000b:
		return 4;
	case 0x0005:
	case 0x0006:
	case 0x0007:
	case 0x0014:
	case 0x0040:
		return 8;
	case 0x0048:
		return GUID_BYTES;
	default:
		return 0;
	}
}

/* The name of a named property: a GUID, and a number or a string. We know none of them. */
static gboolean skip_name(Cursor *cursor)
{
	const guint8 *bytes;
	guint32 kind, length;

	if (!take(cursor, GUID_BYTES, &bytes) || !take_number(cursor, 4, &kind))
		return FALSE;
	if (kind == 0)
		return take(cursor, 4, &bytes);
	return take_number(cursor, 4, &length) && take_padded(cursor, length, &bytes);
}

static gboolean read_property(Cursor *cursor, Mapi *mapi)
{
	guint32 type, id, count = 1, length;
	gsize fixed;
	const guint8 *bytes;

	if (!take_number(cursor, 2, &type) || !take_number(cursor, 2, &id))
		return FALSE;
	if (id >= 0x8000 && !skip_name(cursor))
		return FALSE;
	fixed = fixed_size((guint16)type);
	if ((fixed == 0 || type & 0x1000) &&
		(!take_number(cursor, 4, &count) || count > MOST_PROPERTIES))
		return FALSE;
	for (guint32 i = 0; i < count; i++) {
		length = (guint32)fixed;
		if (fixed == 0 && !take_number(cursor, 4, &length))
			return FALSE;
		if (!take_padded(cursor, length, &bytes))
			return FALSE;
		if (i == 0 && id < 0x8000)
			mapi_set(mapi, (guint16)id, (guint16)(type & 0x0fff), bytes, length);
	}
	return TRUE;
}

static gboolean read_properties(Cursor *cursor, Mapi *mapi)
{
	guint32 count;

	if (!take_number(cursor, 4, &count) || count > MOST_PROPERTIES)
		return FALSE;
	for (guint32 i = 0; i < count; i++)
		if (!read_property(cursor, mapi))
			return FALSE;
	return TRUE;
}

static void read_recipients(Cursor *cursor, GPtrArray *recipients, guint32 codepage)
{
	guint32 rows;

	if (!take_number(cursor, 4, &rows))
		return;
	for (guint32 i = 0; i < MIN(rows, MOST_ROWS); i++) {
		Mapi *row = mapi_new();
		gboolean is_whole = read_properties(cursor, row);

		mapi_set_codepage(row, codepage);
		g_ptr_array_add(recipients, row);
		if (!is_whole)
			return;
	}
}

static void read_message_attribute(Stream *stream, guint32 id, Cursor *value)
{
	guint32 codepage;

	switch (id) {
	case ATT_SUBJECT:
		mapi_set(stream->message, MAPI_SUBJECT, MAPI_TYPE_STRING8, value->at, value->left);
		break;
	case ATT_BODY:
		mapi_set(stream->message, MAPI_BODY, MAPI_TYPE_STRING8, value->at, value->left);
		break;
	case ATT_MESSAGE_CLASS:
		mapi_set(stream->message, MAPI_MESSAGE_CLASS, MAPI_TYPE_STRING8, value->at,
			value->left);
		break;
	case ATT_PROPERTIES:
		read_properties(value, stream->message);
		break;
	case ATT_RECIPIENTS:
		read_recipients(value, stream->recipients, mapi_codepage(stream->message));
		break;
	case ATT_CODEPAGE:
		if (take_number(value, 4, &codepage))
			mapi_set_codepage(stream->message, codepage);
		break;
	default:
		break;
	}
}

static void read_attachment_attribute(Stream *stream, guint32 id, Cursor *value)
{
	Mapi *attachment;

	/* The rendering data comes first and begins a new attachment. */
	if (id == ATT_ATTACH_RENDER || stream->attachments->len == 0) {
		if (stream->attachments->len >= LIMIT_ATTACHMENTS)
			return;
		g_ptr_array_add(stream->attachments, mapi_new());
	}
	attachment = g_ptr_array_index(stream->attachments, stream->attachments->len - 1);
	mapi_set_codepage(attachment, mapi_codepage(stream->message));
	if (id == ATT_ATTACH_DATA)
		mapi_set(attachment, MAPI_ATTACH_DATA, TYPE_BINARY, value->at, value->left);
	else if (id == ATT_ATTACH_TITLE)
		mapi_set(attachment, ID_FILENAME, MAPI_TYPE_STRING8, value->at, value->left);
	else if (id == ATT_ATTACHMENT)
		read_properties(value, attachment);
}

static void stream_init(Stream *stream)
{
	stream->message = mapi_new();
	stream->recipients = g_ptr_array_new_with_free_func((GDestroyNotify)mapi_free);
	stream->attachments = g_ptr_array_new_with_free_func((GDestroyNotify)mapi_free);
}

static void stream_clear(Stream *stream)
{
	mapi_free(stream->message);
	g_ptr_array_unref(stream->recipients);
	g_ptr_array_unref(stream->attachments);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Stream, stream_clear)

/* Attributes: level, id, length, value, checksum. FALSE where the stream ends too early. */
static gboolean read_stream(Stream *stream, Cursor cursor)
{
	guint32 signature, key, level, id, length;
	const guint8 *bytes, *checksum;

	if (!take_number(&cursor, 4, &signature) || !take_number(&cursor, 2, &key))
		return FALSE;
	while (cursor.left > 0) {
		Cursor value;

		if (!take_number(&cursor, 1, &level) || !take_number(&cursor, 4, &id) ||
			!take_number(&cursor, 4, &length) || !take(&cursor, length, &bytes))
			return FALSE;
		value = (Cursor){bytes, length};
		if (level == LEVEL_MESSAGE)
			read_message_attribute(stream, id & 0xffff, &value);
		else if (level == LEVEL_ATTACHMENT)
			read_attachment_attribute(stream, id & 0xffff, &value);
		if (!take(&cursor, 2, &checksum))
			return FALSE;
	}
	return TRUE;
}

static Mail *mail_from(const Stream *stream, GBytes *source, Budget *budget);

/* A mail attached in a stream: the id of its interface, then a stream of its own. NULL where it is
 * no mail. */
static Mail *read_embedded(const Mapi *attachment, GBytes *source, Budget *budget)
{
	static const guint8 iid_message[GUID_BYTES] = {
		0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46};
	GBytes *data = mapi_bytes(attachment, MAPI_ATTACH_DATA);
	g_auto(Stream) stream = {0};
	gsize length;
	const guint8 *bytes;

	stream_init(&stream);
	if (!data || budget->depth == 0)
		return NULL;
	bytes = g_bytes_get_data(data, &length);
	if (length <= GUID_BYTES || memcmp(bytes, iid_message, GUID_BYTES) != 0)
		return NULL;
	read_stream(&stream, (Cursor){bytes + GUID_BYTES, length - GUID_BYTES});
	return mail_from(&stream, source, budget);
}

static void add_attachments(Body *body, const Stream *stream, GBytes *source)
{
	for (guint i = 0; i < stream->attachments->len; i++) {
		const Mapi *attachment = g_ptr_array_index(stream->attachments, i);
		Mail *original = read_embedded(attachment, source, body->budget);

		if (original)
			g_ptr_array_add(body->originals, original);
		else
			mapi_add_attachment(body->mail, attachment);
	}
}

static Mail *mail_from(const Stream *stream, GBytes *source, Budget *budget)
{
	g_autoptr(Body) body = NULL;
	Mail *mail;

	if (budget->depth == 0 || budget->parts == 0 || !mapi_is_mail(stream->message))
		return NULL;
	budget->depth--;
	budget->parts--;
	mail = mail_new();
	mail->source = g_bytes_ref(source);
	mapi_fill_header(mail, stream->message, stream->recipients);
	kind_read(mail);
	body = body_new(mail, budget);
	mapi_fill_body(body, stream->message);
	add_attachments(body, stream, source);
	body_finish(body);
	budget->depth++;
	return mail;
}

/* Outlook sends a mail's own properties along; only another author's are a mail that was put in. */
static gboolean is_by_another(const Mail *mail, const Mail *inner)
{
	const Mailbox *outer = mail_author(mail), *author = mail_author(inner);
	g_autofree char *outer_key = NULL, *key = NULL;

	if (!author || !author->address || !outer || !outer->address)
		return FALSE;
	outer_key = address_key(outer->address);
	key = address_key(author->address);
	return strcmp(outer_key, key) != 0;
}

void tnef_read(Body *body, GBytes *content)
{
	g_auto(Stream) stream = {0};
	g_autoptr(Mail) header = mail_new();
	gsize length;
	const guint8 *bytes = g_bytes_get_data(content, &length);

	stream_init(&stream);
	if (!read_stream(&stream, (Cursor){bytes, length}))
		mail_defect(body->mail, "damaged winmail.dat");
	mapi_fill_header(header, stream.message, stream.recipients);
	if (is_by_another(body->mail, header)) {
		Mail *original = mail_from(&stream, content, body->budget);

		if (original)
			g_ptr_array_add(body->originals, original);
		return;
	}
	mapi_fill_body(body, stream.message);
	add_attachments(body, &stream, content);
}
