#include "parser/coded.h"

#include <string.h>

static const char base64_letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int sextet_of(char c)
{
	const char *found = c ? strchr(base64_letters, c) : NULL;

	return found ? (int)(found - base64_letters) : -1;
}

/* One run of base64 letters, up to padding or the end: places are where they stand. */
static void replace_run(char *text, const GArray *places, CodedReplace replace, gpointer data)
{
	gsize count = places->len / 4 * 3 + (places->len % 4 ? places->len % 4 - 1 : 0);
	g_autofree guint8 *bytes = g_malloc0(count + 16);
	guint8 last_bits = 0;

	for (guint i = 0; i < places->len; i++) {
		guint bits = (guint)sextet_of(text[g_array_index(places, gsize, i)]);
		gsize at = i / 4 * 3 + i % 4;

		if (i % 4 > 0)
			bytes[at - 1] |= (guint8)(bits >> (6 - 2 * (i % 4)));
		if (i % 4 < 3)
			bytes[at] = (guint8)(bits << (2 + 2 * (i % 4)));
	}
	last_bits = bytes[count];
	replace(bytes, count, data);
	bytes[count] = last_bits;
	for (guint i = 0; i < places->len; i++) {
		gsize at = i / 4 * 3 + i % 4;
		guint bits = i % 4 == 0   ? bytes[at] >> 2
			     : i % 4 == 3 ? bytes[at - 1] & 63u
					  : ((guint)bytes[at - 1] << (6 - 2 * (i % 4)) |
						    (guint)bytes[at] >> (2 + 2 * (i % 4))) &
						    63u;

		text[g_array_index(places, gsize, i)] = base64_letters[bits];
	}
}

static void replace_base64(char *text, gsize length, CodedReplace replace, gpointer data)
{
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(gsize));

	for (gsize i = 0; i <= length; i++) {
		if (i < length && sextet_of(text[i]) >= 0) {
			g_array_append_val(places, i);
		} else if (i == length || text[i] == '=') {
			replace_run(text, places, replace, data);
			g_array_set_size(places, 0);
		}
	}
}

static void replace_quoted_printable(
	char *text, gsize length, gboolean is_header, CodedReplace replace, gpointer data)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(gsize));

	const char *end = text + length;
	const guint8 zeros[16] = {0};

	for (gsize i = 0; i < length; i++) {
		guint8 byte = (guint8)text[i];

		if (text[i] == '=' && i + 1 < length &&
			(text[i + 1] == '\n' || text[i + 1] == '\r')) {
			i += text[i + 1] == '\r' && i + 2 < length && text[i + 2] == '\n' ? 2 : 1;
			continue; /* a soft line break is nothing */
		}
		g_array_append_val(places, i);
		if (text[i] == '=' && i + 2 < length && g_ascii_isxdigit(text[i + 1]) &&
			g_ascii_isxdigit(text[i + 2])) {
			byte = (guint8)(g_ascii_xdigit_value(text[i + 1]) * 16 +
					g_ascii_xdigit_value(text[i + 2]));
			i += 2;
		} else if (is_header && text[i] == '_') {
			byte = ' ';
		}
		g_byte_array_append(bytes, &byte, 1);
	}
	length = bytes->len;
	g_byte_array_append(bytes, zeros, sizeof zeros); /* a look at the next byte finds one */
	replace(bytes->data, length, data);
	for (gsize i = 0; i < length; i++) {
		static const char digits[] = "0123456789ABCDEF";
		char *at = text + g_array_index(places, gsize, i);

		if (*at == '=' && at + 2 < end && g_ascii_isxdigit(at[1]) &&
			g_ascii_isxdigit(at[2])) {
			at[1] = digits[bytes->data[i] >> 4];
			at[2] = digits[bytes->data[i] & 15];
		} else if (g_ascii_isalnum(*at) || (guint8)*at >= 0x80) {
			*at = (char)bytes->data[i];
		}
	}
}

void coded_replace(Transfer transfer, gboolean is_header, char *text, gsize length,
	CodedReplace replace, gpointer data)
{
	if (transfer == TRANSFER_BASE64)
		replace_base64(text, length, replace, data);
	else if (transfer == TRANSFER_QUOTED_PRINTABLE)
		replace_quoted_printable(text, length, is_header, replace, data);
	else
		replace((guint8 *)text, length, data);
}
