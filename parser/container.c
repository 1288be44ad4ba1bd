#include "parser/container.h"

#include <string.h>

#include "mime/attachment.h"
#include "mime/fields.h"
#include "parser/msg.h"
#include "parser/nested.h"
#include "parser/tnef.h"

static gboolean is_mail_type(const char *type)
{
	static const char *const types[] = {
		"message/rfc822", "message/global", "message/news", "message/rfc2822", NULL};

	return g_strv_contains(types, type);
}

/* A file called .eml that begins like a mail: it may be of any type, also behind a byte order mark
 * or an mbox line. */
static gboolean is_mail_file(const char *extension, GBytes *content)
{
	gsize length;
	const char *text = g_bytes_get_data(content, &length);

	if (strcmp(extension, ".eml") != 0 || length == 0)
		return FALSE;
	if (length > 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return fields_begin(text + 3, length - 3);
	if (length > 5 && memcmp(text, "From ", 5) == 0)
		return TRUE;
	return fields_begin(text, length);
}

Container container_find(const char *content_type, const char *filename, GBytes *content)
{
	g_autofree char *extension = attachment_extension(filename ? filename : "");

	if (is_mail_type(content_type) || is_mail_file(extension, content))
		return CONTAINER_MAIL;
	if (msg_is(content) && (strcmp(extension, ".msg") == 0 ||
				       strcmp(content_type, "application/vnd.ms-outlook") == 0))
		return CONTAINER_MSG;
	if (tnef_is(content))
		return CONTAINER_TNEF;
	return CONTAINER_NONE;
}

static Mail *open_mail(Body *body, Container container, GBytes *content)
{
	gsize length = g_bytes_get_size(content);
	Mail *original;

	if (length > body->budget->bytes || body->budget->depth == 0) {
		mail_defect(
			body->mail, "an attached mail is too large or too deep, kept as a file");
		return NULL;
	}
	body->budget->bytes -= length;
	if (container == CONTAINER_MAIL)
		return parse_mail_within(content, body->budget);
	original = msg_parse(content, body->budget);
	if (!original)
		mail_defect(body->mail, "no mail in an Outlook file");
	return original;
}

void container_read(Body *body, Container container, GBytes *content)
{
	Mail *original;

	if (container == CONTAINER_TNEF) {
		tnef_read(body, content);
		return;
	}
	original = open_mail(body, container, content);
	if (original)
		g_ptr_array_add(body->originals, original);
}
