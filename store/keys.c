#include "store/keys.h"

#include <string.h>

char *key_of(const char *kind, const char *value)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	const char *hex;

	/* The zero byte between them belongs to the kind's string. */
	g_checksum_update(checksum, (const guchar *)kind, (gssize)strlen(kind) + 1);
	g_checksum_update(checksum, (const guchar *)value, (gssize)strlen(value));
	hex = g_checksum_get_string(checksum);
	return g_strdup_printf(
		"%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}
