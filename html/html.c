#include "html/html.h"

#include <string.h>

#include "html/entities.h"

static gboolean is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

void html_reader_init(HtmlReader *reader, const char *html, gsize length)
{
	memset(reader, 0, sizeof *reader);
	reader->html = html;
	reader->length = length;
}

static HtmlKind finish(HtmlReader *reader, HtmlKind kind, gsize end)
{
	reader->kind = kind;
	reader->end = end;
	reader->at = end;
	return kind;
}

/* The position of c at or behind from; the end of the HTML where there is none. */
static gsize position_of(const HtmlReader *reader, char c, gsize from)
{
	const char *found = from < reader->length
				    ? memchr(reader->html + from, c, reader->length - from)
				    : NULL;

	return found ? (gsize)(found - reader->html) : reader->length;
}

static gboolean has_at(const HtmlReader *reader, gsize at, const char *word)
{
	const gsize length = strlen(word);

	return at <= reader->length && reader->length - at >= length &&
	       memcmp(reader->html + at, word, length) == 0;
}

/* Is there markup at this '<', or only the character? */
static gboolean is_markup(const HtmlReader *reader, gsize at)
{
	const char *html = reader->html;

	if (at + 1 >= reader->length)
		return FALSE;
	if (html[at + 1] == '/')
		return at + 2 < reader->length;
	return html[at + 1] == '!' || html[at + 1] == '?' || g_ascii_isalpha(html[at + 1]);
}

static HtmlKind read_text(HtmlReader *reader)
{
	gsize end = reader->at;

	do
		end = position_of(reader, '<', end + 1);
	while (end < reader->length && !is_markup(reader, end));
	return finish(reader, HTML_TEXT, end);
}

/* Is the "</" at this place the end tag of the raw element? */
static gboolean ends_raw(const HtmlReader *reader, gsize at, gsize name_length)
{
	const gsize behind = at + 2 + name_length;

	if (behind >= reader->length)
		return FALSE;
	if (g_ascii_strncasecmp(reader->html + at + 2, reader->raw->name, name_length) != 0)
		return FALSE;
	return is_space(reader->html[behind]) || reader->html[behind] == '/' ||
	       reader->html[behind] == '>';
}

/* One text token up to the end tag, which the next call reads. Without an end tag all the rest is
 * the content, as in a browser, so nothing is searched twice. */
static HtmlKind read_raw(HtmlReader *reader)
{
	const gsize name_length = strlen(reader->raw->name);
	const HtmlKind kind = reader->raw->traits & ELEMENT_REFERENCES ? HTML_TEXT : HTML_RAW_TEXT;
	gsize end = reader->at;

	if (reader->raw->id == ELEMENT_PLAINTEXT)
		end = reader->length;
	for (; end < reader->length; end = position_of(reader, '<', end + 1))
		if (has_at(reader, end, "</") && ends_raw(reader, end, name_length))
			break;
	reader->raw = NULL;
	return finish(reader, kind, end);
}

/* The comment at "<!--", which ends at "-->" or "--!>"; "<!-->" and "<!--->" are whole comments,
 * too. */
static HtmlKind read_comment(HtmlReader *reader)
{
	const gsize content = reader->at + 4;

	if (has_at(reader, content, ">"))
		return finish(reader, HTML_COMMENT, content + 1);
	if (has_at(reader, content, "->"))
		return finish(reader, HTML_COMMENT, content + 2);
	for (gsize at = position_of(reader, '-', content); at < reader->length;
		at = position_of(reader, '-', at + 1)) {
		if (has_at(reader, at, "-->"))
			return finish(reader, HTML_COMMENT, at + 3);
		if (has_at(reader, at, "--!>"))
			return finish(reader, HTML_COMMENT, at + 4);
	}
	return finish(reader, HTML_COMMENT, reader->length);
}

/* "<!DOCTYPE …>", "<![if …]>", "<![CDATA[…]]>" (outside foreign content), "<?…>", "</3>": up to
 * '>'. */
static HtmlKind read_declaration(HtmlReader *reader)
{
	const gsize end = position_of(reader, '>', reader->at);

	return finish(reader, HTML_COMMENT, MIN(end + 1, reader->length));
}

/* The value behind '='; moves *at behind it. FALSE where the HTML ends within. */
static gboolean read_value(const HtmlReader *reader, gsize *at, HtmlAttribute *attribute)
{
	const char *html = reader->html;
	gsize start = *at, end;

	while (start < reader->length && is_space(html[start]))
		start++;
	if (start < reader->length && (html[start] == '"' || html[start] == '\'')) {
		end = position_of(reader, html[start], start + 1);
		start++;
		*at = end + 1;
	} else {
		for (end = start; end < reader->length && !is_space(html[end]) && html[end] != '>';)
			end++;
		*at = end;
	}
	attribute->value = html + MIN(start, end);
	attribute->value_length = end - MIN(start, end);
	return end < reader->length;
}

/* Reads one attribute at *at, which is no white space, '/' or '>'. FALSE where the HTML ends
 * within. */
static gboolean read_attribute(HtmlReader *reader, gsize *at, HtmlAttribute *attribute)
{
	const char *html = reader->html;
	const gsize start = *at;
	gsize end = start + 1; /* a leading '=' belongs to the name */

	while (end < reader->length && !is_space(html[end]) && !strchr("/>=", html[end]))
		end++;
	*attribute = (HtmlAttribute){html + start, "", end - start, 0};
	while (end < reader->length && is_space(html[end]))
		end++;
	*at = end;
	if (end >= reader->length)
		return FALSE;
	if (html[end] != '=')
		return TRUE;
	*at = end + 1;
	return read_value(reader, at, attribute);
}

/* A tag whose name begins at name. An unfinished one is dropped with all that follows. */
static HtmlKind read_tag(HtmlReader *reader, HtmlKind kind, gsize name)
{
	const char *html = reader->html;
	gsize at = name;

	while (at < reader->length && !is_space(html[at]) && html[at] != '/' && html[at] != '>')
		at++;
	reader->element = element_find(html + name, at - name);
	reader->attribute_count = 0;
	while (at < reader->length && html[at] != '>') {
		HtmlAttribute attribute;

		if (is_space(html[at]) || html[at] == '/') {
			at++;
			continue;
		}
		if (!read_attribute(reader, &at, &attribute))
			at = reader->length;
		else if (reader->attribute_count < HTML_ATTRIBUTES_MAX)
			reader->attributes[reader->attribute_count++] = attribute;
	}
	if (at >= reader->length)
		return finish(reader, HTML_END, reader->length);
	if (kind == HTML_START_TAG && reader->element->traits & ELEMENT_RAWTEXT)
		reader->raw = reader->element;
	return finish(reader, kind, at + 1);
}

static HtmlKind read_markup(HtmlReader *reader)
{
	const char *html = reader->html;
	const gsize at = reader->at;

	if (g_ascii_isalpha(html[at + 1]))
		return read_tag(reader, HTML_START_TAG, at + 1);
	if (html[at + 1] == '/' && g_ascii_isalpha(html[at + 2]))
		return read_tag(reader, HTML_END_TAG, at + 2);
	if (has_at(reader, at, "<!--"))
		return read_comment(reader);
	return read_declaration(reader);
}

HtmlKind html_next(HtmlReader *reader)
{
	reader->start = reader->at;
	reader->element = NULL;
	if (reader->at >= reader->length)
		return finish(reader, HTML_END, reader->length);
	if (reader->raw)
		return read_raw(reader);
	if (reader->html[reader->at] == '<' && is_markup(reader, reader->at))
		return read_markup(reader);
	return read_text(reader);
}

const HtmlAttribute *html_attribute(const HtmlReader *reader, const char *name)
{
	const gsize length = reader->attribute_count > 0 ? strlen(name) : 0;

	for (guint i = 0; i < reader->attribute_count; i++) {
		const HtmlAttribute *attribute = &reader->attributes[i];

		if (attribute->name_length == length &&
			g_ascii_strncasecmp(attribute->name, name, length) == 0)
			return attribute;
	}
	return NULL;
}

char *html_attribute_value(const HtmlReader *reader, const char *name)
{
	const HtmlAttribute *attribute = html_attribute(reader, name);
	GString *value = g_string_new(NULL);

	if (attribute)
		html_decode(value, attribute->value, attribute->value_length, TRUE);
	return g_string_free(value, FALSE);
}

/* Appends plain text without NUL. */
static void append_plain(GString *out, const char *text, gsize length)
{
	const char *end = text + length, *nul;

	while ((nul = memchr(text, '\0', (gsize)(end - text)))) {
		g_string_append_len(out, text, nul - text);
		text = nul + 1;
	}
	g_string_append_len(out, text, end - text);
}

void html_decode(GString *out, const char *text, gsize length, gboolean in_attribute)
{
	const char *end = text + length, *reference;

	while (text < end && (reference = memchr(text, '&', (gsize)(end - text)))) {
		gsize taken;

		append_plain(out, text, (gsize)(reference - text));
		taken = entity_read(reference, (gsize)(end - reference), in_attribute, out);
		if (taken == 0) {
			g_string_append_c(out, '&');
			taken = 1;
		}
		text = reference + taken;
	}
	append_plain(out, text, (gsize)(end - text));
}
