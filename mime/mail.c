/* The plain struct: made, freed, asked. */
#include "mime/mail.h"

#include <string.h>

#include "mime/attachment.h"
#include "mime/limits.h"

Mailbox *mailbox_new(const char *name, const char *address)
{
	Mailbox *mailbox = g_new0(Mailbox, 1);

	mailbox->name = g_strdup(name);
	mailbox->address = g_strdup(address);
	return mailbox;
}

void mailbox_free(Mailbox *mailbox)
{
	if (!mailbox)
		return;
	g_free(mailbox->name);
	g_free(mailbox->address);
	g_free(mailbox);
}

static void field_free(gpointer data)
{
	Field *field = data;

	g_free(field->name);
	g_free(field->value);
	g_free(field);
}

static void quote_free(gpointer data)
{
	Quote *quote = data;

	mailbox_free(quote->from);
	g_free(quote->subject);
	g_free(quote->text);
	g_free(quote);
}

static void forward_free(gpointer data)
{
	Forward *forward = data;

	g_free(forward->comment);
	mail_free(forward->original);
	g_free(forward);
}

static GPtrArray *mailboxes_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
}

Mail *mail_new(void)
{
	Mail *mail = g_new0(Mail, 1);

	mail->in_reply_to = g_ptr_array_new_with_free_func(g_free);
	mail->references = g_ptr_array_new_with_free_func(g_free);
	mail->subject = g_strdup("");
	mail->base_subject = g_strdup("");
	mail->from = mailboxes_new();
	mail->to = mailboxes_new();
	mail->cc = mailboxes_new();
	mail->reply_to = mailboxes_new();
	mail->resent_from = mailboxes_new();
	mail->resent_to = mailboxes_new();
	mail->fields = g_ptr_array_new_with_free_func(field_free);
	mail->reported_recipients = g_ptr_array_new_with_free_func(g_free);
	mail->text = g_strdup("");
	mail->new_text = g_strdup("");
	mail->ranges = g_array_new(FALSE, TRUE, sizeof(TextRange));
	mail->quotes = g_ptr_array_new_with_free_func(quote_free);
	mail->attachments = g_ptr_array_new_with_free_func((GDestroyNotify)attachment_free);
	mail->forwards = g_ptr_array_new_with_free_func(forward_free);
	mail->defects = g_ptr_array_new_with_free_func(g_free);
	return mail;
}

void mail_free(Mail *mail)
{
	if (!mail)
		return;
	g_clear_pointer(&mail->source, g_bytes_unref);
	g_free(mail->message_id);
	g_ptr_array_unref(mail->in_reply_to);
	g_ptr_array_unref(mail->references);
	g_free(mail->subject);
	g_free(mail->base_subject);
	g_ptr_array_unref(mail->from);
	g_ptr_array_unref(mail->to);
	g_ptr_array_unref(mail->cc);
	g_ptr_array_unref(mail->reply_to);
	g_ptr_array_unref(mail->resent_from);
	g_ptr_array_unref(mail->resent_to);
	g_ptr_array_unref(mail->fields);
	g_free(mail->kind_evidence);
	g_free(mail->reported_id);
	mail_free(mail->reported);
	g_ptr_array_unref(mail->reported_recipients);
	g_free(mail->text);
	g_free(mail->html);
	g_free(mail->new_text);
	g_array_unref(mail->ranges);
	g_ptr_array_unref(mail->quotes);
	g_ptr_array_unref(mail->attachments);
	g_ptr_array_unref(mail->forwards);
	g_ptr_array_unref(mail->defects);
	g_free(mail);
}

void mail_defect(Mail *mail, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	if (mail->defects->len >= LIMIT_DEFECTS)
		return;
	if (!g_ptr_array_find_with_equal_func(mail->defects, text, g_str_equal, NULL))
		g_ptr_array_add(mail->defects, g_steal_pointer(&text));
}

const char *mail_kind_name(MailKind kind)
{
	static const char *const names[] = {"mail", "auto_reply", "bounce", "receipt", "calendar"};

	g_assert((gsize)kind < G_N_ELEMENTS(names));
	return names[kind];
}

const Mailbox *mail_author(const Mail *mail)
{
	for (guint i = 0; i < mail->from->len; i++) {
		const Mailbox *mailbox = g_ptr_array_index(mail->from, i);

		if (mailbox->address)
			return mailbox;
	}
	return mail->from->len ? g_ptr_array_index(mail->from, 0) : NULL;
}

const char *mail_field(const Mail *mail, const char *name)
{
	for (guint i = 0; i < mail->fields->len; i++) {
		const Field *field = g_ptr_array_index(mail->fields, i);

		if (g_ascii_strcasecmp(field->name, name) == 0)
			return field->value;
	}
	return NULL;
}

const Forward *mail_forward(const Mail *mail)
{
	const Forward *found = NULL;

	if (mail->is_list || mail->is_auto_forwarded)
		return NULL;
	for (guint i = 0; i < mail->forwards->len; i++) {
		const Forward *forward = g_ptr_array_index(mail->forwards, i);

		if (forward->form == FORWARD_ATTACHED)
			return forward;
		if (!found && (forward->has_mark || forward->has_prefix))
			found = forward;
	}
	return found;
}

gboolean mail_is_redirect(const Mail *mail)
{
	return mail->resent_from->len > 0;
}
