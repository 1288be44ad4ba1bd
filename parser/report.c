#include "parser/report.h"

#include <string.h>

#include "mime/address.h"
#include "mime/charset.h"
#include "mime/fields.h"
#include "mime/header.h"
#include "parser/kind.h"
#include "mime/limits.h"
#include "mime/msgid.h"

enum { LOOK_DEPTH = 4, TEXT_BYTES = 64 * 1024 };

/* The first leaf of this type, searched a few levels deep. */
static const MimeNode *find_leaf(const MimeNode *node, const char *type, guint depth)
{
	const MimeNode *found = NULL;

	if (!node->children)
		return mime_is(node, type) ? node : NULL;
	for (guint i = 0; i < node->children->len && !found && depth < LOOK_DEPTH; i++)
		found = find_leaf(g_ptr_array_index(node->children, i), type, depth + 1);
	return found;
}

/* The decoded bytes of a leaf as text, at most TEXT_BYTES of them. */
static char *leaf_text(Mail *mail, const MimeNode *leaf)
{
	g_autoptr(GBytes) bytes = mime_decode(mail, leaf);
	gsize length;
	const char *data = g_bytes_get_data(bytes, &length);

	return charset_to_utf8(
		params_get(leaf->type, "charset"), data, MIN(length, TEXT_BYTES), NULL);
}

/* The fields of a header block as a mail of their own. */
static Mail *block_new(const char *text, gsize length)
{
	g_autoptr(GBytes) bytes = g_bytes_new(text, length);
	Mail *block = mail_new();
	gsize start, body;

	fields_parse(block, bytes, &start, &body);
	return block;
}

static void set_reported_id(Mail *mail, const char *value)
{
	if (value && !mail->reported_id)
		mail->reported_id = msgid_parse(value);
}

static void add_recipient(Mail *mail, const char *text, gsize length)
{
	g_autofree char *plain = g_strndup(text, length);
	g_autofree char *key = address_key(plain);

	if (!address_is_plausible(key) ||
		g_ptr_array_find_with_equal_func(mail->reported_recipients, key, g_str_equal, NULL))
		return;
	if (mail->reported_recipients->len >= LIMIT_RECIPIENTS)
		mail_defect(
			mail, "more than %d failed recipients, the first read", LIMIT_RECIPIENTS);
	else
		g_ptr_array_add(mail->reported_recipients, g_steal_pointer(&key));
}

/* "rfc822; anna@acme.example" */
static void add_typed_recipient(Mail *mail, const char *value)
{
	const char *semicolon = strchr(value, ';');

	value = semicolon ? semicolon + 1 : value;
	value += strspn(value, " \t");
	add_recipient(mail, value, strcspn(value, " \t("));
}

/* The header of the returned mail is kept if that is the one reported, and says who wrote it. Takes
 * block. */
static void keep_reported(Mail *mail, Mail *block)
{
	g_autoptr(Mail) owned = block;

	if (block->from->len > 0 &&
		(!block->message_id || g_strcmp0(block->message_id, mail->reported_id) == 0))
		mail->reported = g_steal_pointer(&owned);
}

/* The returned mail, or its header, names what is reported. */
static void read_returned(Mail *mail, const MimeNode *root)
{
	static const char *const types[] = {"message/rfc822", "text/rfc822-headers",
		"message/rfc822-headers", "message/global", "message/global-headers",
		"text/rfc822"};

	for (gsize i = 0; i < G_N_ELEMENTS(types) && !mail->reported; i++) {
		const MimeNode *leaf = find_leaf(root, types[i], 0);
		g_autoptr(GBytes) bytes = leaf ? mime_decode(mail, leaf) : NULL;
		g_autoptr(Mail) block = NULL;

		if (!bytes || g_bytes_get_size(bytes) == 0)
			continue;
		block = block_new(g_bytes_get_data(bytes, NULL),
			MIN(g_bytes_get_size(bytes), LIMIT_HEADER_BYTES));
		set_reported_id(mail, mail_field(block, "Message-ID"));
		header_read(block);
		keep_reported(mail, g_steal_pointer(&block));
	}
	if (!mail->reported_id && mail->in_reply_to->len > 0)
		mail->reported_id = g_strdup(g_ptr_array_index(mail->in_reply_to, 0));
}

/* One recipient of a delivery status; TRUE where the mail did not reach it. */
static gboolean read_status_block(Mail *mail, const char *text, gsize length)
{
	g_autoptr(Mail) block = block_new(text, length);
	const char *action = mail_field(block, "Action");
	const char *status = mail_field(block, "Status");
	const char *final = mail_field(block, "Final-Recipient");
	const char *original = mail_field(block, "Original-Recipient");

	if (!action && !final)
		return FALSE;
	if (action ? g_ascii_strncasecmp(action, "failed", 6) != 0 : !status || *status != '5')
		return FALSE;
	if (original)
		add_typed_recipient(mail, original);
	if (final)
		add_typed_recipient(mail, final);
	return TRUE;
}

/* RFC 3464: blocks of fields with empty lines between, the first about the mail, the others each
 * about a recipient. */
static gboolean read_delivery_status(Mail *mail, const char *text)
{
	gboolean has_failed = FALSE;

	while (*text) {
		const char *end = strstr(text, "\n\n"), *crlf = strstr(text, "\n\r\n");

		if (crlf && (!end || crlf < end))
			end = crlf;
		if (!end)
			end = text + strlen(text);
		has_failed = read_status_block(mail, text, (gsize)(end - text)) || has_failed;
		text = end + strspn(end, "\r\n");
	}
	return has_failed;
}

static gboolean read_dsn(Mail *mail, const MimeNode *root)
{
	const MimeNode *leaf = find_leaf(root, "message/delivery-status", 0);
	g_autofree char *text = NULL;

	if (!leaf)
		leaf = find_leaf(root, "message/global-delivery-status", 0);
	if (!leaf)
		return FALSE;
	text = leaf_text(mail, leaf);
	/* A notice of success or of delay is no failure: nobody has to send anything again. */
	if (read_delivery_status(mail, text))
		kind_set(mail, MAIL_KIND_BOUNCE, "message/delivery-status");
	else
		kind_set(mail, MAIL_KIND_RECEIPT, "message/delivery-status without a failure");
	return TRUE;
}

static gboolean read_mdn(Mail *mail, const MimeNode *root)
{
	const MimeNode *leaf = find_leaf(root, "message/disposition-notification", 0);
	g_autoptr(Mail) block = NULL;
	g_autofree char *text = NULL;

	if (!leaf)
		return FALSE;
	text = leaf_text(mail, leaf);
	block = block_new(text, strlen(text));
	set_reported_id(mail, mail_field(block, "Original-Message-ID"));
	kind_set(mail, MAIL_KIND_RECEIPT, "message/disposition-notification");
	return TRUE;
}

static gboolean read_complaint(Mail *mail, const MimeNode *root)
{
	if (!find_leaf(root, "message/feedback-report", 0))
		return FALSE;
	kind_set(mail, MAIL_KIND_AUTO_REPLY, "message/feedback-report");
	return TRUE;
}

/* Subjects under which servers without RFC 3464 return mail, in lower case. */
static gboolean is_bounce_subject(const char *subject)
{
	static const char *const words[] = {"undelivered mail", "undeliverable",
		"undeliverable mail", "unzustellbar", "nicht zustellbar", "mail delivery fail",
		"mail delivery system", "delivery failure", "delivery failed",
		"delivery status notification (fail", "delivery notification: delivery has failed",
		"failure notice", "returned mail", "mail system error", "message undeliverable",
		"unable to deliver", "non remis", "no entregado", "rebotado", "non recapitabile",
		"onbestelbaar", "non-delivery"};
	g_autofree char *lower = g_utf8_strdown(subject, -1);

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (g_str_has_prefix(lower, words[i]))
			return TRUE;
	return FALSE;
}

/* Does a mail server write here? Without that a subject is only a subject. */
static gboolean is_from_server(const Mail *mail)
{
	const Mailbox *author = mail_author(mail);
	const char *path = mail_field(mail, "Return-Path");
	g_autofree char *key = address_key(author ? author->address : NULL);

	return g_str_has_prefix(key, "mailer-daemon") || g_str_has_prefix(key, "postmaster@") ||
	       g_str_has_prefix(key, "mail-daemon") || g_str_has_prefix(key, "microsoftexchange") ||
	       (path && path[strspn(path, " <")] == '>');
}

/* "<anna@acme.example>:" at the start of a line is how qmail and Postfix name who was not reached;
 * the returned mail below has a Message-ID of its own. */
static void read_bounce_text(Mail *mail, const char *text)
{
	while (*text) {
		gsize length = strcspn(text, "\r\n");
		const char *close = *text == '<' ? memchr(text, '>', length) : NULL;

		if (close && close + 1 < text + length && close[1] == ':')
			add_recipient(mail, text + 1, (gsize)(close - text - 1));
		if (!mail->reported_id && length > 11 &&
			g_ascii_strncasecmp(text, "Message-ID:", 11) == 0) {
			g_autofree char *value = g_strndup(text + 11, length - 11);

			set_reported_id(mail, value);
		}
		text += length;
		text += strspn(text, "\r\n");
	}
}

static void read_old_bounce(Mail *mail, const MimeNode *root)
{
	const char *failed = mail_field(mail, "X-Failed-Recipients");
	const MimeNode *leaf = find_leaf(root, "text/plain", 0);
	g_autofree char *text = NULL;

	if (!failed && !(is_from_server(mail) && is_bounce_subject(mail->subject)))
		return;
	kind_set(mail, MAIL_KIND_BOUNCE, failed ? "X-Failed-Recipients" : "From and Subject");
	if (failed) {
		g_auto(GStrv) addresses = g_strsplit(failed, ",", LIMIT_RECIPIENTS);

		for (char **address = addresses; *address; address++)
			add_recipient(mail, *address, strlen(*address));
	}
	text = leaf ? leaf_text(mail, leaf) : NULL;
	if (text)
		read_bounce_text(mail, text);
}

void report_read(Mail *mail, const MimeNode *root)
{
	if (!read_dsn(mail, root) && !read_mdn(mail, root) && !read_complaint(mail, root))
		read_old_bounce(mail, root);
	if (mail->kind == MAIL_KIND_BOUNCE || mail->kind == MAIL_KIND_RECEIPT ||
		(mail->kind_evidence &&
			g_str_equal(mail->kind_evidence, "message/feedback-report")))
		read_returned(mail, root);
}
