#include "html/entities.h"

#include <string.h>

#include "html/entities_table.h"

/* What &#128; to &#159; mean: Windows-1252, because that is what their writers had. */
static const gunichar windows_1252[32] = {
	0x20AC,
	0x81,
	0x201A,
	0x0192,
	0x201E,
	0x2026,
	0x2020,
	0x2021, //
	0x02C6,
	0x2030,
	0x0160,
	0x2039,
	0x0152,
	0x8D,
	0x017D,
	0x8F, //
	0x90,
	0x2018,
	0x2019,
	0x201C,
	0x201D,
	0x2022,
	0x2013,
	0x2014, //
	0x02DC,
	0x2122,
	0x0161,
	0x203A,
	0x0153,
	0x9D,
	0x017E,
	0x0178,
};

static gunichar character_of(guint32 number)
{
	if (number >= 0x80 && number < 0xA0)
		return windows_1252[number - 0x80];
	if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number < 0xE000))
		return 0xFFFD;
	return number;
}

static gsize read_number(const char *text, gsize length, GString *out)
{
	const guint base = length > 2 && (text[2] | 0x20) == 'x' ? 16 : 10;
	const gsize first = base == 16 ? 3 : 2;
	guint32 number = 0;
	gsize at = first;

	for (; at < length; at++) {
		const int digit = g_ascii_xdigit_value(text[at]);

		if (digit < 0 || digit >= (int)base)
			break;
		/* Beyond Unicode the value no longer matters; it must only not wrap. */
		number = MIN(number * base + (guint32)digit, 0x110000);
	}
	if (at == first)
		return 0;
	g_string_append_unichar(out, character_of(number));
	return at < length && text[at] == ';' ? at + 1 : at;
}

static const char *find_name(const char *name, gsize length)
{
	gsize low = 0, high = G_N_ELEMENTS(entities);

	while (low < high) {
		const gsize middle = (low + high) / 2;
		const char *have = entities[middle].name;
		const int order = strncmp(name, have, length);

		if (order == 0 && have[length] == '\0')
			return entities[middle].text;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The longest name wins: with a semicolon it is the whole run of letters and digits, without one it
 * is at most ENTITY_BARE_MAX bytes of it. */
static gsize read_name(const char *text, gsize length, gboolean in_attribute, GString *out)
{
	const char *name = text + 1, *found;
	gsize run = 0;

	while (run + 1 < length && run < ENTITY_NAME_MAX && g_ascii_isalnum(name[run]))
		run++;
	if (run + 1 < length && name[run] == ';' && (found = find_name(name, run + 1))) {
		g_string_append(out, found);
		return run + 2;
	}
	for (gsize bare = MIN(run, ENTITY_BARE_MAX); bare >= 2; bare--) {
		const char next = bare + 1 < length ? name[bare] : '\0';

		if (!(found = find_name(name, bare)))
			continue;
		if (in_attribute && (next == '=' || g_ascii_isalnum(next)))
			return 0;
		g_string_append(out, found);
		return bare + 1;
	}
	return 0;
}

gsize entity_read(const char *text, gsize length, gboolean in_attribute, GString *out)
{
	if (length < 3)
		return 0;
	if (text[1] == '#')
		return read_number(text, length, out);
	return g_ascii_isalpha(text[1]) ? read_name(text, length, in_attribute, out) : 0;
}
