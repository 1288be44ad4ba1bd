#include "forward/signature.h"

#include <string.h>

#include "forward/labels.h"
#include "forward/lines.h"
#include "html/render.h"

enum {
	SHORT_LINES = 100, /* of anything that is short, blank ones included */
	FULL_LINE = 66,    /* bytes at which programs that wrap begin to */
	RULE_LENGTH = 5,   /* so many ____ */
	FOOTER_LINES = 6,  /* below it */
	NAME_BYTES = 60,
	SIGNATURE_LINES = 20,  /* of one below "--", which may be a person's own rule */
	WORDS_OF_A_MOBILE = 2, /* lines of other words to each "Sent from my …" */
};

static const char *line_at(const Kinds *kinds, guint at)
{
	return kinds->lines[at];
}

static void set_kind(Kinds *kinds, guint first, guint end, RangeKind kind)
{
	memset(kinds->kinds + first, (int)kind, end - first);
}

/* Do at most so many lines here say something? */
static gboolean is_short(const Kinds *kinds, guint first, guint end, guint limit)
{
	guint count = 0;

	if (end - first > SHORT_LINES)
		return FALSE;
	for (guint at = first; at < end; at++)
		count += !lines_is_blank(line_at(kinds, at));
	return count <= limit;
}

guint signature_cut_banners(Kinds *kinds, guint first, guint end)
{
	for (guint at = first; at < end; at++) {
		const char *line = line_at(kinds, at);

		if (lines_is_blank(line))
			continue;
		if (!is_banner(line))
			return first;
		first = at + 1;
		/* A long one goes on in the next lines. */
		while (strlen(line) > FULL_LINE && first < end &&
			!lines_is_blank(line_at(kinds, first)))
			line = line_at(kinds, first++);
		set_kind(kinds, at, first, RANGE_DISCLAIMER);
		at = first - 1;
	}
	return first;
}

/* A line of nothing but rules, or the sign that a tracker of Gmail leaves. */
static gboolean is_scrap(const char *line)
{
	for (; *line; line = g_utf8_next_char(line)) {
		gunichar c = g_utf8_get_char(line);

		if (!lines_is_invisible(c) && c != 0x1427 && c != 0x2014 && c != 0x2500 &&
			!(c < 0x80 && strchr("-_*#~=+", (int)c)))
			return FALSE;
	}
	return TRUE;
}

/* RFC 3676: "-- ". Many clients and programs lose the blank. */
static gboolean is_delimiter(const Kinds *kinds, guint at, guint end)
{
	const char *line = line_at(kinds, at);

	if (strcmp(line, "-- ") == 0)
		return TRUE;
	return g_str_has_prefix(line, "--") && lines_is_blank(line + 2) &&
	       is_short(kinds, at + 1, end, SIGNATURE_LINES);
}

/* How far down a "Sent from my …" reaches: all of the rest, where that is short. */
static guint mobile_end(const Kinds *kinds, guint at, guint end)
{
	guint mobiles = 0, others = 0;

	if (end - at > SHORT_LINES)
		return at + 1;
	for (guint i = at; i < end; i++) {
		const char *line = line_at(kinds, i);

		if (is_mobile_signature(line))
			mobiles++;
		else if (!lines_is_blank(line))
			others++;
	}
	return others <= WORDS_OF_A_MOBILE * (mobiles + 1) ? end : at + 1;
}

/* The footer of a mailing list, or a signature below a rule of its own. */
static gboolean is_footer(const Kinds *kinds, guint at, guint end)
{
	const char *line = line_at(kinds, at);
	gsize rule = strspn(line, "_");

	return rule >= RULE_LENGTH && lines_is_blank(line + rule) &&
	       is_short(kinds, at + 1, end, FOOTER_LINES);
}

/* "-Anna" as the last line. */
static gboolean is_sign_off(const Kinds *kinds, guint first, guint at, guint end)
{
	const char *line = line_at(kinds, at), *name = line + 1;
	guint words = 0;

	if (*line != '-' || !g_unichar_isupper(g_utf8_get_char(name)) || at == first ||
		!lines_is_blank(line_at(kinds, at - 1)) || strlen(line) > NAME_BYTES)
		return FALSE;
	for (; *name; name = g_utf8_next_char(name)) {
		gunichar c = g_utf8_get_char(name);

		words += c == ' ';
		if (!g_unichar_isalpha(c) && !g_unichar_ismark(c) &&
			!strchr(" .'-", c < 0x80 ? (int)c : 'x'))
			return FALSE;
	}
	while (++at < end && lines_is_blank(line_at(kinds, at)))
		;
	return words <= 2 && (at == end || is_footer(kinds, at, end));
}

static gboolean is_signature_box(const Kinds *kinds, guint at)
{
	return kinds->marks && at < kinds->marks->len &&
	       g_array_index(kinds->marks, RenderedLine, at).marks & LINE_SIGNATURE;
}

/* The line behind a disclaimer: it ends the mail, or is a paragraph above the words. */
static guint disclaimer_end(const Kinds *kinds, gboolean has_text, guint at, guint end)
{
	if (has_text)
		return end;
	while (at < end && !lines_is_blank(line_at(kinds, at)))
		at++;
	return at;
}

/* Rules at the end of what is new part it from nothing. */
static void cut_scraps(Kinds *kinds, guint first, guint end)
{
	guint last;

	while (end > first &&
		(kinds->kinds[end - 1] != RANGE_NEW || lines_is_blank(line_at(kinds, end - 1))))
		end--;
	for (last = end; last > first && is_scrap(line_at(kinds, last - 1)); last--)
		;
	/* Who writes nothing but "***" means it. */
	if (last > first)
		set_kind(kinds, last, end, RANGE_SIGNATURE);
}

void signature_cut(Kinds *kinds, guint first, guint end)
{
	gboolean has_text = FALSE;

	for (guint at = first, next; at < end; at = next) {
		const char *line = line_at(kinds, at);

		next = at + 1;
		if (lines_is_blank(line))
			kinds->kinds[at] = at > first ? kinds->kinds[at - 1] : (guint8)RANGE_NEW;
		else if (is_disclaimer(line))
			set_kind(kinds, at, next = disclaimer_end(kinds, has_text, at, end),
				RANGE_DISCLAIMER);
		else if (kinds->kinds[at] == RANGE_SIGNATURE)
			continue;
		else if (is_delimiter(kinds, at, end) || is_footer(kinds, at, end) ||
			 is_sign_off(kinds, first, at, end))
			set_kind(kinds, at, end, RANGE_SIGNATURE);
		else if (is_mobile_signature(line))
			set_kind(kinds, at, mobile_end(kinds, at, end), RANGE_SIGNATURE);
		else if (is_signature_box(kinds, at))
			kinds->kinds[at] = RANGE_SIGNATURE;
		else
			has_text = TRUE;
	}
	cut_scraps(kinds, first, end);
}
