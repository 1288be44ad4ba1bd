#include "parser/masktext.h"

#include <string.h>

/* Entities ("&uuml;") stay; words end there. */
static void replace_html_text(Pseudonyms *pseudonyms, const char *charset, Span span)
{
	while (span.start < span.end) {
		char *entity = memchr(span.start, '&', (gsize)(span.end - span.start));
		char *behind = entity ? entity + 1 : span.end;

		while (entity && behind < span.end && behind - entity < 12 &&
			(g_ascii_isalnum(*behind) || *behind == '#'))
			behind++;
		span_replace(pseudonyms, PSEUDONYM_TEXT, charset,
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
			span_replace(pseudonyms, PSEUDONYM_NAME, charset, (Span){at, end});
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

		replace_html_text(pseudonyms, charset, (Span){span.start, tag ? tag : span.end});
		if (!tag)
			return;
		if (g_ascii_strncasecmp(tag, "<style", 6) == 0) {
			span.start = behind_word(tag, span.end, "</style");
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

/* Of a calendar the values of what people wrote. */
void masktext_calendar(Pseudonyms *pseudonyms, const char *charset, Span span)
{
	static const char *const names[] = {"SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER",
		"ATTENDEE", "COMMENT", "CONTACT", "UID", "URL", "X-"};

	for (char *line = span.start; line < span.end;) {
		char *end = span_field_end(line, span.end);

		for (guint i = 0; i < G_N_ELEMENTS(names); i++)
			if (g_ascii_strncasecmp(line, names[i], strlen(names[i])) == 0) {
				char *value = line + strcspn(line, ":;\n");

				span_replace(pseudonyms, PSEUDONYM_NAME, charset,
					(Span){MIN(value, end), end});
			}
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
static char *replace_uuencoded(Pseudonyms *pseudonyms, char *line, const char *end)
{
	if (end - line < 11 || strncmp(line, "begin ", 6) != 0 || !g_ascii_isdigit(line[6]) ||
		!g_ascii_isdigit(line[7]) || !g_ascii_isdigit(line[8]) || line[9] != ' ')
		return NULL;
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
		char *behind = replace_uuencoded(pseudonyms, line, span.end);

		if (behind) {
			span_replace(pseudonyms, PSEUDONYM_TEXT, charset, (Span){start, line});
			start = behind;
		}
		line = behind ? behind : span_line_end(line, span.end);
	}
	span_replace(pseudonyms, PSEUDONYM_TEXT, charset, (Span){start, span.end});
}
