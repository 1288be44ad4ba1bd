#include "command/print.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	LINE_BYTES = 4096, /* a longer line of a paragraph is cut before it is wrapped */
};

gboolean print_has_color(void)
{
	const char *no_color = g_getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && (no_color == NULL || *no_color == '\0') &&
	       g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

guint print_width(void)
{
	struct winsize size = {0};

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
		return size.ws_col;
	return 80;
}

char *print_styled(const char *text, Style style, gboolean has_color)
{
	static const char *const codes[] = {
		[STYLE_BOLD] = "1",
		[STYLE_DIM] = "2",
		[STYLE_GREEN] = "32",
		[STYLE_YELLOW] = "33",
		[STYLE_RED] = "31",
		[STYLE_BLUE] = "34",
	};

	if (!has_color)
		return g_strdup(text);
	return g_strdup_printf("\033[%sm%s\033[0m", codes[style], text);
}

/* Turns the order of what stands around it: a name could show as another. */
static gboolean is_bidi_control(gunichar c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *print_clean(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
	GString *clean = g_string_sized_new(strlen(valid));

	for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar c = g_utf8_get_char(at);

		if (c == '\n' || c == '\t' || c == 0x2028 || c == 0x2029)
			g_string_append_c(clean, ' ');
		else if (!g_unichar_iscntrl(c) && !is_bidi_control(c))
			g_string_append_unichar(clean, c);
	}
	return g_string_free(clean, FALSE);
}

static guint columns_of(gunichar c)
{
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

guint print_columns(const char *text)
{
	guint columns = 0;

	for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
		columns += columns_of(g_utf8_get_char(at));
	return columns;
}

/* The longest beginning of text that fits into so many columns: its end. */
static const char *end_within(const char *text, guint columns)
{
	const char *at = text;

	for (guint used = 0; *at != '\0'; at = g_utf8_next_char(at)) {
		used += columns_of(g_utf8_get_char(at));
		if (used > columns)
			break;
	}
	return at;
}

char *print_cut(const char *text, guint columns)
{
	if (*end_within(text, columns) == '\0')
		return g_strdup(text);
	if (columns == 0)
		return g_strdup("");

	const char *end = end_within(text, columns - 1);

	return g_strdup_printf("%.*s…", (int)(end - text), text);
}

/* === Paragraphs === */

typedef struct {
	GString *out;
	const char *indent;
	guint width; /* of the text without its indent; 0: not wrapped */
	guint lines, most_lines;
} Paragraph;

static gboolean is_full(const Paragraph *paragraph)
{
	return paragraph->lines >= paragraph->most_lines;
}

/* An empty line keeps what of the indent can be seen: a bar is not interrupted. */
static void add_line(Paragraph *paragraph, const char *start, gsize length)
{
	g_autofree char *visible = g_strchomp(g_strdup(paragraph->indent));

	g_string_append(paragraph->out, length > 0 ? paragraph->indent : visible);
	g_string_append_len(paragraph->out, start, (gssize)length);
	g_string_append_c(paragraph->out, '\n');
	paragraph->lines++;
}

/* Where to break a line that is too long: behind its last word that fits, else where the room ends.
 */
static const char *break_of(const char *line, guint width)
{
	const char *end = end_within(line, width);
	const char *at = end;

	if (*end == '\0')
		return end;
	while (at > line && *at != ' ')
		at--;
	if (at > line)
		return at;
	return end > line ? end : g_utf8_next_char(line);
}

/* Adds one line of the text, wrapped. FALSE when not all of it had room. */
static gboolean add_wrapped(Paragraph *paragraph, const char *line)
{
	const char *at = line;

	do {
		if (is_full(paragraph))
			return FALSE;

		const char *end =
			paragraph->width > 0 ? break_of(at, paragraph->width) : at + strlen(at);

		add_line(paragraph, at, (gsize)(end - at));
		at = end;
		while (*at == ' ')
			at++;
	} while (*at != '\0');
	return TRUE;
}

/* The next line of the text, cleaned, without blanks at its end; *at moves behind it. */
static char *next_line(const char **at)
{
	const char *newline = strchr(*at, '\n');
	const gsize length = newline ? (gsize)(newline - *at) : strlen(*at);
	g_autofree char *line = g_strndup(*at, MIN(length, LINE_BYTES));

	*at += newline ? length + 1 : length;
	return g_strchomp(print_clean(line));
}

char *print_paragraph(const char *text, const char *indent, guint width, guint most_lines)
{
	const guint indented = print_columns(indent);
	Paragraph paragraph = {g_string_new(NULL), indent,
		width > indented + 20 ? width - indented : 0, 0, most_lines};
	gboolean is_whole = TRUE, has_gap = FALSE;
	const char *at = text;

	while (*at != '\0' && is_whole) {
		g_autofree char *line = next_line(&at);

		if (*line == '\0') {
			has_gap = paragraph.lines > 0;
			continue;
		}
		if (has_gap && !is_full(&paragraph))
			add_line(&paragraph, "", 0);
		has_gap = FALSE;
		is_whole = add_wrapped(&paragraph, line);
	}
	if (!is_whole)
		g_string_append_printf(paragraph.out, "%s…\n", indent);
	return g_string_free(paragraph.out, FALSE);
}

char *print_time(const char *value, GTimeZone *zone)
{
	if (value == NULL)
		return g_strdup("");

	g_autoptr(GDateTime) instant = g_date_time_new_from_iso8601(value, NULL);
	g_autoptr(GDateTime) local = NULL;

	if (instant == NULL)
		return print_clean(value);
	local = zone ? g_date_time_to_timezone(instant, zone) : g_date_time_to_utc(instant);
	return g_date_time_format(local, "%Y-%m-%d %H:%M");
}
