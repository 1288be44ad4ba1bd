#include "html/link.h"

#include <string.h>

/* Browsers strip control characters and blanks at the ends, and tab and newline anywhere; a scheme
 * must not hide behind any of them. */
static char *without_controls(const char *address)
{
	GString *clean = g_string_new(NULL);

	for (; *address; address++)
		if ((guchar)*address >= 0x20 && *address != 0x7F)
			g_string_append_c(clean, *address);
	return g_strstrip(g_string_free(clean, FALSE));
}

static gboolean has_prefix(const char *address, const char *prefix)
{
	return g_ascii_strncasecmp(address, prefix, strlen(prefix)) == 0;
}

char *link_clean(const char *href)
{
	static const char *const schemes[] = {"http://", "https://", "mailto:", "tel:"};
	g_autofree char *address = without_controls(href);

	if (strlen(address) > LINK_MAX)
		return NULL;
	for (guint i = 0; i < G_N_ELEMENTS(schemes); i++) {
		if (has_prefix(address, schemes[i]) && address[strlen(schemes[i])] != '\0') {
			memcpy(address, schemes[i], strlen(schemes[i]));
			return g_steal_pointer(&address);
		}
	}
	return NULL;
}

/* base64 digits alone; blanks between them are taken out in place. */
static gboolean is_base64(char *digits)
{
	char *out = digits;

	for (const char *in = digits; *in; in++) {
		if (*in == ' ')
			continue;
		if (!g_ascii_isalnum(*in) && !strchr("+/=", *in))
			return FALSE;
		*out++ = *in;
	}
	*out = '\0';
	return out > digits;
}

char *link_clean_image(const char *src)
{
	static const char *const raster[] = {"data:image/png;base64,", "data:image/jpeg;base64,",
		"data:image/jpg;base64,", "data:image/gif;base64,", "data:image/webp;base64,"};
	g_autofree char *address = without_controls(src);

	if (has_prefix(address, "cid:"))
		return address[4] && strlen(address) <= LINK_MAX ? g_steal_pointer(&address) : NULL;
	for (guint i = 0; i < G_N_ELEMENTS(raster); i++)
		if (has_prefix(address, raster[i]))
			return is_base64(address + strlen(raster[i])) ? g_steal_pointer(&address)
								      : NULL;
	return NULL;
}

gboolean link_is_remote(const char *src)
{
	g_autofree char *address = without_controls(src);

	return *address != '\0' && !has_prefix(address, "data:") && !has_prefix(address, "cid:");
}

/* Bytes of a text. */
typedef struct {
	const char *text;
	gsize length;
} Span;

/* What two ways of writing an address have in common: not scheme, "www.", last slash. */
static Span comparable(const char *address, gsize length)
{
	static const char *const prefixes[] = {"http://", "https://", "mailto:", "www.", "<"};
	const char *end = address + length;

	while (address < end && g_ascii_isspace(*address))
		address++;
	while (end > address && g_ascii_isspace(end[-1]))
		end--;
	for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++) {
		const gsize size = strlen(prefixes[i]);

		if ((gsize)(end - address) >= size &&
			g_ascii_strncasecmp(address, prefixes[i], size) == 0)
			address += size;
	}
	while (end > address && strchr("/>", end[-1]))
		end--;
	return (Span){address, (gsize)(end - address)};
}

static gboolean is_ascii(Span span)
{
	for (gsize i = 0; i < span.length; i++)
		if ((guchar)span.text[i] >= 0x80)
			return FALSE;
	return TRUE;
}

/* Capitals do not count; those beyond ASCII may take other room. */
static gboolean is_same(Span a, Span b)
{
	g_autofree char *left = NULL, *right = NULL;

	if (a.length == b.length && g_ascii_strncasecmp(a.text, b.text, a.length) == 0)
		return TRUE;
	if (is_ascii(a) && is_ascii(b))
		return FALSE;
	left = g_utf8_strdown(a.text, (gssize)a.length);
	right = g_utf8_strdown(b.text, (gssize)b.length);
	return strcmp(left, right) == 0;
}

/* Only digits count in a telephone number. */
static gboolean says_number(const char *words, gsize length, const char *address)
{
	gsize at = 0;

	for (; *address; address++) {
		if (!g_ascii_isdigit(*address))
			continue;
		while (at < length && !g_ascii_isdigit(words[at]))
			at++;
		if (at == length || words[at++] != *address)
			return FALSE;
	}
	return TRUE;
}

gboolean link_is_said(const char *words, gsize length, const char *address)
{
	const gboolean is_mail = has_prefix(address, "mailto:");
	/* The words of an address end with it: "?subject=" is none of them. */
	const gsize size = is_mail ? strcspn(address, "?") : strlen(address);
	const Span meant = comparable(address, size);

	if (has_prefix(address, "tel:"))
		return says_number(words, length, address);
	if (length > 2 * size + strlen("https://www./"))
		return FALSE;
	return meant.length == 0 || is_same(comparable(words, length), meant);
}
