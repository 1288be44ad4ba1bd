#include "mime/mime.h"

#include <gmime/gmime.h>
#include <string.h>

#include "mime/charset.h"
#include "mime/fields.h"
#include "mime/limits.h"
#include "mime/scan.h"

/* GMime forgets to free the four types that we replace, once a process. Its library has no frame
 * pointers, so that a suppression cannot name it: the leak checker is told here. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LEAK_CHECK 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(HAS_LEAK_CHECK)
#include <sanitizer/lsan_interface.h>
#define leak_check_off() __lsan_disable()
#define leak_check_on()  __lsan_enable()
#else
#define leak_check_off() ((void)0)
#define leak_check_on()  ((void)0)
#endif

/* GMime sees messages as leaves: we read them ourselves, with our own depth, and keep their exact
 * bytes. */
static void gmime_prepare(void)
{
	static gsize is_ready;

	if (!g_once_init_enter(&is_ready))
		return;
	leak_check_off();
	g_mime_init();
	g_mime_object_register_type("message", "rfc822", GMIME_TYPE_PART);
	g_mime_object_register_type("message", "global", GMIME_TYPE_PART);
	g_mime_object_register_type("message", "news", GMIME_TYPE_PART);
	g_mime_object_register_type("message", "partial", GMIME_TYPE_PART);
	g_mime_object_register_type("message", "*", GMIME_TYPE_PART);
	leak_check_on();
	g_once_init_leave(&is_ready, 1);
}

void mime_node_free(MimeNode *node)
{
	if (!node)
		return;
	params_free(node->type);
	params_free(node->disposition);
	g_free(node->content_id);
	g_clear_pointer(&node->children, g_ptr_array_unref);
	g_clear_pointer(&node->content, g_bytes_unref);
	g_free(node);
}

gboolean mime_is(const MimeNode *node, const char *type)
{
	gsize length = strlen(type);

	if (length > 0 && type[length - 1] == '/')
		return g_str_has_prefix(node->type->value, type);
	return strcmp(node->type->value, type) == 0;
}

GBytes *mime_decode(Mail *mail, const MimeNode *node)
{
	gboolean is_clean;
	GBytes *bytes = transfer_decode(node->transfer, node->content, &is_clean);

	if (!is_clean)
		mail_defect(mail, "damaged transfer encoding of %s", node->type->value);
	return bytes;
}

static void set_content_id(MimeNode *node, const char *value)
{
	g_autofree char *id = g_strdup(value);
	char *start = strchr(id, '<');
	char *end = start ? strchr(start, '>') : NULL;

	if (start && end) {
		*end = '\0';
		start++;
	} else {
		start = id;
	}
	g_strstrip(start);
	if (*start && !node->content_id)
		node->content_id = g_strdup(start);
}

static void set_transfer(Mail *mail, MimeNode *node, const char *value)
{
	gboolean is_known;

	node->transfer = transfer_parse(value, &is_known);
	if (!is_known)
		mail_defect(mail, "unknown Content-Transfer-Encoding");
}

static Params *read_params(Mail *mail, const char *value)
{
	Params *params = params_parse(value);

	if (params->is_cut)
		mail_defect(mail,
			"more than %d parameters of a field, or %d pieces of one, left out",
			LIMIT_PARAMETERS, LIMIT_SEGMENTS);
	return params;
}

/* One Content-* field of a part. Of several the first counts. */
static void node_set(Mail *mail, MimeNode *node, const char *name, const char *value)
{
	if (g_ascii_strcasecmp(name, "Content-Type") == 0 && !node->type)
		node->type = read_params(mail, value);
	else if (g_ascii_strcasecmp(name, "Content-Disposition") == 0 && !node->disposition)
		node->disposition = read_params(mail, value);
	else if (g_ascii_strcasecmp(name, "Content-Transfer-Encoding") == 0 &&
		 node->transfer == TRANSFER_IDENTITY)
		set_transfer(mail, node, value);
	else if (g_ascii_strcasecmp(name, "Content-ID") == 0)
		set_content_id(node, value);
}

/* default_type: what a part without a usable Content-Type is. */
static void node_complete(Mail *mail, MimeNode *node, const char *default_type)
{
	node->has_type = node->type != NULL;
	if (node->type && !strchr(node->type->value, '/')) {
		/* "Content-Type: text" is an old habit and means text/plain. */
		if (*node->type->value && strcmp(node->type->value, "text") != 0)
			mail_defect(mail, "a Content-Type without a slash");
		g_free(node->type->value);
		node->type->value = g_strdup(default_type);
	}
	if (!node->type)
		node->type = params_parse(default_type);
	if (!node->disposition)
		node->disposition = params_parse(NULL);
}

static MimeNode *leaf_new(GBytes *content)
{
	MimeNode *node = g_new0(MimeNode, 1);

	node->content = content;
	return node;
}

/* The bytes of a part as they stand in the source. GMime's streams over memory are bounds on it. */
static GBytes *part_bytes(GMimePart *part, GBytes *source)
{
	GMimeDataWrapper *wrapper = g_mime_part_get_content(part);
	GMimeStream *stream = wrapper ? g_mime_data_wrapper_get_stream(wrapper) : NULL;
	gsize length, start, end;
	const char *data = g_bytes_get_data(source, &length);

	if (!stream)
		return g_bytes_new_static("", 0);
	start = MIN((gsize)MAX(stream->bound_start, 0), length);
	end = stream->bound_end < 0 ? length : MIN((gsize)stream->bound_end, length);
	/* Where boundaries end in CRLF it takes two bytes off for a line end that was only LF. */
	if (end + 1 < length && end >= start && data[end + 1] == '\n' && data[end] != '\r' &&
		data[end] != '\n')
		end++;
	return g_bytes_new_from_bytes(source, start, MAX(end, start) - start);
}

static MimeNode *node_from(
	Mail *mail, GMimeObject *object, GBytes *source, gboolean is_digest, guint depth);

static void children_from(
	Mail *mail, MimeNode *node, GMimeMultipart *multipart, GBytes *source, guint depth)
{
	int count = g_mime_multipart_get_count(multipart);
	gboolean is_digest = mime_is(node, "multipart/digest");

	node->children = g_ptr_array_new_with_free_func((GDestroyNotify)mime_node_free);
	for (int i = 0; i < count; i++) {
		MimeNode *child = depth < LIMIT_DEPTH
					  ? node_from(mail, g_mime_multipart_get_part(multipart, i),
						    source, is_digest, depth + 1)
					  : NULL;

		if (child)
			g_ptr_array_add(node->children, child);
	}
}

/* A multipart without parts: what stands in it is text for a person. */
static void node_become_text(Mail *mail, MimeNode *node, GBytes *content)
{
	mail_defect(mail, "a multipart without parts read as text");
	g_clear_pointer(&node->children, g_ptr_array_unref);
	params_free(node->type);
	node->type = params_parse("text/plain");
	node->content = content;
}

static MimeNode *node_from(
	Mail *mail, GMimeObject *object, GBytes *source, gboolean is_digest, guint depth)
{
	GMimeHeaderList *headers = g_mime_object_get_header_list(object);
	int count = g_mime_header_list_get_count(headers);
	MimeNode *node = g_new0(MimeNode, 1);

	/* Of two fields of one name GMime believed the last. */
	for (int i = MIN(count, LIMIT_FIELDS) - 1; i >= 0; i--) {
		GMimeHeader *header = g_mime_header_list_get_header_at(headers, i);
		const char *raw = g_mime_header_get_raw_value(header);
		g_autofree char *value = raw ? fields_unfold(raw, strlen(raw)) : NULL;

		if (value)
			node_set(mail, node, g_mime_header_get_name(header), value);
	}
	node_complete(mail, node, is_digest ? "message/rfc822" : "text/plain");
	if (GMIME_IS_MULTIPART(object)) {
		const char *prologue = g_mime_multipart_get_prologue(GMIME_MULTIPART(object));

		children_from(mail, node, GMIME_MULTIPART(object), source, depth);
		if (node->children->len == 0)
			node_become_text(
				mail, node, g_bytes_new(prologue, prologue ? strlen(prologue) : 0));
	} else if (GMIME_IS_PART(object)) {
		node->content = part_bytes(GMIME_PART(object), source);
	} else {
		node->content = g_bytes_new_static("", 0);
	}
	return node;
}

/* Asks GMime for the multipart that begins at byte start of source and whose boundary must be this
 * one. NULL where it sees something else there. */
static MimeNode *ask_gmime(Mail *mail, GBytes *source, gsize start, const char *boundary)
{
	gsize length;
	const guint8 *data = g_bytes_get_data(source, &length);
	/* Borrowed for the time of the parse: g_byte_array_steal() gives the bytes back. */
	GByteArray *array = g_byte_array_new_take((guint8 *)data, length);
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(array);
	GMimeParser *parser;
	GMimeObject *object;
	MimeNode *node = NULL;

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_mime_stream_set_bounds(stream, (gint64)start, (gint64)length);
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_persist_stream(parser, TRUE);
	object = g_mime_parser_construct_part(parser, NULL);
	if (object && GMIME_IS_MULTIPART(object) &&
		g_strcmp0(g_mime_object_get_content_type_parameter(object, "boundary"), boundary) ==
			0 &&
		g_mime_multipart_get_count(GMIME_MULTIPART(object)) > 0)
		node = node_from(mail, object, source, FALSE, 0);
	g_clear_object(&object);
	g_object_unref(parser);
	g_object_unref(stream);
	g_byte_array_steal(array, NULL);
	g_byte_array_unref(array);
	return node;
}

/* The same entity with a header of our own: for headers that GMime reads otherwise than we, or
 * should not see. */
static MimeNode *ask_gmime_plainly(
	Mail *mail, GBytes *source, gsize body, const char *type, const char *boundary)
{
	g_autoptr(GByteArray) copy = g_byte_array_new();
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *header = NULL;
	gsize length;
	const guint8 *data = g_bytes_get_data(source, &length);

	if (strpbrk(boundary, "\"\\\r\n"))
		return NULL;
	header = g_strdup_printf("Content-Type: %s; boundary=\"%s\"\r\n\r\n", type, boundary);
	g_byte_array_append(copy, (const guint8 *)header, (guint)strlen(header));
	g_byte_array_append(copy, data + body, (guint)(length - body));
	bytes = g_byte_array_free_to_bytes(g_steal_pointer(&copy));
	return ask_gmime(mail, bytes, 0, boundary);
}

/* The boundary that a body seems to use where its header names none: its first line that begins
 * with --. */
static char *guess_boundary(const char *text, gsize length)
{
	for (guint lines = 0; lines < 50 && length > 0; lines++) {
		const char *newline = memchr(text, '\n', length);
		gsize line = newline ? (gsize)(newline - text) : length;
		gsize whole = newline ? line + 1 : line;

		while (line > 0 && g_ascii_isspace(text[line - 1]))
			line--;
		if (line > 5 && line < 80 && memcmp(text, "--", 2) == 0 &&
			!memchr(text, '\0', line))
			return charset_guess(text + 2, line - 2);
		text += whole;
		length -= whole;
	}
	return NULL;
}

/* Where in the source the header begins that GMime should read, G_MAXSIZE where it should not: it
 * is asked for the parts, and what says something of them begins with the first Content-* field. */
static gsize header_start(const char *text, gsize body)
{
	static const char content[] = "Content-";

	if (body > LIMIT_HEADER_BYTES)
		return G_MAXSIZE;
	for (gsize line = 0; line < body;) {
		const char *newline = memchr(text + line, '\n', body - line);

		if (body - line > strlen(content) &&
			g_ascii_strncasecmp(text + line, content, strlen(content)) == 0)
			return line;
		line = newline ? (gsize)(newline - text) + 1 : body;
	}
	return G_MAXSIZE;
}

/* The parts between these boundaries; NULL where there are none. */
static MimeNode *parts_parse(Mail *mail, const Params *type, GBytes *source, gsize body,
	const char *boundary, guint *parts)
{
	gsize length, end, start;
	const char *text = g_bytes_get_data(source, &length);
	gboolean is_stated = g_strcmp0(boundary, params_get(type, "boundary")) == 0;
	g_autoptr(GBytes) limited = NULL;
	MimeNode *node = NULL;
	gboolean is_open;

	if (!boundary || !*boundary)
		return NULL;
	if (strlen(boundary) > LIMIT_BOUNDARY) {
		mail_defect(
			mail, "a boundary of more than %d bytes not looked for", LIMIT_BOUNDARY);
		return NULL;
	}
	end = scan_limits(text, length, body, boundary, parts, &is_open);
	if (end < length)
		mail_defect(mail, "too many or too deep parts: cut after %" G_GSIZE_FORMAT " bytes",
			end);
	limited = g_bytes_new_from_bytes(source, 0, end);
	start = is_stated && mail->fields->len < LIMIT_FIELDS ? header_start(text, body)
							      : G_MAXSIZE;
	if (start != G_MAXSIZE)
		node = ask_gmime(mail, limited, start, boundary);
	if (!node)
		node = ask_gmime_plainly(mail, limited, body, type->value, boundary);
	if (node && is_open)
		mail_defect(mail, "a multipart without its end: perhaps the mail is cut off");
	return node;
}

static MimeNode *multipart_parse(
	Mail *mail, const Params *type, GBytes *source, gsize body, guint *parts)
{
	gsize length;
	const char *text = g_bytes_get_data(source, &length);
	const char *stated = params_get(type, "boundary");
	g_autofree char *guessed = NULL;
	MimeNode *node = parts_parse(mail, type, source, body, stated, parts);

	if (node)
		return node;
	guessed = guess_boundary(text + body, length - body);
	node = g_strcmp0(guessed, stated) != 0
		       ? parts_parse(mail, type, source, body, guessed, parts)
		       : NULL;
	if (node)
		mail_defect(mail, "a multipart %s",
			stated ? "whose boundary is not the stated one" : "without a boundary");
	return node;
}

MimeNode *mime_parse(Mail *mail, const GPtrArray *fields, GBytes *source, gsize body, guint *parts)
{
	MimeNode *root =
		leaf_new(g_bytes_new_from_bytes(source, body, g_bytes_get_size(source) - body));
	MimeNode *tree = NULL;

	gmime_prepare();
	for (guint i = 0; i < fields->len; i++) {
		const Field *field = g_ptr_array_index(fields, i);

		node_set(mail, root, field->name, field->value);
	}
	node_complete(mail, root, "text/plain");
	if (!mime_is(root, "multipart/")) {
		*parts -= *parts > 0;
		return root;
	}
	if (*parts > 0)
		tree = multipart_parse(mail, root->type, source, body, parts);
	if (!tree) {
		node_become_text(mail, root, g_steal_pointer(&root->content));
		return root;
	}
	mime_node_free(root);
	return tree;
}
