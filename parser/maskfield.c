#include "parser/maskfield.h"

#include <string.h>

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

		span_replace(pseudonyms, PSEUDONYM_NAME, NULL,
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
	span_replace(pseudonyms, PSEUDONYM_NAME, NULL,
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

void maskfield_replace(Pseudonyms *pseudonyms, Span field)
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
