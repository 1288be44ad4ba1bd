#include "forward/quote.h"

#include <string.h>

#include "forward/attribution.h"
#include "forward/block.h"
#include "forward/labels.h"
#include "forward/lines.h"
#include "mime/limits.h"
#include "forward/quotemark.h"
#include "html/render.h"
#include "forward/signature.h"

enum {
	RULE_LENGTH = 4,       /* so many dashes begin a separator */
	HEAD_LINES = 6,        /* of a quote, in which its head would stand */
	QUOTE_DEPTH = 20,      /* quotes inside quotes that are told apart */
	QUOTES = 100,          /* told apart at all */
	QUOTE_BYTES = 2 << 20, /* text of all quotes together */
	/* How far attributions and blocks are looked for; marks further. */
	ATTRIBUTED_LINES = 4000,
};

/* An earlier mail inside the text. */
typedef struct {
	guint first, body, end; /* lines: of its head, its text, and the one behind */
	char mark;              /* what its lines are quoted with; '\0': nothing */
	gboolean goes_on;       /* more of the quote before, behind an answer in between */
	Mailbox *from;
	MailDate date;
	char *subject;
} Region;

/* A text as lines, and the quotes found so far. */
typedef struct {
	char *text;          /* a copy, cut into lines */
	GPtrArray *lines;    /* of char, borrowed from text */
	GArray *regions;     /* of Region, in order */
	const GArray *marks; /* of RenderedLine; NULL: not from HTML */
	gboolean is_answer;  /* the text of the mail itself, not of a quote in it */
} Walk;

static void region_clear(gpointer data)
{
	Region *region = data;

	mailbox_free(region->from);
	g_free(region->subject);
}

/* Takes the text. */
static void walk_init(Walk *walk, char *text)
{
	*walk = (Walk){.text = text, .lines = g_ptr_array_new()};
	walk->regions = g_array_new(FALSE, TRUE, sizeof(Region));
	g_array_set_clear_func(walk->regions, region_clear);
	for (char *line = text; line;) {
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		g_ptr_array_add(walk->lines, line);
		line = end ? end + 1 : NULL;
	}
}

static void walk_clear(Walk *walk)
{
	g_free(walk->text);
	g_clear_pointer(&walk->lines, g_ptr_array_unref);
	g_clear_pointer(&walk->regions, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

static const char *line_at(const Walk *walk, guint at)
{
	return g_ptr_array_index(walk->lines, at);
}

static const char *const *all_lines(const Walk *walk)
{
	return (const char *const *)walk->lines->pdata;
}

/* ---- what is quoted ---- */

static guint skip_blank_lines(const Walk *walk, guint at)
{
	while (at < walk->lines->len && lines_is_blank(line_at(walk, at)))
		at++;
	return at;
}

/* The line behind a quote whose lines are marked: blank lines within belong to it. */
static guint marked_end(const Walk *walk, guint at, char mark)
{
	guint end = at;
	const char *text;

	for (; at < walk->lines->len; at++) {
		if (quotemark_is(line_at(walk, at), mark, &text))
			end = at + 1;
		else if (!lines_is_blank(line_at(walk, at)))
			break;
	}
	return end;
}

static Region *add_region(Walk *walk, guint first, guint body, guint end, char mark)
{
	Region region = {.first = first, .body = body, .end = end, .mark = mark};

	g_array_append_val(walk->regions, region);
	return &g_array_index(walk->regions, Region, walk->regions->len - 1);
}

/* Has somebody written something above this line? */
static gboolean has_text_above(const Walk *walk, guint at)
{
	return walk->regions->len > 0 || skip_blank_lines(walk, 0) < at;
}

/* A quote without a head, or which says inside who wrote it. */
static guint take_marked(Walk *walk, guint at)
{
	const char mark =
		quotemark_of(line_at(walk, at)) == QUOTEMARK_INITIALS ? QUOTEMARK_INITIALS : '>';
	guint end;

	if (mark == '>' && !quoted_line(line_at(walk, at), NULL))
		return at;
	/* ">>> Anna Muster <anna@acme.example> 02.03.2026 14:05 >>>": GroupWise marks the head
	 * only. */
	if (g_str_has_prefix(line_at(walk, at), ">>> ") &&
		g_str_has_suffix(line_at(walk, at), " >>>")) {
		add_region(walk, at, at + 1, walk->lines->len, '\0');
		return walk->lines->len;
	}
	end = marked_end(walk, at, mark);
	/* A single line may be a person's own. */
	if (mark == QUOTEMARK_INITIALS && end < at + 2 && walk->regions->len == 0)
		return at;
	add_region(walk, at, at, end, mark)->goes_on = walk->regions->len > 1;
	return end;
}

/* "Am 02.03.2026 schrieb Anna:" and what it speaks of: the marked lines below, or all. */
static guint take_attribution(Walk *walk, guint at)
{
	Attribution found;
	guint body, end = walk->lines->len;
	char mark = '\0';
	Region *region;

	if (at >= ATTRIBUTED_LINES ||
		!attribution_parse(all_lines(walk), walk->lines->len, at, &found))
		return at;
	body = skip_blank_lines(walk, found.end);
	if (body < walk->lines->len)
		mark = quotemark_of(line_at(walk, body));
	if (mark)
		end = marked_end(walk, body, mark);
	/* Who answers below, with a client that does not mark what it quotes, has said something:
	 * the whole is shown rather than nothing. */
	else if (walk->is_answer && !has_text_above(walk, at))
		end = body = found.end;
	region = add_region(walk, at, body, end, mark);
	region->from = g_steal_pointer(&found.from);
	region->date = found.date;
	return end;
}

/* The nearest line above that is not blank; at where there is none. */
static guint line_above(const Walk *walk, guint at)
{
	for (guint above = at; above > 0; above--)
		if (!lines_is_blank(line_at(walk, above - 1)))
			return above - 1;
	return at;
}

/* "-----Anna Muster/ACME schrieb: -----", which Notes writes above a block, or a separator's words
 * alone. The block's own line where there is none. */
static guint head_above(const Walk *walk, guint at)
{
	guint above = line_above(walk, at);
	const char *line = line_at(walk, above), *end;
	gboolean is_head = above < at && strspn(line, "- ") >= RULE_LENGTH &&
			   g_str_has_suffix(line, "-") && verb_find(line, &end, NULL);

	if (above < at && mark_parse_bare(line) == MARK_ORIGINAL)
		is_head = TRUE;
	return is_head ? above : at;
}

/* Outlook's block, and below it all is older. */
static guint take_block(Walk *walk, guint at)
{
	const char *line = line_at(walk, at);
	guint count = walk->lines->len;
	Region *region;
	Block block;

	if (at >= ATTRIBUTED_LINES || !(block_may_begin(line) || is_reply_line(line)))
		return at;
	if (block_parse(all_lines(walk), count, at, &block)) {
		region = add_region(walk, head_above(walk, at), block.end, count, '\0');
		if (block.from->len > 0)
			region->from = g_ptr_array_steal_index(block.from, 0);
		region->date = block.date;
		region->subject = g_steal_pointer(&block.subject);
		block_clear(&block);
		return count;
	}
	if (mark_parse(line, NULL) == MARK_FORWARD || mark_parse(line, NULL) == MARK_ORIGINAL ||
		is_reply_line(line)) {
		/* A help desk's own mail begins with it. */
		if (is_reply_line(line) && walk->is_answer && !has_text_above(walk, at))
			count = at + 1;
		add_region(walk, at, at + 1, count, '\0');
		return count;
	}
	return at;
}

static gboolean is_in_box(const Walk *walk, guint at)
{
	return walk->marks && at < walk->marks->len &&
	       g_array_index(walk->marks, RenderedLine, at).marks & LINE_QUOTE_BOX;
}

/* A box in which a client puts what it quotes. Its first words may be an attribution in a language
 * that nobody knows; answers stand in Gmail's box, too, between the quotes. */
static guint take_box(Walk *walk, guint at)
{
	guint body = at, end, above = line_above(walk, at);

	if (!is_in_box(walk, at) || (above < at && is_in_box(walk, above)))
		return at;
	for (end = at; end < walk->lines->len && is_in_box(walk, end); end++)
		if (quoted_line(line_at(walk, end), NULL)) {
			body = end;
			end = marked_end(walk, end, '>');
			break;
		}
	add_region(walk, at, body, end, body > at ? '>' : '\0');
	return end;
}

/* Finds the quotes of a text, in one walk down. */
static void find_quotes(Walk *walk)
{
	static guint (*const takes[])(Walk *, guint) = {
		take_marked, take_attribution, take_block, take_box};

	for (guint at = 0; at < walk->lines->len;) {
		guint next = at;

		if (!lines_is_blank(line_at(walk, at)))
			for (gsize i = 0; i < G_N_ELEMENTS(takes) && next == at; i++)
				next = takes[i](walk, at);
		at = next > at ? next : at + 1;
	}
}

/* The first line that an inline forward's comment does not reach; the number of lines where there
 * is no forward, or its comment was found in the HTML alone. */
static guint forward_start(const Mail *mail, const Walk *walk)
{
	const Forward *forward = mail_forward(mail);
	const char *found;
	guint at = 0;

	if (!forward || forward->form != FORWARD_INLINE)
		return walk->lines->len;
	if (!*forward->comment)
		return 0;
	found = strstr(mail->text, forward->comment);
	if (!found)
		return walk->lines->len;
	found += strlen(forward->comment);
	while (at < walk->lines->len && line_at(walk, at) - walk->text < found - mail->text)
		at++;
	return at;
}

/* Do the marked lines begin with an attribution or a block of their own? */
static gboolean has_head_within(const Walk *walk, const Region *region)
{
	const char *lines[HEAD_LINES];
	guint count = 0;
	g_auto(Attribution) attribution = {0};

	for (guint at = region->first; at < region->end && count < HEAD_LINES; at++)
		if (!quotemark_is(line_at(walk, at), region->mark, &lines[count]))
			break;
		else if (count > 0 || !lines_is_blank(lines[count]))
			count++;
	return count > 0 && (block_may_begin(lines[0]) || quoted_line(lines[0], NULL) ||
				    attribution_parse(lines, count, 0, &attribution));
}

/* Is the mail nothing but marked lines that do not say whose they are? Then they are all that its
 * author says. */
static gboolean is_all_marked(const Walk *walk)
{
	const Region *region =
		walk->regions->len == 1 ? &g_array_index(walk->regions, Region, 0) : NULL;

	return region && region->mark && region->first == region->body && !region->from &&
	       skip_blank_lines(walk, 0) == region->first &&
	       skip_blank_lines(walk, region->end) == walk->lines->len &&
	       !has_head_within(walk, region);
}

/* Sets the kinds of all lines. */
static void set_kinds(const Mail *mail, const Walk *walk, Kinds *kinds)
{
	guint count = walk->lines->len, quote = forward_start(mail, walk), top = 0;

	for (guint i = is_all_marked(walk) ? 1 : 0; i < walk->regions->len; i++) {
		const Region *region = &g_array_index(walk->regions, Region, i);

		memset(kinds->kinds + region->first, RANGE_QUOTE, region->end - region->first);
	}
	memset(kinds->kinds + quote, RANGE_QUOTE, count - quote);
	while (top < count && kinds->kinds[top] == RANGE_NEW)
		top++;
	top = signature_cut_banners(kinds, 0, top);
	for (guint at = top; at < count;) {
		guint end = at;

		while (end < count && kinds->kinds[end] == RANGE_NEW)
			end++;
		signature_cut(kinds, at, end);
		at = MAX(end, at + 1);
	}
}

/* ---- the results ---- */

static void add_range(Mail *mail, RangeKind kind, gsize start, gsize end)
{
	TextRange range = {kind, start, end};
	TextRange *last = mail->ranges->len == 0
				  ? NULL
				  : &g_array_index(mail->ranges, TextRange, mail->ranges->len - 1);

	if (last && last->kind == kind)
		last->end = end;
	else if (end > start)
		g_array_append_val(mail->ranges, range);
}

static void set_ranges(Mail *mail, const Walk *walk, const guint8 *kinds)
{
	g_array_set_size(mail->ranges, 0);
	for (guint at = 0; at < walk->lines->len; at++) {
		gsize start = (gsize)(line_at(walk, at) - walk->text);
		gsize end = at + 1 < walk->lines->len ? (gsize)(line_at(walk, at + 1) - walk->text)
						      : strlen(mail->text);

		add_range(mail, (RangeKind)kinds[at], start, end);
	}
}

/* The text without blanks at both ends, invisible ones included. */
static char *trimmed(const char *text)
{
	const char *end = text + strlen(text);

	while (*text && lines_is_invisible(g_utf8_get_char(text)))
		text = g_utf8_next_char(text);
	while (end > text && lines_is_invisible(g_utf8_get_char(g_utf8_prev_char(end))))
		end = g_utf8_prev_char(end);
	return g_strndup(text, (gsize)(end - text));
}

static void set_new_text(Mail *mail)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < mail->ranges->len; i++) {
		const TextRange *range = &g_array_index(mail->ranges, TextRange, i);

		if (range->kind == RANGE_NEW)
			g_string_append_len(text, mail->text + range->start,
				(gssize)(range->end - range->start));
	}
	g_free(mail->new_text);
	mail->new_text = trimmed(text->str);
}

/* A quote's text, unquoted by one level. */
static char *body_text(const Walk *walk, guint first, guint end, char mark)
{
	GString *text = g_string_new(NULL);

	for (guint at = first; at < end; at++) {
		const char *line = line_at(walk, at);

		if (mark)
			quotemark_is(line, mark, &line);
		g_string_append(text, line);
		g_string_append_c(text, '\n');
	}
	while (text->len > 0 && text->str[text->len - 1] == '\n')
		g_string_truncate(text, text->len - 1);
	return g_string_free(text, FALSE);
}

static gboolean has_head(const Region *region)
{
	return region->from || region->subject || region->date.precision != PRECISION_NONE;
}

static void take_head(Quote *quote, Region *region)
{
	quote->from = g_steal_pointer(&region->from);
	quote->subject = g_steal_pointer(&region->subject);
	quote->date = region->date;
}

/* What is known of the quotes while they are added. */
typedef struct {
	GPtrArray *quotes;  /* of Quote */
	gsize budget_bytes; /* that their texts may still have */
} Quotes;

static void add_quotes(Quotes *quotes, Walk *walk, guint depth);

/* Adds a quote, and those in its text. Takes head and text. */
static void add_quote(Quotes *quotes, Region *region, char *text, guint depth)
{
	const gboolean is_headed = has_head(region);
	Quote *quote = g_new0(Quote, 1);
	g_auto(Walk) inner = {0};
	Region *first = NULL;

	take_head(quote, region);
	quote->text = text;
	g_ptr_array_add(quotes->quotes, quote);
	walk_init(&inner, g_strdup(text));
	find_quotes(&inner);
	if (inner.regions->len > 0)
		first = &g_array_index(inner.regions, Region, 0);
	/* Apple quotes the attribution with the text. */
	if (first && !first->mark && has_head(first) && !is_headed &&
		first->first == skip_blank_lines(&inner, 0)) {
		take_head(quote, first);
		quote->text = body_text(&inner, first->body, first->end, '\0');
		g_free(text);
		walk_clear(&inner);
		walk_init(&inner, g_strdup(quote->text));
		find_quotes(&inner);
	}
	if (depth < QUOTE_DEPTH)
		add_quotes(quotes, &inner, depth + 1);
}

/* The text of a quote, and what goes on of it behind answers; *next is the region behind. */
static char *quote_text(const Walk *walk, guint *next)
{
	GString *text = g_string_new(NULL);
	const Region *region;

	do {
		g_autofree char *piece = NULL;

		region = &g_array_index(walk->regions, Region, *next);
		g_assert(region != NULL);
		piece = body_text(walk, region->body, region->end, region->mark);
		g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", piece);
		*next += 1;
	} while (*next < walk->regions->len && g_array_index(walk->regions, Region, *next).goes_on);
	return g_string_free(text, FALSE);
}

static void add_quotes(Quotes *quotes, Walk *walk, guint depth)
{
	for (guint i = 0; i < walk->regions->len;) {
		Region *region = &g_array_index(walk->regions, Region, i);
		char *text = quote_text(walk, &i);

		if (strlen(text) > quotes->budget_bytes || quotes->quotes->len >= QUOTES) {
			g_free(text);
			return;
		}
		quotes->budget_bytes -= strlen(text);
		add_quote(quotes, region, text, depth);
	}
}

void quote_split(Mail *mail, const Rendered *page)
{
	/* The lines of the HTML, where the text was made of it and of nothing else. */
	const gboolean is_source = page && strcmp(page->text, mail->text) == 0;
	g_autofree guint8 *kinds = NULL;
	g_auto(Walk) walk = {0};
	Quotes quotes = {mail->quotes, QUOTE_BYTES};

	walk_init(&walk, g_strdup(mail->text));
	walk.marks = is_source ? page->lines : NULL;
	walk.is_answer = TRUE;
	find_quotes(&walk);
	kinds = g_malloc0(walk.lines->len);
	set_kinds(mail, &walk, &(Kinds){all_lines(&walk), walk.lines->len, walk.marks, kinds});
	set_ranges(mail, &walk, kinds);
	set_new_text(mail);
	g_ptr_array_set_size(mail->quotes, 0);
	add_quotes(&quotes, &walk, 0);
}
