#include "mime/sha256.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>

char *sha256_of_bytes(GBytes *bytes)
{
	struct sha256_ctx context;
	uint8_t digest[SHA256_DIGEST_SIZE];
	char *hex = g_malloc0(BASE16_ENCODE_LENGTH(SHA256_DIGEST_SIZE) + 1);
	gsize length;
	const uint8_t *data = g_bytes_get_data(bytes, &length);

	sha256_init(&context);
	if (length > 0)
		sha256_update(&context, length, data);
	sha256_digest(&context, sizeof digest, digest);
	base16_encode_update(hex, sizeof digest, digest);
	return hex;
}
