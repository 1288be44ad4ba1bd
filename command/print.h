/* Print: text for a person's terminal. Columns are counted as a terminal shows them: wide
 * characters (CJK) are two, combining ones none. What a sender wrote cannot reach the terminal as a
 * control sequence.
 *
 * All of it is pure but for the first two, which look at stdout. Strings that come back are to be
 * freed. */
#pragma once

#include <glib.h>

/* Is colour welcome: a terminal, without NO_COLOR (no-color.org), and not a dumb one? */
gboolean print_has_color(void);
/* Columns of the terminal; 0 where stdout is none: nothing is cut then. */
guint print_width(void);

/* How a text is meant; print_styled() leaves it plain without colour. */
typedef enum {
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_GREEN,
	STYLE_YELLOW,
	STYLE_RED,
	STYLE_BLUE,
} Style;
char *print_styled(const char *text, Style style, gboolean has_color);

/* One line of valid UTF-8: line ends and tabs as blanks; controls and bidirectional overrides are
 * left out. NULL gives "". */
char *print_clean(const char *text);
/* Columns of a text without controls. */
guint print_columns(const char *text);
/* The text in at most this many columns, "…" at its end where it was cut. */
char *print_cut(const char *text, guint columns);
/* The first lines of a text, each cleaned, wrapped at width (0: not) behind indent, "…" where more
 * follows. Empty lines at its ends and runs of them are left out. "" for an empty text; else ends
 * in \n. */
char *print_paragraph(const char *text, const char *indent, guint width, guint most_lines);
/* "2026-03-02 14:05" in zone (NULL: UTC) of a COLUMN_TIME value; "" for NULL; else the value as it
 * is. */
char *print_time(const char *value, GTimeZone *zone);
