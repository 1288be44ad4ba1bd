#include "forward/block.h"

#include <string.h>

#include "forward/attribution.h"
#include "forward/lines.h"
#include "forward/localdate.h"
#include "forward/mailboxes.h"
#include "forward/separator.h"
#include "forward/wrapped.h"
#include "html/entities.h"
#include "mime/limits.h"
#include "mime/transfer.h"
#include "mime/words.h"

enum {
	BLOCK_LINES = 80, /* of one block, wrapped recipients included */
	MARK_BYTES = 200, /* of a line with nothing but a separator, or a name */
};

static guint next_line(const Reader *reader, guint at)
{
	return lines_next(reader->lines, reader->count, at, SEPARATOR_GAP);
}

/* Does the block go on at this line, behind blank ones? */
static gboolean goes_on(const Reader *reader, guint at)
{
	gboolean is_enough =
		reader_is_stated(reader, LABEL_FROM) && reader_is_stated(reader, LABEL_DATE) &&
		(reader_is_stated(reader, LABEL_TO) || reader_is_stated(reader, LABEL_SUBJECT));

	if (reader->is_bare && !reader_is_complete(reader))
		is_enough = FALSE;
	return at < reader->count && (reader->is_spaced || !is_enough) &&
	       reader_is_new_label(reader, reader->lines[at]);
}

/* Does the line begin with a label that the block has already? */
static gboolean is_repeated(const Reader *reader, const char *line)
{
	const char *value;
	Label label = label_parse(line, &value, NULL);

	return separator_is_first_label(label) && reader_is_stated(reader, label);
}

/* Reads labels and what they say from the line behind reader->end on. */
static void read_labels(Reader *reader)
{
	guint gaps = 0;

	for (guint lines = 0; lines < BLOCK_LINES && reader->end < reader->count; lines++) {
		guint at = reader->end, wrapped;

		if (lines_is_blank(reader->lines[at])) {
			at = next_line(reader, at);
			if (!goes_on(reader, at))
				return;
			reader->is_spaced = reader->is_spaced || lines == 0;
			gaps++;
		}
		if (reader_add_line(reader, reader->lines[at])) {
			reader->end = at + 1;
			continue;
		}
		/* "Betreff: bitte so lassen" was a person's, above a blank line and the block. */
		reader->is_broken = gaps == 1 && reader->is_spaced && lines > 2 &&
				    is_repeated(reader, reader->lines[at]);
		wrapped = wrapped_add(reader, at);
		if (wrapped == 0 && is_banner(reader->lines[at]) && goes_on(reader, at + 1))
			wrapped = 1;
		if (wrapped == 0)
			return;
		reader->end = at + wrapped;
	}
}

/* QQ writes references of HTML into plain text: "&nbsp;"张伟"<zhangwei@qq.example&gt;;". */
static void undo_references(Reader *reader)
{
	const GString *from = reader->values[LABEL_FROM];

	if (!from || !(strstr(from->str, "&gt;") || strstr(from->str, "&lt;")))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(reader->values); i++) {
		GString *value = reader->values[i];
		g_autoptr(GString) plain = g_string_new(NULL);

		for (const char *at = value ? value->str : ""; *at;) {
			gsize left = (gsize)(value->str + value->len - at);
			gsize length = *at == '&' ? entity_read(at, left, FALSE, plain) : 0;

			if (length == 0)
				g_string_append_c(plain, *at);
			at += MAX(length, 1);
		}
		if (value) {
			g_string_truncate(value, 0);
			reader_append(value, plain->str, plain->len, (Label)i);
		}
	}
}

/* What parts the labels from the text: the separator once more, Becky's "--", The Bat's scissors.
 */
static gboolean is_closing(const Reader *reader, const char *line)
{
	const char *text = lines_skip_blanks(line);
	gsize dashes = strspn(text, "-=_");

	if (dashes >= 2 && g_str_has_prefix(text + dashes, "8<"))
		return TRUE;
	if (reader->block->mark != MARK_FORWARD && reader->block->mark != MARK_ORIGINAL)
		return FALSE;
	return (dashes >= 2 && lines_is_blank(text + dashes)) ||
	       strcmp(line, reader->lines[reader->block->first]) == 0;
}

/* Takes such a line. One above a block of its own is that block's. */
static void read_closing(Reader *reader)
{
	guint at = next_line(reader, reader->end), below;
	const char *value;

	if (at >= reader->count || !is_closing(reader, reader->lines[at]))
		return;
	below = next_line(reader, at + 1);
	if (below >= reader->count || label_parse(reader->lines[below], &value, NULL) == LABEL_NONE)
		reader->end = at + 1;
}

/* Lotus Notes writes a sender without a label, and the date below; recipients and subject have
 * theirs. */
static gboolean read_unlabelled(Reader *reader, guint at)
{
	guint next = at + 1;

	if (reader->block->mark != MARK_FORWARD || strlen(reader->lines[at]) > MARK_BYTES)
		return FALSE;
	next = next_line(reader, next);
	if (next < reader->count && *lines_skip_blanks(reader->lines[next]) == '<')
		next = next_line(reader, next + 1);
	if (next >= reader->count || strlen(reader->lines[next]) > MARK_BYTES ||
		localdate_parse(reader->lines[next], 0).precision == PRECISION_NONE)
		return FALSE;
	reader->values[LABEL_FROM] = g_string_new(NULL);
	for (guint i = at; i < next; i++)
		reader_append(reader->values[LABEL_FROM], reader->lines[i],
			strlen(reader->lines[i]), LABEL_FROM);
	reader->values[LABEL_DATE] = g_string_new(reader->lines[next]);
	next = next_line(reader, next + 1);
	if (next >= reader->count)
		return FALSE;
	/* As a table its labels stand alone, and what they say below them. */
	reader->is_bare = !strchr(reader->lines[next], ':');
	if (!reader_add_line(reader, reader->lines[next]))
		return FALSE;
	reader->end = next + 1;
	return TRUE;
}

/* A sender whose label nobody knows, "გამომგზავნი: …": Gmail translates this one of its labels. */
static gboolean read_unknown_sender(Reader *reader, const char *line)
{
	const char *end = strpbrk(line, ":<@"), *value;

	if (reader->block->mark != MARK_FORWARD || !end || *end != ':' || end == line ||
		end - line > MARK_BYTES || (end[1] != ' ' && end[1] != '\t') || !strchr(end, '@') ||
		label_parse(line, &value, NULL) != LABEL_NONE)
		return FALSE;
	reader->values[LABEL_FROM] = g_string_new(NULL);
	reader_append(reader->values[LABEL_FROM], end + 1, strlen(end + 1), LABEL_FROM);
	reader->last = LABEL_FROM;
	return TRUE;
}

/* eM Client's labels have no colon: "Von "Anna" <anna@acme.example>". */
static gboolean read_bare(Reader *reader, const char *line)
{
	const char *value;

	if ((reader->block->mark != MARK_FORWARD && reader->block->mark != MARK_ORIGINAL) ||
		label_parse_bare(line, &value, NULL) != LABEL_FROM || !strchr(value, '@'))
		return FALSE;
	reader->is_bare = TRUE;
	return reader_add_line(reader, line);
}

/* Yandex closes its labels with an attribution, which states sender and date. */
static gboolean read_attributed(Reader *reader, Attribution *attribution)
{
	GString *subject = reader->values[LABEL_SUBJECT];

	if (reader->block->mark == MARK_NONE || reader_is_stated(reader, LABEL_FROM) ||
		reader_is_stated(reader, LABEL_DATE) || !reader_is_stated(reader, LABEL_TO) ||
		!attribution_parse(reader->lines, reader->count, reader->end, attribution))
		return FALSE;
	if (!attribution->from || attribution->date.precision == PRECISION_NONE) {
		attribution_clear(attribution);
		return FALSE;
	}
	if (subject && g_str_has_suffix(subject->str, ";"))
		g_string_truncate(subject, subject->len - 1);
	reader->end = attribution->end;
	return TRUE;
}

/* Tobit's date stands behind the subject: "Angebot (02-Mrz-2026 14:05)". */
static MailDate read_subject_date(const Reader *reader)
{
	GString *subject = reader->values[LABEL_SUBJECT];
	const char *open = subject ? strrchr(subject->str, '(') : NULL;
	MailDate date = {0};

	if (reader_is_stated(reader, LABEL_DATE) || !open || !g_str_has_suffix(subject->str, ")"))
		return date;
	date = localdate_parse(open + 1, reader->languages);
	if (date.precision < PRECISION_MINUTE)
		return (MailDate){0};
	g_string_truncate(subject, (gsize)(open - subject->str));
	return date;
}

/* A value in a body that nobody decoded: "=E2=80=8E16/=E2=80=8E02/2016". NULL: it is none. To be
 * freed. */
static char *undo_quoted_printable(const char *value)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	if (!strchr(value, '='))
		return NULL;
	transfer_decode_quoted_printable(value, strlen(value), bytes);
	return g_utf8_make_valid((const char *)bytes->data, bytes->len);
}

static Languages date_languages(const Reader *reader)
{
	return reader->languages ? reader->languages : reader->date_languages;
}

static MailDate read_date(const Reader *reader)
{
	Languages languages = date_languages(reader);
	MailDate read = {0};
	g_autofree char *decoded = NULL;

	if (!reader_has_value(reader, LABEL_DATE))
		return read_subject_date(reader);
	read = localdate_parse(reader->values[LABEL_DATE]->str, languages);
	if (read.precision == PRECISION_NONE && languages)
		read = localdate_parse(reader->values[LABEL_DATE]->str, 0);
	if (read.precision == PRECISION_NONE)
		decoded = undo_quoted_printable(reader->values[LABEL_DATE]->str);
	return decoded ? localdate_parse(decoded, languages) : read;
}

/* A form that shows where things stand has dots and brackets for them. */
static gboolean says_something(const Reader *reader, const MailDate *date)
{
	static const Label labels[] = {LABEL_FROM, LABEL_TO, LABEL_SUBJECT};

	for (gsize i = 0; i < G_N_ELEMENTS(labels); i++) {
		const GString *value = reader->values[labels[i]];

		for (const char *at = value ? value->str : ""; *at; at = g_utf8_next_char(at))
			if (g_unichar_isalnum(g_utf8_get_char(at)))
				return TRUE;
	}
	return date->precision != PRECISION_NONE;
}

/* Is what was read a block, and not a list of words with colons? */
static gboolean is_block(const Reader *reader, const MailDate *date)
{
	guint others =
		(reader_is_stated(reader, LABEL_DATE) ? 1U : 0U) +
		(reader_is_stated(reader, LABEL_SUBJECT) ? 1U : 0U) +
		(reader_is_stated(reader, LABEL_TO) || reader_is_stated(reader, LABEL_CC) ? 1U
											  : 0U);

	if (reader->is_broken || !reader_is_stated(reader, LABEL_FROM) ||
		!says_something(reader, date))
		return FALSE;
	if (reader->block->mark == MARK_FORWARD || reader->block->mark == MARK_ORIGINAL)
		return others >= 1;
	if (!reader_has_value(reader, LABEL_FROM) || others < 2)
		return FALSE;
	/* "From: Berlin To: Munich Date: Monday" is a journey, "Von: 8 Uhr An: Werktagen Betreff:
	 * Zeiten" a notice. */
	return strchr(reader->values[LABEL_FROM]->str, '@') ||
	       (reader_has_value(reader, LABEL_TO) && strchr(reader->values[LABEL_TO]->str, '@')) ||
	       (reader_is_stated(reader, LABEL_SUBJECT) && date->precision >= PRECISION_MINUTE);
}

static GPtrArray *people(const Reader *reader, Label label)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);

	if (reader_has_value(reader, label)) {
		if (label == LABEL_FROM)
			mailboxes_parse_author(reader->values[label]->str, list);
		else
			mailboxes_parse(reader->values[label]->str, list);
	}
	return list;
}

/* Some programs show a header as it was sent: "=?UTF-8?Q?…?=". */
static char *subject(const char *value)
{
	g_autofree char *decoded = words_decode(value);

	return words_one_line(decoded, LIMIT_SUBJECT);
}

/* The first line of the labels. */
static gboolean read_first(Reader *reader, guint at, const char *line)
{
	const char *value;

	if (separator_is_first_label(label_parse(line, &value, NULL)))
		return reader_add_line(reader, line);
	/* Some show the whole header, as MH does: "Return-Path: …". */
	if (reader->block->mark != MARK_NONE &&
		reader_label(reader, line, &value, NULL) == LABEL_OTHER)
		return reader_add_line(reader, line);
	return read_bare(reader, line) || read_unknown_sender(reader, line) ||
	       read_unlabelled(reader, at);
}

/* Takes what was read. attribution: of Yandex's block, else empty. */
static void block_fill(Block *block, const Reader *reader, Attribution *attribution)
{
	block->end = reader->end;
	block->languages = reader->languages;
	block->from = people(reader, LABEL_FROM);
	block->to = people(reader, LABEL_TO);
	block->cc = people(reader, LABEL_CC);
	block->reply_to = people(reader, LABEL_REPLY_TO);
	if (reader->values[LABEL_SUBJECT])
		block->subject = subject(reader->values[LABEL_SUBJECT]->str);
	if (reader_has_value(reader, LABEL_DATE))
		block->swapped = localdate_parse_swapped(
			reader->values[LABEL_DATE]->str, date_languages(reader));
	if (attribution->from) {
		g_ptr_array_add(block->from, g_steal_pointer(&attribution->from));
		block->date = attribution->date;
	}
}

gboolean block_parse(const char *const *lines, guint count, guint at, Block *block)
{
	g_auto(Reader) reader = {
		.lines = lines, .count = count, .block = block, .languages = ~(Languages)0};
	g_auto(Attribution) attribution = {0};
	const char *first = NULL;
	g_autofree char *unglued = NULL;

	*block = (Block){.first = at};
	if (at >= count || !block_may_begin(lines[at]))
		return FALSE;
	at = separator_read(lines, count, at, &block->mark, &first);
	if (!first)
		return FALSE;
	reader.end = at + 1;
	if (first != lines[at]) {
		unglued = separator_unglue(first);
		first = unglued;
	}
	if (!read_first(&reader, at, first))
		return FALSE;
	read_labels(&reader);
	read_closing(&reader);
	undo_references(&reader);
	block->date = read_date(&reader);
	if (!read_attributed(&reader, &attribution) && !is_block(&reader, &block->date))
		return FALSE;
	block_fill(block, &reader, &attribution);
	return TRUE;
}

void block_init(Block *block)
{
	*block = (Block){0};
	block->from = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	block->to = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	block->cc = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	block->reply_to = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
}

void block_clear(Block *block)
{
	g_ptr_array_unref(block->from);
	g_ptr_array_unref(block->to);
	g_ptr_array_unref(block->cc);
	g_ptr_array_unref(block->reply_to);
	g_free(block->subject);
	*block = (Block){0};
}

gboolean block_may_begin(const char *line)
{
	const char *text = lines_skip_blanks(line), *behind;
	gsize length = strnlen(text, 2 * (gsize)MARK_BYTES);

	/* Most lines are words without a colon; full-width ones and their like begin with this
	 * byte. */
	if (g_unichar_isalnum(g_utf8_get_char(text)) && !memchr(text, ':', length) &&
		!memchr(text, 0xef, length))
		return FALSE;
	return separator_is_first_label(label_parse(line, &behind, NULL)) ||
	       separator_parse(line, &behind) != MARK_NONE;
}
