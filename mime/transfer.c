#include "mime/transfer.h"

#include <string.h>

Transfer transfer_parse(const char *value, gboolean *is_known)
{
	static const struct {
		const char *name;
		Transfer transfer;
	} names[] = {
		{"7bit",             TRANSFER_IDENTITY        },
		{"8bit",             TRANSFER_IDENTITY        },
		{"binary",           TRANSFER_IDENTITY        },
		{"base64",           TRANSFER_BASE64          },
		{"quoted-printable", TRANSFER_QUOTED_PRINTABLE},
		{"x-uuencode",       TRANSFER_UUENCODE        },
		{"x-uue",            TRANSFER_UUENCODE        },
		{"uuencode",         TRANSFER_UUENCODE        },
	};
	gsize start, length;

	if (is_known)
		*is_known = TRUE;
	if (!value)
		return TRANSFER_IDENTITY;
	start = strspn(value, " \t\r\n\"'");
	length = strcspn(value + start, " \t\r\n\"';(,");
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (strlen(names[i].name) == length &&
			g_ascii_strncasecmp(value + start, names[i].name, length) == 0)
			return names[i].transfer;
	if (is_known)
		*is_known = length == 0;
	return TRANSFER_IDENTITY;
}

static inline int base64_value(char c)
{
	/* One more than the value, 0: no letter of the code. */
	/* clang-format off */
	static const guint8 values[256] = {
		['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
		['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
		['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
		['+'] = 63, ['/'] = 64,
	};
	/* clang-format on */
	return values[(guchar)c] - 1;
}

/* The bytes of a group of two to four letters; one letter alone holds none. Returns what is behind
 * them. */
static guint8 *base64_flush(guint32 bits, guint letters, guint8 *to)
{
	guint32 group = bits << (6 * (4 - letters));

	for (guint i = 1; i < letters; i++)
		*to++ = (guint8)(group >> (24 - 8 * i));
	return to;
}

/* Is what follows on this line code, up to its end? Behind padding that is asked, because lists
 * append footers. */
static gboolean is_base64_line(const char *text, gsize length)
{
	gsize i = 0;

	while (i < length && (base64_value(text[i]) >= 0 || text[i] == '='))
		i++;
	while (i < length && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r'))
		i++;
	return i == length || text[i] == '\n';
}

static gsize line_length(const char *text, gsize length)
{
	const char *newline = memchr(text, '\n', length);

	return newline ? (gsize)(newline - text) : length;
}

gboolean transfer_looks_like_base64(const char *text, gsize length)
{
	gboolean is_word = FALSE;

	/* Code has no blanks inside its lines and no other letters. */
	for (gsize i = 0; i < length; i++) {
		gboolean is_code = base64_value(text[i]) >= 0 || text[i] == '=';

		if (!is_code && !g_ascii_isspace(text[i]))
			return FALSE;
		if (is_code && is_word && i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\t'))
			return FALSE;
		is_word = is_code || (is_word && text[i] != '\n' && text[i] != '\r');
	}
	return TRUE;
}

/* Whole groups of four letters, as many as follow each other. Returns how many letters that were.
 */
static gsize decode_groups(const char *text, gsize length, guint8 **to)
{
	gsize at = 0;

	for (; at + 4 <= length; at += 4) {
		int a = base64_value(text[at]), b = base64_value(text[at + 1]);
		int c = base64_value(text[at + 2]), d = base64_value(text[at + 3]);

		if ((a | b | c | d) < 0)
			break;
		*(*to)++ = (guint8)(a << 2 | b >> 4);
		*(*to)++ = (guint8)(b << 4 | c >> 2);
		*(*to)++ = (guint8)(c << 6 | d);
	}
	return at;
}

gboolean transfer_decode_base64(const char *text, gsize length, GByteArray *out)
{
	gboolean is_clean = TRUE, is_padded = FALSE;
	guint before = out->len;
	guint32 bits = 0;
	guint letters = 0;
	guint8 *to;

	g_byte_array_set_size(out, before + (guint)(length / 4 * 3 + 3));
	to = out->data + before;
	for (gsize i = 0; i < length; i++) {
		int value;

		if (letters == 0 && !is_padded)
			i += decode_groups(text + i, length - i, &to);
		if (i == length)
			break;
		value = base64_value(text[i]);
		if (is_padded && text[i] != '=' && text[i] != '\r' && text[i] != '\n') {
			is_padded = FALSE;
			if (!is_base64_line(text + i, length - i)) {
				i += line_length(text + i, length - i);
				is_padded = TRUE;
				is_clean = FALSE;
				continue;
			}
		}
		if (value >= 0) {
			bits = bits << 6 | (guint32)value;
			letters++;
		} else if (text[i] != '=') {
			is_clean = is_clean && g_ascii_isspace(text[i]);
			continue;
		}
		/* Padding ends a group, never the text: some senders encode piece by piece. */
		if (letters == 4 || (value < 0 && letters > 0)) {
			to = base64_flush(bits, letters, to);
			bits = 0;
			letters = 0;
		}
		is_padded = value < 0;
	}
	if (letters > 0)
		to = base64_flush(bits, letters, to);
	g_byte_array_set_size(out, (guint)(to - out->data));
	return is_clean && letters == 0;
}

/* How many bytes of a soft line break follow the "=" at text: "=\n", "=\r\n", also with blanks
 * before. */
static gsize soft_break_length(const char *text, gsize length)
{
	gsize i = 1;

	while (i < length && (text[i] == ' ' || text[i] == '\t'))
		i++;
	if (i == length)
		return i;
	if (text[i] == '\r' && i + 1 < length && text[i + 1] == '\n')
		return i + 2;
	return text[i] == '\n' || text[i] == '\r' ? i + 1 : 0;
}

/* How many blanks stand at text. */
static gsize blanks_length(const char *text, gsize length)
{
	gsize i = 0;

	while (i < length && (text[i] == ' ' || text[i] == '\t'))
		i++;
	return i;
}

/* What stands at an "=": moves *to behind the byte that it means. Returns how many letters it has;
 * *is_clean becomes FALSE where it means nothing and stays as it is. */
static gsize decode_escape(const char *text, gsize length, guint8 **to, gboolean *is_clean)
{
	gsize skipped;

	if (length > 2 && g_ascii_isxdigit(text[1]) && g_ascii_isxdigit(text[2])) {
		*(*to)++ = (guint8)(g_ascii_xdigit_value(text[1]) << 4 |
				    g_ascii_xdigit_value(text[2]));
		return 3;
	}
	skipped = soft_break_length(text, length);
	if (skipped > 0)
		return skipped;
	*(*to)++ = '=';
	*is_clean = FALSE;
	return 1;
}

gboolean transfer_decode_quoted_printable(const char *text, gsize length, GByteArray *out)
{
	gboolean is_clean = TRUE;
	guint before = out->len;
	gsize i = 0;
	guint8 *to;

	if (length == 0)
		return TRUE;
	/* Nothing becomes longer. */
	g_byte_array_set_size(out, before + (guint)length);
	to = out->data + before;
	while (i < length) {
		gsize blanks;

		if (text[i] == '=') {
			i += decode_escape(text + i, length - i, &to, &is_clean);
			continue;
		}
		blanks = blanks_length(text + i, length - i);
		if (blanks == 0) {
			*to++ = (guint8)text[i++];
			continue;
		}
		/* Blanks before a line's end were added on the way (RFC 2045 6.7 (3)). */
		if (i + blanks < length && text[i + blanks] != '\r' && text[i + blanks] != '\n') {
			memcpy(to, text + i, blanks);
			to += blanks;
		}
		i += blanks;
	}
	g_byte_array_set_size(out, (guint)(to - out->data));
	return is_clean;
}

/* One line of uuencode: its first letter counts the bytes, every four letters hold three. */
static gboolean uuencode_line(const char *line, gsize length, GByteArray *out)
{
	guint bytes = (guint)(line[0] - ' ') & 63;
	gsize at = 1;

	for (guint done = 0; done < bytes; done += 3, at += 4) {
		guint32 group = 0;
		guint8 three[3];

		if (at + 1 >= length)
			return FALSE;
		/* Blanks at the end of a line may have been cut: they count as zero. */
		for (gsize i = 0; i < 4; i++)
			group = group << 6 |
				(at + i < length ? (guint32)(line[at + i] - ' ') & 63 : 0);
		three[0] = (guint8)(group >> 16);
		three[1] = (guint8)(group >> 8);
		three[2] = (guint8)group;
		g_byte_array_append(out, three, MIN(3, bytes - done));
	}
	return TRUE;
}

gboolean transfer_decode_uuencode(const char *text, gsize length, GByteArray *out)
{
	gboolean is_clean = TRUE;

	while (length > 0) {
		const char *newline = memchr(text, '\n', length);
		gsize whole = newline ? (gsize)(newline - text) + 1 : length;
		gsize used = newline ? whole - 1 : whole;

		while (used > 0 && text[used - 1] == '\r')
			used--;
		if (used == 3 && memcmp(text, "end", 3) == 0)
			break;
		if (used > 0 && !(used > 6 && memcmp(text, "begin ", 6) == 0))
			is_clean = uuencode_line(text, used, out) && is_clean;
		text += whole;
		length -= whole;
	}
	return is_clean;
}

GBytes *transfer_decode(Transfer transfer, GBytes *source, gboolean *is_clean)
{
	static gboolean (*const decoders[])(const char *, gsize, GByteArray *) = {
		[TRANSFER_BASE64] = transfer_decode_base64,
		[TRANSFER_QUOTED_PRINTABLE] = transfer_decode_quoted_printable,
		[TRANSFER_UUENCODE] = transfer_decode_uuencode,
	};
	gboolean was_clean = TRUE;
	GByteArray *out;
	const char *text;
	gsize length;

	if (is_clean)
		*is_clean = TRUE;
	if (transfer == TRANSFER_IDENTITY)
		return g_bytes_ref(source);
	text = g_bytes_get_data(source, &length);
	out = g_byte_array_sized_new((guint)MIN(length, G_MAXUINT / 2));
	was_clean = decoders[transfer](text, length, out);
	if (is_clean)
		*is_clean = was_clean;
	return g_byte_array_free_to_bytes(out);
}
