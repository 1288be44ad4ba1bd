/* libFuzzer targets of what the server reads beside SMTP: messages between our processes
 * (-DREADER=wire), mail files (mbox), command lines (syntax), and the JSON of any mail (json). */
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parser/parse.h"
#include "command/json.h"
#include "command/mbox.h"
#include "server/syntax.h"
#include "server/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void unpack(const WireMessage *message)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Envelope) envelope = NULL;
	g_autofree char *why = NULL;
	AddressAnswer answer;
	Verdict verdicts[3] = {0};
	gsize size_bytes;

	switch (message->kind) {
	case WIRE_ANSWER:
		wire_unpack_answer(message->body, &answer, &error);
		break;
	case WIRE_MAIL:
		envelope = wire_unpack_mail(message->body, &size_bytes, &why);
		break;
	case WIRE_VERDICTS:
		if (wire_unpack_verdicts(message->body, verdicts, G_N_ELEMENTS(verdicts)))
			for (gsize i = 0; i < G_N_ELEMENTS(verdicts); i++)
				verdict_clear(&verdicts[i]);
		break;
	default:
		break;
	}
}

static void wire(const char *bytes, gsize length)
{
	int ends[2];
	g_auto(WireMessage) message = {0};

	g_assert_true(wire_pair(ends));
	if (send(ends[0], bytes, MIN(length, 60000), MSG_NOSIGNAL) > 0 &&
		wire_receive(ends[1], &message) == WIRE_GOT)
		unpack(&message);
	close(ends[0]);
	close(ends[1]);
}

static void mbox(const char *bytes, gsize length)
{
	g_autoptr(GBytes) source = g_bytes_new(bytes, length);
	gsize at = 0, before = 0, total = 0;
	GBytes *mail;

	mbox_is(source);
	while ((mail = mbox_next(source, &at, 1 << 20))) {
		total += g_bytes_get_size(mail);
		g_assert_true(before < at && at <= length);
		before = at;
		g_bytes_unref(mail);
	}
	g_assert_cmpuint(total, <=, length);
}

static void syntax(const char *bytes, gsize length)
{
	g_autofree char *raw = g_strndup(bytes, length);
	g_autofree char *line = g_utf8_make_valid(raw, -1);
	g_autofree char *clean = NULL, *path = NULL;
	const char *at = line;
	Parameter parameter;

	for (char *c = line; *c; c++)
		if (g_ascii_iscntrl(*c))
			*c = ' ';
	clean = syntax_clean_name(line);
	path = syntax_read_path(&at);
	g_assert_true(!path || strlen(path) <= SYNTAX_PATH_LIMIT);
	while (syntax_next_parameter(&at, &parameter))
		g_assert_true(parameter.key_size > 0 || parameter.value);
	g_assert_true(line <= at && at <= line + strlen(line));
}

static void json(const char *bytes, gsize length)
{
	g_autoptr(GBytes) source = g_bytes_new(bytes, length);
	g_autoptr(Mail) mail = parse_mail(source);
	g_autoptr(json_t) json = json_from_mail(mail);

	g_assert_nonnull(json_object_get(json, "text"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const char *, gsize) = {wire, mbox, syntax, json};
	static const char *const names[] = {"wire", "mbox", "syntax", "json"};
	g_autofree char *bytes = g_memdup2(data, size);

	for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
		if (g_str_equal(names[i], G_STRINGIFY(READER)))
			readers[i](bytes ? bytes : "", size);
	return 0;
}
