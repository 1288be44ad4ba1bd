/* Any bytes, in pieces of any size, as a conversation: the first byte chooses protocol and the
 * pieces. */
#include <stdint.h>
#include <string.h>

#include "server/smtp.h"

static gboolean act(SmtpSession *session, SmtpAction action, GString *replies)
{
	static const Reply ok = {250, "2.1.5", "ok", 0}, later = {451, "4.3.0", "later", 0};
	Reply answers[8];
	gsize size;

	switch (action) {
	case SMTP_ASK_RECIPIENT:
		return act(session,
			smtp_answer_recipient(session,
				strlen(smtp_question(session)) % 3 == 0 ? &later : &ok, replies),
			replies);
	case SMTP_STORE:
		g_assert(smtp_content(session, &size) != NULL && size > 0);
		if (size % 7 == 0)
			smtp_refuse_content(session, &later);
		return TRUE;
	case SMTP_SUBMIT:
		for (guint i = 0; i < smtp_recipient_count(session); i++)
			answers[i] = i % 2 == 0 ? ok : later;
		envelope_free(smtp_make_envelope(session));
		smtp_answer_mail(session, answers, replies);
		return TRUE;
	case SMTP_START_TLS:
		smtp_tls_started(session);
		return TRUE;
	case SMTP_FORGET:
	case SMTP_CONTINUE:
		return TRUE;
	case SMTP_CLOSE:
	case SMTP_NEED_BYTES:
	default:
		return FALSE;
	}
}

/* Every reply is whole lines of printable ASCII, three digits in front. */
static void check_replies(GString *replies)
{
	for (const char *line = replies->str; *line != '\0'; line = strchr(line, '\n') + 1) {
		g_assert(g_ascii_isdigit(line[0]) && g_ascii_isdigit(line[1]) &&
			 g_ascii_isdigit(line[2]) && (line[3] == ' ' || line[3] == '-'));
		g_assert(strchr(line, '\n') != NULL && strchr(line, '\n')[-1] == '\r');
	}
	g_string_truncate(replies, 0);
}

/* FALSE: the conversation is over. */
static gboolean feed(SmtpSession *session, GByteArray *pending, GString *replies)
{
	gboolean goes_on = TRUE;
	SmtpAction action = SMTP_NEED_BYTES;

	while (goes_on) {
		static char nothing[1];
		gsize used = 0;

		action = smtp_feed(session, pending->len > 0 ? (char *)pending->data : nothing,
			pending->len, &used, replies);
		goes_on = act(session, action, replies);
		g_byte_array_remove_range(pending, 0, (guint)used);
		check_replies(replies);
	}
	return action != SMTP_CLOSE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const Limits limits = {.message_size = 100, .recipients = 8, .errors = 50};
	SmtpSettings settings = {.protocol = PROTOCOL_LMTP,
		.host = "gw.test",
		.limits = &limits,
		.offers_tls = TRUE,
		.spool_free_bytes = 1000};
	g_autoptr(GByteArray) pending = g_byte_array_new();
	g_autoptr(GString) replies = g_string_new(NULL);
	SmtpSession *session;
	gboolean is_open = TRUE;
	gsize piece;

	if (size == 0)
		return 0;
	settings.protocol = (data[0] & 1) != 0 ? PROTOCOL_SMTP : PROTOCOL_LMTP;
	piece = (gsize)(data[0] >> 1) + 1;
	session = smtp_session_new(&settings);
	for (gsize at = 1; at < size && is_open; at += piece) {
		g_byte_array_append(pending, data + at, (guint)MIN(piece, size - at));
		is_open = feed(session, pending, replies);
	}
	smtp_session_free(session);
	return 0;
}
