#include "store/content.h"

#include <string.h>

#include "mime/sha256.h"
#include "store/db.h"

/* 256 kB: PostgreSQL needs four times a value's size in memory (docs/decisions/). */
enum { PIECE_BYTES = 256 * 1024 };

#define KEEPING "keeping bytes"
#define KEEP    "SELECT casegate.content_keep($1, $2, $3::int, $4)"

struct Contents {
	GTree *by_sha256; /* char → GBytes, in order */
};

static int compare(gconstpointer a, gconstpointer b, gpointer unused)
{
	(void)unused;
	return strcmp(a, b);
}

Contents *contents_new(void)
{
	Contents *contents = g_new0(Contents, 1);

	contents->by_sha256 = g_tree_new_full(compare, NULL, g_free, (GDestroyNotify)g_bytes_unref);
	return contents;
}

void contents_free(Contents *contents)
{
	if (!contents)
		return;
	g_tree_unref(contents->by_sha256);
	g_free(contents);
}

void contents_add(Contents *contents, const char *sha256, GBytes *bytes)
{
	g_tree_replace(contents->by_sha256, g_strdup(sha256), g_bytes_ref(bytes));
}

char *content_sha256(GBytes *bytes)
{
	return sha256_of_bytes(bytes);
}

static Args *piece_args(const char *tenant, const char *sha256, gsize piece, GBytes *bytes)
{
	gsize length;
	const guint8 *data = g_bytes_get_data(bytes, &length);
	gsize from = piece * PIECE_BYTES;
	Args *args = args_new();

	args_text(args, tenant);
	args_hex(args, sha256);
	args_bigint(args, (gint64)piece);
	args_bytes(args, length ? data + from : NULL, MIN(length - from, (gsize)PIECE_BYTES));
	return args;
}

/* The first piece tells whether the others are wanted; *new_bytes stays 0 where they are there: all
 * pieces of a content are of one transaction. */
static gboolean save_first(Store *store, const char *tenant, const char *sha256, GBytes *bytes,
	gsize *new_bytes, GError **error)
{
	g_autoptr(Args) args = piece_args(tenant, sha256, 0, bytes);
	g_autoptr(PGresult) result = db_run(store, KEEPING, KEEP, args, error);

	if (result && db_bool(result, 0, 0))
		*new_bytes = g_bytes_get_size(bytes);
	return result != NULL;
}

/* Small contents go along with the next statement, unless somebody counts what is new. */
static gboolean save(Store *store, const char *tenant, const char *sha256, GBytes *bytes,
	gboolean counts_quota, gsize *new_bytes, GError **error)
{
	gsize length = g_bytes_get_size(bytes), found = 0;

	if (length <= PIECE_BYTES && !counts_quota) {
		db_queue(store, KEEPING, KEEP, piece_args(tenant, sha256, 0, bytes));
		return TRUE;
	}
	if (!save_first(store, tenant, sha256, bytes, &found, error))
		return FALSE;
	for (gsize piece = 1; found && piece * PIECE_BYTES < length; piece++)
		db_queue(store, KEEPING, KEEP, piece_args(tenant, sha256, piece, bytes));
	*new_bytes += found;
	return TRUE;
}

static gboolean count_bytes(Store *store, const char *tenant, gsize bytes, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_bigint(args, (gint64)bytes);
	result = db_run(store, "counting bytes",
		"INSERT INTO casegate.tenant_bytes (tenant, slot, bytes) VALUES ($1, "
		"pg_backend_pid() % 16, $2)"
		" ON CONFLICT (tenant, slot) DO UPDATE SET bytes = tenant_bytes.bytes + "
		"excluded.bytes",
		args, error);
	return result != NULL;
}

typedef struct {
	Store *store;
	const char *tenant;
	gboolean counts_quota;
	gsize new_bytes;
	GError **error;
	gboolean has_failed;
} Saving;

static gboolean save_node(gpointer sha256, gpointer bytes, gpointer data)
{
	Saving *saving = data;

	saving->has_failed = !save(saving->store, saving->tenant, sha256, bytes,
		saving->counts_quota, &saving->new_bytes, saving->error);
	return saving->has_failed;
}

gboolean contents_save(Store *store, const char *tenant, const Contents *contents,
	gboolean counts_quota, GError **error)
{
	Saving saving = {store, tenant, counts_quota, 0, error, FALSE};

	g_tree_foreach(contents->by_sha256, save_node, &saving);
	if (saving.has_failed)
		return FALSE;
	return !counts_quota || !saving.new_bytes ||
	       count_bytes(store, tenant, saving.new_bytes, error);
}

GBytes *content_load(Store *store, const char *tenant, const char *sha256, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;
	g_autoptr(GByteArray) whole = g_byte_array_new();

	args_text(args, tenant);
	args_hex(args, sha256);
	result = db_run(store, "reading kept bytes",
		"SELECT bytes FROM casegate.content WHERE tenant = $1 AND sha256 = $2 ORDER BY "
		"piece",
		args, error);
	if (!result)
		return NULL;
	if (PQntuples(result) == 0) {
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
			"no bytes are kept under sha256 %s", sha256);
		return NULL;
	}
	for (int i = 0; i < PQntuples(result); i++) {
		g_autoptr(GBytes) piece = db_bytes(result, i, 0);

		g_byte_array_append(
			whole, g_bytes_get_data(piece, NULL), (guint)g_bytes_get_size(piece));
	}
	return g_byte_array_free_to_bytes(g_steal_pointer(&whole));
}
