#include "command/json.h"

#include "tests/server/sample_table.h"

static json_t *at(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	g_assert_nonnull(value);
	return value;
}

static void assert_text(json_t *object, const char *key, const char *want)
{
	g_assert_cmpstr(json_string_value(at(object, key)), ==, want);
}

static void assert_null(json_t *object, const char *key)
{
	g_assert_true(json_is_null(at(object, key)));
}

static void assert_keys(const json_t *object, const char *want)
{
	g_autoptr(GString) have = g_string_new(NULL);
	const char *key = NULL;
	json_t *value = NULL;

	json_object_foreach((json_t *)object, key, value)
		g_string_append_printf(have, "%s%s", have->len > 0 ? " " : "", key);
	g_assert_cmpstr(have->str, ==, want);
}

/* A mail with one line of each. */
static Mail *mail_of(const char *subject)
{
	Mail *mail = mail_new();

	g_free(mail->subject);
	mail->subject = g_strdup(subject);
	g_ptr_array_add(mail->from, mailbox_new("Erika Muster", "erika@lieferant.example"));
	g_ptr_array_add(mail->to, mailbox_new(NULL, "anna@acme.example"));
	mail->date = (MailDate){PRECISION_SECOND, 2026, 3, 2, 14, 5, 31, TRUE, 60};
	return mail;
}

static void add_forward(Mail *mail, ForwardForm form, const char *comment, Mail *original)
{
	Forward *forward = g_new0(Forward, 1);

	forward->form = form;
	forward->has_mark = TRUE;
	forward->comment = g_strdup(comment);
	forward->original = original;
	g_ptr_array_add(mail->forwards, forward);
}

/* Every key is there, in its order, also of an empty mail. */
static void test_empty(void)
{
	g_autoptr(Mail) mail = mail_new();
	g_autoptr(json_t) json = json_from_mail(mail);

	assert_keys(json,
		"internet_message_id in_reply_to references thread_index subject base_subject date "
		"from to cc"
		" reply_to kind text new_text html attachments forwards forward quotes defects");
	assert_null(json, "internet_message_id");
	assert_null(json, "thread_index");
	assert_null(json, "date");
	assert_null(json, "html");
	assert_null(json, "forward");
	assert_text(json, "subject", "");
	assert_text(json, "kind", "mail");
	assert_keys(at(json, "from"), "name address");
	assert_null(at(json, "from"), "address");
	g_assert_cmpuint(json_array_size(at(json, "forwards")), ==, 0);
}

static void test_mail(void)
{
	g_autoptr(Mail) mail = mail_of("Angebot");

	mail->has_thread_index = TRUE;
	mail->thread_guid[0] = 0xab;
	mail->thread_guid[15] = 1;
	mail->thread_depth = 2;
	g_ptr_array_add(mail->references, g_strdup("a@b"));
	mail_defect(mail, "something was cut");

	g_autoptr(json_t) json = json_from_mail(mail);

	assert_text(json, "date", "2026-03-02T14:05:31+01:00");
	assert_text(at(json, "from"), "name", "Erika Muster");
	assert_null(json_array_get(at(json, "to"), 0), "name");
	assert_text(json_array_get(at(json, "to"), 0), "address", "anna@acme.example");
	assert_text(at(json, "thread_index"), "guid", "ab000000000000000000000000000001");
	g_assert_cmpint(json_integer_value(at(at(json, "thread_index"), "depth")), ==, 2);
	g_assert_cmpstr(json_string_value(json_array_get(at(json, "references"), 0)), ==, "a@b");
	g_assert_cmpstr(
		json_string_value(json_array_get(at(json, "defects"), 0)), ==, "something was cut");
}

static void test_attachment(void)
{
	g_autoptr(Mail) mail = mail_of("Angebot");
	Attachment *attachment = g_new0(Attachment, 1);

	attachment->filename = g_strdup("Angebot.pdf");
	attachment->content_type = g_strdup("application/pdf");
	attachment->content = g_bytes_new_static("%PDF", 4);
	attachment->sha256 = g_strdup("00ff");
	attachment->is_inline = TRUE;
	g_ptr_array_add(mail->attachments, attachment);

	g_autoptr(json_t) json = json_from_mail(mail);
	json_t *first = json_array_get(at(json, "attachments"), 0);

	assert_keys(first, "filename content_type size sha256 content_id inline");
	g_assert_cmpint(json_integer_value(at(first, "size")), ==, 4);
	g_assert_true(json_is_true(at(first, "inline")));
	assert_null(first, "content_id");
}

/* A forward of a forward, level by level. */
static void test_inline(void)
{
	g_autoptr(Mail) mail = mail_of("WG: WG: Angebot");
	Mail *inner = mail_of("WG: Angebot");
	Mail *innermost = mail_of("Angebot");

	innermost->date = (MailDate){.precision = PRECISION_MINUTE,
		.year = 2026,
		.month = 3,
		.day = 2,
		.hour = 14,
		.minute = 5};
	add_forward(inner, FORWARD_INLINE, "noch eins", innermost);
	add_forward(mail, FORWARD_INLINE, "bitte prüfen", inner);

	g_autoptr(json_t) json = json_from_mail(mail);
	json_t *forward = at(json, "forward");
	json_t *original = at(forward, "original");

	assert_keys(forward, "form comment original");
	assert_keys(original, "from to cc date date_precision subject internet_message_id text "
			      "html attachments forward");
	assert_text(forward, "form", "inline");
	assert_text(forward, "comment", "bitte prüfen");
	assert_text(original, "date_precision", "second");
	assert_text(at(original, "forward"), "comment", "noch eins");

	json_t *last = at(at(original, "forward"), "original");

	assert_text(last, "subject", "Angebot");
	assert_text(last, "date", "2026-03-02T14:05:00");
	assert_text(last, "date_precision", "minute");
	assert_null(last, "forward");
	g_assert_cmpuint(json_array_size(at(json, "forwards")), ==, 0);
}

static void test_attached(void)
{
	g_autoptr(Mail) mail = mail_of("WG: zwei");

	add_forward(mail, FORWARD_ATTACHED, "anbei", mail_of("eins"));
	add_forward(mail, FORWARD_ATTACHED, "anbei", mail_of("zwei"));

	g_autoptr(json_t) json = json_from_mail(mail);
	json_t *forwards = at(json, "forwards");

	g_assert_cmpuint(json_array_size(forwards), ==, 2);
	assert_text(at(json_array_get(forwards, 0), "original"), "subject", "eins");
	assert_text(at(json_array_get(forwards, 1), "original"), "subject", "zwei");
	assert_text(json_array_get(forwards, 1), "form", "attached");
	assert_text(at(at(json, "forward"), "original"), "subject", "eins");
}

/* The mail itself is the original; what it forwards stays inside. */
static void test_redirect(void)
{
	g_autoptr(Mail) mail = mail_of("WG: Angebot");

	g_ptr_array_add(mail->resent_from, mailbox_new(NULL, "bernd@acme.example"));
	add_forward(mail, FORWARD_INLINE, "bitte", mail_of("Angebot"));

	g_autoptr(json_t) json = json_from_mail(mail);
	json_t *forward = at(json, "forward");

	assert_text(forward, "form", "redirect");
	assert_text(forward, "comment", "");
	assert_text(at(forward, "original"), "subject", "WG: Angebot");
	assert_text(at(at(forward, "original"), "forward"), "form", "inline");
}

static void test_text(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"",             ""				    },
                {"Grüße",      "Grüße"                             },
                {"bad \377",     "bad \357\277\275"                    },
		{"\355\240\200", "\357\277\275\357\277\275\357\277\275"}, /* a surrogate */
	};
	g_autoptr(json_t) none = json_from_text(NULL);

	g_assert_true(json_is_null(none));
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(json_t) have = json_from_text(rows[i].in);

		g_assert_cmpstr(json_string_value(have), ==, rows[i].want);
	}
}

/* Each value of its column's type. */
static void test_table(void)
{
	static const struct {
		const char *type, *value, *want;
	} rows[] = {
		{"c",   "17",                   "\"17\""                  },
		{"c",   NULL,                   "null"                    },
		{"c:n", "9007199254740993",     "9007199254740993"        },
		{"c:n", "-3",                   "-3"                      },
		{"c:n", "0.5",                  "0.5"                     },
		{"c:n", "NaN",                  "\"NaN\""                 },
		{"c:n", NULL,                   "null"                    },
		{"c:b", "t",                    "true"                    },
		{"c:b", "f",                    "false"                   },
		{"c:b", NULL,                   "null"                    },
		{"c:t", "2026-03-02T13:05:00Z", "\"2026-03-02T13:05:00Z\""},
		{"c:j", "[1, {\"a\": null}]",   "[1, {\"a\": null}]"      },
		{"c:j", "\"text\"",             "\"text\""                },
		{"c:j", "{broken",              "\"{broken\""             },
		{"c:j", NULL,                   "null"                    },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *const cells[] = {rows[i].value};
		g_autoptr(Table) table = sample_table(rows[i].type);

		sample_row(table, cells);

		g_autoptr(json_t) array = json_from_table(table);
		char *have = json_dumps(at(json_array_get(array, 0), "c"), JSON_ENCODE_ANY);

		g_assert_cmpuint(json_array_size(array), ==, 1);
		g_assert_cmpstr(have, ==, rows[i].want);
		free(have);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/json/empty", test_empty);
	g_test_add_func("/json/mail", test_mail);
	g_test_add_func("/json/attachment", test_attachment);
	g_test_add_func("/json/inline", test_inline);
	g_test_add_func("/json/attached", test_attached);
	g_test_add_func("/json/redirect", test_redirect);
	g_test_add_func("/json/text", test_text);
	g_test_add_func("/json/table", test_table);
	return g_test_run();
}
