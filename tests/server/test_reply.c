#include <glib.h>

#include "server/reply.h"

static void test_address(void)
{
	static const guint codes[] = {[ADDRESS_UNKNOWN] = 550,
		[ADDRESS_TAKES_MAIL] = 250,
		[ADDRESS_OVER_QUOTA] = 452,
		[ADDRESS_OVER_RATE] = 450};

	for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
		g_assert_cmpuint(reply_for_address((AddressAnswer)i).code, ==, codes[i]);
}

static void test_error(void)
{
	static const struct {
		CasegateError error;
		guint code;
		const char *status;
	} rows[] = {
		{CASEGATE_ERROR_RETRY,     451, "4.3.0"},
		{CASEGATE_ERROR_REJECT,    550, "5.1.1"},
		{CASEGATE_ERROR_RECONNECT, 451, "4.3.0"},
		{CASEGATE_ERROR_CONSENT,   451, "4.3.0"},
		{CASEGATE_ERROR_CONFIGURE, 451, "4.3.0"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error =
			g_error_new_literal(CASEGATE_ERROR, (gint)rows[i].error, "a secret");
		Reply reply = reply_for_error(error);

		g_assert_cmpuint(reply.code, ==, rows[i].code);
		g_assert_cmpstr(reply.status, ==, rows[i].status);
		g_assert_null(g_strrstr(reply.text, "secret"));
	}
}

static void test_verdict(void)
{
	for (Outcome outcome = OUTCOME_FILED; outcome <= OUTCOME_FAILED; outcome++) {
		const Verdict verdict = {.outcome = outcome, .delivery_id = 12};
		Reply reply = reply_for_verdict(&verdict);
		g_autoptr(GString) line = g_string_new(NULL);

		reply_append(line, &reply);
		g_assert_true(g_str_has_prefix(line->str, "250 2.0.0 "));
		g_assert_true(g_str_has_suffix(line->str, ", delivery 12\r\n"));
	}
}

static void test_merge(void)
{
	static const struct {
		guint codes[3], merged;
	} rows[] = {
		{{250, 250, 250}, 250},
		{{250, 451, 250}, 451},
		{{550, 250, 451}, 451},
		{{451, 550, 452}, 451},
		{{250, 250, 550}, 550},
		{{550, 250, 250}, 550},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		Reply replies[3];

		for (guint j = 0; j < 3; j++)
			replies[j] = (Reply){rows[i].codes[j], "x", "y", 1};
		g_assert_cmpuint(reply_merge(replies, 3).code, ==, rows[i].merged);
		/* One delivery's number would be a lie for three. */
		g_assert_cmpint(reply_merge(replies, 3).delivery_id, ==, 0);
		g_assert_cmpint(reply_merge(replies, 1).delivery_id, ==, 1);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reply/address", test_address);
	g_test_add_func("/reply/error", test_error);
	g_test_add_func("/reply/verdict", test_verdict);
	g_test_add_func("/reply/merge", test_merge);
	return g_test_run();
}
