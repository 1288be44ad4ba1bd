#include "parser/smime.h"

#include <string.h>

#include "mime/fields.h"

enum {
	TAG_OCTETS = 0x04,
	TAG_OID = 0x06,
	TAG_SEQUENCE = 0x30,
	TAG_CONSTRUCTED = 0x20,
	TAG_EXPLICIT = 0xa0
};
enum { MOST_NESTING = 16 };

/* What is left of a constructed value. In BER its end may be marked instead of counted: is_open. */
typedef struct {
	const guint8 *at, *end;
	gboolean is_open;
} Reader;

/* Takes the next value: its tag, and its content as a reader; moves behind it where its length is
 * stated. FALSE at the end, at an end mark and where the bytes are no BER. */
static gboolean next_value(Reader *reader, guint8 *tag, Reader *content)
{
	const guint8 *at = reader->at;
	gsize length = 0, count;

	if (reader->end - at < 2 || (at[0] == 0 && at[1] == 0) || (at[0] & 0x1f) == 0x1f)
		return FALSE;
	*tag = *at++;
	content->is_open = FALSE;
	if (*at == 0x80) {
		if (!(*tag & TAG_CONSTRUCTED))
			return FALSE;
		*content = (Reader){at + 1, reader->end, TRUE};
		return TRUE;
	}
	count = *at & 0x80 ? *at & 0x7f : 0;
	if (count > 4 || (gsize)(reader->end - at) <= count)
		return FALSE;
	for (gsize i = 0; i < count; i++)
		length = length << 8 | at[1 + i];
	if (count == 0)
		length = *at;
	at += 1 + count;
	/* A file that was cut still shows what is there. */
	length = MIN(length, (gsize)(reader->end - at));
	*content = (Reader){at, at + length, FALSE};
	reader->at = at + length;
	return TRUE;
}

/* Moves behind a value whose content was read; of an open one the content's own reader knows where
 * that is. */
static gboolean skip_content(Reader *reader, Reader *content, guint depth)
{
	guint8 tag;
	Reader inner;

	if (!content->is_open)
		return TRUE;
	if (depth >= MOST_NESTING)
		return FALSE;
	while (next_value(content, &tag, &inner))
		if (!skip_content(content, &inner, depth + 1))
			return FALSE;
	if (content->end - content->at < 2 || content->at[0] != 0 || content->at[1] != 0)
		return FALSE;
	reader->at = content->at + 2;
	return TRUE;
}

static gboolean skip_value(Reader *reader)
{
	guint8 tag;
	Reader content;

	return next_value(reader, &tag, &content) && skip_content(reader, &content, 0);
}

static gboolean enter(Reader *reader, guint8 want)
{
	guint8 tag;
	Reader content;

	if (!next_value(reader, &tag, &content) || tag != want)
		return FALSE;
	*reader = content;
	return TRUE;
}

static gboolean is_oid(Reader *reader, const char *bytes, gsize length)
{
	guint8 tag;
	Reader content;

	return next_value(reader, &tag, &content) && tag == TAG_OID &&
	       (gsize)(content.end - content.at) == length &&
	       memcmp(content.at, bytes, length) == 0;
}

/* An octet string in one piece, or in many. */
static GBytes *read_octets(Reader *reader)
{
	guint8 tag;
	Reader content, piece;
	GByteArray *bytes;

	if (!next_value(reader, &tag, &content) || (tag & ~TAG_CONSTRUCTED) != TAG_OCTETS)
		return NULL;
	bytes = g_byte_array_new();
	if (!(tag & TAG_CONSTRUCTED))
		g_byte_array_append(bytes, content.at, (guint)(content.end - content.at));
	else
		while (next_value(&content, &tag, &piece) && tag == TAG_OCTETS)
			g_byte_array_append(bytes, piece.at, (guint)(piece.end - piece.at));
	return g_byte_array_free_to_bytes(bytes);
}

GBytes *smime_content(GBytes *cms)
{
	static const char signed_data[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
	gsize length;
	const guint8 *data = g_bytes_get_data(cms, &length);
	Reader reader = {data, length > 0 ? data + length : data, FALSE};

	/* ContentInfo { signedData, [0] SignedData { version, digests, { type, [0] content } … } }
	 */
	if (length == 0 || !enter(&reader, TAG_SEQUENCE) ||
		!is_oid(&reader, signed_data, sizeof signed_data - 1))
		return NULL;
	if (!enter(&reader, TAG_EXPLICIT) || !enter(&reader, TAG_SEQUENCE))
		return NULL;
	for (int i = 0; i < 2; i++)
		if (!skip_value(&reader))
			return NULL;
	if (!enter(&reader, TAG_SEQUENCE))
		return NULL;
	if (!skip_value(&reader) || !enter(&reader, TAG_EXPLICIT))
		return NULL;
	return read_octets(&reader);
}

MimeNode *smime_parse_entity(Mail *mail, GBytes *entity, guint *parts)
{
	gsize start, body;

	fields_parse(mail, entity, &start, &body);
	return mime_parse(mail, mail->fields, entity, body, parts);
}
