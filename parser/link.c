#include "parser/link.h"

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
	for (guint i = 0; i < G_N_ELEMENTS(schemes); i++)
		if (has_prefix(address, schemes[i]) && address[strlen(schemes[i])] != '\0')
			return g_steal_pointer(&address);
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

char *link_clean_image(const char *src, gboolean *is_remote)
{
	static const char *const raster[] = {"data:image/png;base64,", "data:image/jpeg;base64,",
		"data:image/jpg;base64,", "data:image/gif;base64,", "data:image/webp;base64,"};
	g_autofree char *address = without_controls(src);

	*is_remote = FALSE;
	if (has_prefix(address, "cid:"))
		return address[4] && strlen(address) <= LINK_MAX ? g_steal_pointer(&address) : NULL;
	for (guint i = 0; i < G_N_ELEMENTS(raster); i++)
		if (has_prefix(address, raster[i]))
			return is_base64(address + strlen(raster[i])) ? g_steal_pointer(&address)
								      : NULL;
	*is_remote = *address != '\0' && !has_prefix(address, "data:");
	return NULL;
}
