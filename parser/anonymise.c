#include "parser/anonymise.h"

#include <string.h>

#include "mime/transfer.h"
#include "parser/coded.h"
#include "parser/maskfield.h"
#include "parser/masktext.h"

enum { DEPTH_MAX = 50 };

/* What a header says about the body below. */
typedef struct {
	char *type;     /* in lower case: "text/plain" */
	char *charset;  /* or NULL */
	char *boundary; /* or NULL */
	char *name;     /* of a file, in lower case, or NULL */
	Transfer transfer;
} Entity;

static void entity_clear(Entity *entity)
{
	g_free(entity->type);
	g_free(entity->charset);
	g_free(entity->boundary);
	g_free(entity->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Entity, entity_clear)

static void replace_entity(Pseudonyms *pseudonyms, Span span, guint depth);

typedef struct {
	Pseudonyms *pseudonyms;
	const Entity *entity;
	guint depth;
} Body;

static gboolean is_file_of(const Entity *entity, const char *ending)
{
	return entity->name && g_str_has_suffix(entity->name, ending);
}

static gboolean is_container(const Entity *entity)
{
	return strstr(entity->type, "ms-tnef") || strstr(entity->type, "outlook") ||
	       strstr(entity->type, "pkcs7") || is_file_of(entity, ".msg") ||
	       is_file_of(entity, "winmail.dat") || is_file_of(entity, ".p7m");
}

static void replace_headers(Pseudonyms *pseudonyms, Span span)
{
	while (span.start < span.end) {
		char *end = span_field_end(span.start, span.end);

		maskfield_replace(pseudonyms, (Span){span.start, end});
		span.start = end;
	}
}

static void replace_body(guint8 *bytes, gsize length, gpointer data)
{
	const Body *body = data;
	const Entity *entity = body->entity;
	Span span = {(char *)bytes, (char *)bytes + length};

	if (strcmp(entity->type, "text/html") == 0)
		masktext_html(body->pseudonyms, entity->charset, span);
	else if (strcmp(entity->type, "text/calendar") == 0 || is_file_of(entity, ".ics"))
		masktext_calendar(body->pseudonyms, entity->charset, span);
	else if (strcmp(entity->type, "text/rfc822-headers") == 0 ||
		 g_str_has_suffix(entity->type, "-status") ||
		 g_str_has_suffix(entity->type, "-notification") ||
		 g_str_has_suffix(entity->type, "-report"))
		replace_headers(body->pseudonyms, span);
	else if (strcmp(entity->type, "message/rfc822") == 0 ||
		 strcmp(entity->type, "message/global") == 0 || is_file_of(entity, ".eml"))
		replace_entity(body->pseudonyms, span, body->depth + 1);
	else if (is_container(entity))
		masktext_container(body->pseudonyms, bytes, length);
	else if (g_str_has_prefix(entity->type, "text/") && !entity->name)
		masktext_text(body->pseudonyms, entity->charset, span);
	else
		pseudonyms_noise(body->pseudonyms, bytes, length);
}

/* ------------------------------------------------------------------------ the tree */

/* A parameter's value, unquoted, or NULL. */
static char *parameter_of(const char *value, const char *name)
{
	g_auto(GStrv) parameters = g_strsplit(value, ";", 50);

	for (guint i = 1; parameters[0] && parameters[i]; i++) {
		char *text = g_strstrip(parameters[i]);
		gsize length = strlen(name);
		char *equals;

		if (g_ascii_strncasecmp(text, name, length) != 0)
			continue;
		equals = strchr(text, '=');
		if (equals && (equals == text + length || text[length] == '*' ||
				      g_ascii_isspace(text[length]))) {
			char *start = g_strchug(equals + 1);

			return *start == '"' ? g_strndup(start + 1, strcspn(start + 1, "\""))
					     : g_strdup(g_strchomp(start));
		}
	}
	return NULL;
}

static void read_content_type(Entity *entity, const char *value)
{
	g_free(entity->type);
	entity->type = g_ascii_strdown(value, (gssize)strcspn(value, ";"));
	g_strstrip(entity->type);
	g_free(entity->charset);
	entity->charset = parameter_of(value, "charset");
	g_free(entity->boundary);
	entity->boundary = parameter_of(value, "boundary");
}

/* Notes what a field says before it is replaced. */
static void read_field(Entity *entity, Span field)
{
	g_autofree char *text = g_strndup(field.start, (gsize)(field.end - field.start));
	char *value = strchr(text, ':');
	g_autofree char *name = NULL;

	if (!value)
		return;
	*value++ = '\0';
	g_strstrip(value);
	if (g_ascii_strcasecmp(text, "content-transfer-encoding") == 0)
		entity->transfer = transfer_parse(value, NULL);
	if (g_ascii_strcasecmp(text, "content-type") == 0) {
		read_content_type(entity, value);
		name = parameter_of(value, "name");
	} else if (g_ascii_strcasecmp(text, "content-disposition") == 0) {
		name = parameter_of(value, "filename");
	}
	if (name) {
		g_free(entity->name);
		entity->name = g_ascii_strdown(name, -1);
	}
}

/* "--boundary" or "--boundary--", and white space behind it. */
static gboolean is_delimiter(const char *line, const char *end, const char *boundary)
{
	gsize length = strlen(boundary);

	if ((gsize)(end - line) < length + 2 || line[0] != '-' || line[1] != '-' ||
		strncmp(line + 2, boundary, length) != 0)
		return FALSE;
	line += length + 2;
	line += end - line >= 2 && strncmp(line, "--", 2) == 0 ? 2 : 0;
	while (line < end && g_ascii_isspace(*line))
		line++;
	return line >= end;
}

/* What stands above the first part and below the last is text; between are the parts. */
static void replace_parts(Pseudonyms *pseudonyms, const char *boundary, Span span, guint depth)
{
	gboolean is_part = FALSE;
	char *start = span.start;

	for (char *line = span.start; line <= span.end;) {
		gboolean is_end = line == span.end;
		char *behind = is_end ? line + 1 : span_line_end(line, span.end);

		if (is_end || is_delimiter(line, behind, boundary)) {
			if (is_part)
				replace_entity(pseudonyms, (Span){start, line}, depth + 1);
			else
				span_replace(pseudonyms, PSEUDONYM_TEXT, NULL, (Span){start, line});
			is_part = !is_end && strncmp(line + 2 + strlen(boundary), "--", 2) != 0;
			/* The same as in the header. */
			if (!is_end)
				span_replace(pseudonyms, PSEUDONYM_NAME, NULL,
					(Span){line + 2, line + 2 + strlen(boundary)});
			start = behind;
		}
		line = behind;
	}
}

/* Empty lines and an mbox's separator may stand above a header. */
static char *skip_before_header(Pseudonyms *pseudonyms, Span span)
{
	char *at = span.start;

	while (at < span.end && span_is_blank(at, span.end))
		at = span_line_end(at, span.end);
	if (span.end - at > 5 && strncmp(at, "From ", 5) == 0) {
		span_replace(
			pseudonyms, PSEUDONYM_TEXT, NULL, (Span){at, span_line_end(at, span.end)});
		at = span_line_end(at, span.end);
	}
	return at;
}

/* The boundary that stands there. Where none is stated, or another stands there: the first line
 * that looks like one. */
static char *find_boundary(const Entity *entity, Span span)
{
	char *first = NULL;

	for (char *line = span.start; line < span.end; line = span_line_end(line, span.end)) {
		if (entity->boundary && *entity->boundary &&
			is_delimiter(line, span_line_end(line, span.end), entity->boundary))
			return g_strdup(entity->boundary);
		if (!first && span.end - line > 3 && strncmp(line, "--", 2) == 0 &&
			!g_ascii_isspace(line[2]))
			first = line + 2;
	}
	return first ? g_strchomp(g_strndup(first, strcspn(first, "\r\n"))) : g_strdup("");
}

static void replace_entity(Pseudonyms *pseudonyms, Span span, guint depth)
{
	g_auto(Entity) entity = {.type = g_strdup("text/plain")};
	g_autofree char *boundary = NULL;
	char *at = skip_before_header(pseudonyms, span);

	while (!span_is_blank(at, span.end)) {
		char *end = span_field_end(at, span.end);

		read_field(&entity, (Span){at, end});
		maskfield_replace(pseudonyms, (Span){at, end});
		at = end;
	}
	if (at >= span.end)
		return;
	at = span_line_end(at, span.end);
	if (g_str_has_prefix(entity.type, "multipart/"))
		boundary = find_boundary(&entity, (Span){at, span.end});
	if (boundary && *boundary && depth < DEPTH_MAX)
		replace_parts(pseudonyms, boundary, (Span){at, span.end}, depth);
	else if (depth < DEPTH_MAX)
		coded_replace(entity.transfer, FALSE, at, (gsize)(span.end - at), replace_body,
			&(Body){pseudonyms, &entity, depth});
	else
		pseudonyms_noise(pseudonyms, (guint8 *)at, (gsize)(span.end - at));
}

GBytes *anonymise_mail(GBytes *source)
{
	g_autoptr(Pseudonyms) pseudonyms = pseudonyms_new();
	gsize length = g_bytes_get_size(source);
	/* A NUL behind the bytes, so that no look at the next one leaves them. */
	char *bytes = g_malloc(length + 16);

	memset(bytes + length, 0, 16);
	if (length)
		memcpy(bytes, g_bytes_get_data(source, NULL), length);
	replace_entity(pseudonyms, (Span){bytes, bytes + length}, 0);
	return g_bytes_new_take(bytes, length);
}
