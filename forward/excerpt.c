#include "forward/excerpt.h"

#include <string.h>

#include "forward/labels.h"
#include "forward/lines.h"

enum { RULE_LENGTH = 4 /* dashes with which a separator begins whose words nobody knows */ };

/* Zero width; iOS writes one at the start of what it forwards. */
#define NO_BREAK "\xef\xbb\xbf"

/* Lines that part the comment from the block, or that a server wrote: nobody's words. */
static gboolean is_separator(const char *line)
{
	const char *text = lines_skip_blanks(line);

	return !*text || mark_parse(line, NULL) != MARK_NONE || is_banner(line) ||
	       strspn(text, "-_=") >= RULE_LENGTH;
}

char *excerpt_comment(const View *view, const InlineFound *found)
{
	GString *text = g_string_new(NULL);
	guint first = 0, end = found->comment_end;

	while (end > 0 && is_separator(view_line(view, end - 1)))
		end--;
	while (first < end && is_separator(view_line(view, first)))
		first++;
	for (guint i = first; i < end; i++)
		g_string_append_printf(text, "%s%s", i > first ? "\n" : "", view_line(view, i));
	return g_strstrip(g_string_free(text, FALSE));
}

/* The original's text: all that stands below the block, without the quote marks that the block has,
 * too. */
char *excerpt_text(const View *view, const InlineFound *found)
{
	GString *text = g_string_new(NULL);
	guint first = found->first, end = found->end;

	while (end > first && lines_is_blank(view_unquoted(view_line(view, end - 1), found->depth)))
		end--;
	while (first < end && lines_is_blank(view_unquoted(view_line(view, first), found->depth)))
		first++;
	for (guint i = first; i < end; i++)
		g_string_append_printf(text, "%s%s", i > first ? "\n" : "",
			view_unquoted(view_line(view, i), found->depth));
	if (g_str_has_prefix(text->str, NO_BREAK))
		g_string_erase(text, 0, strlen(NO_BREAK));
	return g_strchomp(g_string_free(text, FALSE));
}

/* Where a line begins that follows a <br> in the middle of an element: behind the <br>, so that an
 * opening <b> or <a> before its words belongs to it. */
static gsize behind_break(const char *html, gsize from, gsize words)
{
	for (gsize at = words; at > from; at--) {
		const char *tag = html + at - 1, *end;

		if (g_ascii_strncasecmp(tag, "<br", 3) != 0 || g_ascii_isalnum(tag[3]))
			continue;
		end = memchr(tag, '>', (gsize)(html + words - tag));
		return end ? (gsize)(end + 1 - html) : words;
	}
	return words;
}

/* The HTML of the first line below the block and what follows, NULL where there is none, or where
 * nothing stands above it. */
char *excerpt_html(const View *view, const InlineFound *found, const char *html)
{
	const GArray *lines = view->rendered->lines;
	guint first = found->first;
	const RenderedLine *line, *last;
	gsize start, end = strlen(html);

	while (first < found->end &&
		lines_is_blank(view_unquoted(view_line(view, first), found->depth)))
		first++;
	if (first >= found->end || first >= lines->len || found->first == 0)
		return NULL;
	line = &g_array_index(lines, RenderedLine, first);
	last = &g_array_index(lines, RenderedLine, found->first - 1);
	/* Gmail's block and what is below it are lines of the same element. */
	start = line->html_start;
	if (start <= last->html_content)
		start = behind_break(html, last->html_content, line->html_content);
	if (found->end < view->lines->len && found->end < lines->len)
		end = g_array_index(lines, RenderedLine, found->end).html_start;
	return start < end ? g_strndup(html + start, end - start) : NULL;
}
