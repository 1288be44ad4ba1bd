#include "parser/anonymise.h"

#include <string.h>

#include "mime/subject.h"
#include "parser/coded.h"
#include "parser/pseudonym.h"

enum { DEPTH_MAX = 50 };

typedef struct {
	char *start, *end;
} Span;

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

/* ------------------------------------------------------------------------- lines */

/* Behind the line's end. */
static char *line_end(const char *at, const char *end)
{
	char *newline = memchr(at, '\n', (gsize)(end - at));

	return newline ? newline + 1 : (char *)end;
}

static gboolean is_blank(const char *line, const char *end)
{
	return line >= end || *line == '\n' || (*line == '\r' && line + 1 < end && line[1] == '\n');
}

/* The end of a field, its continuation lines included. */
static char *field_end(char *line, const char *end)
{
	char *at = line_end(line, end);

	while (at < end && (*at == ' ' || *at == '\t') && !is_blank(at, end))
		at = line_end(at, end);
	return at;
}

/* ----------------------------------------------------------------- header values */

typedef struct {
	Pseudonyms *pseudonyms;
	PseudonymKind kind;
	const char *charset;
} Replacing;

static void replace_bytes(guint8 *bytes, gsize length, gpointer data)
{
	const Replacing *replacing = data;

	pseudonyms_replace_in(
		replacing->pseudonyms, replacing->kind, replacing->charset, bytes, length);
}

static void replace_plain(
	Pseudonyms *pseudonyms, PseudonymKind kind, const char *charset, Span span)
{
	if (span.end > span.start)
		pseudonyms_replace_in(pseudonyms, kind, charset, (guint8 *)span.start,
			(gsize)(span.end - span.start));
}

/* "=?charset?Q?text?=" at a place: its text is replaced. Returns what is behind it, or NULL. */
static char *replace_word(Pseudonyms *pseudonyms, PseudonymKind kind, char *at, const char *end)
{
	char *charset = at + 2;
	char *mark = memchr(charset, '?', (gsize)(end - charset));
	char *text = mark && mark + 3 < end && mark[2] == '?' ? mark + 3 : NULL;
	char *behind = text ? g_strstr_len(text, end - text, "?=") : NULL;
	g_autofree char *name = NULL;

	if (!behind)
		return NULL;
	name = g_strndup(charset, strcspn(charset, "?*"));
	coded_replace(g_ascii_toupper(mark[1]) == 'B' ? TRANSFER_BASE64 : TRANSFER_QUOTED_PRINTABLE,
		TRUE, text, (gsize)(behind - text), replace_bytes,
		&(Replacing){pseudonyms, kind, name});
	return behind + 2;
}

static void replace_value(Pseudonyms *pseudonyms, PseudonymKind kind, Span value)
{
	char *at = value.start;

	while (at < value.end) {
		char *word = g_strstr_len(at, value.end - at, "=?");
		char *behind = word ? replace_word(pseudonyms, kind, word, value.end) : NULL;

		replace_plain(pseudonyms, kind, NULL, (Span){at, behind ? word : value.end});
		at = behind ? behind : value.end;
	}
}

/* The prefixes of a subject stay. */
static void replace_subject(Pseudonyms *pseudonyms, Span value)
{
	for (char *at = value.start; at < value.end;) {
		char *colon = memchr(at, ':', (gsize)(value.end - at));
		g_autofree char *front = colon ? g_strndup(at, (gsize)(colon + 1 - at)) : NULL;
		g_autofree char *probe = front ? g_strconcat(front, " x", NULL) : NULL;

		if (!probe || strlen(front) > 20 ||
			!(subject_is_reply(probe) || subject_is_forward(probe)))
			break;
		at = colon + 1;
		value.start = at;
	}
	replace_value(pseudonyms, PSEUDONYM_TEXT, value);
}

/* Names of files: their endings stay. "name*0*=utf-8''%C3%BC": the charset and the codes, too. */
static void replace_filename(Pseudonyms *pseudonyms, Span value)
{
	char *at = value.start, *dot = NULL;
	char *quote = memchr(at, '\'', (gsize)(value.end - at));

	if (quote)
		quote = memchr(quote + 1, '\'', (gsize)(value.end - quote - 1));
	if (quote)
		at = quote + 1;
	for (char *c = at; c < value.end; c++)
		dot = *c == '.' ? c : dot;
	value = (Span){at, dot && value.end - dot <= 8 ? dot : value.end};
	while (quote && value.start < value.end) {
		char *code = memchr(value.start, '%', (gsize)(value.end - value.start));

		replace_plain(pseudonyms, PSEUDONYM_NAME, NULL,
			(Span){value.start, code ? code : value.end});
		value.start = code ? MIN(code + 3, value.end) : value.end;
	}
	if (!quote)
		replace_value(pseudonyms, PSEUDONYM_NAME, value);
}

/* Parameters of Content-Type and Content-Disposition: only files' names are anybody's. */
static void replace_parameters(Pseudonyms *pseudonyms, Span value)
{
	for (char *at = value.start; at < value.end;) {
		char *semicolon = memchr(at, ';', (gsize)(value.end - at));
		Span parameter = {at, semicolon ? semicolon : value.end};
		char *equals = memchr(at, '=', (gsize)(parameter.end - at));
		g_autofree char *name = equals ? g_ascii_strdown(at, equals - at) : g_strdup("");

		g_strstrip(name);
		if (equals &&
			(g_str_has_prefix(name, "name") || g_str_has_prefix(name, "filename")))
			replace_filename(pseudonyms, (Span){equals + 1, parameter.end});
		at = parameter.end + 1;
	}
}

/* Outlook's conversation: the GUID becomes another, the same everywhere; times and depth stay. */
static void replace_guid(guint8 *bytes, gsize length, gpointer data)
{
	const guint8 mask[] = {0x5a, 0x17, 0xc3, 0x88};

	(void)data;
	for (gsize i = 6; i < MIN(length, (gsize)22); i++)
		bytes[i] ^= mask[i % G_N_ELEMENTS(mask)];
}

static void replace_received(Pseudonyms *pseudonyms, Span value)
{
	char *date = value.end;

	while (date > value.start && date[-1] != ';')
		date--;
	replace_plain(pseudonyms, PSEUDONYM_NAME, NULL,
		(Span){value.start, date > value.start ? date : value.end});
}

typedef enum {
	FIELD_NAMES,
	FIELD_KEPT,
	FIELD_SUBJECT,
	FIELD_PARAMETERS,
	FIELD_RECEIVED,
	FIELD_THREAD_INDEX,
} FieldKind;

static FieldKind field_kind(const char *line, gsize length)
{
	static const struct {
		const char *name;
		FieldKind kind;
	} fields[] = {
		{"subject",                   FIELD_SUBJECT     },
		{"thread-topic",              FIELD_SUBJECT     },
		{"content-type",              FIELD_PARAMETERS  },
		{"content-disposition",       FIELD_PARAMETERS  },
		{"received",                  FIELD_RECEIVED    },
		{"thread-index",              FIELD_THREAD_INDEX},
		{"date",                      FIELD_KEPT        },
		{"resent-date",               FIELD_KEPT        },
		{"delivery-date",             FIELD_KEPT        },
		{"arrival-date",              FIELD_KEPT        },
		{"last-attempt-date",         FIELD_KEPT        },
		{"action",                    FIELD_KEPT        },
		{"status",                    FIELD_KEPT        },
		{"mime-version",              FIELD_KEPT        },
		{"content-transfer-encoding", FIELD_KEPT        },
		{"content-language",          FIELD_KEPT        },
		{"accept-language",           FIELD_KEPT        },
		{"auto-submitted",            FIELD_KEPT        },
		{"precedence",                FIELD_KEPT        },
		{"x-auto-response-suppress",  FIELD_KEPT        },
		{"importance",                FIELD_KEPT        },
		{"priority",                  FIELD_KEPT        },
		{"x-priority",                FIELD_KEPT        },
		{"x-mailer",                  FIELD_KEPT        },
		{"user-agent",                FIELD_KEPT        },
		{"x-ms-has-attach",           FIELD_KEPT        },
		{"feedback-type",             FIELD_KEPT        },
		{"disposition",               FIELD_KEPT        },
	};

	for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
		if (strlen(fields[i].name) == length &&
			g_ascii_strncasecmp(fields[i].name, line, length) == 0)
			return fields[i].kind;
	return FIELD_NAMES;
}

static void replace_field(Pseudonyms *pseudonyms, Span field)
{
	char *colon = memchr(field.start, ':', (gsize)(field.end - field.start));
	Span value = {colon ? colon + 1 : field.start, field.end};

	switch (colon ? field_kind(field.start, (gsize)(colon - field.start)) : FIELD_NAMES) {
	case FIELD_KEPT:
		return;
	case FIELD_SUBJECT:
		replace_subject(pseudonyms, value);
		return;
	case FIELD_PARAMETERS:
		replace_parameters(pseudonyms, value);
		return;
	case FIELD_RECEIVED:
		replace_received(pseudonyms, value);
		return;
	case FIELD_THREAD_INDEX:
		coded_replace(TRANSFER_BASE64, FALSE, value.start, (gsize)(value.end - value.start),
			replace_guid, NULL);
		return;
	default:
		replace_value(pseudonyms, PSEUDONYM_NAME, value);
	}
}

/* ------------------------------------------------------------------------ bodies */

/* Entities ("&uuml;") stay; words end there. */
static void replace_html_text(Pseudonyms *pseudonyms, const char *charset, Span span)
{
	while (span.start < span.end) {
		char *entity = memchr(span.start, '&', (gsize)(span.end - span.start));
		char *behind = entity ? entity + 1 : span.end;

		while (entity && behind < span.end && behind - entity < 12 &&
			(g_ascii_isalnum(*behind) || *behind == '#'))
			behind++;
		replace_plain(pseudonyms, PSEUDONYM_TEXT, charset,
			(Span){span.start, entity ? entity : span.end});
		span.start = behind;
	}
}

static gboolean is_kept_attribute(const char *name, gsize length)
{
	static const char *const lost[] = {"href", "src", "alt", "title", "cite", "value",
		"background", "action", "longdesc", "summary", "label", "datetime", "content"};

	for (guint i = 0; i < G_N_ELEMENTS(lost); i++)
		if (strlen(lost[i]) == length && g_ascii_strncasecmp(lost[i], name, length) == 0)
			return strcmp(lost[i], "content") == 0;
	return length < 5 || g_ascii_strncasecmp(name, "data-", 5) != 0;
}

/* The attributes of a tag: what names a style or a client stays. */
static void replace_tag(Pseudonyms *pseudonyms, const char *charset, Span tag)
{
	for (char *at = tag.start; at < tag.end;) {
		char *equals = memchr(at, '=', (gsize)(tag.end - at));
		char *name = equals, *end;
		char quote;

		if (!equals)
			return;
		while (name > at &&
			(g_ascii_isalnum(name[-1]) || name[-1] == '-' || name[-1] == ':'))
			name--;
		at = equals + 1;
		quote = at < tag.end && (*at == '"' || *at == '\'') ? *at : 0;
		at += quote ? 1 : 0;
		end = at;
		while (end < tag.end && (quote ? *end != quote : !g_ascii_isspace(*end)))
			end++;
		if (!is_kept_attribute(name, (gsize)(equals - name)))
			replace_plain(pseudonyms, PSEUDONYM_NAME, charset, (Span){at, end});
		at = end;
	}
}

static char *behind_word(char *at, const char *end, const char *word)
{
	for (; at + strlen(word) <= end; at++)
		if (g_ascii_strncasecmp(at, word, strlen(word)) == 0)
			return at + strlen(word);
	return (char *)end;
}

static void replace_html(Pseudonyms *pseudonyms, const char *charset, Span span)
{
	while (span.start < span.end) {
		char *tag = memchr(span.start, '<', (gsize)(span.end - span.start));
		char *behind;

		replace_html_text(pseudonyms, charset, (Span){span.start, tag ? tag : span.end});
		if (!tag)
			return;
		if (g_ascii_strncasecmp(tag, "<style", 6) == 0) {
			span.start = behind_word(tag, span.end, "</style");
			continue;
		}
		if (span.end - tag > 4 && strncmp(tag, "<!--", 4) == 0 && tag[4] != '[') {
			behind = behind_word(tag, span.end, "-->");
			replace_plain(pseudonyms, PSEUDONYM_NAME, charset, (Span){tag + 4, behind});
			span.start = behind;
			continue;
		}
		behind = memchr(tag, '>', (gsize)(span.end - tag));
		behind = behind ? behind : span.end;
		replace_tag(pseudonyms, charset, (Span){tag, behind});
		span.start = behind < span.end ? behind + 1 : span.end;
	}
}

/* Of a calendar the values of what people wrote. */
static void replace_calendar(Pseudonyms *pseudonyms, const char *charset, Span span)
{
	static const char *const names[] = {"SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER",
		"ATTENDEE", "COMMENT", "CONTACT", "UID", "URL", "X-"};

	for (char *line = span.start; line < span.end;) {
		char *end = field_end(line, span.end);

		for (guint i = 0; i < G_N_ELEMENTS(names); i++)
			if (g_ascii_strncasecmp(line, names[i], strlen(names[i])) == 0) {
				char *value = line + strcspn(line, ":;\n");

				replace_plain(pseudonyms, PSEUDONYM_NAME, charset,
					(Span){MIN(value, end), end});
			}
		line = end;
	}
}

/* Containers of other programs hold their texts as they are, or in two bytes a letter. */
static void replace_container(Pseudonyms *pseudonyms, guint8 *bytes, gsize length)
{
	for (gsize i = 0; i + 8 <= length;) {
		gsize step = bytes[i + 1] == 0 ? 2 : 1, end = i;
		g_autoptr(GString) word = g_string_new(NULL);

		while (end + step <= length && g_ascii_isalpha(bytes[end]) &&
			(step == 1 || bytes[end + 1] == 0)) {
			g_string_append_c(word, (char)bytes[end]);
			end += step;
		}
		if (word->len >= 4) {
			pseudonyms_replace(pseudonyms, PSEUDONYM_NAME, word->str, word->len);
			for (gsize j = 0; j < word->len; j++)
				bytes[i + j * step] = (guint8)word->str[j];
		}
		i = end > i ? end : i + 1;
	}
}

/* "begin 644 name" … "end": the length that a line states stays, its code becomes another. */
static char *replace_uuencoded(Pseudonyms *pseudonyms, char *line, const char *end)
{
	if (end - line < 11 || strncmp(line, "begin ", 6) != 0 || !g_ascii_isdigit(line[6]) ||
		!g_ascii_isdigit(line[7]) || !g_ascii_isdigit(line[8]) || line[9] != ' ')
		return NULL;
	line = line_end(line, end);
	while (line < end && strncmp(line, "end", 3) != 0) {
		char *behind = line_end(line, end);

		if (behind - line > 2)
			pseudonyms_noise_code(
				pseudonyms, (guint8 *)line + 1, (gsize)(behind - line - 1));
		line = behind;
	}
	return line;
}

static void replace_text(Pseudonyms *pseudonyms, const char *charset, Span span)
{
	char *start = span.start;

	for (char *line = span.start; line < span.end;) {
		char *behind = replace_uuencoded(pseudonyms, line, span.end);

		if (behind) {
			replace_plain(pseudonyms, PSEUDONYM_TEXT, charset, (Span){start, line});
			start = behind;
		}
		line = behind ? behind : line_end(line, span.end);
	}
	replace_plain(pseudonyms, PSEUDONYM_TEXT, charset, (Span){start, span.end});
}

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
		char *end = field_end(span.start, span.end);

		replace_field(pseudonyms, (Span){span.start, end});
		span.start = end;
	}
}

static void replace_body(guint8 *bytes, gsize length, gpointer data)
{
	const Body *body = data;
	const Entity *entity = body->entity;
	Span span = {(char *)bytes, (char *)bytes + length};

	if (strcmp(entity->type, "text/html") == 0)
		replace_html(body->pseudonyms, entity->charset, span);
	else if (strcmp(entity->type, "text/calendar") == 0 || is_file_of(entity, ".ics"))
		replace_calendar(body->pseudonyms, entity->charset, span);
	else if (strcmp(entity->type, "text/rfc822-headers") == 0 ||
		 g_str_has_suffix(entity->type, "-status") ||
		 g_str_has_suffix(entity->type, "-notification") ||
		 g_str_has_suffix(entity->type, "-report"))
		replace_headers(body->pseudonyms, span);
	else if (strcmp(entity->type, "message/rfc822") == 0 ||
		 strcmp(entity->type, "message/global") == 0 || is_file_of(entity, ".eml"))
		replace_entity(body->pseudonyms, span, body->depth + 1);
	else if (is_container(entity))
		replace_container(body->pseudonyms, bytes, length);
	else if (g_str_has_prefix(entity->type, "text/") && !entity->name)
		replace_text(body->pseudonyms, entity->charset, span);
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

static gboolean is_delimiter(const char *line, const char *end, const char *boundary)
{
	gsize length = strlen(boundary);

	return (gsize)(end - line) >= length + 2 && line[0] == '-' && line[1] == '-' &&
	       strncmp(line + 2, boundary, length) == 0;
}

/* What stands above the first part and below the last is text; between are the parts. */
static void replace_parts(Pseudonyms *pseudonyms, const char *boundary, Span span, guint depth)
{
	gboolean is_part = FALSE;
	char *start = span.start;

	for (char *line = span.start; line <= span.end;) {
		gboolean is_end = line == span.end;
		char *behind = is_end ? line + 1 : line_end(line, span.end);

		if (is_end || is_delimiter(line, behind, boundary)) {
			if (is_part)
				replace_entity(pseudonyms, (Span){start, line}, depth + 1);
			else
				replace_plain(
					pseudonyms, PSEUDONYM_TEXT, NULL, (Span){start, line});
			is_part = !is_end && strncmp(line + 2 + strlen(boundary), "--", 2) != 0;
			start = behind;
		}
		line = behind;
	}
}

/* Empty lines and an mbox's separator may stand above a header. */
static char *skip_before_header(Pseudonyms *pseudonyms, Span span)
{
	char *at = span.start;

	while (at < span.end && is_blank(at, span.end))
		at = line_end(at, span.end);
	if (span.end - at > 5 && strncmp(at, "From ", 5) == 0) {
		replace_plain(pseudonyms, PSEUDONYM_TEXT, NULL, (Span){at, line_end(at, span.end)});
		at = line_end(at, span.end);
	}
	return at;
}

/* Where none is stated, or another stands there: the first line that looks like one. */
static void find_boundary(Entity *entity, Span span)
{
	char *first = NULL;

	for (char *line = span.start; line < span.end; line = line_end(line, span.end)) {
		if (entity->boundary && *entity->boundary &&
			is_delimiter(line, line_end(line, span.end), entity->boundary))
			return;
		if (!first && span.end - line > 3 && strncmp(line, "--", 2) == 0 &&
			!g_ascii_isspace(line[2]))
			first = line + 2;
	}
	g_free(entity->boundary);
	entity->boundary = first ? g_strndup(first, strcspn(first, "\r\n")) : g_strdup("");
	g_strchomp(entity->boundary);
}

static void replace_entity(Pseudonyms *pseudonyms, Span span, guint depth)
{
	g_auto(Entity) entity = {.type = g_strdup("text/plain")};
	char *at = skip_before_header(pseudonyms, span);

	while (!is_blank(at, span.end)) {
		char *end = field_end(at, span.end);

		read_field(&entity, (Span){at, end});
		replace_field(pseudonyms, (Span){at, end});
		at = end;
	}
	if (at >= span.end)
		return;
	at = line_end(at, span.end);
	if (g_str_has_prefix(entity.type, "multipart/"))
		find_boundary(&entity, (Span){at, span.end});
	if (g_str_has_prefix(entity.type, "multipart/") && *entity.boundary && depth < DEPTH_MAX)
		replace_parts(pseudonyms, entity.boundary, (Span){at, span.end}, depth);
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
