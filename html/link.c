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

/* What two ways of writing an address have in common: not scheme, "www.", last slash, capitals. */
static char *comparable(const char *address, gsize length)
{
	static const char *const prefixes[] = {"http://", "https://", "mailto:", "www.", "<"};
	g_autofree char *lower = g_utf8_strdown(address, (gssize)length);
	char *start = g_strstrip(lower);
	gsize size;

	for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_str_has_prefix(start, prefixes[i]))
			start += strlen(prefixes[i]);
	size = strlen(start);
	while (size > 0 && strchr("/>", start[size - 1]))
		size--;
	return g_strndup(start, size);
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
	g_autofree char *said = NULL, *meant = NULL;

	if (has_prefix(address, "tel:"))
		return says_number(words, length, address);
	if (length > 2 * size + strlen("https://www./"))
		return FALSE;
	said = comparable(words, length);
	meant = comparable(address, size);
	return *meant == '\0' || strcmp(said, meant) == 0;
}
