#include "store/migrate.h"

#include <gio/gio.h>
#include <string.h>

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

gboolean migrate_current_version(Store *store, int *version, GError **error)
{
	g_autoptr(PGresult) there = db_run(store, "looking for the schema",
		"SELECT to_regclass('casegate.schema_version') IS NOT NULL", NULL, error);
	g_autoptr(PGresult) newest = NULL;

	*version = 0;
	if (!there || !db_bool(there, 0, 0))
		return there != NULL;
	newest = db_run(store, "reading the schema's version",
		"SELECT max(version) FROM casegate.schema_version", NULL, error);
	if (newest)
		*version = (int)db_bigint(newest, 0, 0);
	return newest != NULL;
}

static gboolean run_file(Store *store, const char *name, GError **error)
{
	g_autofree char *path = g_strconcat(HOME, name, NULL);
	g_autofree char *what = g_strconcat("applying ", name, NULL);
	g_autoptr(GBytes) sql = g_resources_lookup_data(path, 0, NULL);

	g_assert(sql);
	return db_script(store, what, g_bytes_get_data(sql, NULL), error);
}

static gboolean apply(Store *store, const char *name, void (*said)(const char *), GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) noted = NULL;

	if (!run_file(store, name, error))
		return FALSE;
	args_bigint(args, version_of(name));
	args_text(args, name);
	noted = db_run(store, "noting a migration",
		"INSERT INTO casegate.schema_version (version, name) VALUES ($1, $2)", args, error);
	if (noted && said)
		said(name);
	return noted != NULL;
}

/* Everything in one transaction, under one lock: a second machine waits and then finds nothing to
 * do. */
static gboolean apply_all(Store *store, void (*said)(const char *), GError **error)
{
	g_auto(GStrv) names = steps();
	int version = 0;

	if (!db_script(store, "waiting for another migration", LOCK, error) ||
		!run_file(store, "roles.sql", error) ||
		!migrate_current_version(store, &version, error))
		return FALSE;
	if (version > migrate_known_version()) {
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
			"the database has schema version %d, this program knows %d: install the "
			"newer casegate",
			version, migrate_known_version());
		return FALSE;
	}
	for (guint i = 0; names[i]; i++)
		if (version_of(names[i]) > version && !apply(store, names[i], said, error))
			return FALSE;
	return TRUE;
}

gboolean migrate_run(Store *store, void (*said)(const char *line), GError **error)
{
	if (db_begin(store, NULL, error) && apply_all(store, said, error) &&
		db_commit(store, error))
		return TRUE;
	db_rollback(store);
	return FALSE;
}
