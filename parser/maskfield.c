#include "parser/maskfield.h"

#include <string.h>

#include "mime/charset.h"
#include "mime/subject.h"
#include "parser/coded.h"

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
	if (!charset_is_known(name))
		return NULL;
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

		span_replace(pseudonyms, kind, NULL, (Span){at, behind ? word : value.end});
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

/* "name*0*=utf-8''%C3%BC": the charset stays. */
static void replace_filename(Pseudonyms *pseudonyms, Span value)
{
	char *quote = memchr(value.start, '\'', (gsize)(value.end - value.start));
	g_autofree char *charset =
		quote ? g_strndup(value.start, (gsize)(quote - value.start)) : NULL;

	if (charset && charset_is_known(g_strstrip(charset)))
		value.start = quote;
	replace_value(pseudonyms, PSEUDONYM_NAME, value);
}

/* Where a parameter ends: at a semicolon that is not in quotes. */
static char *parameter_end(char *at, const char *end)
{
	gboolean is_quoted = FALSE;

	for (; at < end && (is_quoted || *at != ';'); at++) {
		if (*at == '"')
			is_quoted = !is_quoted;
		else if (*at == '\\' && at + 1 < end)
			at++;
	}
	return at;
}

static gboolean is_known_charset(Span value)
{
	g_autofree char *label = g_strndup(value.start, (gsize)(value.end - value.start));
	gsize length = strlen(g_strstrip(label));

	if (length > 1 && *label == '"' && label[length - 1] == '"')
		label[length - 1] = '\0';
	return charset_is_known(label + (*label == '"' ? 1 : 0));
}

/* name: in lower case. */
static void replace_parameter(Pseudonyms *pseudonyms, const char *name, Span value)
{
	if (g_str_has_prefix(name, "name") || g_str_has_prefix(name, "filename"))
		replace_filename(pseudonyms, value);
	else if (strcmp(name, "boundary") == 0)
		replace_value(pseudonyms, PSEUDONYM_NAME, value);
	else if (g_str_has_suffix(name, "-date"))
		replace_value(pseudonyms, PSEUDONYM_TEXT, value);
	else if (strcmp(name, "charset") != 0 || !is_known_charset(value))
		replace_value(pseudonyms, PSEUDONYM_KEYWORDS, value);
}

/* A type with its parameters: what is registered stays. */
static void replace_parameters(Pseudonyms *pseudonyms, Span value)
{
	char *at = parameter_end(value.start, value.end);

	replace_value(pseudonyms, PSEUDONYM_KEYWORDS, (Span){value.start, at});
	while (at < value.end) {
		char *end = parameter_end(at + 1, value.end);
		char *equals = memchr(at, '=', (gsize)(end - at));
		g_autofree char *name =
			equals ? g_ascii_strdown(at + 1, equals - at - 1) : g_strdup("");

		/* With the number of a piece: "filename*0*". */
		replace_value(pseudonyms, PSEUDONYM_CODE, (Span){at, equals ? equals : end});
		if (equals)
			replace_parameter(pseudonyms, g_strstrip(name), (Span){equals + 1, end});
		at = end;
	}
}

/* Outlook's conversation: the GUID becomes another, the same everywhere; times and depth stay. */
static void replace_guid(guint8 *bytes, gsize length, gpointer data)
{
	if (length >= 22 && (length - 22) % 5 == 0 && bytes[0] == 1)
		pseudonyms_mask(data, bytes + 6, 16);
	else
		pseudonyms_noise(data, bytes, length);
}

static void replace_received(Pseudonyms *pseudonyms, Span value)
{
	char *date = value.end;

	while (date > value.start && date[-1] != ';')
		date--;
	span_replace(pseudonyms, PSEUDONYM_NAME, NULL,
		(Span){value.start, date > value.start ? date : value.end});
	if (date > value.start)
		span_replace(pseudonyms, PSEUDONYM_TEXT, NULL, (Span){date, value.end});
}

typedef enum {
	FIELD_NAMES,
	FIELD_DATE,
	FIELD_CODE,
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
		{"date",                      FIELD_DATE        },
		{"resent-date",               FIELD_DATE        },
		{"delivery-date",             FIELD_DATE        },
		{"arrival-date",              FIELD_DATE        },
		{"last-attempt-date",         FIELD_DATE        },
		{"action",                    FIELD_CODE        },
		{"status",                    FIELD_CODE        },
		{"mime-version",              FIELD_CODE        },
		{"content-transfer-encoding", FIELD_CODE        },
		{"content-language",          FIELD_CODE        },
		{"accept-language",           FIELD_CODE        },
		{"auto-submitted",            FIELD_CODE        },
		{"precedence",                FIELD_CODE        },
		{"x-auto-response-suppress",  FIELD_CODE        },
		{"importance",                FIELD_CODE        },
		{"priority",                  FIELD_CODE        },
		{"x-priority",                FIELD_CODE        },
		{"x-mailer",                  FIELD_CODE        },
		{"user-agent",                FIELD_CODE        },
		{"x-ms-has-attach",           FIELD_CODE        },
		{"feedback-type",             FIELD_CODE        },
		{"disposition",               FIELD_CODE        },
	};

	for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
		if (strlen(fields[i].name) == length &&
			g_ascii_strncasecmp(fields[i].name, line, length) == 0)
			return fields[i].kind;
	return FIELD_NAMES;
}

void maskfield_replace(Pseudonyms *pseudonyms, Span field)
{
	char *colon = memchr(field.start, ':', (gsize)(field.end - field.start));
	Span value = {colon ? colon + 1 : field.start, field.end};

	FieldKind kind =
		colon ? field_kind(field.start, (gsize)(colon - field.start)) : FIELD_NAMES;

	if (colon && kind == FIELD_NAMES)
		span_replace(pseudonyms, PSEUDONYM_KEYWORDS, NULL, (Span){field.start, colon});
	switch (kind) {
	case FIELD_DATE:
		replace_value(pseudonyms, PSEUDONYM_TEXT, value);
		return;
	case FIELD_CODE:
		replace_value(pseudonyms, PSEUDONYM_CODE, value);
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
			replace_guid, pseudonyms);
		return;
	default:
		replace_value(pseudonyms, PSEUDONYM_NAME, value);
	}
}
