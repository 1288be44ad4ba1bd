#include "parser/mapi.h"

#include <string.h>

#include "mime/address.h"
#include "mime/attachment.h"
#include "mime/charset.h"
#include "mime/fields.h"
#include "mime/header.h"
#include "mime/limits.h"
#include "mime/msgid.h"
#include "parser/plain.h"
#include "parser/rtf.h"
#include "mime/threadindex.h"
#include "mime/words.h"

enum {
	CLIENT_SUBMIT_TIME = 0x0039,
	REPRESENTING_NAME = 0x0042,
	REPRESENTING_ADDRESS = 0x0065,
	CONVERSATION_INDEX = 0x0071,
	TRANSPORT_HEADERS = 0x007d,
	RECIPIENT_TYPE = 0x0c15,
	SENDER_NAME = 0x0c1a,
	SENDER_ADDRESS = 0x0c1f,
	DISPLAY_CC = 0x0e03,
	DISPLAY_TO = 0x0e04,
	DELIVERY_TIME = 0x0e06,
	RTF_COMPRESSED = 0x1009,
	BODY_HTML = 0x1013,
	INTERNET_MESSAGE_ID = 0x1035,
	INTERNET_REFERENCES = 0x1039,
	IN_REPLY_TO_ID = 0x1042,
	DISPLAY_NAME = 0x3001,
	EMAIL_ADDRESS = 0x3003,
	ATTACH_FILENAME = 0x3704,
	ATTACH_LONG_FILENAME = 0x3707,
	ATTACH_MIME_TAG = 0x370e,
	ATTACH_CONTENT_ID = 0x3712,
	SMTP_ADDRESS = 0x39fe,
	INTERNET_CODEPAGE = 0x3fde,
	MESSAGE_CODEPAGE = 0x3ffd,
	SENDER_SMTP = 0x5d01,
	REPRESENTING_SMTP = 0x5d02,
};

enum { RECIPIENT_CC = 2, RECIPIENT_BCC = 3, ATTACH_BY_VALUE = 1 };

typedef struct {
	guint16 type;
	GBytes *bytes;
} Value;

struct Mapi {
	GHashTable *values; /* id → Value */
	guint32 codepage;   /* 0: unknown */
};

static void value_free(gpointer data)
{
	Value *value = data;

	g_bytes_unref(value->bytes);
	g_free(value);
}

Mapi *mapi_new(void)
{
	Mapi *mapi = g_new0(Mapi, 1);

	mapi->values = g_hash_table_new_full(NULL, NULL, NULL, value_free);
	return mapi;
}

void mapi_free(Mapi *mapi)
{
	if (!mapi)
		return;
	g_hash_table_unref(mapi->values);
	g_free(mapi);
}

static const Value *mapi_find(const Mapi *mapi, guint16 id)
{
	return g_hash_table_lookup(mapi->values, GUINT_TO_POINTER(id));
}

void mapi_set(Mapi *mapi, guint16 id, guint16 type, const void *data, gsize length)
{
	const Value *have = mapi_find(mapi, id);
	Value *value;

	if (have && !(have->type == MAPI_TYPE_STRING8 && type == MAPI_TYPE_UNICODE))
		return;
	value = g_new0(Value, 1);
	value->type = type;
	value->bytes = g_bytes_new(data, length);
	g_hash_table_insert(mapi->values, GUINT_TO_POINTER(id), value);
}

gboolean mapi_has(const Mapi *mapi, guint16 id)
{
	return mapi_find(mapi, id) != NULL;
}

GBytes *mapi_bytes(const Mapi *mapi, guint16 id)
{
	const Value *value = mapi_find(mapi, id);

	return value ? value->bytes : NULL;
}

guint32 mapi_number(const Mapi *mapi, guint16 id)
{
	GBytes *bytes = mapi_bytes(mapi, id);
	guint32 number = 0;

	if (bytes && g_bytes_get_size(bytes) > 0)
		memcpy(&number, g_bytes_get_data(bytes, NULL),
			MIN(g_bytes_get_size(bytes), sizeof number));
	return GUINT32_FROM_LE(number);
}

guint32 mapi_codepage(const Mapi *mapi)
{
	return mapi_has(mapi, MESSAGE_CODEPAGE) ? mapi_number(mapi, MESSAGE_CODEPAGE)
						: mapi->codepage;
}

void mapi_set_codepage(Mapi *mapi, guint32 codepage)
{
	mapi->codepage = codepage;
}

/* Of the letters of a property; 0: unknown. HTML is in the code page of the Internet; where that is
 * missing, and the HTML's own may differ from the message's, UTF-8 shows itself. */
static guint32 codepage_of(const Mapi *mapi, guint16 id, const char *data, gsize length)
{
	if (id == BODY_HTML && mapi_has(mapi, INTERNET_CODEPAGE))
		return mapi_number(mapi, INTERNET_CODEPAGE);
	if (id == BODY_HTML && g_utf8_validate(data, (gssize)length, NULL))
		return 0;
	return mapi_codepage(mapi);
}

static char *codepage_label(guint32 codepage)
{
	if (codepage == 65001)
		return g_strdup("utf-8");
	if (codepage >= 28591 && codepage <= 28605)
		return g_strdup_printf("iso-8859-%u", codepage - 28590);
	if (codepage == 50220 || codepage == 50221 || codepage == 50222)
		return g_strdup("iso-2022-jp");
	if (codepage == 20866)
		return g_strdup("koi8-r");
	return g_strdup_printf("cp%u", codepage);
}

char *mapi_text(const Mapi *mapi, guint16 id)
{
	const Value *value = mapi_find(mapi, id);
	g_autofree char *label = NULL, *text = NULL;
	const char *data;
	gsize length;
	guint32 codepage;

	if (!value)
		return NULL;
	data = g_bytes_get_data(value->bytes, &length);
	length = MIN(length, LIMIT_TEXT_BYTES);
	if (value->type == MAPI_TYPE_UNICODE) {
		length &= ~(gsize)1;
		while (length >= 2 && data[length - 1] == 0 && data[length - 2] == 0)
			length -= 2;
		label = g_strdup("utf-16le");
	} else {
		while (length > 0 && data[length - 1] == 0)
			length--;
		codepage = codepage_of(mapi, id, data, length);
		if (codepage != 0)
			label = codepage_label(codepage);
		else if (!g_utf8_validate(data, (gssize)length, NULL))
			label = g_strdup("windows-1252");
	}
	text = charset_to_utf8(label, data, length, NULL);
	return text[strspn(text, " \t\r\n")] ? g_steal_pointer(&text) : NULL;
}

gboolean mapi_is_mail(const Mapi *message)
{
	static const char *const classes[] = {"IPM.Note", "IPM.Microsoft Mail.Note", "IPM.Schedule",
		"IPM.Post", "IPM.Document", "REPORT.", "IPM.Outlook.Recall"};
	g_autofree char *class = mapi_text(message, MAPI_MESSAGE_CLASS);

	for (gsize i = 0; class && i < G_N_ELEMENTS(classes); i++)
		if (g_ascii_strncasecmp(class, classes[i], strlen(classes[i])) == 0)
			return TRUE;
	return class == NULL;
}

/* A FILETIME: 100 nanoseconds since 1601, UTC. */
static MailDate read_time(const Mapi *mapi, guint16 id)
{
	static const gint64 seconds_1601_to_1970 = 11644473600;
	GBytes *bytes = mapi_bytes(mapi, id);
	MailDate date = {.precision = PRECISION_NONE};
	g_autoptr(GDateTime) time = NULL;
	guint64 ticks;

	if (!bytes || g_bytes_get_size(bytes) < sizeof ticks)
		return date;
	memcpy(&ticks, g_bytes_get_data(bytes, NULL), sizeof ticks);
	time = g_date_time_new_from_unix_utc(
		(gint64)(GUINT64_FROM_LE(ticks) / 10000000) - seconds_1601_to_1970);
	if (!time)
		return date;
	date.precision = PRECISION_SECOND;
	g_date_time_get_ymd(time, &date.year, &date.month, &date.day);
	date.hour = g_date_time_get_hour(time);
	date.minute = g_date_time_get_minute(time);
	date.second = g_date_time_get_second(time);
	date.has_offset = TRUE;
	return date;
}

/* The mailbox of these properties; an address of Exchange ("/O=ACME/…") is none. NULL where neither
 * is stated. */
static Mailbox *read_mailbox(const Mapi *mapi, guint16 name_id, guint16 smtp_id, guint16 address_id)
{
	g_autofree char *raw = mapi_text(mapi, name_id), *smtp = mapi_text(mapi, smtp_id);
	g_autofree char *address = smtp ? g_steal_pointer(&smtp) : mapi_text(mapi, address_id);
	g_autofree char *name = raw ? words_one_line(raw, LIMIT_NAME) : NULL;

	if (address && !address_is_plausible(g_strstrip(address)))
		g_clear_pointer(&address, g_free);
	return name || address ? mailbox_new(name, address) : NULL;
}

static void add_recipients(Mail *mail, const GPtrArray *recipients)
{
	for (guint i = 0; i < recipients->len && i < LIMIT_ADDRESSES; i++) {
		const Mapi *recipient = g_ptr_array_index(recipients, i);
		guint32 type = mapi_number(recipient, RECIPIENT_TYPE) & 3;
		Mailbox *mailbox =
			read_mailbox(recipient, DISPLAY_NAME, SMTP_ADDRESS, EMAIL_ADDRESS);

		if (mailbox && type == RECIPIENT_BCC)
			mailbox_free(mailbox);
		else if (mailbox)
			g_ptr_array_add(type == RECIPIENT_CC ? mail->cc : mail->to, mailbox);
	}
}

/* Names alone, "Muster, Anna; Weiß, Bo", where no table of recipients is there. */
static void add_displayed(const Mapi *message, guint16 id, GPtrArray *list)
{
	g_autofree char *text = mapi_text(message, id);
	g_auto(GStrv) names = NULL;

	if (!text || list->len > 0)
		return;
	names = g_strsplit(text, ";", LIMIT_ADDRESSES);
	for (char **name = names; *name; name++) {
		g_autofree char *line = words_one_line(*name, LIMIT_NAME);

		if (*line)
			g_ptr_array_add(list, address_is_plausible(line) ? mailbox_new(NULL, line)
									 : mailbox_new(line, NULL));
	}
}

static void read_transport_header(Mail *mail, const Mapi *message)
{
	g_autofree char *text = mapi_text(message, TRANSPORT_HEADERS);
	g_autoptr(GBytes) bytes = NULL;
	gsize start, body;

	if (!text)
		return;
	bytes = g_bytes_new(text, strlen(text));
	fields_parse(mail, bytes, &start, &body);
	header_read(mail);
}

static void fill_ids(Mail *mail, const Mapi *message)
{
	g_autofree char *own = mapi_text(message, INTERNET_MESSAGE_ID);
	g_autofree char *references = mapi_text(message, INTERNET_REFERENCES);
	g_autofree char *reply = mapi_text(message, IN_REPLY_TO_ID);
	GBytes *index = mapi_bytes(message, CONVERSATION_INDEX);

	if (own && !mail->message_id)
		mail->message_id = msgid_parse(own);
	if (references && mail->references->len == 0)
		msgid_parse_list(references, mail->message_id, mail->references);
	if (reply && mail->in_reply_to->len == 0)
		msgid_parse_list(reply, mail->message_id, mail->in_reply_to);
	if (index && !mail->has_thread_index && g_bytes_get_size(index) > 0) {
		g_autofree char *base64 =
			g_base64_encode(g_bytes_get_data(index, NULL), g_bytes_get_size(index));

		mail->has_thread_index =
			threadindex_parse(base64, mail->thread_guid, &mail->thread_depth);
	}
}

void mapi_fill_header(Mail *mail, const Mapi *message, const GPtrArray *recipients)
{
	g_autofree char *subject = mapi_text(message, MAPI_SUBJECT);

	read_transport_header(mail, message);
	fill_ids(mail, message);
	if (subject && !*mail->subject)
		header_set_subject(mail, subject);
	if (mail->date.precision == PRECISION_NONE)
		mail->date = read_time(message, CLIENT_SUBMIT_TIME);
	if (mail->date.precision == PRECISION_NONE)
		mail->date = read_time(message, DELIVERY_TIME);
	if (mail->from->len == 0) {
		Mailbox *from = read_mailbox(
			message, REPRESENTING_NAME, REPRESENTING_SMTP, REPRESENTING_ADDRESS);

		if (!from || !from->address) {
			mailbox_free(from);
			from = read_mailbox(message, SENDER_NAME, SENDER_SMTP, SENDER_ADDRESS);
		}
		if (!from)
			from = read_mailbox(message, REPRESENTING_NAME, REPRESENTING_SMTP,
				REPRESENTING_ADDRESS);
		if (from)
			g_ptr_array_add(mail->from, from);
	}
	if (mail->to->len == 0 && mail->cc->len == 0) {
		add_recipients(mail, recipients);
		add_displayed(message, DISPLAY_TO, mail->to);
		add_displayed(message, DISPLAY_CC, mail->cc);
	}
}

void mapi_fill_body(Body *body, const Mapi *message)
{
	g_autofree char *raw = mapi_text(message, MAPI_BODY);
	g_autofree char *html = mapi_text(message, BODY_HTML);
	g_autofree char *text = raw ? plain_normalise(raw) : NULL;
	GBytes *rtf = mapi_bytes(message, RTF_COMPRESSED);

	/* Outlook wraps the HTML of a mail in RTF; without either text or HTML its letters are the
	 * text. */
	if (rtf && !html) {
		g_autofree char *from_rtf = NULL;
		gboolean is_html = FALSE;

		from_rtf = rtf_read(rtf, &is_html);
		if (from_rtf && is_html)
			html = g_steal_pointer(&from_rtf);
		else if (from_rtf && !text)
			text = g_steal_pointer(&from_rtf);
	}
	body_add(body, text, html);
}

void mapi_add_attachment(Mail *mail, const Mapi *mapi)
{
	static const guint16 names[] = {ATTACH_LONG_FILENAME, ATTACH_FILENAME, DISPLAY_NAME};
	g_autofree char *type = mapi_text(mapi, ATTACH_MIME_TAG),
			*id = mapi_text(mapi, ATTACH_CONTENT_ID);
	g_autofree char *name = NULL,
			*lower_type = type ? g_ascii_strdown(g_strstrip(type), -1) : NULL;
	GBytes *content = mapi_bytes(mapi, MAPI_ATTACH_DATA);

	for (gsize i = 0; i < G_N_ELEMENTS(names) && !name; i++)
		name = mapi_text(mapi, names[i]);
	if (content && mapi_number(mapi, MAPI_ATTACH_METHOD) <= ATTACH_BY_VALUE)
		attachment_add(mail, attachment_new(name, lower_type, id, content));
}
