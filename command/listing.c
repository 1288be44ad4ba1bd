#include "command/listing.h"

#include <string.h>

#include "command/json.h"
#include "command/print.h"

enum {
	GAP = 2,        /* blanks between two columns */
	NARROWEST = 10, /* a column is not cut further than this */
	WIDEST = 2000,  /* nothing is aligned beyond */
};

/* One column to show. */
typedef struct {
	guint index; /* in the table */
	ColumnType type;
	char *title;
	GPtrArray *cells; /* of char, one for each row */
	guint width;
} Show;

static void show_free(Show *show)
{
	g_free(show->title);
	g_ptr_array_unref(show->cells);
	g_free(show);
}

/* A list as words: texts as they are, cases by their reference, others as JSON. */
static void append_item(GString *cell, const json_t *item)
{
	const json_t *reference = json_object_get(item, "reference");
	const char *text = json_string_value(json_is_string(item) ? item : reference);

	if (cell->len > 0)
		g_string_append(cell, ", ");
	if (text != NULL) {
		g_string_append(cell, text);
		return;
	}

	char *dumped = json_dumps(item, JSON_ENCODE_ANY);

	g_string_append(cell, dumped ? dumped : "");
	free(dumped);
}

static char *json_cell(const char *value)
{
	g_autoptr(json_t) parsed = json_loads(value, JSON_DECODE_ANY, NULL);
	g_autoptr(GString) cell = g_string_new(NULL);
	size_t i = 0;
	json_t *item = NULL;

	if (!json_is_array(parsed))
		return print_clean(value);
	json_array_foreach(parsed, i, item) append_item(cell, item);
	return print_clean(cell->str);
}

static char *cell_text(ColumnType type, const char *value, GTimeZone *zone)
{
	if (value == NULL)
		return g_strdup("");
	switch (type) {
	case COLUMN_BOOL:
		return g_strdup(value[0] == 't' ? "yes" : "no");
	case COLUMN_TIME:
		return print_time(value, zone);
	case COLUMN_JSON:
		return json_cell(value);
	case COLUMN_TEXT:
	case COLUMN_NUMBER:
		break;
	}
	return print_clean(value);
}

/* title NULL: the column's name. */
static Show *show_new(const Table *table, guint index, const char *title, GTimeZone *zone)
{
	const Column *column = &g_array_index(table->columns, Column, index);
	Show *show = g_new0(Show, 1);

	show->index = index;
	show->type = column->type;
	show->title = g_strdelimit(g_strdup(title ? title : column->name), "_", ' ');
	show->cells = g_ptr_array_new_with_free_func(g_free);
	show->width = print_columns(show->title);
	for (guint row = 0; row < table->rows->len; row++) {
		char *const *values = g_ptr_array_index(table->rows, row);
		char *cell = cell_text(show->type, values[index], zone);

		show->width = MAX(show->width, MIN(print_columns(cell), WIDEST));
		g_ptr_array_add(show->cells, cell);
	}
	return show;
}

/* Adds the column of "name" or "name=title". */
static void show_named(GPtrArray *shows, const Table *table, const char *wanted, GTimeZone *zone)
{
	const char *equals = strchr(wanted, '=');
	g_autofree char *name =
		equals ? g_strndup(wanted, (gsize)(equals - wanted)) : g_strdup(wanted);

	for (guint i = 0; i < table->columns->len; i++)
		if (g_str_equal(g_array_index(table->columns, Column, i).name, name))
			g_ptr_array_add(
				shows, show_new(table, i, equals ? equals + 1 : NULL, zone));
}

static GPtrArray *choose(const Table *table, const char *const *names, GTimeZone *zone)
{
	GPtrArray *shows = g_ptr_array_new_with_free_func((GDestroyNotify)show_free);

	for (guint i = 0; names == NULL && i < table->columns->len; i++)
		g_ptr_array_add(shows, show_new(table, i, NULL, zone));
	for (; names != NULL && *names != NULL; names++)
		show_named(shows, table, *names, zone);
	return shows;
}

static gboolean may_shrink(const Show *show)
{
	return (show->type == COLUMN_TEXT || show->type == COLUMN_JSON) && show->width > NARROWEST;
}

/* Takes from the widest text column until all fit, or none can give more. */
static void fit(GPtrArray *shows, guint width)
{
	for (;;) {
		guint total = shows->len > 0 ? (shows->len - 1) * GAP : 0;
		Show *widest = NULL;

		for (guint i = 0; i < shows->len; i++) {
			Show *show = g_ptr_array_index(shows, i);

			total += show->width;
			if (may_shrink(show) && (widest == NULL || show->width > widest->width))
				widest = show;
		}
		if (total <= width || widest == NULL)
			return;
		widest->width--;
	}
}

/* One cell in its width; the last one of a line gets no blanks behind it. */
static void append_cell(GString *out, const Show *show, const char *text, gboolean is_last)
{
	g_autofree char *cut = print_cut(text, show->width);
	const int blanks = (int)(show->width - MIN(show->width, print_columns(cut)));

	if (show->type == COLUMN_NUMBER)
		g_string_append_printf(out, "%*s%s", blanks, "", cut);
	else
		g_string_append_printf(out, "%s%*s", cut, is_last ? 0 : blanks, "");
	if (!is_last)
		g_string_append_printf(out, "%*s", GAP, "");
}

/* The titles, or the cells of a row. */
static char *line_of(const GPtrArray *shows, gboolean is_title, guint row)
{
	GString *line = g_string_new(NULL);

	for (guint i = 0; i < shows->len; i++) {
		const Show *show = g_ptr_array_index(shows, i);
		const char *text = is_title ? show->title : g_ptr_array_index(show->cells, row);

		append_cell(line, show, text, i + 1 == shows->len);
	}
	return g_strchomp(g_string_free(line, FALSE));
}

char *listing_text(const Table *table, const char *const *names, GTimeZone *zone, guint width,
	gboolean has_color)
{
	g_autoptr(GPtrArray) shows = choose(table, names, zone);
	GString *out = g_string_new(NULL);

	if (table->rows->len == 0) {
		g_string_append(out, "(none)\n");
		return g_string_free(out, FALSE);
	}
	if (width > 0)
		fit(shows, width);

	g_autofree char *titles = line_of(shows, TRUE, 0);
	g_autofree char *styled = print_styled(titles, STYLE_BOLD, has_color);

	g_string_append_printf(out, "%s\n", styled);
	for (guint row = 0; row < table->rows->len; row++) {
		g_autofree char *line = line_of(shows, FALSE, row);

		g_string_append_printf(out, "%s\n", line);
	}
	return g_string_free(out, FALSE);
}
