#include "mime/header.h"

#include "mime/address.h"
#include "mime/date.h"
#include "mime/limits.h"
#include "mime/msgid.h"
#include "mime/subject.h"
#include "mime/threadindex.h"
#include "mime/words.h"

void header_set_subject(Mail *mail, const char *value)
{
	g_autofree char *decoded = words_decode(value);

	if (g_utf8_strlen(decoded, -1) > LIMIT_SUBJECT)
		mail_defect(mail, "subject cut after %d characters", LIMIT_SUBJECT);
	g_free(mail->subject);
	g_free(mail->base_subject);
	mail->subject = words_one_line(decoded, LIMIT_SUBJECT);
	mail->base_subject = subject_base(mail->subject);
}

static void read_addresses(Mail *mail, const Field *field, GPtrArray *list)
{
	if (!address_parse_list(field->value, list))
		mail_defect(mail, "more than %d addresses in %s, the first read", LIMIT_ADDRESSES,
			field->name);
}

/* Of a field that stands once the first counts; more than one is noted. */
static const char *single(Mail *mail, const char *name)
{
	const char *value = NULL;

	for (guint i = 0; i < mail->fields->len; i++) {
		const Field *field = g_ptr_array_index(mail->fields, i);

		if (g_ascii_strcasecmp(field->name, name) != 0)
			continue;
		if (value)
			mail_defect(mail, "more than one %s field, the first read", name);
		else
			value = field->value;
	}
	return value;
}

static void read_ids(Mail *mail)
{
	const char *own = single(mail, "Message-ID");
	guint left_out = 0;

	if (own) {
		mail->message_id = msgid_parse(own);
		if (!mail->message_id)
			mail_defect(mail, "unusable Message-ID");
	}
	for (guint i = 0; i < mail->fields->len; i++) {
		const Field *field = g_ptr_array_index(mail->fields, i);

		if (g_ascii_strcasecmp(field->name, "In-Reply-To") == 0)
			left_out +=
				msgid_parse_list(field->value, mail->message_id, mail->in_reply_to);
		else if (g_ascii_strcasecmp(field->name, "References") == 0)
			left_out +=
				msgid_parse_list(field->value, mail->message_id, mail->references);
	}
	if (left_out > 0)
		mail_defect(mail, "%u references left out: the first and the nearest %d kept",
			left_out, LIMIT_REFERENCES - 1);
}

/* Resent-* fields stand in blocks, the newest on top (RFC 5322 3.6.6): a second Resent-From begins
 * an older one. */
static void read_resent(Mail *mail)
{
	gboolean has_from = FALSE;

	for (guint i = 0; i < mail->fields->len; i++) {
		const Field *field = g_ptr_array_index(mail->fields, i);

		if (g_ascii_strcasecmp(field->name, "Resent-From") == 0) {
			if (has_from)
				return;
			has_from = TRUE;
			read_addresses(mail, field, mail->resent_from);
		} else if (g_ascii_strcasecmp(field->name, "Resent-To") == 0 &&
			   mail->resent_to->len == 0) {
			read_addresses(mail, field, mail->resent_to);
		}
	}
}

static void read_people(Mail *mail)
{
	const struct {
		const char *name;
		GPtrArray *list;
	} lists[] = {
		{"From",     mail->from    },
		{"To",       mail->to      },
		{"Cc",       mail->cc      },
		{"Reply-To", mail->reply_to},
	};

	for (guint i = 0; i < mail->fields->len; i++) {
		const Field *field = g_ptr_array_index(mail->fields, i);

		for (gsize j = 0; j < G_N_ELEMENTS(lists); j++)
			if (g_ascii_strcasecmp(field->name, lists[j].name) == 0)
				read_addresses(mail, field, lists[j].list);
		mail->from_fields += g_ascii_strcasecmp(field->name, "From") == 0;
	}
	if (mail->from_fields > 1)
		mail_defect(mail, "%u From fields", mail->from_fields);
	read_resent(mail);
}

void header_read(Mail *mail)
{
	const char *subject = single(mail, "Subject");
	const char *date = single(mail, "Date");
	const char *thread_index = single(mail, "Thread-Index");

	read_ids(mail);
	read_people(mail);
	if (subject)
		header_set_subject(mail, subject);
	if (date) {
		mail->date = maildate_parse(date);
		if (mail->date.precision == PRECISION_NONE)
			mail_defect(mail, "unreadable Date");
	}
	if (thread_index)
		mail->has_thread_index =
			threadindex_parse(thread_index, mail->thread_guid, &mail->thread_depth);
}
