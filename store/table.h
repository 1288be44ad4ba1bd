/* Table: a result of rows and columns as plain text, for lists that a command prints.
 * Values are what PostgreSQL writes; the column's type says how JSON would print them. */
#pragma once

#include "store/store.h"

typedef enum {
	COLUMN_TEXT,
	COLUMN_NUMBER,
	COLUMN_BOOL, /* "t" or "f" */
	COLUMN_TIME, /* ISO 8601 in UTC: "2026-03-02T13:05:00Z" */
	COLUMN_JSON, /* json, jsonb and arrays, as JSON text */
} ColumnType;

typedef struct {
	char *name;
	ColumnType type;
} Column;

typedef struct {
	GArray *columns; /* of Column */
	GPtrArray *rows; /* of char **, one string or NULL for each column */
} Table;

void table_free(Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

/* A table without rows, its columns (NULL-terminated names) text. */
Table *table_new(const char *const *names);
/* The cells of a new row, all NULL; the table frees them. */
char **table_add_row(Table *table);

/* Runs one statement with text parameters (NULL-terminated array; an entry cannot be NULL) and
 * returns its rows. For store/ and tests: the statement stands next to the function that names it.
 */
Table *table_query(
	Store *store, const char *what, const char *sql, const char *const *values, GError **error);
/* The value in a row by column name, or NULL. Borrowed. */
const char *table_get(const Table *table, guint row, const char *column);
