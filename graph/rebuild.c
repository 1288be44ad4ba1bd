#include "graph/rebuild.h"

#include <string.h>

#define QUERY                                                                                     \
	"?$select=subject,from,toRecipients,ccRecipients,sentDateTime,internetMessageId,body"     \
	"&$expand=singleValueExtendedProperties($filter=id%20eq%20'String%200x1042'%20or%20id%20" \
	"eq%20'String%200x1039')"
#define LINE_MAX_BYTES 900

/* ---- fields ---- */

/* One line of visible letters, whatever came. To be freed. */
static char *line_of(const char *text)
{
	g_autofree char *line = g_utf8_make_valid(text, -1);
	GString *clean = g_string_new(NULL);

	for (const char *at = line; *at != '\0' && clean->len < LINE_MAX_BYTES;
		at = g_utf8_next_char(at)) {
		const gunichar letter = g_utf8_get_char(at);

		g_string_append_unichar(clean, g_unichar_iscntrl(letter) ? ' ' : letter);
	}
	return g_string_free(clean, FALSE);
}

/* RFC 2047 where it must be. */
static char *words_of(const char *text)
{
	char *line = line_of(text);
	g_autofree char *encoded = NULL;

	if (g_str_is_ascii(line) && strstr(line, "=?") == NULL)
		return line;
	encoded = g_base64_encode((const guchar *)line, strlen(line));
	g_free(line);
	return g_strdup_printf("=?utf-8?B?%s?=", encoded);
}

static void add_field(GString *mail, const char *name, const char *value)
{
	g_autofree char *line = value != NULL ? line_of(value) : NULL;

	if (line != NULL && *line != '\0')
		g_string_append_printf(mail, "%s: %s\r\n", name, line);
}

/* "Name <address>" of an emailAddress; NULL without a usable address. */
static char *mailbox_text(const json_t *person)
{
	const json_t *box = json_object_get(person, "emailAddress");
	const char *address = told_text(box, "address");
	const char *name = told_text(box, "name");
	g_autofree char *words = NULL;
	g_autofree char *quoted = NULL;

	if (address == NULL || strchr(address, '@') == NULL || strpbrk(address, " <>\r\n") != NULL)
		return NULL;
	if (name == NULL || *name == '\0')
		return g_strdup_printf("<%s>", address);
	words = words_of(name);
	if (g_str_has_prefix(words, "=?"))
		return g_strdup_printf("%s <%s>", words, address);
	quoted = g_strescape(words, NULL);
	return g_strdup_printf("\"%s\" <%s>", quoted, address);
}

static void add_people(GString *mail, const char *name, const json_t *people)
{
	g_autoptr(GPtrArray) boxes = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *joined = NULL;
	const json_t *person;
	size_t i;

	json_array_foreach(people, i, person)
	{
		char *box = mailbox_text(person);

		if (box != NULL)
			g_ptr_array_add(boxes, box);
	}
	if (boxes->len == 0)
		return;
	g_ptr_array_add(boxes, NULL);
	joined = g_strjoinv(",\r\n ", (char **)boxes->pdata);
	g_string_append_printf(mail, "%s: %s\r\n", name, joined);
}

static void add_date(GString *mail, const char *text, gint64 received_at)
{
	g_autoptr(GDateTime) at = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	if (at == NULL)
		at = g_date_time_new_from_unix_utc(received_at / G_USEC_PER_SEC);
	/* RFC 5322 speaks English, whatever the locale. */
	g_string_append_printf(mail, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n",
		days[g_date_time_get_day_of_week(at) - 1], g_date_time_get_day_of_month(at),
		months[g_date_time_get_month(at) - 1], g_date_time_get_year(at),
		g_date_time_get_hour(at), g_date_time_get_minute(at), g_date_time_get_second(at));
}

static void add_thread(GString *mail, const json_t *told)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(told, "singleValueExtendedProperties"), i, entry)
	{
		const char *id = told_text(entry, "id");

		if (id != NULL && strcasestr(id, "1042") != NULL)
			add_field(mail, "In-Reply-To", told_text(entry, "value"));
		else if (id != NULL && strcasestr(id, "1039") != NULL)
			add_field(mail, "References", told_text(entry, "value"));
	}
}

/* ---- the mail ---- */

static void add_body(GString *mail, const json_t *told, gboolean is_english)
{
	const json_t *body = json_object_get(told, "body");
	const char *kind = told_text(body, "contentType");
	const char *content = told_text(body, "content");
	const gboolean is_html = kind != NULL && g_ascii_strcasecmp(kind, "html") == 0;
	const char *note =
		is_english ? "[Microsoft gives this mail's content only in part: its text "
			     "follows, attachments lie in the mailbox.]"
			   : "[Microsoft gibt den Inhalt dieser Mail nur zum Teil heraus: Ihr "
			     "Text folgt, Anlagen liegen im Postfach.]";
	g_autofree char *whole = is_html ? g_strconcat("<p>", note, "</p>", content, NULL)
					 : g_strconcat(note, "\r\n\r\n", content, NULL);
	g_autofree char *encoded = g_base64_encode((const guchar *)whole, strlen(whole));

	g_string_append_printf(mail,
		"MIME-Version: 1.0\r\nContent-Type: text/%s; charset=utf-8\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\n",
		is_html ? "html" : "plain");
	for (const char *at = encoded; *at != '\0'; at += MIN(strlen(at), 76))
		g_string_append_printf(mail, "%.76s\r\n", at);
}

/* What Exchange says; an empty object where it says nothing of this mail for good. */
static json_t *ask(Gather *gather, const Item *item, GError **error)
{
	g_autofree char *id = http_escape(item->id);
	g_autofree char *path = g_strconcat("/messages/", id, QUERY, NULL);
	const Call call = {.method = "GET", .path = path};
	g_autoptr(GError) cause = NULL;
	CallTrouble trouble;
	json_t *told = account_get(gather->account, &call, &trouble, &cause);

	if (told != NULL)
		return told;
	if (trouble.kind == REMEDY_REJECT || trouble.kind == REMEDY_GONE || trouble.status == 500)
		return json_object();
	g_propagate_error(error, g_steal_pointer(&cause));
	return NULL;
}

GBytes *rebuild_mail(Gather *gather, const Item *item, GError **error)
{
	const gboolean is_english = strcmp(gather->account->registration->language, "en") == 0;
	g_autoptr(json_t) told = ask(gather, item, error);
	g_autoptr(json_t) authors = NULL;
	g_autofree char *id = NULL;
	g_autofree char *subject = NULL;
	GString *mail;

	if (told == NULL)
		return NULL;
	authors = json_pack("[O?]", json_object_get(told, "from"));
	id = item->internet_id != NULL ? g_strdup_printf("<%s>", item->internet_id) : NULL;
	subject = words_of(item->subject != NULL ? item->subject : "");
	mail = g_string_new(NULL);
	add_people(mail, "From", authors);
	add_people(mail, "To", json_object_get(told, "toRecipients"));
	add_people(mail, "Cc", json_object_get(told, "ccRecipients"));
	add_field(mail, "Subject", subject);
	add_date(mail, told_text(told, "sentDateTime"), item->received_at);
	add_field(mail, "Message-ID", id);
	add_thread(mail, told);
	add_body(mail, told, is_english);
	return g_string_free_to_bytes(mail);
}
