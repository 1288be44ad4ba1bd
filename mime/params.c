#include "mime/params.h"

#include <string.h>

#include "mime/charset.h"
#include "mime/limits.h"
#include "mime/words.h"

/* One segment of a parameter as RFC 2231 splits it: name*2*=value. */
typedef struct {
	char *name;
	char *value;
	gint index; /* -1: the parameter is not split */
	gboolean is_encoded;
} Segment;

static void segment_free(gpointer data)
{
	Segment *segment = data;

	g_free(segment->name);
	g_free(segment->value);
	g_free(segment);
}

/* Behind white space and comments. A comment that never ends is skipped to the end. */
static const char *skip_space(const char *at)
{
	guint depth = 0;

	for (; *at; at++) {
		if (*at == '(')
			depth++;
		else if (*at == ')' && depth > 0)
			depth--;
		else if (*at == '\\' && depth > 0 && at[1])
			at++;
		else if (depth == 0 && !g_ascii_isspace(*at))
			return at;
	}
	return at;
}

/* A quoted string at text, backslashes taken off. One that never ends, ends with the field. */
static const char *read_quoted(const char *text, GString *out)
{
	const char *at;

	for (at = text + 1; *at && *at != '"'; at++) {
		/* Names of Windows paths are not escaped: C:\angebot.pdf keeps its backslash. */
		if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
			at++;
		g_string_append_c(out, *at);
	}
	return *at ? at + 1 : at;
}

/* A value without quotes ends at the semicolon: mailers forget the quotes around names with blanks.
 */
static const char *read_bare(const char *text, GString *out)
{
	gsize length = strcspn(text, ";");

	g_string_append_len(out, text, (gssize)length);
	g_strchomp(out->str);
	out->len = strlen(out->str);
	/* Anna.pdf (a comment) */
	if (out->len > 1 && out->str[out->len - 1] == ')' && strstr(out->str, " ("))
		g_string_truncate(out, (gsize)(strstr(out->str, " (") - out->str));
	return text + length;
}

/* "filename*0*" → filename, 0, encoded. */
static void split_name(Segment *segment)
{
	char *star = strchr(segment->name, '*');

	segment->index = -1;
	if (!star)
		return;
	*star++ = '\0';
	if (g_ascii_isdigit(*star)) {
		guint64 index = g_ascii_strtoull(star, &star, 10);

		segment->index = (gint)MIN(index, LIMIT_SEGMENTS);
		segment->is_encoded = *star == '*';
	} else {
		segment->is_encoded = *star == '\0';
	}
}

static const char *read_segment(const char *at, GPtrArray *segments)
{
	gsize length = strcspn(at, "=;\" \t\r\n");
	g_autofree char *name = g_ascii_strdown(at, (gssize)length);
	g_autoptr(GString) value = g_string_new(NULL);
	Segment *segment;

	at = skip_space(at + length);
	if (*at != '=' || length == 0)
		return at + strcspn(at, ";");
	at = skip_space(at + 1);
	at = *at == '"' ? read_quoted(at, value) : read_bare(at, value);
	segment = g_new0(Segment, 1);
	segment->name = g_steal_pointer(&name);
	segment->value = g_string_free(g_steal_pointer(&value), FALSE);
	split_name(segment);
	g_ptr_array_add(segments, segment);
	return at + strcspn(at, ";");
}

static gint segment_compare(gconstpointer a, gconstpointer b)
{
	const Segment *left = *(Segment *const *)a, *right = *(Segment *const *)b;
	int names = strcmp(left->name, right->name);

	return names ? names : left->index - right->index;
}

static void percent_decode(const char *text, GByteArray *out)
{
	for (; *text; text++) {
		guint8 byte = (guint8)*text;

		if (*text == '%' && g_ascii_isxdigit(text[1]) && g_ascii_isxdigit(text[2])) {
			byte = (guint8)(g_ascii_xdigit_value(text[1]) << 4 |
					g_ascii_xdigit_value(text[2]));
			text += 2;
		}
		g_byte_array_append(out, &byte, 1);
	}
}

/* charset'language'rest: takes the charset off, returns the rest. */
static const char *split_charset(const char *value, char **charset)
{
	const char *first = strchr(value, '\'');
	const char *second = first ? strchr(first + 1, '\'') : NULL;

	if (!second || first - value > 60)
		return value;
	*charset = first > value ? g_strndup(value, (gsize)(first - value)) : NULL;
	return second + 1;
}

/* The decoded value of the segments [from, to) of one parameter. */
static char *join(const GPtrArray *segments, guint from, guint to)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	g_autofree char *charset = NULL, *text = NULL;
	gboolean is_encoded = FALSE;

	for (guint i = from; i < to && i - from < LIMIT_SEGMENTS; i++) {
		const Segment *segment = g_ptr_array_index(segments, i);
		const char *value = segment->value;

		if (i == from && segment->is_encoded)
			value = split_charset(value, &charset);
		if (segment->is_encoded)
			percent_decode(value, bytes);
		else
			g_byte_array_append(bytes, (const guint8 *)value, (guint)strlen(value));
		is_encoded = is_encoded || segment->is_encoded;
	}
	text = charset_to_utf8(charset ? charset : "utf-8", bytes->data, bytes->len, NULL);
	/* Encoded words in parameters are forbidden (RFC 2047 5) and everywhere. */
	return is_encoded ? words_one_line(text, G_MAXSIZE) : words_decode(text);
}

/* One form of a parameter ends where its name, or the form itself, changes. */
static guint run_length(const GPtrArray *segments, guint from)
{
	const Segment *first = g_ptr_array_index(segments, from);
	guint to = from + 1;

	for (; first->index >= 0 && to < segments->len; to++) {
		const Segment *next = g_ptr_array_index(segments, to);

		if (strcmp(next->name, first->name) != 0)
			break;
	}
	return to - from;
}

/* Of several forms of one parameter RFC 2231's counts, then the first. */
static void collect(Params *params, const GPtrArray *segments)
{
	guint length;

	for (guint i = 0; i < segments->len; i += length) {
		const Segment *segment = g_ptr_array_index(segments, i);
		gboolean is_extended = segment->index >= 0 || segment->is_encoded;

		length = run_length(segments, i);
		params->is_cut = params->is_cut || length > LIMIT_SEGMENTS;
		if (is_extended || !g_hash_table_contains(params->table, segment->name))
			g_hash_table_replace(params->table, g_strdup(segment->name),
				join(segments, i, i + length));
	}
}

Params *params_parse(const char *text)
{
	g_autoptr(GPtrArray) segments = g_ptr_array_new_with_free_func(segment_free);
	g_autoptr(GString) value = g_string_new(NULL);
	Params *params = g_new0(Params, 1);
	const char *at = skip_space(text ? text : "");

	while (*at && *at != ';') {
		/* "text/plain charset=utf-8": the semicolon was forgotten. */
		if (value->len > 0 && g_ascii_isalpha(*at) && g_ascii_isspace(at[-1]) &&
			at[strcspn(at, "=; \t\r\n/")] == '=')
			break;
		g_string_append_c(value, g_ascii_tolower(*at));
		at = skip_space(at + 1);
	}
	params->value = g_string_free(g_steal_pointer(&value), FALSE);
	while (*at && segments->len < LIMIT_PARAMETERS) {
		at = skip_space(at + (*at == ';'));
		at = read_segment(at, segments);
	}
	params->is_cut = at[strspn(at, "; \t")] != '\0';
	if (segments->len > 0) {
		params->table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
		g_ptr_array_sort(segments, segment_compare);
		collect(params, segments);
	}
	return params;
}

void params_free(Params *params)
{
	if (!params)
		return;
	g_free(params->value);
	g_clear_pointer(&params->table, g_hash_table_unref);
	g_free(params);
}

const char *params_get(const Params *params, const char *name)
{
	return params->table ? g_hash_table_lookup(params->table, name) : NULL;
}
