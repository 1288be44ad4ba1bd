#include "forward/forward.h"

#include <stdlib.h>
#include <string.h>

#include "forward/excerpt.h"
#include "forward/inline.h"
#include "forward/labels.h"
#include "mime/date.h"
#include "mime/limits.h"
#include "forward/quote.h"
#include "html/page.h"
#include "mime/subject.h"

enum {
	FORWARD_DEPTH = 10,       /* forwards inside forwards */
	FORWARD_BYTES = 20 << 20, /* text and HTML of all levels together */
	DATED_LINES = 4000,       /* looked through for other dates */
	OLD_DAYS = 7,             /* so old are few of the mails that are forwarded, */
	NEW_DAYS = 3,             /* where it could be that new */
};

static guint addresses(const GPtrArray *list)
{
	guint count = 0;

	for (guint i = 0; i < list->len; i++)
		if (((const Mailbox *)g_ptr_array_index(list, i))->address)
			count++;
	return count;
}

/* Takes the list that says more; both keep an owner. */
static void take_people(GPtrArray **best, GPtrArray **other)
{
	guint have = addresses(*best), offered = addresses(*other);

	if (offered > have || (offered == have && (*best)->len == 0)) {
		GPtrArray *list = *best;

		*best = *other;
		*other = list;
	}
}

/* What the HTML's block says beyond that of the text: addresses that the text leaves out, a subject
 * that it cut. */
static void block_improve(Block *block, Block *other)
{
	take_people(&block->from, &other->from);
	take_people(&block->to, &other->to);
	take_people(&block->cc, &other->cc);
	take_people(&block->reply_to, &other->reply_to);
	if (other->subject &&
		(!block->subject || g_str_has_prefix(other->subject, block->subject))) {
		g_free(block->subject);
		block->subject = g_steal_pointer(&other->subject);
	}
	if (other->date.precision > block->date.precision)
		block->date = other->date;
}

static gboolean is_same_date(const MailDate *a, const MailDate *b)
{
	return a->precision != PRECISION_NONE && b->precision != PRECISION_NONE &&
	       a->day == b->day && a->month == b->month && a->minute == b->minute;
}

/* Are these the same block, once in the text and once in the HTML? */
static gboolean is_same_block(const Block *a, const Block *b)
{
	if (a->subject && b->subject && *a->subject && *b->subject)
		return g_str_has_prefix(a->subject, b->subject) ||
		       g_str_has_prefix(b->subject, a->subject);
	return is_same_date(&a->date, &b->date) ||
	       (a->date.precision == PRECISION_NONE && b->date.precision == PRECISION_NONE);
}

static void take_list(GPtrArray **to, GPtrArray **from)
{
	g_ptr_array_unref(*to);
	*to = g_ptr_array_ref(*from);
}

/* What dates with slashes in this text say: 1 that the month stands first, -1 that the day does, 0
 * nothing. One with a number above 12 shows it. */
static int slash_order(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", DATED_LINES);

	for (char **line = lines; *line; line++) {
		const char *value;
		char *slash, *end = NULL;
		long first, second;

		if (label_parse(view_unquoted(*line, FORWARD_DEPTH), &value, NULL) != LABEL_DATE)
			continue;
		first = strtol(value, &slash, 10);
		second = *slash == '/' ? strtol(slash + 1, &end, 10) : 0;
		if (first < 1 || second < 1 || first > 31 || second > 31 || *end != '/')
			continue;
		if (first > 12 || second > 12)
			return second > 12 ? 1 : -1;
	}
	return 0;
}

static int days(const MailDate *date)
{
	GDate day;

	g_date_set_dmy(&day, (GDateDay)date->day, (GDateMonth)date->month, (GDateYear)date->year);
	return (int)g_date_get_julian(&day);
}

/* "03/02/2026 14:05" of an American who counts to 24, or of an Englishman? No mail is forwarded
 * before it is sent; dates below it have the same order; and most are forwarded within days. */
static MailDate decide_date(const Block *block, const MailDate *wrapper, const char *text)
{
	int order, age, swapped_age;

	if (block->swapped.precision == PRECISION_NONE || !maildate_is_valid(&block->swapped))
		return block->date;
	order = slash_order(text);
	if (order != 0)
		return order > 0 ? block->swapped : block->date;
	if (wrapper->precision == PRECISION_NONE)
		return block->date;
	age = days(wrapper) - days(&block->date);
	swapped_age = days(wrapper) - days(&block->swapped);
	if (swapped_age < -1 || (age >= -1 && (age <= OLD_DAYS || swapped_age > NEW_DAYS)))
		return block->date;
	return block->swapped;
}

/* wrapper: the mail that forwards, whose subject has that of the original behind its "WG:". */
static void original_fill(Mail *original, Block *block, const Mail *wrapper)
{
	take_list(&original->from, &block->from);
	take_list(&original->to, &block->to);
	take_list(&original->cc, &block->cc);
	take_list(&original->reply_to, &block->reply_to);
	g_free(original->subject);
	original->subject =
		block->subject ? g_strdup(block->subject) : subject_forwarded(wrapper->subject);
	g_free(original->base_subject);
	original->base_subject = subject_base(original->subject);
	original->date = decide_date(block, &wrapper->date, original->text);
}

/* Does a client that speaks Finnish write above older mail in this text? */
static gboolean is_finnish(const char *text)
{
	const Languages finnish = language_of("fi");
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++) {
		const char *end;
		Languages languages = 0;

		if (label_parse(*line, &end, &languages) == LABEL_FROM && languages == finnish)
			return TRUE;
		if (verb_find(*line, &end, &languages) && languages == finnish)
			return TRUE;
	}
	return FALSE;
}

/* "VS:" forwards in Danish and Norwegian and answers in Finnish. */
static gboolean has_forward_prefix(const Mail *mail)
{
	return subject_is_forward(mail->subject) &&
	       (!subject_is_reply(mail->subject) || !is_finnish(mail->text));
}

static void find_inline(Mail *mail, Rendered *rendered, guint depth, gsize *budget_bytes);

/* A block says more than a separator alone. */
static guint rank(const InlineFound *found)
{
	return !found->is_found ? 0 : found->has_block ? 2 : 1;
}

/* Which of two views to believe: the one that has a block, of two different ones the first in its
 * text. */
static const View *better_view(
	const View *text, InlineFound *in_text, const View *page, InlineFound *in_html)
{
	g_autofree char *above_text = NULL, *above_html = NULL;

	if (rank(in_html) != rank(in_text))
		return rank(in_html) > rank(in_text) ? page : text;
	if (is_same_block(&in_text->block, &in_html->block)) {
		block_improve(&in_text->block, &in_html->block);
		in_text->has_mark = in_text->has_mark || in_html->has_mark;
		return text;
	}
	above_text = excerpt_comment(text, in_text);
	above_html = excerpt_comment(page, in_html);
	return strlen(above_html) < strlen(above_text) ? page : text;
}

/* Adds the forward that was found, and looks for the next one in it. html: that of the original,
 * NULL: none. */
static void forward_add(Mail *mail, const View *view, InlineFound *found, const char *html,
	guint depth, gsize *budget_bytes)
{
	Forward *forward = g_new0(Forward, 1);
	Mail *original = mail_new();
	g_autoptr(Rendered) page = NULL;
	gsize bytes;

	g_free(original->text);
	original->text = excerpt_text(view, found);
	original_fill(original, &found->block, mail);
	*forward = (Forward){.form = FORWARD_INLINE,
		.has_mark = found->has_mark,
		.has_prefix = has_forward_prefix(mail),
		.comment = excerpt_comment(view, found),
		.original = original};
	g_ptr_array_add(mail->forwards, forward);
	bytes = strlen(original->text) + (html ? strlen(html) : 0);
	if (depth >= FORWARD_DEPTH || bytes > *budget_bytes) {
		mail_defect(original, "forwards inside this one are not looked for");
		html = NULL;
	}
	if (html) {
		page = page_read(html, strlen(html));
		original->html = g_strstrip(g_steal_pointer(&page->clean));
		original->remote_images = page->remote_images;
	}
	if (depth < FORWARD_DEPTH && bytes <= *budget_bytes) {
		*budget_bytes -= bytes;
		find_inline(original, page, depth + 1, budget_bytes);
	}
	quote_split(original, page);
}

static void find_inline(Mail *mail, Rendered *rendered, guint depth, gsize *budget_bytes)
{
	g_auto(View) text = {0}, page = {0};
	g_auto(InlineFound) in_text = {0}, in_html = {0};
	gboolean has_prefix = has_forward_prefix(mail);
	g_autofree char *inner = NULL;
	const View *view;

	/* What was made of the HTML and of nothing else, is looked through once. */
	if (!rendered || strcmp(rendered->text, mail->text) != 0) {
		view_init(&text, mail->text, NULL);
		inline_find(&text, has_prefix, &in_text);
	}
	if (rendered) {
		view_init(&page, rendered->text, rendered_ref(rendered));
		inline_find(&page, has_prefix, &in_html);
	}
	if (!in_text.is_found && !in_html.is_found)
		return;
	view = better_view(&text, &in_text, &page, &in_html);
	if (rendered && in_html.is_found &&
		(view == &page || is_same_block(&in_text.block, &in_html.block)))
		inner = excerpt_html(&page, &in_html, rendered->html);
	forward_add(mail, view, view == &page ? &in_html : &in_text, inner, depth, budget_bytes);
}

void forward_find_inline(Mail *mail, Rendered *page)
{
	gsize budget_bytes = FORWARD_BYTES;

	find_inline(mail, page, 0, &budget_bytes);
}
