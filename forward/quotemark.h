/* What stands before each line of a quote: ">", "|", initials. Pure. */
#pragma once

#include <glib.h>

/* Stands for "AM>" and its like. */
enum { QUOTEMARK_INITIALS = 'A' };

/* What quotes this line, below an attribution where "|" is no table: '>', '|', QUOTEMARK_INITIALS;
 * '\0' where nothing does. */
char quotemark_of(const char *line);
/* Does this mark stand before the line? *text is what is behind it. */
gboolean quotemark_is(const char *line, char mark, const char **text);
