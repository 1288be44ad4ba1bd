#include "forward/lines.h"

gboolean lines_is_invisible(gunichar c)
{
	return g_unichar_isspace(c) || g_unichar_type(c) == G_UNICODE_FORMAT || c == 0x034f;
}

const char *lines_skip_blanks(const char *line)
{
	for (;; line = g_utf8_next_char(line)) {
		/* Nearly all lines begin with a letter of ASCII. */
		if (g_ascii_isgraph(*line) || !lines_is_invisible(g_utf8_get_char(line)))
			return line;
	}
}

gboolean lines_is_blank(const char *line)
{
	return !*lines_skip_blanks(line);
}

guint lines_next(const char *const *lines, guint count, guint at, guint gap)
{
	for (guint blank = 0; at + blank < count && blank <= gap; blank++)
		if (!lines_is_blank(lines[at + blank]))
			return at + blank;
	return count;
}
