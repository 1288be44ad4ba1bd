#include "mime/scan.h"

#include <string.h>

#include "mime/fields.h"
#include "mime/limits.h"
#include "mime/params.h"

/* A line of the source without its end. */
typedef struct {
	const char *text;
	gsize length;
} Line;

typedef struct {
	const char *text;
	gsize length, at;
	GPtrArray *boundaries; /* of char: those of the multiparts we are in, outermost first */
	GString *type;         /* the Content-Type of the header that we are in */
	gboolean is_header, is_type;
	gsize header_start;
	guint *parts;
} Scan;

static Line next_line(Scan *scan)
{
	const char *start = scan->text + scan->at;
	const char *newline = memchr(start, '\n', scan->length - scan->at);
	Line line = {start, newline ? (gsize)(newline - start) : scan->length - scan->at};

	scan->at += line.length + (newline != NULL);
	while (line.length > 0 && strchr(" \t\r", line.text[line.length - 1]) &&
		line.text[line.length - 1])
		line.length--;
	return line;
}

/* Which boundary of the stack this line is, -1: none. */
static int boundary_find(const Scan *scan, const Line *line, gboolean *is_end)
{
	for (guint i = scan->boundaries->len; i-- > 0;) {
		const char *boundary = g_ptr_array_index(scan->boundaries, i);
		gsize length = strlen(boundary);

		if (line->length < length + 2 || memcmp(line->text + 2, boundary, length) != 0)
			continue;
		*is_end =
			line->length == length + 4 && memcmp(line->text + 2 + length, "--", 2) == 0;
		if (*is_end || line->length == length + 2)
			return (int)i;
	}
	return -1;
}

/* A header has ended: a multipart in it opens a boundary. FALSE where it would be too deep. */
static gboolean end_header(Scan *scan)
{
	g_autofree char *value = fields_unfold(scan->type->str, scan->type->len);
	g_autoptr(Params) type = params_parse(value);
	const char *boundary = params_get(type, "boundary");

	scan->is_header = FALSE;
	if (!g_str_has_prefix(type->value, "multipart/") || !boundary ||
		strlen(boundary) > LIMIT_BOUNDARY)
		return TRUE;
	if (scan->boundaries->len >= LIMIT_DEPTH)
		return FALSE;
	g_ptr_array_add(scan->boundaries, g_strdup(boundary));
	return TRUE;
}

static gboolean add_header_line(Scan *scan, const Line *line)
{
	gboolean is_continued = line->length > 0 && (line->text[0] == ' ' || line->text[0] == '\t');

	if (line->length == 0)
		return end_header(scan);
	if (!is_continued)
		scan->is_type = line->length > 13 &&
				g_ascii_strncasecmp(line->text, "Content-Type:", 13) == 0 &&
				scan->type->len == 0;
	if (scan->is_type)
		g_string_append_len(scan->type, line->text + (is_continued ? 0 : 13),
			(gssize)(line->length - (is_continued ? 0 : 13)));
	return scan->at - scan->header_start <= LIMIT_FIELD_BYTES;
}

/* Moves over lines that cannot be boundaries, as far as a body goes. Files in base64 have no dash
 * at all. */
static void skip_to_dashes(Scan *scan)
{
	const char *end = scan->text + scan->length, *start = scan->text + scan->at;
	const char *dash = start;

	while ((dash = memchr(dash, '-', (gsize)(end - dash)))) {
		if ((dash == start || dash[-1] == '\n') && dash + 1 < end && dash[1] == '-')
			break;
		dash++;
	}
	scan->at = dash ? (gsize)(dash - scan->text) : scan->length;
}

gsize scan_limits(const char *text, gsize length, gsize body, const char *boundary, guint *parts,
	gboolean *is_open)
{
	g_autoptr(GPtrArray) boundaries = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) type = g_string_new(NULL);
	Scan scan = {
		.text = text, .length = length, .at = body, .boundaries = boundaries, .type = type};

	*is_open = FALSE;
	g_ptr_array_add(boundaries, g_strdup(boundary));
	while (scan.at < length) {
		gsize before;
		Line line;
		gboolean is_end = FALSE;
		int found;

		if (!scan.is_header)
			skip_to_dashes(&scan);
		before = scan.at;
		line = next_line(&scan);
		found = line.length > 2 && line.text[0] == '-' && line.text[1] == '-'
				? boundary_find(&scan, &line, &is_end)
				: -1;

		if (found >= 0) {
			g_ptr_array_set_size(boundaries, found + (is_end ? 0 : 1));
			scan.is_header = !is_end;
			scan.header_start = scan.at;
			g_string_truncate(type, 0);
			if (!is_end && *parts == 0)
				return before;
			*parts -= !is_end;
		} else if (scan.is_header && !add_header_line(&scan, &line)) {
			return before;
		}
	}
	*is_open = boundaries->len > 0;
	return length;
}
