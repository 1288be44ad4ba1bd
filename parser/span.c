#include "parser/span.h"

#include <string.h>

char *span_line_end(const char *at, const char *end)
{
	char *newline = memchr(at, '\n', (gsize)(end - at));

	return newline ? newline + 1 : (char *)end;
}

gboolean span_is_blank(const char *line, const char *end)
{
	return line >= end || *line == '\n' || (*line == '\r' && line + 1 < end && line[1] == '\n');
}

char *span_field_end(char *line, const char *end)
{
	char *at = span_line_end(line, end);

	while (at < end && (*at == ' ' || *at == '\t') && !span_is_blank(at, end))
		at = span_line_end(at, end);
	return at;
}

void span_replace(Pseudonyms *pseudonyms, PseudonymKind kind, const char *charset, Span span)
{
	if (span.end > span.start)
		pseudonyms_replace_in(pseudonyms, kind, charset, (guint8 *)span.start,
			(gsize)(span.end - span.start));
}
