/* What holds of every Mail, whatever the bytes were: for tests and the fuzzer. */
#pragma once

#include <string.h>

#include "mime/mail.h"

static inline void assert_text(const char *text)
{
	if (text)
		g_assert_true(g_utf8_validate(text, -1, NULL));
}

static inline void assert_mailboxes(const GPtrArray *list)
{
	for (guint i = 0; i < list->len; i++) {
		const Mailbox *mailbox = g_ptr_array_index(list, i);

		g_assert_true(mailbox->name || mailbox->address);
		assert_text(mailbox->name);
		assert_text(mailbox->address);
	}
}

static inline void assert_texts(const GPtrArray *list)
{
	for (guint i = 0; i < list->len; i++) {
		g_assert_nonnull(g_ptr_array_index(list, i));
		assert_text(g_ptr_array_index(list, i));
	}
}

/* The ranges cover the text without gap or overlap, in order. */
static inline void assert_ranges(const Mail *mail)
{
	gsize at = 0;

	for (guint i = 0; i < mail->ranges->len; i++) {
		const TextRange *range = &g_array_index(mail->ranges, TextRange, i);

		g_assert_cmpuint(range->start, ==, at);
		g_assert_cmpuint(range->end, >=, range->start);
		at = range->end;
	}
	g_assert_cmpuint(at, ==, strlen(mail->text));
}

static inline void assert_attachments(const Mail *mail)
{
	for (guint i = 0; i < mail->attachments->len; i++) {
		const Attachment *attachment = g_ptr_array_index(mail->attachments, i);

		g_assert_nonnull(attachment->content);
		g_assert_cmpuint(strlen(attachment->sha256), ==, 64);
		assert_text(attachment->filename);
		assert_text(attachment->content_type);
		assert_text(attachment->content_id);
		g_assert_null(strpbrk(attachment->filename, "/\\\r\n"));
	}
}

static inline void assert_mail(const Mail *mail, guint depth)
{
	g_assert_cmpuint(depth, <, 100);
	g_assert_nonnull(mail->subject);
	g_assert_nonnull(mail->text);
	g_assert_nonnull(mail->new_text);
	assert_text(mail->message_id);
	assert_text(mail->subject);
	assert_text(mail->base_subject);
	assert_text(mail->text);
	assert_text(mail->html);
	assert_text(mail->new_text);
	assert_text(mail->kind_evidence);
	assert_text(mail->reported_id);
	g_assert_true(!mail->reported || mail->reported->from->len > 0);
	g_assert_null(strpbrk(mail->subject, "\r\n"));
	assert_texts(mail->in_reply_to);
	assert_texts(mail->references);
	assert_texts(mail->reported_recipients);
	assert_texts(mail->defects);
	assert_mailboxes(mail->from);
	assert_mailboxes(mail->to);
	assert_mailboxes(mail->cc);
	assert_mailboxes(mail->reply_to);
	assert_mailboxes(mail->resent_from);
	assert_mailboxes(mail->resent_to);
	g_assert_true((mail->kind == MAIL_KIND_MAIL) == (mail->kind_evidence == NULL));
	assert_ranges(mail);
	assert_attachments(mail);
	for (guint i = 0; i < mail->fields->len; i++) {
		const Field *field = g_ptr_array_index(mail->fields, i);

		assert_text(field->name);
		assert_text(field->value);
	}
	for (guint i = 0; i < mail->quotes->len; i++) {
		const Quote *quote = g_ptr_array_index(mail->quotes, i);

		g_assert_nonnull(quote->text);
		assert_text(quote->text);
		assert_text(quote->subject);
	}
	for (guint i = 0; i < mail->forwards->len; i++) {
		const Forward *forward = g_ptr_array_index(mail->forwards, i);

		assert_text(forward->comment);
		g_assert_nonnull(forward->original);
		assert_mail(forward->original, depth + 1);
	}
}
