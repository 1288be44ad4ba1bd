/* Tables for tests, as table_query() would return them. */
#pragma once

#include <string.h>

#include "store/table.h"

static void sample_column_clear(gpointer column)
{
	g_free(((Column *)column)->name);
}

static inline ColumnType sample_type(char letter)
{
	switch (letter) {
	case 'n':
		return COLUMN_NUMBER;
	case 'b':
		return COLUMN_BOOL;
	case 't':
		return COLUMN_TIME;
	case 'j':
		return COLUMN_JSON;
	default:
		return COLUMN_TEXT;
	}
}

/* columns: names, with their type behind a colon where they are no text: "subject mails:n is_open:b
 * at:t people:j". */
static inline Table *sample_table(const char *columns)
{
	g_auto(GStrv) words = g_strsplit(columns, " ", 0);
	Table *table = g_new0(Table, 1);

	table->columns = g_array_new(FALSE, FALSE, sizeof(Column));
	g_array_set_clear_func(table->columns, sample_column_clear);
	table->rows = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; words[i] != NULL; i++) {
		const char *colon = strchr(words[i], ':');
		const Column column = {
			g_strndup(words[i], colon ? (gsize)(colon - words[i]) : strlen(words[i])),
			colon ? sample_type(colon[1]) : COLUMN_TEXT};

		g_array_append_val(table->columns, column);
	}
	return table;
}

/* cells: one for each column, copied; NULL is null. */
static inline void sample_row(Table *table, const char *const *cells)
{
	char **row = g_new0(char *, table->columns->len + 1);

	for (guint i = 0; i < table->columns->len; i++)
		row[i] = g_strdup(cells[i]);
	g_ptr_array_add(table->rows, row);
}
