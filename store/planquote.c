#include "store/planquote.h"

#include "mime/address.h"
#include "mime/subject.h"
#include "store/instant.h"

/* How many of the mails that a mail quotes are looked for. */
enum { QUOTES_MAX = 8 };

static void quote_free(gpointer data)
{
	PlanQuote *quote = data;

	g_free(quote->from_key);
	g_free(quote->subject);
	g_ptr_array_unref(quote->subjects);
	g_free(quote);
}

/* from may be NULL. subject, the base subject that is stated, is taken. */
static PlanQuote *add_quote(GPtrArray *quotes, const Mailbox *from, char *subject, const char *text)
{
	PlanQuote *quote = g_new0(PlanQuote, 1);

	quote->from_key = address_key(from && from->address ? from->address : "");
	quote->name = from && from->name ? from->name : "";
	quote->subject = subject;
	quote->subjects = g_ptr_array_new_with_free_func(g_free);
	quote->text = text;
	g_ptr_array_add(quotes, quote);
	return quote;
}

static void add_subject(PlanQuote *quote, const char *subject)
{
	if (!g_ptr_array_find_with_equal_func(quote->subjects, subject, g_str_equal, NULL))
		g_ptr_array_add(quote->subjects, g_strdup(subject));
}

static void state(PlanQuote *quote, gint64 at, const MailDate *date)
{
	quote->is_stated = TRUE;
	quote->at = at;
	quote->has_zone = date->has_offset;
}

/* What the mails are called that a mail quotes, going down: as was last stated. */
typedef struct {
	char *base;
	char *former; /* the base subject before that, "" where it is not told */
} Called;

static void called_set(Called *called, const char *subject)
{
	g_autofree char *former = subject_former(subject);

	g_free(called->base);
	g_free(called->former);
	called->base = subject_base(subject);
	called->former = subject_base(former);
}

static void called_clear(Called *called)
{
	g_free(called->base);
	g_free(called->former);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Called, called_clear)

static PlanQuote *add_called(
	GPtrArray *quotes, const Mail *mail, const Quote *quote, const Called *called)
{
	gboolean has_subject = quote->subject && *quote->subject;
	PlanQuote *added = add_quote(quotes, quote->from,
		has_subject ? subject_base(quote->subject) : NULL, quote->text);

	add_subject(added, mail->base_subject);
	add_subject(added, called->base);
	if (!has_subject && *called->former)
		add_subject(added, called->former);
	return added;
}

GPtrArray *planquotes_of_quoted(
	const Mail *mail, gboolean has_references, const People *people, gint64 received_at)
{
	GPtrArray *quotes = g_ptr_array_new_with_free_func(quote_free);
	g_auto(Called) called = {NULL, NULL};

	called_set(&called, mail->subject);
	for (guint i = 0; i < mail->quotes->len && quotes->len < QUOTES_MAX; i++) {
		const Quote *quote = g_ptr_array_index(mail->quotes, i);
		gboolean is_believed = FALSE;
		gint64 at =
			instant_of(&quote->date, &mail->date, people, received_at, &is_believed);

		if (quote->subject && *quote->subject)
			called_set(&called, quote->subject);
		if (quote->from && is_believed && quote->date.precision >= PRECISION_MINUTE)
			state(add_called(quotes, mail, quote, &called), at, &quote->date);
	}
	/* Where no quote of a mail without references states them, the nearest's words must do. */
	if (quotes->len == 0 && !has_references && mail->quotes->len > 0)
		add_called(quotes, mail, g_ptr_array_index(mail->quotes, 0), &called);
	return quotes;
}

GPtrArray *planquotes_of_reported(const Mail *bounce, const People *people, gint64 received_at)
{
	const Mail *reported = bounce->reported;
	GPtrArray *quotes = g_ptr_array_new_with_free_func(quote_free);
	gboolean is_believed;
	gint64 at = instant_of(&reported->date, &bounce->date, people, received_at, &is_believed);
	PlanQuote *quote;

	if (reported->from->len != 1 || !people_author(people, reported)->is_ours ||
		!*reported->base_subject || !is_believed ||
		reported->date.precision < PRECISION_MINUTE)
		return quotes;
	quote = add_quote(
		quotes, mail_author(reported), g_strdup(reported->base_subject), reported->text);
	add_subject(quote, quote->subject);
	state(quote, at, &reported->date);
	return quotes;
}
