#include "mime/threadindex.h"

#include <string.h>

#include "mime/transfer.h"

enum { HEAD_BYTES = 22, GUID_AT = 6, GUID_BYTES = 16, REPLY_BYTES = 5 };

gboolean threadindex_parse(const char *value, guint8 guid[16], guint *depth)
{
	static const guint8 zeros[GUID_BYTES];
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	transfer_decode_base64(value, strlen(value), bytes);
	if (bytes->len < HEAD_BYTES || bytes->data[0] != 1)
		return FALSE;
	/* A GUID of zeros would unite strangers. */
	if (memcmp(bytes->data + GUID_AT, zeros, GUID_BYTES) == 0)
		return FALSE;
	memcpy(guid, bytes->data + GUID_AT, GUID_BYTES);
	*depth = (bytes->len - HEAD_BYTES) / REPLY_BYTES;
	return TRUE;
}
