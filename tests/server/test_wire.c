#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/wire.h"

/* Sends a body over a pair of sockets and returns what comes out. */
static WireMessage through(WireKind kind, GVariant *body, const int *descriptors, guint count)
{
	int ends[2];
	WireMessage message;

	g_assert_true(wire_pair(ends));
	g_assert_true(wire_send(ends[0], kind, body, descriptors, count));
	g_assert_cmpint(wire_receive(ends[1], &message), ==, WIRE_GOT);
	g_assert_cmpint(message.kind, ==, kind);
	close(ends[0]);
	close(ends[1]);
	return message;
}

static void test_mail(void)
{
	g_autoptr(Envelope) envelope = envelope_new(PROTOCOL_LMTP), got = NULL;
	g_autofree char *why = NULL;
	g_auto(WireMessage) message = {0};
	int pipe_ends[2];
	gsize size;
	char byte;

	envelope->peer = g_strdup("unix");
	envelope->envelope_from = g_strdup("j\xc3\xb6rg@b.test");
	envelope->is_trusted_peer = TRUE;
	envelope->received_at = 1234567890123456;
	g_free(envelope->trace);
	envelope->trace = g_strdup("Return-Path: <>\r\n");
	for (guint i = 0; i < 3; i++)
		g_ptr_array_add(envelope->recipients, g_strdup_printf("agent%u@in.test", i));
	g_assert_cmpint(pipe(pipe_ends), ==, 0);
	message = through(WIRE_MAIL, wire_pack_mail(envelope, 77, "too slow"), pipe_ends, 1);
	got = wire_unpack_mail(message.body, &size, &why);
	g_assert_cmpint(got->protocol, ==, PROTOCOL_LMTP);
	g_assert_cmpstr(got->peer, ==, "unix");
	g_assert_cmpstr(got->envelope_from, ==, envelope->envelope_from);
	g_assert_true(got->is_trusted_peer);
	g_assert_cmpint(got->received_at, ==, envelope->received_at);
	g_assert_cmpstr(got->trace, ==, envelope->trace);
	g_assert_cmpuint(got->recipients->len, ==, 3);
	g_assert_cmpstr(g_ptr_array_index(got->recipients, 2), ==, "agent2@in.test");
	g_assert_cmpuint(size, ==, 77);
	g_assert_cmpstr(why, ==, "too slow");
	/* The descriptor is the same file. */
	g_assert_cmpint(write(pipe_ends[1], "x", 1), ==, 1);
	g_assert_cmpint(read(message.descriptors[0], &byte, 1), ==, 1);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
}

static void test_read_order(void)
{
	g_autoptr(Envelope) envelope = envelope_new(PROTOCOL_SMTP), got = NULL;
	g_autoptr(GVariant) body = NULL;
	g_autofree char *why = NULL;
	gsize size;

	envelope->peer = g_strdup("192.0.2.1:1");
	envelope->envelope_from = g_strdup("");
	body = g_variant_ref_sink(wire_pack_mail(envelope, 0, NULL));
	got = wire_unpack_mail(body, &size, &why);
	g_assert_null(why);
	g_assert_cmpstr(got->envelope_from, ==, "");
	g_assert_cmpuint(got->recipients->len, ==, 0);
}

static void test_answer(void)
{
	g_autoptr(GError) sent =
		g_error_new_literal(CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE, "no \xff schema");
	g_autoptr(GVariant) right = g_variant_ref_sink(wire_pack_answer(ADDRESS_OVER_RATE, NULL));
	g_autoptr(GVariant) wrong = g_variant_ref_sink(wire_pack_answer(ADDRESS_UNKNOWN, sent));
	g_autoptr(GVariant) nonsense = g_variant_ref_sink(g_variant_new("(uus)", 99, 0, ""));
	g_autoptr(GError) error = NULL;
	AddressAnswer answer;

	g_assert_true(wire_unpack_answer(right, &answer, &error));
	g_assert_cmpint(answer, ==, ADDRESS_OVER_RATE);
	g_assert_no_error(error);
	g_assert_true(wire_unpack_answer(wrong, &answer, &error));
	g_assert_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE);
	g_assert_true(g_utf8_validate(error->message, -1, NULL));
	g_clear_error(&error);
	g_assert_false(wire_unpack_answer(nonsense, &answer, &error));
}

static void test_verdicts(void)
{
	Verdict sent[2] = {
		{.outcome = OUTCOME_HELD,
                 .tenant = g_strdup("acme"),
                 .delivery_id = 5,
                 .case_id = 6,
                 .message_id = 7,
                 .reference = g_strdup("V-000042"),
                 .opened_case = TRUE,
                 .reason = g_strdup("names people")},
		{.error = g_error_new_literal(CASEGATE_ERROR,         CASEGATE_ERROR_RETRY, "away")}
        };
	Verdict got[3];
	g_autoptr(GVariant) body = g_variant_ref_sink(wire_pack_verdicts(sent, 2));

	g_assert_true(wire_unpack_verdicts(body, got, 2));
	g_assert_cmpint(got[0].outcome, ==, OUTCOME_HELD);
	g_assert_cmpstr(got[0].tenant, ==, "acme");
	g_assert_cmpint(got[0].delivery_id, ==, 5);
	g_assert_cmpint(got[0].case_id, ==, 6);
	g_assert_cmpint(got[0].message_id, ==, 7);
	g_assert_cmpstr(got[0].reference, ==, "V-000042");
	g_assert_true(got[0].opened_case);
	g_assert_null(got[0].reason);
	g_assert_no_error(got[0].error);
	g_assert_error(got[1].error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY);
	for (guint i = 0; i < 2; i++) {
		verdict_clear(&sent[i]);
		verdict_clear(&got[i]);
	}
	/* As many as were asked for, or none. */
	g_assert_false(wire_unpack_verdicts(body, got, 1));
	g_assert_false(wire_unpack_verdicts(body, got, 3));
}

static void test_settings(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;
	g_autoptr(GVariant) body = NULL;
	g_autoptr(GPtrArray) peers = NULL;
	Limits limits;
	GLogLevelFlags level;
	LogFormat format;

	g_setenv("CASEGATE_AUTH_TRUSTED_PEERS", "192.0.2.0/24", TRUE);
	g_setenv("CASEGATE_LIMITS_ERRORS", "9", TRUE);
	config = config_load(NULL, &error);
	g_assert_no_error(error);
	body = g_variant_ref_sink(wire_pack_settings(config));
	g_assert_true(wire_unpack_settings(body, &limits, &peers, &level, &format));
	g_assert_cmpuint(limits.errors, ==, 9);
	g_assert_true(config_is_trusted_peer(peers, "192.0.2.9"));
	g_assert_cmpint(level, ==, config->log.level);
}

/* What is no message of ours ends the conversation. */
static void test_nonsense(void)
{
	static const struct {
		const char *name;
		guint64 bytes[3];
		gsize size;
	} rows[] = {
		{"nothing",      {0},				     0 },
		{"short",        {WIRE_STOP},                             4 },
		{"unknown kind", {99},                                    8 },
		{"no body",      {WIRE_WORKER},                           8 },
		{"not normal",   {WIRE_ANSWER, G_MAXUINT64, G_MAXUINT64}, 24},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(WireMessage) message = {0};
		int ends[2];

		g_assert_true(wire_pair(ends));
		g_assert_cmpint(send(ends[0], rows[i].bytes, rows[i].size, 0), >=, 0);
		if (rows[i].size == 0)
			close(ends[0]);
		g_assert_cmpint(wire_receive(ends[1], &message), ==, WIRE_ENDED);
		if (rows[i].size != 0)
			close(ends[0]);
		close(ends[1]);
	}
}

static void test_limits(void)
{
	g_autofree char *long_text = g_strnfill(300 * 1024, 'x');
	g_auto(WireMessage) message = {0};
	int ends[2];

	g_assert_true(wire_pair(ends));
	/* Too much for one message is not sent; nothing to read is no end. */
	g_assert_false(wire_send(ends[0], WIRE_QUESTION, wire_pack_question(long_text), NULL, 0));
	g_assert_cmpint(wire_receive(ends[0], &message), ==, WIRE_NOTHING);
	close(ends[1]);
	g_assert_false(wire_send(ends[0], WIRE_STOP, NULL, NULL, 0));
	g_assert_cmpint(wire_receive(ends[0], &message), ==, WIRE_ENDED);
	close(ends[0]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/wire/mail", test_mail);
	g_test_add_func("/wire/read-order", test_read_order);
	g_test_add_func("/wire/answer", test_answer);
	g_test_add_func("/wire/verdicts", test_verdicts);
	g_test_add_func("/wire/settings", test_settings);
	g_test_add_func("/wire/nonsense", test_nonsense);
	g_test_add_func("/wire/limits", test_limits);
	return g_test_run();
}
