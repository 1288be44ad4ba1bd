#include <string.h>

#include "server/smtp_session.h"

/* Hands on what was read, or counts what is dropped. */
static SmtpAction take_content(
	SmtpSession *session, SmtpInput *input, const char *bytes, gsize size)
{
	const gint64 limit = session->settings->limits->message_size;

	session->content_size += (gint64)size;
	if (session->content_size > 4 * limit + SMTP_DROP_LIMIT)
		return smtp_close(input, 552, "5.3.4", "the mail is far too large");
	if (session->content_size > limit && session->refusal.code == 0) {
		session->refusal = (Reply){552, "5.3.4", "the mail is too large", 0};
		if (session->is_stored) {
			session->is_stored = FALSE;
			return SMTP_FORGET;
		}
	}
	if (session->refusal.code != 0 || size == 0)
		return SMTP_CONTINUE;
	session->is_stored = TRUE;
	session->content = bytes;
	session->content_bytes = size;
	return SMTP_STORE;
}

/* Closes the gaps that dropped dots leave, so that all content of one feed is one piece. */
static char *move(char *out, const char *in, gsize size)
{
	if (out != in)
		memmove(out, in, size);
	return out + size;
}

/* Behind CRLF: TRUE when the dot's meaning is clear and *at was moved over it, FALSE: more bytes
 * needed. */
static gboolean read_dot(SmtpSession *session, char **at, const char *end)
{
	gsize have = (gsize)(end - *at);

	if (have < 2 || ((*at)[1] == '\r' && have < 3))
		return FALSE;
	session->has_ended = (*at)[1] == '\r' && (*at)[2] == '\n';
	*at += session->has_ended ? 3 : 1;
	session->line = LINE_TEXT;
	return TRUE;
}

SmtpAction smtp_read_data(SmtpSession *session, SmtpInput *input)
{
	char *start = input->bytes + input->at, *end = input->bytes + input->size;
	char *in = start, *out = start;
	SmtpAction action;

	while (in < end && !session->has_ended) {
		const char *stop;

		if (session->line == LINE_START && *in == '.') {
			if (!read_dot(session, &in, end))
				break;
			continue;
		}
		if (session->line == LINE_CR) {
			stop = in + 1;
			session->line = *in == '\n'   ? LINE_START
					: *in == '\r' ? LINE_CR
						      : LINE_TEXT;
		} else {
			const char *cr = memchr(in, '\r', (gsize)(end - in));

			stop = cr != NULL ? cr + 1 : end;
			session->line = cr != NULL ? LINE_CR : LINE_TEXT;
		}
		out = move(out, in, (gsize)(stop - in));
		in += stop - in;
	}
	input->at = (gsize)(in - input->bytes);
	action = take_content(session, input, start, (gsize)(out - start));
	if (action == SMTP_CONTINUE && !session->has_ended)
		return SMTP_NEED_BYTES;
	return action;
}

SmtpAction smtp_finish_content(SmtpSession *session, SmtpInput *input)
{
	session->has_ended = FALSE;
	session->reading = READING_COMMAND;
	if (session->refusal.code != 0) {
		smtp_refuse_all(session, input->replies);
		return smtp_reset(session);
	}
	session->due = SMTP_SUBMIT;
	return SMTP_SUBMIT;
}

static SmtpAction finish_chunk(SmtpSession *session, SmtpInput *input)
{
	const Reply refusal = session->refusal;

	session->reading = READING_COMMAND;
	if (session->state < STATE_CHUNKS) {
		session->refusal = (Reply){0};
		session->content_size = 0;
		return smtp_fail(session, input, refusal.code, refusal.status, refusal.text);
	}
	if (session->is_last_chunk)
		return smtp_finish_content(session, input);
	if (refusal.code != 0)
		reply_append(input->replies, &refusal);
	else
		smtp_accept(input, 250, "2.0.0", "more");
	return SMTP_CONTINUE;
}

SmtpAction smtp_read_chunk(SmtpSession *session, SmtpInput *input)
{
	const char *start = input->bytes + input->at;
	gsize size = (gsize)MIN(session->chunk_left, (gint64)(input->size - input->at));
	SmtpAction action;

	if (session->chunk_left == 0)
		return finish_chunk(session, input);
	if (size == 0)
		return SMTP_NEED_BYTES;
	session->chunk_left -= (gint64)size;
	input->at += size;
	action = take_content(session, input, start, size);
	if (action == SMTP_CONTINUE && session->chunk_left > 0)
		return SMTP_NEED_BYTES;
	return action;
}
