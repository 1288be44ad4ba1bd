#include "forward/quotemark.h"

#include <string.h>

#include "forward/attribution.h"
#include "forward/lines.h"

enum { LETTERS = 3 /* of a name before ">" */ };

/* "AM> text": Fidonet's programs and The Bat put initials before the mark. */
static gboolean initials_line(const char *line, const char **text)
{
	const char *mark = lines_skip_blanks(line);
	gsize length = strspn(mark, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	if (length == 0 || length > LETTERS || mark[length] != '>')
		return FALSE;
	mark += length + strspn(mark + length, ">");
	if (*mark && *mark != ' ')
		return FALSE;
	if (text)
		*text = *mark ? mark + 1 : mark;
	return TRUE;
}

gboolean quotemark_is(const char *line, char mark, const char **text)
{
	if (mark == '>')
		return quoted_line(line, text);
	if (mark == QUOTEMARK_INITIALS)
		return initials_line(line, text);
	line += strspn(line, " \t");
	if (*line != mark)
		return FALSE;
	*text = line[1] == ' ' ? line + 2 : line + 1;
	return TRUE;
}

char quotemark_of(const char *line)
{
	if (initials_line(line, NULL))
		return QUOTEMARK_INITIALS;
	if (quoted_line(line, NULL))
		return '>';
	return *line == '|' ? '|' : '\0';
}
