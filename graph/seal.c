#include "graph/seal.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define KEY_BYTES   32
#define NONCE_BYTES 12
#define TAG_BYTES   16
#define VERSION     "v1"

typedef struct {
	char id[9]; /* eight hex digits */
	guchar bytes[KEY_BYTES];
} SealKey;

struct SealRing {
	GPtrArray *keys; /* of SealKey, the current one first */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

/* ---- the ring ---- */

static void key_free(gpointer data)
{
	OPENSSL_cleanse(data, sizeof(SealKey));
	g_free(data);
}

static void digest_of(const char *purpose, const char *secret, gsize size, guchar digest[KEY_BYTES])
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize length = KEY_BYTES;

	g_checksum_update(checksum, (const guchar *)purpose, (gssize)strlen(purpose) + 1);
	g_checksum_update(checksum, (const guchar *)secret, (gssize)size);
	g_checksum_get_digest(checksum, digest, &length);
}

/* A key is what a file says, whatever its length; what is used is its hash. */
static void ring_add(SealRing *ring, const char *secret, gsize size)
{
	SealKey *key = g_new0(SealKey, 1);
	guchar name[KEY_BYTES];

	madvise(key, sizeof *key, MADV_DONTDUMP);
	digest_of("casegate seal key", secret, size, key->bytes);
	digest_of("casegate seal key id", secret, size, name);
	g_snprintf(key->id, sizeof key->id, "%02x%02x%02x%02x", name[0], name[1], name[2], name[3]);
	g_ptr_array_add(ring->keys, key);
}

static gboolean is_text(const char *data, gsize size)
{
	for (gsize i = 0; i < size; i++)
		if (!g_ascii_isprint(data[i]) && data[i] != '\n' && data[i] != '\r')
			return FALSE;
	return TRUE;
}

static gboolean refuse_short(const char *about, GError **error)
{
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
		"[secrets] key_file: %s needs at least %d bytes a key: `openssl rand -base64 32 > "
		"FILE`",
		about, KEY_BYTES);
	return FALSE;
}

static gboolean ring_parse(SealRing *ring, GBytes *content, const char *about, GError **error)
{
	gsize size = 0;
	const char *data = g_bytes_get_data(content, &size);
	const char *end = data + size;

	if (size < KEY_BYTES)
		return refuse_short(about, error);
	if (!is_text(data, size)) {
		ring_add(ring, data, size);
		return TRUE;
	}
	while (data < end) {
		const char *newline = memchr(data, '\n', (gsize)(end - data));
		gsize length = (gsize)((newline != NULL ? newline : end) - data);
		gsize step = length + (newline != NULL);

		if (length > 0 && data[length - 1] == '\r')
			length--;
		if (length > 0 && length < KEY_BYTES)
			return refuse_short(about, error);
		if (length > 0)
			ring_add(ring, data, length);
		data += step;
	}
	return ring->keys->len > 0 || refuse_short(about, error);
}

static GBytes *read_key_file(const char *path, GError **error)
{
	g_autofree char *data = NULL;
	gsize size = 0;
	struct stat about;

	if (path == NULL || *path == '\0') {
		g_set_error_literal(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
			"[secrets] key_file is not set: secrets and tokens are stored encrypted "
			"only. `openssl rand -base64 32 > FILE; chmod 400 FILE` makes a key");
		return NULL;
	}
	if (!g_file_get_contents(path, &data, &size, NULL)) {
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
			"[secrets] key_file: %s cannot be read", path);
		return NULL;
	}
	if (stat(path, &about) == 0 && (about.st_mode & S_IWOTH) != 0) {
		OPENSSL_cleanse(data, size);
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
			"[secrets] key_file: everybody may write %s: chmod 400", path);
		return NULL;
	}
	return g_bytes_new_take(g_steal_pointer(&data), size);
}

static void wipe(GBytes *content)
{
	gsize size = 0;
	guchar *data = g_bytes_unref_to_data(content, &size);

	OPENSSL_cleanse(data, size);
	g_free(data);
}

SealRing *seal_ring_parse(GBytes *content, const char *about, GError **error)
{
	g_autoptr(SealRing) ring = g_new0(SealRing, 1);

	ring->keys = g_ptr_array_new_with_free_func(key_free);
	return ring_parse(ring, content, about, error) ? g_steal_pointer(&ring) : NULL;
}

SealRing *seal_ring_load(const char *path, GError **error)
{
	GBytes *content = read_key_file(path, error);
	SealRing *ring;

	if (content == NULL)
		return NULL;
	ring = seal_ring_parse(content, path, error);
	wipe(content);
	return ring;
}

gboolean seal_ring_add_old(SealRing *ring, const char *path, GError **error)
{
	GBytes *content = read_key_file(path, error);
	gboolean is_done;

	if (content == NULL)
		return FALSE;
	is_done = ring_parse(ring, content, path, error);
	wipe(content);
	return is_done;
}

void seal_ring_free(SealRing *ring)
{
	if (ring == NULL)
		return;
	g_ptr_array_unref(ring->keys);
	g_free(ring);
}

/* ---- sealing ---- */

/* Each part with its length, so that no two places read alike. */
static char *associated_of(const SealPlace *place, const char *key_id)
{
	return g_strdup_printf("%zu:%s,%zu:%s,%zu:%s,%s", strlen(place->tenant), place->tenant,
		strlen(place->row), place->row, strlen(place->column), place->column, key_id);
}

static EVP_CIPHER_CTX *cipher_begin(const SealKey *key, const SealPlace *place,
	const guchar nonce[NONCE_BYTES], gboolean is_sealing)
{
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	g_autofree char *associated = associated_of(place, key->id);
	int length = 0;

	g_assert(EVP_CipherInit_ex(
			 cipher, EVP_aes_256_gcm(), NULL, key->bytes, nonce, is_sealing) == 1);
	g_assert(EVP_CipherUpdate(cipher, NULL, &length, (const guchar *)associated,
			 (int)strlen(associated)) == 1);
	return cipher;
}

char *seal_text(const SealRing *ring, const SealPlace *place, const char *text)
{
	const SealKey *key = g_ptr_array_index(ring->keys, 0);
	guchar nonce[NONCE_BYTES], tag[TAG_BYTES];
	g_autofree guchar *sealed = NULL;
	g_autofree char *nonce_text = NULL, *sealed_text = NULL, *tag_text = NULL;
	g_autoptr(EVP_CIPHER_CTX) cipher = NULL;
	int length = 0, rest = 0;

	if (text == NULL)
		return NULL;
	g_assert(RAND_bytes(nonce, sizeof nonce) == 1);
	cipher = cipher_begin(key, place, nonce, TRUE);
	sealed = g_malloc(strlen(text) + 1);
	g_assert(EVP_EncryptUpdate(
			 cipher, sealed, &length, (const guchar *)text, (int)strlen(text)) == 1);
	g_assert(EVP_EncryptFinal_ex(cipher, sealed + length, &rest) == 1);
	g_assert(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, tag) == 1);
	nonce_text = secret_base64url(nonce, sizeof nonce);
	sealed_text = secret_base64url(sealed, (gsize)length + (gsize)rest);
	tag_text = secret_base64url(tag, sizeof tag);
	return g_strjoin(".", VERSION, key->id, nonce_text, sealed_text, tag_text, NULL);
}

static const SealKey *find_key(const SealRing *ring, const char *id)
{
	for (guint i = 0; i < ring->keys->len; i++) {
		const SealKey *key = g_ptr_array_index(ring->keys, i);

		if (strcmp(key->id, id) == 0)
			return key;
	}
	return NULL;
}

static Secret *fail(const SealPlace *place, const char *why, GError **error)
{
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
		"tenant %s, %s: the stored secret %s", place->tenant, place->column, why);
	return NULL;
}

static Secret *decrypt(const SealKey *key, const SealPlace *place, GBytes *nonce, GBytes *sealed,
	GBytes *tag, GError **error)
{
	gsize size = 0;
	const guchar *data = g_bytes_get_data(sealed, &size);
	g_autoptr(EVP_CIPHER_CTX) cipher =
		cipher_begin(key, place, g_bytes_get_data(nonce, NULL), FALSE);
	guchar *text = g_malloc0(size + 1);
	int length = 0, rest = 0;

	g_assert(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG_BYTES,
			 (void *)g_bytes_get_data(tag, NULL)) == 1);
	if (EVP_DecryptUpdate(cipher, text, &length, data, (int)size) == 1 &&
		EVP_DecryptFinal_ex(cipher, text + length, &rest) == 1)
		return (Secret *)text;
	OPENSSL_cleanse(text, size);
	g_free(text);
	return fail(place, "belongs elsewhere or was changed: register and connect again", error);
}

Secret *seal_open(const SealRing *ring, const SealPlace *place, const char *sealed, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(sealed, ".", 6);
	g_autoptr(GBytes) nonce = NULL, text = NULL, tag = NULL;
	const SealKey *key;

	if (g_strv_length(parts) != 5 || strcmp(parts[0], VERSION) != 0)
		return fail(place, "is not in a form that this program writes", error);
	key = find_key(ring, parts[1]);
	if (key == NULL)
		return fail(place,
			"was sealed under a key that is not in [secrets] key_file: put it back as "
			"a further line",
			error);
	nonce = secret_from_base64url(parts[2]);
	text = secret_from_base64url(parts[3]);
	tag = secret_from_base64url(parts[4]);
	if (nonce == NULL || text == NULL || tag == NULL ||
		g_bytes_get_size(nonce) != NONCE_BYTES || g_bytes_get_size(tag) != TAG_BYTES)
		return fail(place, "is not in a form that this program writes", error);
	return decrypt(key, place, nonce, text, tag, error);
}

gboolean seal_is_current(const SealRing *ring, const char *sealed)
{
	g_autofree char *prefix = g_strdup_printf(
		VERSION ".%s.", ((const SealKey *)g_ptr_array_index(ring->keys, 0))->id);

	return g_str_has_prefix(sealed, prefix);
}
