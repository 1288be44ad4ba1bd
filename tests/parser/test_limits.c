/* Every limit of mime/limits.h, one below it, at it and one above: what is read, and that the
 * defects say what was cut only where something was. */
#include "mime/limits.h"

#include <string.h>

#include "mime/attachment.h"
#include "parser/parse.h"
#include "tests/parser/mail_invariants.h"

/* Appends the same so many times; "%u" in it is the number. */
static void repeat(GString *out, const char *piece, guint count)
{
	const char *number = strstr(piece, "%u");

	for (guint i = 0; i < count; i++) {
		if (number) {
			g_string_append_len(out, piece, number - piece);
			g_string_append_printf(out, "%u", i);
			g_string_append(out, number + 2);
		} else {
			g_string_append(out, piece);
		}
	}
}

/* A mail that has count of something: a head, then a piece count times, then an end. */
typedef struct {
	const char *name;
	guint limit;
	const char *head, *piece, *end;
	guint (*count)(const Mail *mail); /* how many were read */
	const char *defect; /* begins what the defects say above the limit; NULL: nothing */
} Row;

static guint count_of(const char *text, const char *word)
{
	guint count = 0;

	for (; (text = strstr(text, word)); text++)
		count++;
	return count;
}

static guint count_leaves(const Mail *mail)
{
	return count_of(mail->text, "Text");
}

static guint count_fields(const Mail *mail)
{
	return mail->fields->len;
}

static guint count_to(const Mail *mail)
{
	return mail->to->len;
}

static guint count_references(const Mail *mail)
{
	return mail->references->len;
}

static guint count_attachments(const Mail *mail)
{
	return mail->attachments->len;
}

static guint count_text(const Mail *mail)
{
	return (guint)strlen(mail->text);
}

static guint count_subject(const Mail *mail)
{
	return (guint)g_utf8_strlen(mail->subject, -1);
}

static guint count_name(const Mail *mail)
{
	const Mailbox *author = mail_author(mail);

	return author && author->name ? (guint)g_utf8_strlen(author->name, -1) : 0;
}

static guint count_id(const Mail *mail)
{
	return mail->message_id ? (guint)strlen(mail->message_id) : 0;
}

static guint count_recipients(const Mail *mail)
{
	return mail->reported_recipients->len;
}

static guint count_words(const Mail *mail)
{
	return (guint)strspn(mail->subject, "a");
}

static guint count_field_bytes(const Mail *mail)
{
	const char *value = mail_field(mail, "X");

	return (guint)strlen(value);
}

static guint filename_length(const Mail *mail)
{
	const Attachment *attachment = g_ptr_array_index(mail->attachments, 0);

	return (guint)g_utf8_strlen(attachment->filename, -1);
}

static guint count_mails(const Mail *mail)
{
	guint depth = 0;

	for (; mail->forwards->len > 0; depth++)
		mail = ((const Forward *)g_ptr_array_index(mail->forwards, 0))->original;
	return depth;
}

static guint count_hidden_parameter(const Mail *mail)
{
	const Attachment *attachment = g_ptr_array_index(mail->attachments, 0);

	return (guint)strlen(attachment->filename);
}

static guint count_events(const Mail *mail)
{
	return count_of(mail->text, "Termin");
}

#define MIXED    "Content-Type: multipart/mixed; boundary=x\n\n"
#define CALENDAR "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\n"
#define STATUS                                                                             \
	"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n" \
	"Content-Type: message/delivery-status\n\nReporting-MTA: dns;a\n\n"

static const Row rows[] = {
	{"parts",                 LIMIT_PARTS,           MIXED,					     "--x\n\nText\n\n",                           "--x--\n",            count_leaves,           "too many"                 },
	{"fields",                LIMIT_FIELDS,          "",						"X-A: b\n",                                  "\nText\n",           count_fields,           "more than 1000 header"    },
	{"bytes of a field",      LIMIT_FIELD_BYTES - 3, "X: ",                                             "a",                                         "\n\nText\n",         count_field_bytes,
         "a header field of more"																								 },
	{"addresses",             LIMIT_ADDRESSES,       "To: ",                                            "a%u@b.example, ",                           "\n\n",               count_to,
         "more than 1000 addresses"																							       },
	{"references",            LIMIT_REFERENCES,      "References: ",                                    "<%u@b.example> ",                           "\n\n",
         count_references,																					     "1 references left out"    },
	{"encoded words",         LIMIT_WORDS,           "Subject: ",                                       "=?utf-8?Q?a?= ",                            "\n\n",               count_words,
         "more than 1000 encoded words"																							   },
	{"attachments",           LIMIT_ATTACHMENTS,     MIXED,                                             "--x\nContent-Type: application/pdf\n\na\n",
         "--x--\n",																			    count_attachments,      "more than 500 attachments"},
	{"bytes of text",         LIMIT_TEXT_BYTES,      "Subject: a\n\n",                                  "a",                                         "",                   count_text,             "text cut"                 },
	{"a subject",             LIMIT_SUBJECT,         "Subject: ",                                       "a",                                         "\n\n",               count_subject,          "subject cut"              },
	{"a name",                LIMIT_NAME,            "From: ",					  "a",                                         " <a@b.example>\n\n", count_name,             NULL                       },
	{"a file name",           LIMIT_FILENAME,        MIXED "--x\nContent-Type: application/x; name=\"", "a",
         "\"\n\na\n--x--\n",																		   filename_length,        NULL                       },
	{"failed recipients",     LIMIT_RECIPIENTS,      STATUS,
         "Action: failed\nFinal-Recipient: rfc822;a%u@b.example\n\n",										    "--x--\n",
         count_recipients,																					     "more than 200 failed"     },
	{"appointments",          LIMIT_EVENTS,          CALENDAR,                                          "BEGIN:VEVENT\nSUMMARY:a\nEND:VEVENT\n",
         "END:VCALENDAR\n",																		    count_events,           "more than 20 appointments"},
	{"pieces of a parameter", LIMIT_SEGMENTS,        MIXED "--x\nContent-Type: application/x",
         "; name*%u=a",																  "\n\na\n--x--\n",     count_hidden_parameter,
         "more than 200 parameters"																							       },
	{"mails in mails",        LIMIT_MAIL_DEPTH - 1,  "",                                                "Content-Type: message/rfc822\n\n",
         "Subject: a\n\nText\n",																	       count_mails,            "an attached mail is"      },
};

static gboolean has_defect(const Mail *mail, const char *start)
{
	for (guint i = 0; i < mail->defects->len; i++)
		if (g_str_has_prefix(g_ptr_array_index(mail->defects, i), start))
			return TRUE;
	for (guint i = 0; i < mail->forwards->len; i++)
		if (has_defect(((const Forward *)g_ptr_array_index(mail->forwards, i))->original,
			    start))
			return TRUE;
	return FALSE;
}

static Mail *parse_with(const char *head, const char *piece, const char *end, guint count)
{
	g_autoptr(GString) text = g_string_new(head);
	g_autoptr(GBytes) bytes = NULL;
	Mail *mail;

	repeat(text, piece, count);
	g_string_append(text, end);
	bytes = g_bytes_new(text->str, text->len);
	mail = parse_mail(bytes);
	assert_mail(mail, 0);
	return mail;
}

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const Row *row = &rows[i];

		for (guint count = row->limit - 1; count <= row->limit + 1; count++) {
			g_autoptr(Mail) mail = parse_with(row->head, row->piece, row->end, count);
			guint want = MIN(count, row->limit);

			g_test_message("%s: %u", row->name, count);
			g_assert_cmpuint(row->count(mail), ==, want);
			if (row->defect)
				g_assert_true(
					has_defect(mail, row->defect) == (count > row->limit));
		}
	}
}

/* A multipart in a multipart, and so on, around one text. */
static void test_depth(void)
{
	for (guint depth = LIMIT_DEPTH - 1; depth <= LIMIT_DEPTH + 1; depth++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(GBytes) bytes = NULL;
		g_autoptr(Mail) mail = NULL;

		for (guint i = 0; i < depth; i++)
			g_string_append_printf(text,
				"Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", i, i);
		g_string_append(text, "\nText\n");
		bytes = g_bytes_new(text->str, text->len);
		mail = parse_mail(bytes);
		g_assert_cmpstr(mail->text, ==, depth <= LIMIT_DEPTH ? "Text\n" : "");
		g_assert_true(has_defect(mail, "too many or too deep") == (depth > LIMIT_DEPTH));
	}
}

static void test_boundary(void)
{
	for (guint length = LIMIT_BOUNDARY - 1; length <= LIMIT_BOUNDARY + 1; length++) {
		g_autofree char *boundary = g_strnfill(length, 'b');
		g_autofree char *head = g_strdup_printf(
			"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n", boundary, boundary);
		g_autoptr(Mail) mail =
			parse_with(head, "Content-Type: application/pdf\n\na\n", "", 1);

		g_assert_cmpuint(mail->attachments->len, ==, length <= LIMIT_BOUNDARY ? 1 : 0);
		g_assert_true(has_defect(mail, "a boundary of more") == (length > LIMIT_BOUNDARY));
	}
}

/* The header's last field stands just inside or outside of what is read. */
static void test_header_bytes(void)
{
	const char *const last = "X-Last: a\n";

	for (int more = -1; more <= 1; more++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(GBytes) bytes = NULL;
		g_autoptr(Mail) mail = NULL;
		gsize before = (gsize)LIMIT_HEADER_BYTES + (gsize)more - strlen(last);

		while (text->len + 60000 < before) {
			g_string_append(text, "X: ");
			repeat(text, "a", 50000);
			g_string_append_c(text, '\n');
		}
		g_string_append(text, "X: ");
		repeat(text, "a", (guint)(before - text->len - 1));
		g_string_append_c(text, '\n');
		g_assert_cmpuint(text->len, ==, before);
		g_string_append_printf(text, "%s\nText\n", last);
		bytes = g_bytes_new(text->str, text->len);
		mail = parse_mail(bytes);
		g_assert_true((mail_field(mail, "X-Last") != NULL) == (more <= 0));
		g_assert_true(has_defect(mail, "header of more") == (more > 0));
		g_assert_cmpstr(mail->text, ==, "Text\n");
	}
}

static void test_html_bytes(void)
{
	for (int more = -1; more <= 1; more++) {
		guint length = (guint)(LIMIT_HTML_BYTES + more);
		g_autoptr(Mail) mail = parse_with("Content-Type: text/html\n\n", "a", "", length);

		g_assert_true(has_defect(mail, "HTML cut") == (more > 0));
		g_assert_nonnull(mail->html);
	}
}

static void test_calendar_bytes(void)
{
	for (int more = -1; more <= 1; more++) {
		const char *head = "Content-Type: text/calendar\n\n";
		guint length = (guint)(LIMIT_CALENDAR_BYTES + more);
		g_autoptr(Mail) mail = parse_with(head, "a", "", length);

		g_assert_true(has_defect(mail, "more than 20 appointments") == (more > 0));
	}
}

/* The name is the last parameter. */
static void test_parameters(void)
{
	for (guint count = LIMIT_PARAMETERS - 1; count <= LIMIT_PARAMETERS + 1; count++) {
		g_autoptr(Mail) mail = parse_with(MIXED "--x\nContent-Type: application/x",
			"; a%u=b", "; name=c\n\na\n--x--\n", count - 1);
		const Attachment *attachment = g_ptr_array_index(mail->attachments, 0);

		g_assert_cmpstr(attachment->filename, ==, count <= LIMIT_PARAMETERS ? "c" : "");
		g_assert_true(
			has_defect(mail, "more than 200 parameters") == (count > LIMIT_PARAMETERS));
	}
}

static void test_message_id(void)
{
	for (guint length = LIMIT_MESSAGE_ID - 1; length <= LIMIT_MESSAGE_ID + 1; length++) {
		g_autoptr(Mail) mail =
			parse_with("Message-ID: <", "a", "@b>\n\n", length - (guint)strlen("@b"));

		g_assert_cmpuint(count_id(mail), ==, length <= LIMIT_MESSAGE_ID ? length : 0);
		g_assert_true(
			has_defect(mail, "unusable Message-ID") == (length > LIMIT_MESSAGE_ID));
	}
}

static void test_defects(void)
{
	for (guint count = LIMIT_DEFECTS - 1; count <= LIMIT_DEFECTS + 1; count++) {
		g_autoptr(Mail) mail = mail_new();

		for (guint i = 0; i < count; i++)
			mail_defect(mail, "%u", i);
		g_assert_cmpuint(mail->defects->len, ==, MIN(count, LIMIT_DEFECTS));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/limits/rows", test_rows);
	g_test_add_func("/limits/depth", test_depth);
	g_test_add_func("/limits/boundary", test_boundary);
	g_test_add_func("/limits/header-bytes", test_header_bytes);
	g_test_add_func("/limits/html-bytes", test_html_bytes);
	g_test_add_func("/limits/calendar-bytes", test_calendar_bytes);
	g_test_add_func("/limits/parameters", test_parameters);
	g_test_add_func("/limits/message-id", test_message_id);
	g_test_add_func("/limits/defects", test_defects);
	return g_test_run();
}
