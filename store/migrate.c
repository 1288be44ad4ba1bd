#include "store/migrate.h"

#include <gio/gio.h>

#include "store/db.h"

#define HOME "/casegate/schema/"
/* Any number that nobody else uses: two migrations wait for each other here. */
#define LOCK "SELECT pg_advisory_xact_lock(4772716573)"

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The version that a file's name begins with. */
static int version_of(const char *name)
{
	return (int)g_ascii_strtoll(name, NULL, 10);
}

/* The names of the numbered files, in order. */
static char **steps(void)
{
	char **names = g_resources_enumerate_children(HOME, 0, NULL);
	g_autoptr(GPtrArray) numbered = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; names && names[i]; i++)
		if (g_ascii_isdigit(names[i][0]))
			g_ptr_array_add(numbered, g_strdup(names[i]));
	g_strfreev(names);
	g_ptr_array_sort(numbered, compare_names);
	g_ptr_array_add(numbered, NULL);
	return (char **)g_ptr_array_steal(numbered, NULL);
}

int migrate_known_version(void)
{
	g_auto(GStrv) names = steps();
	int version = 0;

	for (guint i = 0; names[i]; i++)
		version = MAX(version, version_of(names[i]));
	return version;
}

static GBytes *step_text(const char *name)
{
	g_autofree char *path = g_strconcat(HOME, name, NULL);
	GBytes *sql = g_resources_lookup_data(path, 0, NULL);

	g_assert(sql);
	return sql;
}

/* SHA-256 in hex of a step's text. */
static char *step_digest(const char *name)
{
	g_autoptr(GBytes) sql = step_text(name);

	return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, sql);
}

/* applied: version, digest; in order of version, which begins at 1 and has no gaps. */
static SchemaState compare(const PGresult *applied, char *const *names)
{
	int known = (int)g_strv_length((char **)names);
	int rows = PQntuples(applied);

	for (int i = 0; i < MIN(rows, known); i++) {
		g_autofree char *digest = step_digest(names[i]);

		if (db_bigint(applied, i, 0) != version_of(names[i]) ||
			g_strcmp0(db_text(applied, i, 1), digest) != 0)
			return SCHEMA_OTHER;
	}
	return rows < known ? SCHEMA_OLDER : rows > known ? SCHEMA_NEWER : SCHEMA_SAME;
}

gboolean migrate_compare(Store *store, SchemaState *state, GError **error)
{
	g_auto(GStrv) names = steps();
	g_autoptr(PGresult) there = db_run(store, "looking for the schema",
		"SELECT to_regclass('casegate.schema_version') IS NOT NULL", NULL, error);
	g_autoptr(PGresult) applied = NULL;

	*state = SCHEMA_ABSENT;
	if (!there || !db_bool(there, 0, 0))
		return there != NULL;
	/* The first builds noted no digest: as JSON the column may be missing. */
	applied = db_run(store, "reading the schema's steps",
		"SELECT version::bigint, to_jsonb(v) ->> 'digest' FROM casegate.schema_version v "
		"ORDER BY version",
		NULL, error);
	if (applied && PQntuples(applied) > 0)
		*state = compare(applied, names);
	return applied != NULL;
}

const char *migrate_remedy(SchemaState state)
{
	static const char *const remedies[] = {
		[SCHEMA_ABSENT] = "the database has no casegate schema yet: run `casegate migrate`",
		[SCHEMA_OLDER] =
			"the database's schema is older than this program: run `casegate migrate`",
		[SCHEMA_NEWER] =
			"the database's schema is newer than this program: install the newer "
			"casegate",
		[SCHEMA_OTHER] = "the database's schema comes from an unreleased build: use that "
				 "build, or create the database anew",
		[SCHEMA_SAME] = NULL,
	};

	return remedies[state];
}

static gboolean run_file(Store *store, const char *name, GError **error)
{
	g_autofree char *what = g_strconcat("applying ", name, NULL);
	g_autoptr(GBytes) sql = step_text(name);

	return db_script(store, what, g_bytes_get_data(sql, NULL), error);
}

static gboolean apply(Store *store, const char *name, void (*said)(const char *), GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) noted = NULL;
	g_autofree char *digest = step_digest(name);

	if (!run_file(store, name, error))
		return FALSE;
	args_bigint(args, version_of(name));
	args_text(args, name);
	args_text(args, digest);
	noted = db_run(store, "noting a migration",
		"INSERT INTO casegate.schema_version (version, name, digest) VALUES ($1, $2, $3)",
		args, error);
	if (noted && said)
		said(name);
	return noted != NULL;
}

/* Applies what the database does not have. */
static gboolean apply_missing(Store *store, void (*said)(const char *), GError **error)
{
	g_auto(GStrv) names = steps();
	g_autoptr(PGresult) newest = db_run(store, "reading the schema's version",
		"SELECT coalesce(max(version), 0)::bigint FROM casegate.schema_version", NULL,
		error);

	if (!newest)
		return FALSE;
	for (guint i = 0; names[i]; i++)
		if (version_of(names[i]) > db_bigint(newest, 0, 0) &&
			!apply(store, names[i], said, error))
			return FALSE;
	return TRUE;
}

/* Everything in one transaction, under one lock: a second machine waits and then finds nothing to
 * do. */
static gboolean apply_all(Store *store, void (*said)(const char *), GError **error)
{
	SchemaState state;

	if (!db_script(store, "waiting for another migration", LOCK, error) ||
		!migrate_compare(store, &state, error))
		return FALSE;
	if (state == SCHEMA_NEWER || state == SCHEMA_OTHER) {
		g_set_error_literal(
			error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE, migrate_remedy(state));
		return FALSE;
	}
	return run_file(store, "roles.sql", error) && apply_missing(store, said, error);
}

gboolean migrate_run(Store *store, void (*said)(const char *line), GError **error)
{
	if (db_begin(store, NULL, error) && apply_all(store, said, error) &&
		db_commit(store, error))
		return TRUE;
	db_rollback(store);
	return FALSE;
}
