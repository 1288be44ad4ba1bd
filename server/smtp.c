#include "server/smtp.h"

#include <string.h>

#include "server/smtp_session.h"

/* ---- replies ---- */

static void say(SmtpInput *input, guint code, const char *status, const char *text)
{
	const Reply reply = {code, status, text, 0};

	reply_append(input->replies, &reply);
}

SmtpAction smtp_accept(SmtpInput *input, guint code, const char *status, const char *text)
{
	say(input, code, status, text);
	return SMTP_CONTINUE;
}

SmtpAction smtp_close(SmtpInput *input, guint code, const char *status, const char *text)
{
	say(input, code, status, text);
	return SMTP_CLOSE;
}

SmtpAction smtp_fail(
	SmtpSession *session, SmtpInput *input, guint code, const char *status, const char *text)
{
	if (++session->errors >= session->settings->limits->errors)
		return smtp_close(input, 421, "4.7.0", "too many errors");
	return smtp_accept(input, code, status, text);
}

/* One reply for each recipient in LMTP, one for all in SMTP. */
static void answer_all(SmtpSession *session, const Reply *answers, GString *replies)
{
	guint count = session->recipients->len;
	Reply merged;

	if (session->settings->protocol == PROTOCOL_LMTP) {
		for (guint i = 0; i < count; i++)
			reply_append(replies, &answers[i]);
		return;
	}
	merged = reply_merge(answers, count);
	reply_append(replies, &merged);
}

void smtp_refuse_all(SmtpSession *session, GString *replies)
{
	g_autofree Reply *answers = g_new(Reply, session->recipients->len);

	for (guint i = 0; i < session->recipients->len; i++)
		answers[i] = session->refusal;
	answer_all(session, answers, replies);
}

/* ---- the transaction ---- */

void smtp_enter(SmtpSession *session, SmtpState state)
{
	session->state = state;
}

SmtpAction smtp_reset(SmtpSession *session)
{
	gboolean was_stored = session->is_stored;

	g_clear_pointer(&session->sender, g_free);
	g_clear_pointer(&session->question, g_free);
	g_clear_pointer(&session->recipients, g_ptr_array_unref);
	session->recipients_size = 0;
	session->is_utf8 = session->has_ended = session->is_last_chunk = session->is_stored = FALSE;
	session->chunk_left = session->content_size = 0;
	session->refusal = (Reply){0};
	session->reading = READING_COMMAND;
	if (session->state > STATE_READY)
		smtp_enter(session, STATE_READY);
	return was_stored ? SMTP_FORGET : SMTP_CONTINUE;
}

/* Control characters in a command are a mistake or an attack; bytes above ASCII are UTF-8 (RFC
 * 6531). */
static gboolean is_clean_line(const char *line, gsize size)
{
	for (gsize i = 0; i < size; i++)
		if ((g_ascii_iscntrl(line[i]) && line[i] != '\t'))
			return FALSE;
	return g_utf8_validate(line, (gssize)size, NULL);
}

static SmtpAction read_command(SmtpSession *session, SmtpInput *input)
{
	char *line = input->bytes + input->at;
	gsize have = input->size - input->at;
	char *end = memchr(line, '\n', MIN(have, SMTP_LINE_LIMIT));
	gsize size;

	if (end == NULL && have < SMTP_LINE_LIMIT)
		return SMTP_NEED_BYTES;
	if (end == NULL) {
		session->reading = READING_LINE;
		return smtp_fail(session, input, 500, "5.5.2", "the line is too long");
	}
	input->at += (gsize)(end - line) + 1;
	if (end == line || end[-1] != '\r')
		return smtp_fail(
			session, input, 550, "5.5.2", "end lines with CR LF, not with a bare LF");
	size = (gsize)(end - line) - 1;
	if (!is_clean_line(line, size))
		return smtp_fail(
			session, input, 500, "5.5.2", "only printable text can be a command");
	while (size > 0 && (line[size - 1] == ' ' || line[size - 1] == '\t'))
		size--;
	line[size] = '\0';
	return smtp_run_command(session, input, line);
}

/* The rest of a line that was answered already. */
static SmtpAction drop_line(SmtpSession *session, SmtpInput *input)
{
	const char *rest = input->bytes + input->at;
	gsize have = input->size - input->at;
	const char *end = memchr(rest, '\n', have);
	gsize drop = end != NULL ? (gsize)(end - rest) + 1 : have;

	input->at += drop;
	session->dropped += drop;
	if (session->dropped > SMTP_DROP_LIMIT)
		return smtp_close(input, 421, "4.7.0", "this line does not end");
	if (end == NULL)
		return SMTP_NEED_BYTES;
	session->dropped = 0;
	session->reading = READING_COMMAND;
	return SMTP_CONTINUE;
}

/* ---- the session ---- */

static SmtpAction step(SmtpSession *session, SmtpInput *input)
{
	if (session->has_ended)
		return smtp_finish_content(session, input);
	switch (session->reading) {
	case READING_DATA:
		return smtp_read_data(session, input);
	case READING_CHUNK:
		return smtp_read_chunk(session, input);
	case READING_LINE:
		return drop_line(session, input);
	case READING_COMMAND:
	default:
		return read_command(session, input);
	}
}

SmtpAction smtp_feed(SmtpSession *session, char *bytes, gsize size, gsize *used, GString *replies)
{
	SmtpInput input = {bytes, size, 0, replies};
	SmtpAction action;

	g_assert(session->due == SMTP_CONTINUE);
	do
		action = step(session, &input);
	while (action == SMTP_CONTINUE);
	*used = input.at;
	return action;
}

const char *smtp_question(const SmtpSession *session)
{
	return session->question;
}

SmtpAction smtp_answer_recipient(SmtpSession *session, const Reply *answer, GString *replies)
{
	SmtpInput input = {.replies = replies};
	g_autofree char *question = g_steal_pointer(&session->question);

	g_assert(session->due == SMTP_ASK_RECIPIENT);
	session->due = SMTP_CONTINUE;
	if (reply_class(answer) == 5)
		return smtp_fail(session, &input, answer->code, answer->status, answer->text);
	reply_append(replies, answer);
	if (reply_class(answer) != 2)
		return SMTP_CONTINUE;
	session->recipients_size += strlen(question);
	g_ptr_array_add(session->recipients, g_steal_pointer(&question));
	smtp_enter(session, STATE_RCPT);
	return SMTP_CONTINUE;
}

const char *smtp_content(const SmtpSession *session, gsize *size)
{
	*size = session->content_bytes;
	return session->content;
}

void smtp_refuse_content(SmtpSession *session, const Reply *reply)
{
	session->refusal = *reply;
	session->is_stored = FALSE;
}

void smtp_answer_mail(SmtpSession *session, const Reply *answers, GString *replies)
{
	g_assert(session->due == SMTP_SUBMIT);
	session->due = SMTP_CONTINUE;
	answer_all(session, answers, replies);
	/* A client whose mail we take may make its mistakes again. */
	for (guint i = 0; i < session->recipients->len; i++)
		if (reply_class(&answers[i]) == 2)
			session->errors = session->junk = 0;
	smtp_reset(session);
}

void smtp_tls_started(SmtpSession *session)
{
	smtp_reset(session);
	g_clear_pointer(&session->helo, g_free);
	smtp_enter(session, STATE_GREETED);
	session->is_tls = TRUE;
}

SmtpSession *smtp_session_new(const SmtpSettings *settings)
{
	SmtpSession *session = g_new0(SmtpSession, 1);

	session->settings = settings;
	session->due = SMTP_CONTINUE;
	return session;
}

void smtp_session_free(SmtpSession *session)
{
	if (session == NULL)
		return;
	smtp_reset(session);
	g_free(session->helo);
	g_free(session);
}

void smtp_greet(const SmtpSession *session, GString *replies)
{
	g_string_append_printf(replies, "220 %s %s casegate\r\n", session->settings->host,
		session->settings->protocol == PROTOCOL_LMTP ? "LMTP" : "ESMTP");
}

const char *smtp_helo(const SmtpSession *session)
{
	return session->helo != NULL ? session->helo : "";
}

guint smtp_recipient_count(const SmtpSession *session)
{
	return session->recipients != NULL ? session->recipients->len : 0;
}

gboolean smtp_is_in_transaction(const SmtpSession *session)
{
	return session->sender != NULL;
}

Envelope *smtp_make_envelope(const SmtpSession *session)
{
	Envelope *envelope = envelope_new(session->settings->protocol);

	g_free(envelope->envelope_from);
	envelope->envelope_from = g_strdup(session->sender);
	for (guint i = 0; i < session->recipients->len; i++)
		g_ptr_array_add(
			envelope->recipients, g_strdup(g_ptr_array_index(session->recipients, i)));
	return envelope;
}

const char *smtp_with(const SmtpSession *session)
{
	/* [LMTP][UTF-8][TLS] */
	static const char *const names[2][2][2] = {
		{{"ESMTP", "ESMTPS"}, {"UTF8SMTP", "UTF8SMTPS"}},
		{{"LMTP", "LMTPS"},   {"UTF8LMTP", "UTF8LMTPS"}},
	};

	if (!session->is_extended && !session->is_tls)
		return "SMTP";
	return names[session->settings->protocol == PROTOCOL_LMTP][session->is_utf8]
		    [session->is_tls];
}

gboolean smtp_is_in_content(const SmtpSession *session)
{
	return session->reading == READING_DATA || session->reading == READING_CHUNK;
}
