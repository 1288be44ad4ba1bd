#include "html/flow.h"

#include <string.h>

enum {
	/* "> " is written at most so often: a line stays in proportion to its HTML. */
	QUOTES_MAX = 20,
	LISTS_MAX = 10, /* the same for their indent */
	BLANK_LINES_MAX = 2,
	KEPT_BLANK_LINES_MAX = 50, /* in preformatted text */
};

static gboolean is_unseen(const FlowStyle *style)
{
	return style->is_hidden || style->is_tiny;
}

/* Lines */

static void add_line(Flow *flow, gsize html_content, guint quotes, LineMarks marks)
{
	const RenderedLine line = {flow->text->len, flow->block_start, html_content, quotes, marks};

	g_array_append_val(flow->lines, line);
	for (guint i = 0; i < MIN(quotes, QUOTES_MAX); i++)
		g_string_append(flow->text, "> ");
}

static guint last_quotes(const Flow *flow)
{
	return flow->lines->len == 0
		       ? 0
		       : g_array_index(flow->lines, RenderedLine, flow->lines->len - 1).depth;
}

/* Ends the line without the blanks at its end ("> " of a blank line becomes ">"). */
static void end_line(Flow *flow)
{
	GString *text = flow->text;

	if (text->len > 0 && text->str[text->len - 1] == ' ')
		g_string_truncate(text, text->len - 1);
	g_string_append_c(text, '\n');
}

static void begin_line(Flow *flow, gsize html_content)
{
	const FlowStyle *here = flow->style;
	const LineMarks marks = here->marks | flow->rule;
	guint blank = MAX(flow->margin, flow->empty);

	blank = MIN(blank, here->is_preformatted ? KEPT_BLANK_LINES_MAX : BLANK_LINES_MAX);
	if (flow->text->len > 0) {
		const guint between = MIN(here->quotes, last_quotes(flow));

		end_line(flow);
		for (; blank > 0; blank--) {
			add_line(flow, html_content, between, here->marks);
			end_line(flow);
		}
	}
	add_line(flow, html_content, here->quotes, marks);
	for (guint i = 1; i < MIN(here->lists, LISTS_MAX); i++)
		g_string_append(flow->text, "  ");
	g_string_append(flow->text, flow->bullet->str);
	g_string_append(flow->text, flow->gap->str);
	g_string_truncate(flow->bullet, 0);
	flow->lines_begun++;
	flow->rule = 0;
	flow->is_broken = FALSE;
	flow->margin = flow->empty = 0;
}

static void append_gap(Flow *flow)
{
	GString *text = flow->text;

	if (!flow->is_next_cell)
		g_string_append(text, flow->gap->str);
	else
		g_string_append_c(text, text->str[text->len - 1] == ':' ? ' ' : '\t');
}

/* Words follow, which stand at this byte of the HTML. */
static void begin_words(Flow *flow, gsize html_content)
{
	const gboolean is_hidden = is_unseen(flow->style);

	if (flow->is_in_hidden && !is_hidden)
		g_string_append_c(flow->text, ']');
	if (flow->is_broken)
		begin_line(flow, html_content);
	else
		append_gap(flow);
	if (is_hidden && !flow->is_in_hidden)
		g_string_append(flow->text, "[hidden: ");
	if (flow->words_start == FLOW_NO_WORDS)
		flow->words_start = flow->text->len;
	flow->is_in_hidden = is_hidden;
	flow->is_next_cell = FALSE;
	flow->has_blanks = FALSE;
	flow->is_block_used = TRUE;
	g_string_truncate(flow->gap, 0);
}

void flow_break(Flow *flow, guint margin)
{
	if (flow->has_blanks && flow->is_broken)
		flow->empty++;
	flow->has_blanks = FALSE;
	flow->is_broken = TRUE;
	flow->is_next_cell = FALSE;
	flow->margin = MAX(flow->margin, margin);
	g_string_truncate(flow->gap, 0);
}

void flow_force(Flow *flow)
{
	if (flow->is_broken)
		flow->empty++;
	flow->has_blanks = FALSE;
	flow_break(flow, 0);
}

/* Text */

static void add_soft_blank(Flow *flow)
{
	const GString *gap = flow->gap;

	if (!flow->is_broken && (gap->len == 0 || gap->str[gap->len - 1] != ' '))
		g_string_append_c(flow->gap, ' ');
}

static void add_hard_blank(Flow *flow, char blank)
{
	flow->has_blanks = TRUE;
	g_string_append_c(flow->gap, blank);
}

/* White space in preformatted text. */
static void add_kept_blank(Flow *flow, char blank)
{
	if (blank == '\n')
		flow_force(flow);
	else if (blank == ' ' || blank == '\t')
		add_hard_blank(flow, blank);
}

static gboolean is_invisible(gunichar c)
{
	return (c >= 0x200B && c <= 0x200F) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF ||
	       c == 0xAD || c == 0x34F || c == 0x2007 || c == 0x202F;
}

static gboolean is_filler(const char *text, const char *end)
{
	for (; text < end; text = g_utf8_next_char(text))
		if (!is_invisible(g_utf8_get_char(text)))
			return FALSE;
	return TRUE;
}

static gboolean is_blank(char c)
{
	return (guchar)c <= 0x20 || c == 0x7F;
}

/* The blanks at text up to the next words. */
static const char *add_blanks(Flow *flow, const char *text, const char *end)
{
	for (; text < end; text++) {
		if (end - text >= 2 && memcmp(text, "\xC2\xA0", 2) == 0) {
			add_hard_blank(flow, ' ');
			text++;
		} else if (!is_blank(*text)) {
			break;
		} else if (flow->style->is_preformatted) {
			add_kept_blank(flow, *text);
		} else if (strchr(" \t\n\r\f", *text) && *text) {
			add_soft_blank(flow);
		}
	}
	return text;
}

static gboolean is_word_at(const char *text, const char *end)
{
	return text < end && !is_blank(*text) &&
	       !(end - text >= 2 && memcmp(text, "\xC2\xA0", 2) == 0);
}

/* Behind the word at text, or behind all words that follow it with a single blank between them. */
static const char *words_end(const char *text, const char *end, gboolean is_one)
{
	do
		text++;
	while (is_word_at(text, end) ||
		(!is_one && text < end && *text == ' ' && is_word_at(text + 1, end)));
	return text;
}

void flow_text(Flow *flow, const char *text, gsize length, gsize html_content)
{
	const char *end = text + length;
	const gboolean is_hidden = is_unseen(flow->style);

	while ((text = add_blanks(flow, text, end)) < end) {
		const char *behind = words_end(text, end, is_hidden);

		if (!is_hidden || !is_filler(text, behind)) {
			begin_words(flow, html_content);
			g_string_append_len(flow->text, text, behind - text);
		}
		text = behind;
	}
}

/* Cells */

FlowCell flow_begin_cell(Flow *flow)
{
	FlowCell cell = {flow->text->len, flow->lines_begun, flow->is_broken, flow->is_next_cell,
		flow->margin, flow->empty};

	if (!flow->is_broken)
		flow->is_next_cell = TRUE;
	return cell;
}

void flow_end_cell(Flow *flow, const FlowCell *start)
{
	g_string_truncate(flow->gap, 0);
	g_string_truncate(flow->bullet, 0);
	flow->has_blanks = FALSE;
	if (flow->text->len == start->length) {
		flow->is_broken = start->is_broken;
		flow->is_next_cell = start->is_next_cell;
		flow->margin = start->margin;
		flow->empty = start->empty;
	} else if (flow->lines_begun == start->lines_begun + (start->is_broken ? 1 : 0)) {
		flow->is_broken = FALSE;
		flow->margin = flow->empty = 0;
	} else {
		flow->is_broken = TRUE;
	}
}

/* Begin and end */

void flow_begin(Flow *flow)
{
	flow->text = g_string_new(NULL);
	flow->lines = g_array_new(FALSE, FALSE, sizeof(RenderedLine));
	flow->gap = g_string_new(NULL);
	flow->bullet = g_string_new(NULL);
	flow->is_broken = TRUE;
}

char *flow_end(Flow *flow, GArray **lines)
{
	if (flow->is_in_hidden)
		g_string_append_c(flow->text, ']');
	if (flow->text->len > 0)
		end_line(flow);
	*lines = flow->lines;
	g_string_free(flow->gap, TRUE);
	g_string_free(flow->bullet, TRUE);
	return g_string_free(flow->text, FALSE);
}
