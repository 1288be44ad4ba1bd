#include "store/content.h"

#include <string.h>

#include "mime/sha256.h"
#include "store/db.h"

/* 256 kB: PostgreSQL needs four times a value's size in memory (docs/decisions/). */
enum { PIECE_BYTES = 256 * 1024 };

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

/* *is_new: it was not there yet. */
static gboolean save_piece(Store *store, const char *tenant, const char *sha256, gsize piece,
	const void *data, gsize length, gboolean *is_new, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_hex(args, sha256);
	args_bigint(args, (gint64)piece);
	args_bytes(args, data, length);
	result = db_run(store, "keeping bytes",
		"INSERT INTO casegate.content (tenant, sha256, piece, bytes) VALUES ($1, $2, $3, "
		"$4) ON CONFLICT DO NOTHING",
		args, error);
	*is_new = result && strcmp(PQcmdTuples(result), "1") == 0;
	return result != NULL;
}

/* Holds bytes that are there already, so that nobody erases them before this mail needs them;
 * *is_held FALSE: somebody did a moment ago. */
static gboolean hold(
	Store *store, const char *tenant, const char *sha256, gboolean *is_held, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_hex(args, sha256);
	result = db_run(store, "holding kept bytes",
		"SELECT FROM casegate.content WHERE tenant = $1 AND sha256 = $2 AND piece = 0 FOR "
		"KEY SHARE",
		args, error);
	*is_held = result && PQntuples(result) == 1;
	return result != NULL;
}

/* A content whose first piece is there is there whole: all pieces are of one transaction. */
static gboolean save(Store *store, const char *tenant, const char *sha256, GBytes *bytes,
	gsize *new_bytes, GError **error)
{
	gsize length;
	const guint8 *data = g_bytes_get_data(bytes, &length);
	gsize piece = 0;
	gboolean is_new, is_held;

	do {
		gsize from = piece * PIECE_BYTES;
		gsize count = MIN(length - from, (gsize)PIECE_BYTES);

		if (!save_piece(store, tenant, sha256, piece, length ? data + from : NULL, count,
			    &is_new, error))
			return FALSE;
		if (!is_new && !hold(store, tenant, sha256, &is_held, error))
			return FALSE;
		if (!is_new && is_held)
			return TRUE;
		if (!is_new) /* then it is new once more */
			continue;
		*new_bytes += count;
		piece++;
	} while (piece * PIECE_BYTES < length);
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
	gsize new_bytes;
	GError **error;
	gboolean has_failed;
} Saving;

static gboolean save_node(gpointer sha256, gpointer bytes, gpointer data)
{
	Saving *saving = data;

	saving->has_failed = !save(
		saving->store, saving->tenant, sha256, bytes, &saving->new_bytes, saving->error);
	return saving->has_failed;
}

gboolean contents_save(Store *store, const char *tenant, const Contents *contents,
	gboolean counts_quota, GError **error)
{
	Saving saving = {store, tenant, 0, error, FALSE};

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
