/* Span: a piece of a mail's bytes that is being anonymised in place. Behind the last one stands a
 * NUL. */
#pragma once

#include "parser/pseudonym.h"

typedef struct {
	char *start, *end;
} Span;

/* Behind the line's end. */
char *span_line_end(const char *at, const char *end);
/* Does an empty line begin here, or nothing? */
gboolean span_is_blank(const char *line, const char *end);
/* The end of a field, its continuation lines included. */
char *span_field_end(char *line, const char *end);
/* Replaces the words of a piece without structure. */
void span_replace(Pseudonyms *pseudonyms, PseudonymKind kind, const char *charset, Span span);
