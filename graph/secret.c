#include "graph/secret.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

void secret_free(Secret *secret)
{
	if (secret == NULL)
		return;
	OPENSSL_cleanse(secret, strlen(secret));
	g_free(secret);
}

char *secret_base64url(const void *data, gsize size)
{
	char *text = g_base64_encode(data, size);

	g_strdelimit(text, "+", '-');
	g_strdelimit(text, "/", '_');
	text[strcspn(text, "=")] = '\0';
	return text;
}

/* One text for each sequence of bytes: what differs in bits that are dropped is none. */
GBytes *secret_from_base64url(const char *text)
{
	gsize length = strlen(text), size = 0;
	g_autoptr(Secret) padded = NULL;
	g_autoptr(Secret) again = NULL;
	guchar *data;

	if (length % 4 == 1)
		return NULL;
	padded = g_strconcat(text, length % 4 == 2 ? "==" : length % 4 == 3 ? "=" : "", NULL);
	g_strdelimit(padded, "-", '+');
	g_strdelimit(padded, "_", '/');
	data = g_base64_decode(padded, &size);
	again = secret_base64url(data, size);
	if (strcmp(again, text) == 0)
		return g_bytes_new_take(data, size);
	OPENSSL_cleanse(data, size);
	g_free(data);
	return NULL;
}

Secret *secret_random(gsize size_bytes)
{
	g_autofree guchar *bytes = g_malloc(size_bytes);
	Secret *text;

	/* Without randomness nothing here is safe. */
	g_assert(RAND_bytes(bytes, (int)size_bytes) == 1);
	text = secret_base64url(bytes, size_bytes);
	OPENSSL_cleanse(bytes, size_bytes);
	return text;
}

char *secret_sha256(const char *text)
{
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

void secret_guard_process(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}
