#include "mime/attachment.h"

#include <string.h>

#include "mime/limits.h"
#include "mime/sha256.h"

enum { LONGEST_EXTENSION = 16 };

static gboolean is_forbidden(gunichar c)
{
	return g_unichar_iscntrl(c) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       c == 0xfffd || c == 0x061c;
}

/* Where the name begins in what may be a path: "C:\x\angebot.pdf", "../../etc/passwd", "/tmp/a". A
 * slash in a name that is none ("Angebot 1/2.pdf") stays in it, as a line. */
static const char *skip_path(const char *name)
{
	gboolean is_path = name[0] == '/' || name[0] == '\\' || strstr(name, "../") ||
			   strstr(name, "..\\") || g_str_has_prefix(name, "./") ||
			   (g_ascii_isalpha(name[0]) && name[1] == ':' && strpbrk(name, "/\\"));
	const char *at = name;

	if (!is_path)
		return name;
	for (const char *slash = at; *slash; slash++)
		if (*slash == '/' || *slash == '\\')
			at = slash + 1;
	return at;
}

/* CON, NUL, COM1 and their like open devices on Windows, with any extension. */
static gboolean is_device(const char *name)
{
	static const char *const devices[] = {"con", "prn", "aux", "nul", "com", "lpt"};
	gsize length = strcspn(name, ".");

	for (gsize i = 0; i < G_N_ELEMENTS(devices); i++) {
		gboolean has_number = i >= 4;

		if (length == (has_number ? 4U : 3U) &&
			g_ascii_strncasecmp(name, devices[i], 3) == 0 &&
			(!has_number || g_ascii_isdigit(name[3])))
			return TRUE;
	}
	return FALSE;
}

char *attachment_extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (!dot || dot == name || !dot[1] || strpbrk(dot, " /\\") ||
		strlen(dot) > LONGEST_EXTENSION)
		return g_strdup("");
	return g_ascii_strdown(dot, -1);
}

/* Cuts the middle out: what counts of a name is how it begins and its extension. */
static void shorten(GString *name)
{
	const char *dot = strrchr(name->str, '.');
	g_autofree char *extension = NULL;

	if (g_utf8_strlen(name->str, -1) <= LIMIT_FILENAME)
		return;
	extension = g_strdup(dot && strlen(dot) <= LONGEST_EXTENSION ? dot : "");
	g_string_truncate(name, (gsize)(g_utf8_offset_to_pointer(name->str,
						LIMIT_FILENAME - g_utf8_strlen(extension, -1)) -
					name->str));
	g_string_append(name, extension);
}

char *attachment_clean_name(const char *name)
{
	GString *clean = g_string_new(NULL);
	gboolean is_blank = FALSE;

	for (const char *at = skip_path(name); *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (g_unichar_isspace(c)) {
			is_blank = clean->len > 0;
			continue;
		}
		/* Neither hidden files nor "..": a name begins with something else than a dot. */
		if (is_forbidden(c) || (c == '.' && clean->len == 0))
			continue;
		if (is_blank)
			g_string_append_c(clean, ' ');
		is_blank = FALSE;
		g_string_append_unichar(clean, c == '/' || c == '\\' ? '_' : c);
	}
	while (clean->len > 0 && strchr(". ", clean->str[clean->len - 1]))
		g_string_truncate(clean, clean->len - 1);
	if (is_device(clean->str))
		g_string_prepend_c(clean, '_');
	shorten(clean);
	return g_string_free(clean, FALSE);
}

Attachment *attachment_new(
	const char *name, const char *content_type, const char *content_id, GBytes *content)
{
	Attachment *attachment = g_new0(Attachment, 1);

	attachment->filename = attachment_clean_name(name ? name : "");
	attachment->content_type =
		g_strdup(content_type && *content_type ? content_type : "application/octet-stream");
	attachment->content_id = g_strdup(content_id);
	attachment->content = g_bytes_ref(content);
	attachment->sha256 = sha256_of_bytes(content);
	return attachment;
}

void attachment_free(Attachment *attachment)
{
	if (!attachment)
		return;
	g_free(attachment->filename);
	g_free(attachment->content_type);
	g_free(attachment->content_id);
	g_clear_pointer(&attachment->content, g_bytes_unref);
	g_free(attachment->sha256);
	g_free(attachment);
}

Attachment *attachment_add(Mail *mail, Attachment *attachment)
{
	if (mail->attachments->len >= LIMIT_ATTACHMENTS) {
		mail_defect(mail, "more than %d attachments, the first listed", LIMIT_ATTACHMENTS);
		attachment_free(attachment);
		return NULL;
	}
	g_ptr_array_add(mail->attachments, attachment);
	return attachment;
}
