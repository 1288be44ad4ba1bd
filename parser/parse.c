/* The story of one mail. */
#include "parser/parse.h"

#include <string.h>

#include "mime/fields.h"
#include "mime/header.h"
#include "parser/kind.h"
#include "mime/limits.h"
#include "mime/mime.h"
#include "parser/nested.h"
#include "parser/report.h"

/* The lines of old Macintoshes end in CR alone. What is parsed has LF there; what is kept has not.
 */
static GBytes *with_line_ends(Mail *mail, GBytes *source)
{
	gsize length;
	const char *bytes = g_bytes_get_data(source, &length);
	char *copy;

	if (length == 0 || memchr(bytes, '\n', length) || !memchr(bytes, '\r', length))
		return g_bytes_ref(source);
	mail_defect(mail, "lines that end in CR alone");
	copy = g_memdup2(bytes, length);
	for (gsize i = 0; i < length; i++)
		if (copy[i] == '\r')
			copy[i] = '\n';
	return g_bytes_new_take(copy, length);
}

/* Header, parts, kind, body; then what in the text is new, quoted and forwarded. */
Mail *parse_mail_within(GBytes *source, Budget *budget)
{
	g_autoptr(MimeNode) root = NULL;
	g_autoptr(Body) body = NULL;
	g_autoptr(GBytes) lines = NULL;
	Mail *mail = mail_new();
	gsize start, end;

	budget->depth -= budget->depth > 0;
	mail->source = g_bytes_ref(source);
	lines = with_line_ends(mail, source);
	fields_parse(mail, lines, &start, &end);
	header_read(mail);
	root = mime_parse(mail, mail->fields, lines, end, &budget->parts);
	report_read(mail, root);
	kind_read(mail);
	body = body_new(mail, budget);
	body->is_report = mail->kind == MAIL_KIND_BOUNCE || mail->kind == MAIL_KIND_RECEIPT;
	body_read(body, root);
	body_finish(body);
	budget->depth++;
	return mail;
}

Mail *parse_mail(GBytes *source)
{
	Budget budget = {
		.parts = LIMIT_PARTS, .depth = LIMIT_MAIL_DEPTH, .bytes = LIMIT_NESTED_BYTES};

	return parse_mail_within(source, &budget);
}
