#include <string.h>

#include "server/smtp_session.h"
#include "server/syntax.h"

/* Commands that do no work, for one mail; each further one counts as an error. */
#define JUNK_LIMIT 100
/* What all recipients of a mail may take together: they travel in one message to a worker. */
#define RECIPIENTS_SIZE_LIMIT (96 * 1024)

#define IN(state)    (1U << STATE_##state)
#define ANYWHERE     (IN(GREETED) | IN(READY) | IN(MAIL) | IN(RCPT) | IN(CHUNKS))
#define BY(protocol) (1U << PROTOCOL_##protocol)
#define BOTH         (BY(SMTP) | BY(LMTP))

static void list_extensions(const SmtpSession *session, SmtpInput *input)
{
	g_string_append_printf(input->replies,
		"250-%s\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n"
		"250-ENHANCEDSTATUSCODES\r\n%s250 SIZE %" G_GINT64_FORMAT "\r\n",
		session->settings->host,
		session->settings->offers_tls && !session->is_tls ? "250-STARTTLS\r\n" : "",
		session->settings->limits->message_size);
}

static SmtpAction greet_back(
	SmtpSession *session, SmtpInput *input, const char *argument, gboolean is_extended)
{
	if (*argument == '\0' || strlen(argument) > 255)
		return smtp_fail(session, input, 501, "5.5.4", "say your host name");
	g_free(session->helo);
	session->helo = g_strdup(argument);
	session->is_extended = is_extended;
	smtp_enter(session, STATE_READY);
	if (is_extended)
		list_extensions(session, input);
	else
		g_string_append_printf(input->replies, "250 %s\r\n", session->settings->host);
	return smtp_reset(session);
}

static SmtpAction on_ehlo(SmtpSession *session, SmtpInput *input, const char *argument)
{
	return greet_back(session, input, argument, TRUE);
}

static SmtpAction on_helo(SmtpSession *session, SmtpInput *input, const char *argument)
{
	return greet_back(session, input, argument, FALSE);
}

static SmtpAction on_wrong_hello(
	SmtpSession *session, SmtpInput *input, G_GNUC_UNUSED const char *argument)
{
	return smtp_fail(session, input, 500, "5.5.1",
		session->settings->protocol == PROTOCOL_LMTP ? "this is LMTP, say LHLO"
							     : "this is SMTP, say EHLO");
}

/* Reads one parameter of MAIL; FALSE with *refusal. */
static gboolean read_mail_parameter(
	SmtpSession *session, const Parameter *parameter, Reply *refusal)
{
	gint64 size;

	if (syntax_is_key(parameter, "SIZE")) {
		size = syntax_read_number(parameter->value, parameter->value_size);
		if (size < 0)
			*refusal = (Reply){501, "5.5.4", "SIZE needs a number", 0};
		else if (size > session->settings->limits->message_size)
			*refusal = (Reply){552, "5.3.4", "the mail is too large", 0};
		else if (size > session->settings->spool_free_bytes)
			*refusal = (Reply){452, "4.3.1", "no room for this mail now, try later", 0};
	} else if (syntax_is_key(parameter, "BODY")) {
		if (!syntax_is_value(parameter, "7BIT") && !syntax_is_value(parameter, "8BITMIME"))
			*refusal = (Reply){501, "5.5.4", "BODY is 7BIT or 8BITMIME here", 0};
	} else if (syntax_is_key(parameter, "SMTPUTF8") && parameter->value == NULL) {
		session->is_utf8 = TRUE;
	} else {
		*refusal = (Reply){555, "5.5.4", "this parameter of MAIL is not known here", 0};
	}
	return refusal->code == 0;
}

static SmtpAction on_mail(SmtpSession *session, SmtpInput *input, const char *argument)
{
	g_autofree char *sender = NULL;
	Parameter parameter;
	Reply refusal = {0};

	session->is_utf8 = FALSE;
	if (syntax_skip_keyword(&argument, "FROM:"))
		sender = syntax_read_path(&argument);
	if (sender == NULL)
		return smtp_fail(session, input, 501, "5.1.7", "write MAIL FROM:<address>");
	while (syntax_next_parameter(&argument, &parameter))
		if (!read_mail_parameter(session, &parameter, &refusal))
			return smtp_fail(
				session, input, refusal.code, refusal.status, refusal.text);
	if (!session->is_utf8 && !g_str_is_ascii(sender))
		return smtp_fail(session, input, 553, "5.6.7", "this address needs SMTPUTF8");
	session->sender = g_steal_pointer(&sender);
	session->recipients = g_ptr_array_new_with_free_func(g_free);
	smtp_enter(session, STATE_MAIL);
	return smtp_accept(input, 250, "2.1.0", "sender ok");
}

static SmtpAction on_rcpt(SmtpSession *session, SmtpInput *input, const char *argument)
{
	g_autofree char *recipient = NULL;

	if (syntax_skip_keyword(&argument, "TO:"))
		recipient = syntax_read_path(&argument);
	if (recipient == NULL || *recipient == '\0')
		return smtp_fail(session, input, 501, "5.1.3", "write RCPT TO:<address>");
	if (*argument != '\0')
		return smtp_fail(session, input, 555, "5.5.4", "RCPT has no parameters here");
	if (!session->is_utf8 && !g_str_is_ascii(recipient))
		return smtp_fail(session, input, 553, "5.6.7", "this address needs SMTPUTF8");
	/* No error: RFC 5321 4.5.3.1.10 lets the client go on with those that it has. */
	if (session->recipients->len >= session->settings->limits->recipients ||
		session->recipients_size + strlen(recipient) > RECIPIENTS_SIZE_LIMIT)
		return smtp_accept(input, 452, "4.5.3", "too many recipients for one mail");
	session->question = g_steal_pointer(&recipient);
	session->due = SMTP_ASK_RECIPIENT;
	return SMTP_ASK_RECIPIENT;
}

static SmtpAction on_data(SmtpSession *session, SmtpInput *input, const char *argument)
{
	if (*argument != '\0')
		return smtp_fail(session, input, 501, "5.5.4", "DATA takes no parameters");
	/* Whoever writes on before our 354 speaks past us, or lets somebody else speak (RFC
	 * 2920 3.1). */
	if (input->at < input->size)
		return smtp_close(input, 503, "5.5.1", "wait for 354 before sending the mail");
	session->reading = READING_DATA;
	session->line = LINE_START;
	return smtp_accept(input, 354, NULL, "go on, end with <CRLF>.<CRLF>");
}

/* "SIZE" or "SIZE LAST". Without a size nobody knows where the next command starts: FALSE. */
static gboolean read_chunk(SmtpSession *session, const char *argument)
{
	gsize digits = strcspn(argument, " ");
	const char *rest = argument + digits;

	session->chunk_left = syntax_read_number(argument, digits);
	session->is_last_chunk = syntax_skip_keyword(&rest, " ") && *rest != '\0';
	return session->chunk_left >= 0 && session->chunk_left < G_MAXINT64 / 2 &&
	       (!session->is_last_chunk || g_ascii_strcasecmp(rest, "LAST") == 0);
}

static SmtpAction on_bdat(SmtpSession *session, SmtpInput *input, const char *argument)
{
	if (!read_chunk(session, argument))
		return smtp_close(input, 501, "5.5.4", "write BDAT SIZE or BDAT SIZE LAST");
	smtp_enter(session, STATE_CHUNKS);
	session->reading = READING_CHUNK;
	return SMTP_CONTINUE;
}

/* Out of order: the chunk comes all the same and must not be read as commands (RFC 3030 2). */
static SmtpAction on_early_bdat(SmtpSession *session, SmtpInput *input, const char *argument)
{
	if (!read_chunk(session, argument))
		return smtp_close(input, 501, "5.5.4", "write BDAT SIZE or BDAT SIZE LAST");
	session->refusal = (Reply){503, "5.5.1", "no mail to add this to: MAIL and RCPT first", 0};
	session->reading = READING_CHUNK;
	return SMTP_CONTINUE;
}

static SmtpAction on_rset(
	SmtpSession *session, SmtpInput *input, G_GNUC_UNUSED const char *argument)
{
	smtp_accept(input, 250, "2.0.0", "forgotten");
	return smtp_reset(session);
}

static SmtpAction on_noop(
	G_GNUC_UNUSED SmtpSession *session, SmtpInput *input, G_GNUC_UNUSED const char *argument)
{
	return smtp_accept(input, 250, "2.0.0", "ok");
}

static SmtpAction on_vrfy(
	G_GNUC_UNUSED SmtpSession *session, SmtpInput *input, G_GNUC_UNUSED const char *argument)
{
	return smtp_accept(input, 252, "2.5.2", "send mail to learn whether we take it");
}

static SmtpAction on_help(
	SmtpSession *session, SmtpInput *input, G_GNUC_UNUSED const char *argument)
{
	return smtp_accept(input, 214, "2.0.0",
		session->settings->protocol == PROTOCOL_LMTP
			? "LHLO MAIL RCPT DATA BDAT RSET NOOP VRFY QUIT STARTTLS"
			: "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY QUIT STARTTLS");
}

static SmtpAction on_quit(
	G_GNUC_UNUSED SmtpSession *session, SmtpInput *input, G_GNUC_UNUSED const char *argument)
{
	return smtp_close(input, 221, "2.0.0", "goodbye");
}

static SmtpAction on_starttls(SmtpSession *session, SmtpInput *input, const char *argument)
{
	if (!session->settings->offers_tls || session->is_tls)
		return smtp_fail(session, input, session->is_tls ? 503 : 502, "5.5.1",
			session->is_tls ? "TLS is on already" : "TLS is not offered here");
	if (*argument != '\0')
		return smtp_fail(session, input, 501, "5.5.4", "STARTTLS takes no parameters");
	/* Bytes behind it would be read as if they had come through TLS. */
	if (input->at < input->size)
		return smtp_close(input, 501, "5.5.4", "nothing may follow STARTTLS");
	smtp_accept(input, 220, "2.0.0", "go ahead with TLS");
	return SMTP_START_TLS;
}

/* A browser or a proxy that was made to talk to us: what follows is not for us either. */
static SmtpAction on_foreign(
	G_GNUC_UNUSED SmtpSession *session, SmtpInput *input, G_GNUC_UNUSED const char *argument)
{
	return smtp_close(input, 421, "4.7.0", "this is a mail server");
}

typedef struct {
	const char *verb;
	guint protocols, states;
	gboolean is_junk;
	SmtpAction (*run)(SmtpSession *session, SmtpInput *input, const char *argument);
} SmtpCommand;

/* The first row that fits runs. A verb whose rows all miss the state is out of order. */
/* clang-format off */
static const SmtpCommand commands[] = {
	{"EHLO",     BY(SMTP), ANYWHERE,             TRUE,  on_ehlo},
	{"HELO",     BY(SMTP), ANYWHERE,             TRUE,  on_helo},
	{"LHLO",     BY(LMTP), ANYWHERE,             TRUE,  on_ehlo},
	{"EHLO",     BY(LMTP), ANYWHERE,             FALSE, on_wrong_hello},
	{"HELO",     BY(LMTP), ANYWHERE,             FALSE, on_wrong_hello},
	{"LHLO",     BY(SMTP), ANYWHERE,             FALSE, on_wrong_hello},
	{"MAIL",     BOTH,     IN(READY),            FALSE, on_mail},
	{"RCPT",     BOTH,     IN(MAIL) | IN(RCPT),  FALSE, on_rcpt},
	{"DATA",     BOTH,     IN(RCPT),             FALSE, on_data},
	{"BDAT",     BOTH,     IN(RCPT) | IN(CHUNKS), FALSE, on_bdat},
	{"BDAT",     BOTH,     ANYWHERE,             FALSE, on_early_bdat},
	{"STARTTLS", BOTH,     IN(READY),            FALSE, on_starttls},
	{"RSET",     BOTH,     ANYWHERE,             TRUE,  on_rset},
	{"NOOP",     BOTH,     ANYWHERE,             TRUE,  on_noop},
	{"VRFY",     BOTH,     ANYWHERE,             TRUE,  on_vrfy},
	{"HELP",     BOTH,     ANYWHERE,             TRUE,  on_help},
	{"QUIT",     BOTH,     ANYWHERE,             FALSE, on_quit},
	{"GET",      BOTH,     ANYWHERE,             FALSE, on_foreign},
	{"POST",     BOTH,     ANYWHERE,             FALSE, on_foreign},
	{"PUT",      BOTH,     ANYWHERE,             FALSE, on_foreign},
	{"HEAD",     BOTH,     ANYWHERE,             FALSE, on_foreign},
	{"OPTIONS",  BOTH,     ANYWHERE,             FALSE, on_foreign},
	{"CONNECT",  BOTH,     ANYWHERE,             FALSE, on_foreign},
};
/* clang-format on */

static gboolean is_verb(const char *verb, const char *line, gsize size)
{
	return strlen(verb) == size && g_ascii_strncasecmp(line, verb, size) == 0;
}

SmtpAction smtp_run_command(SmtpSession *session, SmtpInput *input, const char *line)
{
	gsize size = strcspn(line, " \t");
	const char *argument = line + size + strspn(line + size, " \t");
	gboolean is_known = FALSE;

	for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
		const SmtpCommand *command = &commands[i];

		if ((command->protocols & (1U << session->settings->protocol)) == 0 ||
			!is_verb(command->verb, line, size))
			continue;
		is_known = TRUE;
		if ((command->states & (1U << session->state)) == 0)
			continue;
		if (command->is_junk && ++session->junk > JUNK_LIMIT)
			return smtp_fail(session, input, 450, "4.7.0", "send a mail or leave");
		return command->run(session, input, argument);
	}
	if (is_known)
		return smtp_fail(
			session, input, 503, "5.5.1", "not now: the order of commands is wrong");
	return smtp_fail(session, input, 500, "5.5.2", "this command is not known here");
}
