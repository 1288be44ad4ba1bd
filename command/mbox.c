#include "command/mbox.h"

#include <string.h>

/* A separator and a field's name are short; nothing is looked at further than this. */
enum { LINE_LOOKED_AT = 1000 };

/* A line within the bytes; end is behind its \n, or the end of all bytes. */
typedef struct {
	const char *start, *end;
} Line;

static Line line_at(const char *start, const char *limit)
{
	const char *newline = start < limit ? memchr(start, '\n', (gsize)(limit - start)) : NULL;

	return (Line){start, newline ? newline + 1 : limit};
}

static gboolean begins(Line line, const char *prefix)
{
	const gsize length = strlen(prefix);

	return (gsize)(line.end - line.start) >= length && memcmp(line.start, prefix, length) == 0;
}

static gboolean is_empty(Line line)
{
	const gsize length = (gsize)(line.end - line.start);

	return line.start[0] == '\n' ||
	       (length == 2 && line.start[0] == '\r' && line.start[1] == '\n');
}

/* "From " behind at least one ">": what a writer of mboxes did to a line of the text. */
static gboolean is_quoted(Line line)
{
	const char *at = line.start;

	while (at < line.end && *at == '>')
		at++;
	return at > line.start && begins((Line){at, line.end}, "From ");
}

/* Is there a time of day ("4:05") and a year in the line? */
static gboolean has_date(Line line)
{
	const char *end = line.start + MIN(line.end - line.start, LINE_LOOKED_AT);
	gboolean has_time = FALSE, has_year = FALSE;
	guint digits = 0;

	for (const char *at = line.start; at < end; at++) {
		if (g_ascii_isdigit(*at)) {
			digits++;
			continue;
		}
		if (digits == 4 && (at[-4] == '1' || at[-4] == '2'))
			has_year = TRUE;
		if (*at == ':' && (digits == 1 || digits == 2) && end - at > 2 &&
			g_ascii_isdigit(at[1]) && g_ascii_isdigit(at[2]))
			has_time = TRUE;
		digits = 0;
	}
	return has_time && (has_year || digits == 4);
}

/* "Name: value" (RFC 5322 2.2), or a quoted From line as some writers leave it above the header. */
static gboolean is_field(Line line)
{
	const char *end = line.start + MIN(line.end - line.start, LINE_LOOKED_AT);
	const char *at = line.start;

	while (at<end && * at> ' ' && *at < 0x7f && *at != ':')
		at++;
	return (at > line.start && at < end && *at == ':') || is_quoted(line);
}

/* Text that begins with "From " behind an empty line is common in mail that nobody quoted; a date,
 * or a header below, tells a separator from it. Some writers forget the empty line: then it takes
 * both. */
static gboolean is_separator(Line line, gboolean is_behind_empty, const char *limit)
{
	if (!begins(line, "From "))
		return FALSE;

	const gboolean is_dated = has_date(line);
	const gboolean is_above_field = line.end < limit && is_field(line_at(line.end, limit));

	return is_behind_empty ? is_dated || is_above_field : is_dated && is_above_field;
}

gboolean mbox_is(GBytes *bytes)
{
	gsize size = 0;
	const char *data = g_bytes_get_data(bytes, &size);

	return size > 0 && begins((Line){data, data + size}, "From ");
}

/* Takes one ">" from every quoted line. */
static GBytes *unquoted(const char *start, const char *limit)
{
	GByteArray *copy = g_byte_array_sized_new((guint)(limit - start));

	for (Line line = line_at(start, limit); line.start < limit;
		line = line_at(line.end, limit)) {
		const gsize drop = is_quoted(line) ? 1 : 0;

		g_byte_array_append(copy, (const guint8 *)line.start + drop,
			(guint)((gsize)(line.end - line.start) - drop));
	}
	return g_byte_array_free_to_bytes(copy);
}

/* The empty line in front of a separator is the separator's. */
static const char *without_last_empty_line(const char *start, const char *end)
{
	if (start < end && line_at(start, end).end == end && is_empty((Line){start, end}))
		return start;
	if (end - start >= 4 && memcmp(end - 4, "\r\n\r\n", 4) == 0)
		return end - 2;
	if (end - start >= 2 && memcmp(end - 2, "\n\n", 2) == 0)
		return end - 1;
	return end;
}

/* The bytes between two separators as one mail; *at moves from the one to the other. */
static GBytes *next_piece(GBytes *mbox, gsize *at, gsize most_bytes)
{
	gsize size = 0;
	const char *data = g_bytes_get_data(mbox, &size);
	const char *limit = data + size;
	const char *start = line_at(data + *at, limit).end;
	gboolean is_behind_empty = FALSE, has_quoted = FALSE;
	Line line = line_at(start, limit);

	for (; line.start < limit; line = line_at(line.end, limit)) {
		if (is_separator(line, is_behind_empty, limit))
			break;
		has_quoted = has_quoted || is_quoted(line);
		is_behind_empty = is_empty(line);
	}
	*at = (gsize)(line.start - data);

	const char *end = without_last_empty_line(start, line.start);

	if ((gsize)(end - start) > most_bytes)
		end = start + most_bytes;
	if (has_quoted)
		return unquoted(start, end);
	return g_bytes_new_from_bytes(mbox, (gsize)(start - data), (gsize)(end - start));
}

GBytes *mbox_next(GBytes *mbox, gsize *at, gsize most_bytes)
{
	while (*at < g_bytes_get_size(mbox)) {
		g_autoptr(GBytes) mail = next_piece(mbox, at, most_bytes);

		/* A separator with nothing below it is no mail. */
		if (g_bytes_get_size(mail) > 0)
			return g_steal_pointer(&mail);
	}
	return NULL;
}

/* "From k.berger@nord.example Mon Mar  3 13:05:31 2025", as asctime() writes it. */
static gboolean write_separator(FILE *file, const char *sender, const char *time)
{
	g_autoptr(GDateTime) parsed = time ? g_date_time_new_from_iso8601(time, NULL) : NULL;
	g_autoptr(GDateTime) at =
		parsed ? g_date_time_ref(parsed) : g_date_time_new_from_unix_utc(0);
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	g_autofree char *name = g_strdup(sender && *sender ? sender : "MAILER-DAEMON");

	g_strdelimit(name, " \t\r\n", '_');
	return fprintf(file, "From %s %s %s %2d %02d:%02d:%02d %d\n", name,
		       days[g_date_time_get_day_of_week(at) - 1],
		       months[g_date_time_get_month(at) - 1], g_date_time_get_day_of_month(at),
		       g_date_time_get_hour(at), g_date_time_get_minute(at),
		       g_date_time_get_second(at), g_date_time_get_year(at)) > 0;
}

gboolean mbox_append(FILE *file, GBytes *mail, const char *sender, const char *time)
{
	gsize length = 0;
	const char *at = g_bytes_get_data(mail, &length), *limit = at + length;

	if (!write_separator(file, sender, time))
		return FALSE;
	while (at < limit) {
		Line line = line_at(at, limit);

		if ((begins(line, "From ") || is_quoted(line)) && fputc('>', file) == EOF)
			return FALSE;
		if (fwrite(line.start, 1, (gsize)(line.end - line.start), file) !=
			(gsize)(line.end - line.start))
			return FALSE;
		at = line.end;
	}
	return fputs(length > 0 && limit[-1] == '\n' ? "\n" : "\n\n", file) != EOF;
}
