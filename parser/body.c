#include "parser/body.h"

#include <string.h>

#include "mime/attachment.h"
#include "parser/calendar.h"
#include "mime/charset.h"
#include "parser/container.h"
#include "parser/kind.h"
#include "forward/forward.h"
#include "mime/limits.h"
#include "parser/piece.h"
#include "parser/plain.h"
#include "forward/quote.h"
#include "html/sanitise.h"
#include "parser/smime.h"

static Piece *read_node(Body *body, const MimeNode *node, guint depth);

Body *body_new(Mail *mail, Budget *budget)
{
	Body *body = g_new0(Body, 1);

	body->mail = mail;
	body->budget = budget;
	body->text_left = LIMIT_TEXT_BYTES;
	body->html_left = LIMIT_HTML_BYTES;
	body->text = g_string_new(NULL);
	body->html = piece_pages_new();
	body->originals = g_ptr_array_new_with_free_func((GDestroyNotify)mail_free);
	body->notes = g_string_new(NULL);
	return body;
}

void body_free(Body *body)
{
	if (!body)
		return;
	g_string_free(body->text, TRUE);
	g_ptr_array_unref(body->html);
	g_ptr_array_unref(body->originals);
	g_string_free(body->notes, TRUE);
	g_free(body);
}

static const char *stated_filename(const MimeNode *node)
{
	const char *name = params_get(node->disposition, "filename");

	return name ? name : params_get(node->type, "name");
}

/* The charset that HTML names itself: <meta charset="…"> or its older form, near its beginning. */
static char *html_charset(const char *html, gsize length)
{
	g_autofree char *head = g_ascii_strdown(html, (gssize)MIN(length, 2048));
	const char *meta = strstr(head, "<meta");
	const char *found = meta ? strstr(meta, "charset=") : NULL;

	if (!found)
		return NULL;
	found += strlen("charset=");
	found += strspn(found, "\"' ");
	return g_strndup(found, strcspn(found, "\"' />;"));
}

static gboolean has_controls(const char *bytes, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if ((guchar)bytes[i] < ' ' && !strchr("\t\n\r\f\033", bytes[i]))
			return TRUE;
	return FALSE;
}

/* The bytes of a text. Plain text under the label of an encoding that it is not in decodes to
 * rubbish: it stays as it is. */
static GBytes *decode_letters(Mail *mail, const MimeNode *node)
{
	g_autoptr(GBytes) bytes = mime_decode(mail, node);
	gsize length, coded_length;
	const char *decoded = g_bytes_get_data(bytes, &length);
	const char *coded = g_bytes_get_data(node->content, &coded_length);

	if (node->transfer == TRANSFER_BASE64 && has_controls(decoded, MIN(length, 1000)) &&
		!has_controls(coded, MIN(coded_length, 1000)) &&
		!transfer_looks_like_base64(coded, MIN(coded_length, 1000)))
		return g_bytes_ref(node->content);
	return g_steal_pointer(&bytes);
}

/* The text of a leaf in UTF-8, cut at what is left of the limit. */
static char *decode_text(Body *body, const MimeNode *node, gsize *left, gboolean is_html)
{
	g_autoptr(GBytes) bytes = decode_letters(body->mail, node);
	const char *label = params_get(node->type, "charset");
	g_autofree char *stated = NULL, *text = NULL;
	gboolean is_repaired;
	gsize length;
	const char *data = g_bytes_get_data(bytes, &length);

	if (length > *left) {
		mail_defect(body->mail, "%s cut after %" G_GSIZE_FORMAT " bytes",
			is_html ? "HTML" : "text", *left);
		length = *left;
	}
	*left -= length;
	if (is_html && !(label && charset_is_known(label)))
		stated = html_charset(data ? data : "", length);
	if (stated && charset_is_known(stated))
		label = stated;
	text = charset_to_utf8(label, data, length, &is_repaired);
	if (is_repaired && label)
		mail_defect(body->mail, "text does not fit its charset");
	return plain_normalise(text);
}

static Piece *read_html(Body *body, const MimeNode *node)
{
	char *html = decode_text(body, node, &body->html_left, TRUE);
	Rendered *page = page_read(html, strlen(html));
	Piece *piece = piece_new(g_strdup(page->text), FALSE);

	g_ptr_array_add(piece->html, page);
	return piece;
}

static Piece *read_plain(Body *body, const MimeNode *node)
{
	g_autofree char *text = decode_text(body, node, &body->text_left, FALSE);
	const char *format = params_get(node->type, "format");
	const char *delsp = params_get(node->type, "delsp");
	g_autofree char *whole = NULL;

	if (mime_is(node, "text/enriched") || mime_is(node, "text/richtext"))
		return piece_new(plain_strip_enriched(text), FALSE);
	if (format && g_ascii_strcasecmp(format, "flowed") == 0)
		whole = plain_unwrap_flowed(text, delsp && g_ascii_strcasecmp(delsp, "yes") == 0);
	else
		whole = g_steal_pointer(&text);
	return piece_new(plain_extract_uuencoded(body->mail, whole), TRUE);
}

static void add_attachment(Body *body, const MimeNode *node, GBytes *content)
{
	Attachment *attachment =
		attachment_new(stated_filename(node), node->type->value, node->content_id, content);

	attachment->is_inline = strcmp(node->disposition->value, "inline") == 0;
	attachment_add(body->mail, attachment);
}

static Piece *read_calendar(Body *body, const MimeNode *node)
{
	g_autoptr(GBytes) content = mime_decode(body->mail, node);
	g_autofree char *text = NULL, *summary = NULL;
	const char *method = params_get(node->type, "method");
	gboolean is_invitation = FALSE, is_cut = FALSE;
	gsize length;
	const char *data = g_bytes_get_data(content, &length);

	text = charset_to_utf8(
		params_get(node->type, "charset"), data, MIN(length, LIMIT_CALENDAR_BYTES), NULL);
	summary = calendar_summary(text, &is_invitation, &is_cut);
	if (is_cut || length > LIMIT_CALENDAR_BYTES)
		mail_defect(body->mail,
			"more than %d appointments or %d bytes of a calendar left out",
			LIMIT_EVENTS, LIMIT_CALENDAR_BYTES);
	/* An event.ics that somebody attached is a file; an invitation is what the mail is about.
	 */
	if ((method || is_invitation) && strcmp(node->disposition->value, "attachment") != 0 &&
		body->mail->kind == MAIL_KIND_MAIL) {
		body->mail->kind = MAIL_KIND_CALENDAR;
		body->mail->kind_evidence = g_strdup_printf(
			"text/calendar%s%s", method ? "; method=" : "", method ? method : "");
		g_string_append(body->notes, summary);
	}
	add_attachment(body, node, content);
	return piece_new(NULL, FALSE);
}

/* Is this leaf shown in the text, or is it a file that happens to be text? */
static gboolean is_body_text(const Body *body, const MimeNode *node)
{
	static const char *const files[] = {"text/rtf", "text/vcard", "text/x-vcard",
		"text/directory", "text/xml", "text/css", "text/javascript", "text/rfc822-headers",
		"text/rfc822"};

	if (!mime_is(node, "text/") || strcmp(node->disposition->value, "attachment") == 0)
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
		if (mime_is(node, files[i]))
			return FALSE;
	/* The body may have a name, and its other form; a second text with a name is a file. */
	return !stated_filename(node) || !body->has_text || body->is_alternative;
}

static Piece *read_text(Body *body, const MimeNode *node)
{
	/* Further forms of the same text (text/watch-html, text/x-amp-html) add nothing that a
	 * person needs. */
	if (body->is_alternative && !mime_is(node, "text/plain") && !mime_is(node, "text/html") &&
		!mime_is(node, "text/enriched") && !mime_is(node, "text/richtext"))
		return piece_new(NULL, FALSE);
	body->has_text = TRUE;
	return mime_is(node, "text/html") ? read_html(body, node) : read_plain(body, node);
}

/* What is signed stands in the signature's file: read it as the parts that it is. */
static Piece *read_signed(Body *body, const MimeNode *node, GBytes *content, guint depth)
{
	g_autoptr(GBytes) entity = smime_content(content);
	g_autoptr(MimeNode) tree = NULL;
	g_autoptr(Mail) inner = NULL;

	if (!entity || depth >= LIMIT_DEPTH)
		return NULL;
	inner = mail_new();
	tree = smime_parse_entity(inner, entity, &body->budget->parts);
	for (guint i = 0; i < inner->defects->len; i++)
		mail_defect(body->mail, "%s", (const char *)g_ptr_array_index(inner->defects, i));
	add_attachment(body, node, content);
	return read_node(body, tree, depth + 1);
}

static Piece *read_leaf(Body *body, const MimeNode *node, guint depth)
{
	g_autoptr(GBytes) content = NULL;
	Container container;
	Piece *piece = NULL;

	if (mime_is(node, "text/calendar"))
		return read_calendar(body, node);
	if (is_body_text(body, node))
		return read_text(body, node);
	content = mime_decode(body->mail, node);
	if (mime_is(node, "application/pkcs7-mime") || mime_is(node, "application/x-pkcs7-mime"))
		piece = read_signed(body, node, content, depth);
	if (piece)
		return piece;
	add_attachment(body, node, content);
	container = container_find(node->type->value, stated_filename(node), content);
	if (container != CONTAINER_NONE && !body->is_report)
		container_read(body, container, content);
	return piece_new(NULL, FALSE);
}

static Piece *read_node(Body *body, const MimeNode *node, guint depth)
{
	g_autoptr(GPtrArray) pieces = NULL;
	gboolean is_alternative, was_alternative = body->is_alternative,
				 was_report = body->is_report;

	if (!node->children)
		return read_leaf(body, node, depth);
	pieces = g_ptr_array_new_with_free_func((GDestroyNotify)piece_free);
	is_alternative = mime_is(node, "multipart/alternative");
	body->is_alternative = is_alternative;
	body->is_report = was_report || mime_is(node, "multipart/report");
	for (guint i = 0; i < node->children->len && depth < 2 * LIMIT_DEPTH; i++)
		g_ptr_array_add(
			pieces, read_node(body, g_ptr_array_index(node->children, i), depth + 1));
	body->is_alternative = was_alternative;
	body->is_report = was_report;
	return is_alternative ? piece_choose(pieces) : piece_chain(pieces);
}

void body_add(Body *body, const char *text, const char *html)
{
	Rendered *page = NULL;

	if (html) {
		char *copy = g_strdup(html);

		page = page_read(copy, strlen(copy));
		g_ptr_array_add(body->html, page);
	}
	piece_append(body->text, !piece_is_blank(text) ? text : page ? page->text : NULL);
}

void body_read(Body *body, const MimeNode *root)
{
	g_autoptr(Piece) piece = read_node(body, root, 0);

	/* What a winmail.dat brought is the text only where the mail itself has none. */
	if (!piece_is_blank(piece->text) || piece->html->len > 0) {
		g_string_assign(body->text, piece->text);
		g_ptr_array_set_size(body->html, 0);
		g_ptr_array_extend_and_steal(body->html, g_steal_pointer(&piece->html));
		piece->html = g_ptr_array_new();
	}
}

/* Each part is sanitised for itself, so that none can reach into another (EFAIL). */
static void set_html(Mail *mail, const GPtrArray *parts)
{
	GString *clean;

	if (parts->len == 0)
		return;
	clean = g_string_new(NULL);
	for (guint i = 0; i < parts->len; i++) {
		const Rendered *part = g_ptr_array_index(parts, i);

		if (clean->len > 0 && *part->clean)
			g_string_append_c(clean, '\n');
		g_string_append(clean, part->clean);
		mail->remote_images += part->remote_images;
	}
	mail->html = g_string_free(clean, FALSE);
}

static gboolean has_content_ids(const Mail *mail)
{
	for (guint i = 0; i < mail->attachments->len; i++)
		if (((const Attachment *)g_ptr_array_index(mail->attachments, i))->content_id)
			return TRUE;
	return FALSE;
}

static void mark_inline(Mail *mail, const char *html)
{
	g_autoptr(GHashTable) ids = html_content_ids(html, strlen(html));

	for (guint i = 0; i < mail->attachments->len; i++) {
		Attachment *attachment = g_ptr_array_index(mail->attachments, i);

		if (attachment->content_id && g_hash_table_contains(ids, attachment->content_id))
			attachment->is_inline = TRUE;
	}
}

/* All HTML of the mail as one page, NULL without. */
static Rendered *whole_page(Body *body)
{
	GString *html;

	if (body->html->len == 0)
		return NULL;
	if (body->html->len > 1) {
		html = g_string_new(NULL);
		for (guint i = 0; i < body->html->len; i++)
			g_string_append_printf(html, "%s%s", i ? "\n" : "",
				((const Rendered *)g_ptr_array_index(body->html, i))->html);
		g_ptr_array_set_size(body->html, 0);
		g_ptr_array_add(body->html, render_html(html->str, html->len));
		g_string_free(html, FALSE);
	}
	return g_ptr_array_index(body->html, 0);
}

static void add_forwards(Body *body)
{
	Mail *mail = body->mail;
	g_autofree char *comment = g_strstrip(g_strdup(mail->text));

	for (guint i = 0; i < body->originals->len; i++) {
		Forward *forward = g_new0(Forward, 1);

		forward->form = FORWARD_ATTACHED;
		forward->comment = g_strdup(comment);
		forward->original = g_ptr_array_index(body->originals, i);
		body->originals->pdata[i] = NULL;
		g_ptr_array_add(mail->forwards, forward);
	}
	g_ptr_array_set_free_func(body->originals, NULL);
	g_ptr_array_set_size(body->originals, 0);
}

/* What was taken from a text has no fields, but its subject and its author may say that it is a
 * robot's. */
static void read_kinds(const Mail *mail)
{
	for (guint i = 0; i < mail->forwards->len; i++) {
		const Forward *forward = g_ptr_array_index(mail->forwards, i);

		kind_read(forward->original);
		read_kinds(forward->original);
	}
}

void body_finish(Body *body)
{
	Mail *mail = body->mail;
	Rendered *page;

	piece_append(body->text, body->notes->str);
	g_free(mail->text);
	mail->text = g_strdup(body->text->str);
	set_html(mail, body->html);
	page = whole_page(body);
	if (page && has_content_ids(mail))
		mark_inline(mail, page->html);
	forward_find_inline(mail, page);
	read_kinds(mail);
	quote_split(mail, page);
	add_forwards(body);
}
