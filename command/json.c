#include "command/json.h"

#include <stdio.h>

#include "mime/date.h"

/* The parser limits how deep mails lie in mails; this is only the promise not to recurse without
 * end. */
enum { FORWARDS_DEEP = 100 };

json_t *json_from_text(const char *text)
{
	if (text == NULL)
		return json_null();

	json_t *value = json_string(text);

	if (value != NULL)
		return value;

	g_autofree char *repaired = g_utf8_make_valid(text, -1);

	return json_string(repaired);
}

static json_t *texts(const GPtrArray *list)
{
	json_t *array = json_array();

	for (guint i = 0; i < list->len; i++)
		json_array_append_new(array, json_from_text(g_ptr_array_index(list, i)));
	return array;
}

/* A mailbox that is not stated has neither name nor address, but stays an object. */
static json_t *mailbox(const Mailbox *mailbox)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", json_from_text(mailbox ? mailbox->name : NULL));
	json_object_set_new(object, "address", json_from_text(mailbox ? mailbox->address : NULL));
	return object;
}

static json_t *mailboxes(const GPtrArray *list)
{
	json_t *array = json_array();

	for (guint i = 0; i < list->len; i++)
		json_array_append_new(array, mailbox(g_ptr_array_index(list, i)));
	return array;
}

static json_t *date(const MailDate *date)
{
	g_autofree char *iso = maildate_iso(date);

	return json_from_text(iso);
}

static json_t *date_precision(const MailDate *date)
{
	static const char *const names[] = {
		[PRECISION_DAY] = "day",
		[PRECISION_MINUTE] = "minute",
		[PRECISION_SECOND] = "second",
	};

	return json_from_text(names[date->precision]);
}

static json_t *thread_index(const Mail *mail)
{
	if (!mail->has_thread_index)
		return json_null();

	g_autoptr(GString) guid = g_string_new(NULL);

	for (gsize i = 0; i < sizeof mail->thread_guid; i++)
		g_string_append_printf(guid, "%02x", mail->thread_guid[i]);
	return json_pack("{s:s, s:I}", "guid", guid->str, "depth", (json_int_t)mail->thread_depth);
}

static json_t *attachments(const GPtrArray *list)
{
	json_t *array = json_array();

	for (guint i = 0; i < list->len; i++) {
		const Attachment *attachment = g_ptr_array_index(list, i);
		const json_int_t size = (json_int_t)g_bytes_get_size(attachment->content);
		json_t *object = json_object();

		json_object_set_new(object, "filename", json_from_text(attachment->filename));
		json_object_set_new(
			object, "content_type", json_from_text(attachment->content_type));
		json_object_set_new(object, "size", json_integer(size));
		json_object_set_new(object, "sha256", json_from_text(attachment->sha256));
		json_object_set_new(object, "content_id", json_from_text(attachment->content_id));
		json_object_set_new(object, "inline", json_boolean(attachment->is_inline));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *forward(const Mail *mail, guint depth);

/* The mail inside a mail. What it holds itself is shown level by level. */
static json_t *inner(const char *form, const char *comment, const Mail *original, json_t *nested)
{
	json_t *mail = json_object();
	json_t *object = json_object();

	json_object_set_new(mail, "from", mailbox(mail_author(original)));
	json_object_set_new(mail, "to", mailboxes(original->to));
	json_object_set_new(mail, "cc", mailboxes(original->cc));
	json_object_set_new(mail, "date", date(&original->date));
	json_object_set_new(mail, "date_precision", date_precision(&original->date));
	json_object_set_new(mail, "subject", json_from_text(original->subject));
	json_object_set_new(mail, "internet_message_id", json_from_text(original->message_id));
	json_object_set_new(mail, "text", json_from_text(original->text));
	json_object_set_new(mail, "html", json_from_text(original->html));
	json_object_set_new(mail, "attachments", attachments(original->attachments));
	json_object_set_new(mail, "forward", nested);

	json_object_set_new(object, "form", json_string(form));
	json_object_set_new(object, "comment", json_from_text(comment));
	json_object_set_new(object, "original", mail);
	return object;
}

static json_t *inner_of(const Forward *found, guint depth)
{
	const char *form = found->form == FORWARD_ATTACHED ? "attached" : "inline";

	return inner(form, found->comment, found->original, forward(found->original, depth + 1));
}

/* A forward written by a hand: what a reader would call one, or null. */
static json_t *found_forward(const Mail *mail, guint depth)
{
	const Forward *found = mail_forward(mail);

	return found == NULL || depth >= FORWARDS_DEEP ? json_null() : inner_of(found, depth);
}

/* The redirected mail is its own original; what it forwards is one level further in. */
static json_t *forward(const Mail *mail, guint depth)
{
	if (mail_is_redirect(mail) && depth < FORWARDS_DEEP)
		return inner("redirect", "", mail, found_forward(mail, depth + 1));
	return found_forward(mail, depth);
}

static json_t *attached_originals(const Mail *mail)
{
	json_t *array = json_array();

	for (guint i = 0; i < mail->forwards->len; i++) {
		const Forward *found = g_ptr_array_index(mail->forwards, i);

		if (found->form == FORWARD_ATTACHED)
			json_array_append_new(array, inner_of(found, 0));
	}
	return array;
}

static json_t *quotes(const GPtrArray *list)
{
	json_t *array = json_array();

	for (guint i = 0; i < list->len; i++) {
		const Quote *quote = g_ptr_array_index(list, i);
		json_t *object = json_object();

		json_object_set_new(object, "from", mailbox(quote->from));
		json_object_set_new(object, "date", date(&quote->date));
		json_object_set_new(object, "text", json_from_text(quote->text));
		json_array_append_new(array, object);
	}
	return array;
}

json_t *json_from_mail(const Mail *mail)
{
	json_t *object = json_object();

	json_object_set_new(object, "internet_message_id", json_from_text(mail->message_id));
	json_object_set_new(object, "in_reply_to", texts(mail->in_reply_to));
	json_object_set_new(object, "references", texts(mail->references));
	json_object_set_new(object, "thread_index", thread_index(mail));
	json_object_set_new(object, "subject", json_from_text(mail->subject));
	json_object_set_new(object, "base_subject", json_from_text(mail->base_subject));
	json_object_set_new(object, "date", date(&mail->date));
	json_object_set_new(object, "from", mailbox(mail_author(mail)));
	json_object_set_new(object, "to", mailboxes(mail->to));
	json_object_set_new(object, "cc", mailboxes(mail->cc));
	json_object_set_new(object, "reply_to", mailboxes(mail->reply_to));
	json_object_set_new(object, "kind", json_from_text(mail_kind_name(mail->kind)));
	json_object_set_new(object, "text", json_from_text(mail->text));
	json_object_set_new(object, "new_text", json_from_text(mail->new_text));
	json_object_set_new(object, "html", json_from_text(mail->html));
	json_object_set_new(object, "attachments", attachments(mail->attachments));
	json_object_set_new(object, "forwards", attached_originals(mail));
	json_object_set_new(object, "forward", forward(mail, 0));
	json_object_set_new(object, "quotes", quotes(mail->quotes));
	json_object_set_new(object, "defects", texts(mail->defects));
	return object;
}

/* A number that fits stays one to the last digit; others (numeric) as JSON has them. */
static json_t *number(const char *value)
{
	gint64 integer = 0;

	if (g_ascii_string_to_signed(value, 10, G_MININT64, G_MAXINT64, &integer, NULL))
		return json_integer(integer);

	json_t *real = json_real(g_ascii_strtod(value, NULL));

	return real != NULL ? real : json_from_text(value);
}

static json_t *typed(ColumnType type, const char *value)
{
	json_t *parsed = NULL;

	if (value == NULL)
		return json_null();
	switch (type) {
	case COLUMN_NUMBER:
		return number(value);
	case COLUMN_BOOL:
		return json_boolean(value[0] == 't');
	case COLUMN_JSON:
		parsed = json_loads(value, JSON_DECODE_ANY, NULL);
		return parsed != NULL ? parsed : json_from_text(value);
	case COLUMN_TEXT:
	case COLUMN_TIME:
		break;
	}
	return json_from_text(value);
}

json_t *json_from_row(const Table *table, guint row)
{
	char *const *values = g_ptr_array_index(table->rows, row);
	json_t *object = json_object();

	for (guint i = 0; i < table->columns->len; i++) {
		const Column *column = &g_array_index(table->columns, Column, i);

		json_object_set_new(object, column->name, typed(column->type, values[i]));
	}
	return object;
}

json_t *json_from_table(const Table *table)
{
	json_t *array = json_array();

	for (guint row = 0; row < table->rows->len; row++)
		json_array_append_new(array, json_from_row(table, row));
	return array;
}

void json_print(const json_t *value, gboolean is_indented)
{
	json_dumpf(value, stdout, JSON_ENCODE_ANY | (is_indented ? JSON_INDENT(2) : 0));
	putchar('\n');
}
