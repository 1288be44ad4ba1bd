#include "parser/spelled.h"

#include <string.h>

#include "html/entities.h"

/* Where a character stands, and how it is spelled. */
typedef struct {
	gsize at, width;
	gunichar letter;
	char spelling; /* '&', '%', or 0: as it is */
} Place;

/* "&uuml;": of what stands for no character, or for two, each letter is read by itself. */
static gboolean read_reference(const char *text, gsize length, Place *place)
{
	g_autoptr(GString) out = g_string_new(NULL);

	place->width = entity_read(text, length, FALSE, out);
	if (place->width == 0 || g_utf8_strlen(out->str, (gssize)out->len) != 1)
		return FALSE;
	place->letter = g_utf8_get_char(out->str);
	place->spelling = '&';
	return place->letter != 0xfffd;
}

/* How many bytes are spelled "%C3%BC" here, up to four. */
static gsize read_bytes(const char *text, gsize length, guint8 *bytes)
{
	gsize count = 0;

	while (count < 4 && length >= 3 * count + 3 && text[3 * count] == '%' &&
		g_ascii_isxdigit(text[3 * count + 1]) && g_ascii_isxdigit(text[3 * count + 2])) {
		bytes[count] = (guint8)(g_ascii_xdigit_value(text[3 * count + 1]) * 16 +
					g_ascii_xdigit_value(text[3 * count + 2]));
		count++;
	}
	return count;
}

/* UTF-8, or else Latin 1. */
static gboolean read_percent(const char *text, gsize length, Place *place)
{
	guint8 bytes[4] = {0};
	gsize count = read_bytes(text, length, bytes);
	gunichar letter = g_utf8_get_char_validated((const char *)bytes, (gssize)count);

	if (count == 0 || bytes[0] == 0)
		return FALSE;
	if (letter == (gunichar)-1 || letter == (gunichar)-2) {
		letter = bytes[0];
		place->width = 3;
	} else {
		place->width = 3 * (gsize)g_unichar_to_utf8(letter, NULL);
	}
	place->letter = letter;
	place->spelling = '%';
	return TRUE;
}

static Place read_place(const char *text, gsize length, gsize at)
{
	Place place = {.at = at};

	if ((text[at] == '&' && read_reference(text + at, length - at, &place)) ||
		(text[at] == '%' && read_percent(text + at, length - at, &place)))
		return place;
	place.letter = g_utf8_get_char(text + at);
	place.width = (gsize)(g_utf8_next_char(text + at) - (text + at));
	place.spelling = 0;
	return place;
}

static gboolean write_percent(char *text, const Place *place, gunichar letter)
{
	static const char digits[] = "0123456789ABCDEF";
	char bytes[6] = {0};
	gsize count = (gsize)g_unichar_to_utf8(letter, bytes);

	if (count * 3 != place->width) {
		bytes[0] = (char)letter;
		count = 1;
		if (letter > 0xff || place->width != 3)
			return FALSE;
	}
	for (gsize i = 0; i < count; i++) {
		text[place->at + 3 * i + 1] = digits[(guint8)bytes[i] >> 4];
		text[place->at + 3 * i + 2] = digits[(guint8)bytes[i] & 15];
	}
	return TRUE;
}

/* With zeros in front up to the length that there was. A name becomes a number, too. */
static gboolean write_reference(char *text, const Place *place, gunichar letter)
{
	char *start = text + place->at, *end = start + place->width;
	gboolean is_hex = start[1] == '#' && (start[2] == 'x' || start[2] == 'X');
	gboolean is_open = start[1] == '#' && end[-1] != ';'; /* without its semicolon */
	gsize room = place->width - 2 - (is_hex ? 1 : 0) - (is_open ? 0 : 1);
	g_autofree char *number = g_strdup_printf(is_hex ? "%0*x" : "%0*u", (int)room, letter);

	if (strlen(number) > room)
		return FALSE;
	start[1] = '#';
	memcpy(start + (is_hex ? 3 : 2), number, room);
	if (!is_open)
		end[-1] = ';';
	return TRUE;
}

static void write_place(char *text, const Place *place, gunichar letter)
{
	gboolean is_written = FALSE;

	if (place->spelling == 0) {
		is_written = (gsize)g_unichar_to_utf8(letter, NULL) == place->width;
		if (is_written)
			g_unichar_to_utf8(letter, text + place->at);
	} else if (place->spelling == '%') {
		is_written = write_percent(text, place, letter);
	} else {
		/* "&#97;" has no room for an m, but for an M. */
		is_written = write_reference(text, place, letter) ||
			     write_reference(text, place, g_unichar_toupper(letter));
	}
	if (!is_written)
		memset(text + place->at, 'x', place->width);
}

void spelled_replace(char *text, gsize length, CodedReplace replace, gpointer data)
{
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(Place));
	g_autoptr(GString) letters = g_string_sized_new(length + 16);
	const char *at;

	if (!memchr(text, '&', length) && !memchr(text, '%', length)) {
		replace((guint8 *)text, length, data);
		return;
	}
	for (gsize i = 0; i < length;) {
		Place place = read_place(text, length, i);

		g_array_append_val(places, place);
		g_string_append_unichar(letters, place.letter);
		i += place.width;
	}
	replace((guint8 *)letters->str, letters->len, data);
	at = letters->str;
	for (guint i = 0; i < places->len; i++, at = g_utf8_next_char(at)) {
		const Place *place = &g_array_index(places, Place, i);

		if (g_utf8_get_char(at) != place->letter)
			write_place(text, place, g_utf8_get_char(at));
	}
}
