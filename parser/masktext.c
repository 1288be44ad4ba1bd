#include "parser/masktext.h"

#include <string.h>

/* Of the attributes those whose values are codes. */
static PseudonymKind attribute_kind(const char *name, gsize length)
{
	static const struct {
		const char *name;
		PseudonymKind kind;
	} attributes[] = {
		{"class",       PSEUDONYM_KEYWORDS},
		{"id",          PSEUDONYM_KEYWORDS},
		{"name",        PSEUDONYM_KEYWORDS},
		{"type",        PSEUDONYM_KEYWORDS},
		{"rel",         PSEUDONYM_KEYWORDS},
		{"target",      PSEUDONYM_KEYWORDS},
		{"lang",        PSEUDONYM_KEYWORDS},
		{"dir",         PSEUDONYM_KEYWORDS},
		{"face",        PSEUDONYM_KEYWORDS},
		{"http-equiv",  PSEUDONYM_KEYWORDS},
		{"align",       PSEUDONYM_KEYWORDS},
		{"valign",      PSEUDONYM_KEYWORDS},
		{"style",       PSEUDONYM_CODE    },
		{"color",       PSEUDONYM_CODE    },
		{"bgcolor",     PSEUDONYM_CODE    },
		{"width",       PSEUDONYM_CODE    },
		{"height",      PSEUDONYM_CODE    },
		{"size",        PSEUDONYM_CODE    },
		{"border",      PSEUDONYM_CODE    },
		{"cellpadding", PSEUDONYM_CODE    },
		{"cellspacing", PSEUDONYM_CODE    },
		{"colspan",     PSEUDONYM_CODE    },
		{"rowspan",     PSEUDONYM_CODE    },
		{"start",       PSEUDONYM_CODE    },
	};

	for (guint i = 0; i < G_N_ELEMENTS(attributes); i++)
		if (strlen(attributes[i].name) == length &&
			g_ascii_strncasecmp(attributes[i].name, name, length) == 0)
			return attributes[i].kind;
	return PSEUDONYM_NAME;
}

/* A tag: the names that HTML has stay, and the values that are codes. */
static void replace_tag(Pseudonyms *pseudonyms, const char *charset, Span tag)
{
	for (char *at = tag.start; at < tag.end;) {
		char *equals = memchr(at, '=', (gsize)(tag.end - at));
		char *name_end = equals, *name, *end;
		char quote;

		span_replace(pseudonyms, PSEUDONYM_KEYWORDS, charset,
			(Span){at, equals ? equals : tag.end});
		if (!equals)
			return;
		while (name_end > at && g_ascii_isspace(name_end[-1]))
			name_end--;
		name = name_end;
		while (name > at &&
			(g_ascii_isalnum(name[-1]) || name[-1] == '-' || name[-1] == ':'))
			name--;
		at = equals + 1;
		while (at < tag.end && g_ascii_isspace(*at))
			at++;
		quote = at < tag.end && (*at == '"' || *at == '\'') ? *at : 0;
		at += quote ? 1 : 0;
		end = at;
		while (end < tag.end && (quote ? *end != quote : !g_ascii_isspace(*end)))
			end++;
		span_replace(pseudonyms, attribute_kind(name, (gsize)(name_end - name)), charset,
			(Span){at, end});
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

void masktext_html(Pseudonyms *pseudonyms, const char *charset, Span span)
{
	while (span.start < span.end) {
		char *tag = memchr(span.start, '<', (gsize)(span.end - span.start));
		char *behind;

		span_replace(pseudonyms, PSEUDONYM_TEXT, charset,
			(Span){span.start, tag ? tag : span.end});
		if (!tag)
			return;
		if (g_ascii_strncasecmp(tag, "<style", 6) == 0) {
			behind = behind_word(tag, span.end, "</style");
			span_replace(pseudonyms, PSEUDONYM_CODE, charset, (Span){tag, behind});
			span.start = behind;
			continue;
		}
		if (span.end - tag > 4 && strncmp(tag, "<!--", 4) == 0 && tag[4] != '[') {
			behind = behind_word(tag, span.end, "-->");
			span_replace(pseudonyms, PSEUDONYM_NAME, charset, (Span){tag + 4, behind});
			span.start = behind;
			continue;
		}
		behind = memchr(tag, '>', (gsize)(span.end - tag));
		behind = behind ? behind : span.end;
		replace_tag(pseudonyms, charset, (Span){tag, behind});
		span.start = behind < span.end ? behind + 1 : span.end;
	}
}

/* "20250320", "20250320T090000Z" */
static gboolean is_calendar_time(const char *at, const char *end)
{
	static const char form[] = "00000000T000000Z";
	gsize length = 0;

	while (at + length < end && !g_ascii_isspace(at[length])) {
		if (length == sizeof form - 1 || (form[length] == '0' ? !g_ascii_isdigit(at[length])
								      : at[length] != form[length]))
			return FALSE;
		length++;
	}
	return (length == 8 || length >= 15) && (*at == '1' || *at == '2');
}

/* Of a calendar its words and its times stay. */
void masktext_calendar(Pseudonyms *pseudonyms, const char *charset, Span span)
{
	for (char *line = span.start; line < span.end;) {
		char *end = span_field_end(line, span.end);
		char *colon = memrchr(line, ':', (gsize)(end - line));

		span_replace(pseudonyms, PSEUDONYM_KEYWORDS, charset,
			(Span){line, colon && is_calendar_time(colon + 1, end) ? colon : end});
		line = end;
	}
}

/* Containers of other programs hold their texts as they are, or in two bytes a letter. */
void masktext_container(Pseudonyms *pseudonyms, guint8 *bytes, gsize length)
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
static char *replace_uuencoded(Pseudonyms *pseudonyms, const char *charset, char *line, char *end)
{
	if (end - line < 11 || strncmp(line, "begin ", 6) != 0 || !g_ascii_isdigit(line[6]) ||
		!g_ascii_isdigit(line[7]) || !g_ascii_isdigit(line[8]) || line[9] != ' ')
		return NULL;
	span_replace(
		pseudonyms, PSEUDONYM_NAME, charset, (Span){line + 10, span_line_end(line, end)});
	line = span_line_end(line, end);
	while (line < end && strncmp(line, "end", 3) != 0) {
		char *behind = span_line_end(line, end);

		if (behind - line > 2)
			pseudonyms_noise_code(
				pseudonyms, (guint8 *)line + 1, (gsize)(behind - line - 1));
		line = behind;
	}
	return line;
}

void masktext_text(Pseudonyms *pseudonyms, const char *charset, Span span)
{
	char *start = span.start;

	for (char *line = span.start; line < span.end;) {
		char *behind = replace_uuencoded(pseudonyms, charset, line, span.end);

		if (behind) {
			span_replace(pseudonyms, PSEUDONYM_TEXT, charset, (Span){start, line});
			start = behind;
		}
		line = behind ? behind : span_line_end(line, span.end);
	}
	span_replace(pseudonyms, PSEUDONYM_TEXT, charset, (Span){start, span.end});
}
