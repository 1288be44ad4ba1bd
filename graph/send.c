#include "graph/send.h"

#include <stdlib.h>
#include <string.h>

#include "graph/compose.h"
#include "graph/copy.h"
#include "store/mailbox.h"
#include "store/outbox.h"

#define TIMEOUT_SECONDS 150
/* Exchange Online: messages a minute of one mailbox. */
#define PER_MINUTE_MAX 30
#define EXPIRE_SECONDS 86400
/* How long a mail is looked for whose answer was lost, and how often. */
#define UNCLEAR_SECONDS    600
#define LOOK_SECONDS       5.0
#define WAIT_STATE_SECONDS 60.0
#define ATTEMPTS_MAX       2

/* ---- words for a person ---- */

static gboolean is_english(const Account *account)
{
	return g_strcmp0(account->registration->language, "en") == 0;
}

static const char *words(const Account *account, const char *german, const char *english)
{
	return is_english(account) ? english : german;
}

/* ---- one attempt ---- */

static gboolean set(Account *account, const Outgoing *outgoing, const char *state, const char *text,
	double due_seconds, GError **error)
{
	return outbox_set(account->store, account->connection->tenant, outgoing, state, text,
		due_seconds, error);
}

/* Microsoft has not got it. What passes is tried again; what is wrong with the mailbox keeps the
 * mail until that is put right; what is wrong with the mail ends it. */
static gboolean take_refusal(
	Account *account, const Outgoing *outgoing, const GError *cause, GError **error)
{
	g_autofree char *hint = remedy_hint(cause);

	if (cause->code == CASEGATE_ERROR_REJECT)
		return set(account, outgoing, "failed", hint, -1, error);
	if (!set(account, outgoing, "queued", hint,
		    cause->code == CASEGATE_ERROR_RETRY ? MAX(account->park_seconds, 1.0)
							: WAIT_STATE_SECONDS,
		    error))
		return FALSE;
	g_propagate_error(error, g_error_copy(cause));
	return FALSE;
}

static gboolean take_unclear(Account *account, const Outgoing *outgoing, GError **error)
{
	const gboolean may_read = account->connection->may_read;

	return set(account, outgoing, "unknown",
		may_read
			? words(account,
				  "Die Antwort von Microsoft ging verloren; es wird nachgesehen, "
				  "ob die "
				  "Mail gesendet wurde.",
				  "Microsoft's answer was lost; the mailbox is asked whether the "
				  "mail was "
				  "sent.")
			: words(account,
				  "Die Antwort von Microsoft ging verloren: Bitte in Outlook unter "
				  "„Gesendete Elemente“ nachsehen, ob die Mail gesendet wurde.",
				  "Microsoft's answer was lost: please look into Sent Items in "
				  "Outlook "
				  "whether the mail was sent."),
		!may_read                            ? -1
		: outgoing->started_ago_seconds < 60 ? LOOK_SECONDS
						     : 3 * LOOK_SECONDS,
		error);
}

/* Nothing was sent, and it may be our stamps that were refused (GRAPH.md 2.3). */
static gboolean may_be_the_stamps(const CallTrouble *trouble, const HttpAnswer *answer)
{
	static const char *const others[] = {"ErrorInvalidRecipients",
		"ErrorRecipientLimitExceeded", "ErrorSendAsDenied", "ErrorInvalidSender",
		"ErrorMessageSizeExceeded", "ErrorQuotaExceeded", NULL};
	g_autoptr(json_t) body = told_json(answer);

	return (trouble->status == 400 || trouble->status == 403) && !told_has_code(body, others);
}

static Call call_of(const char *path, const char *body)
{
	return (Call){.method = "POST",
		.path = path,
		.content_type = "application/json",
		.body = body,
		.body_size = strlen(body),
		.is_once = TRUE,
		.timeout_seconds = TIMEOUT_SECONDS};
}

/* It works: so whatever stood against it is put right. */
static gboolean note_well(Account *account, GError **error)
{
	OutlookConnection *connection = account->connection;

	if (strcmp(connection->state, "connected") == 0)
		return TRUE;
	g_free(connection->state);
	connection->state = g_strdup("connected");
	return outlook_state_set(account->store, connection->tenant, connection->user, "connected",
		NULL, NULL, error);
}

/* What it answers was moved, or Exchange takes no answer of this form. */
static gboolean is_no_reply(
	const CallTrouble *trouble, const HttpAnswer *answer, ComposeFlags flags)
{
	return trouble->kind == REMEDY_GONE ||
	       ((flags & COMPOSE_BARE) != 0 && trouble->status == 400 &&
		       may_be_the_stamps(trouble, answer));
}

/* Why a form of it was not taken although another may be. */
typedef enum { TAKEN, STAMPS_REFUSED, NO_REPLY } Taken;

static gboolean post(Account *account, const Outgoing *outgoing, const char *path, const char *body,
	ComposeFlags flags, Taken *taken, GError **error)
{
	const Call call = call_of(path, body);
	g_auto(HttpAnswer) answer = {0};
	g_autoptr(GError) cause = NULL;
	CallTrouble trouble;

	*taken = TAKEN;
	if (account_call(account, &call, &answer, &trouble, &cause))
		return set(account, outgoing, "sent", NULL, -1, error) && note_well(account, error);
	if (trouble.is_unclear)
		return take_unclear(account, outgoing, error);
	if ((flags & COMPOSE_REPLY) != 0 && is_no_reply(&trouble, &answer, flags))
		*taken = NO_REPLY;
	else if ((flags & COMPOSE_BARE) == 0 && may_be_the_stamps(&trouble, &answer))
		*taken = STAMPS_REFUSED;
	return *taken != TAKEN || take_refusal(account, outgoing, cause, error);
}

/* Graph's id of the mail that it answers, where that lies in this mailbox: the reply's own call
 * threads it better. */
static gboolean find_parent(Account *account, const Outgoing *outgoing, char **id, GError **error)
{
	*id = NULL;
	return outgoing->answers_id == NULL || !account->connection->may_read ||
	       copy_find_mail(account, outgoing->answers_id, id, error);
}

static char *path_of(const char *parent)
{
	g_autofree char *escaped = parent != NULL ? http_escape(parent) : NULL;

	return parent != NULL ? g_strconcat("/messages/", escaped, "/reply", NULL)
			      : g_strdup("/sendMail");
}

/* Stamped; where the tenant refuses stamps with the header alone; as a mail of its own where the
 * answered one was moved meanwhile,
 * or is not to be answered so. */
static gboolean give(Account *account, const Outgoing *outgoing, const char *parent, GError **error)
{
	ComposeFlags flags = parent != NULL ? COMPOSE_REPLY : COMPOSE_MAIL;
	gboolean may_send = FALSE;
	Taken taken = TAKEN;

	do {
		g_autofree char *path = path_of((flags & COMPOSE_REPLY) != 0 ? parent : NULL);
		g_autoptr(GError) cause = NULL;
		char *body = compose_mail(account->store, account->connection->tenant, outgoing,
			flags, account->registration->language, &cause);
		gboolean is_done;

		if (body == NULL)
			return take_refusal(account, outgoing, cause, error);
		is_done = may_send || outbox_begin(account->store, account->connection->tenant,
					      outgoing, &may_send, error);
		is_done = is_done &&
			  (!may_send || post(account, outgoing, path, body, flags, &taken, error));
		free(body);
		if (!is_done)
			return FALSE;
		if (taken == STAMPS_REFUSED)
			flags |= COMPOSE_BARE;
		else if (taken == NO_REPLY)
			flags = COMPOSE_MAIL;
	} while (taken != TAKEN);
	return TRUE;
}

static gboolean attempt(Account *account, const Outgoing *outgoing, GError **error)
{
	g_autofree char *parent = NULL;
	g_autoptr(GError) cause = NULL;

	if (!find_parent(account, outgoing, &parent, &cause))
		return take_refusal(account, outgoing, cause, error);
	return give(account, outgoing, parent, error);
}

/* ---- what the state says ---- */

/* It may have gone: the mailbox is asked, and only after ten minutes without it, once, Microsoft
 * told again, with the same stamp. */
static gboolean resolve(Account *account, const Outgoing *outgoing, GError **error)
{
	gboolean is_there = FALSE;

	if (!account->connection->may_read)
		return take_unclear(account, outgoing, error);
	if (!copy_find(account, outgoing, &is_there, error))
		return FALSE;
	if (is_there)
		return set(account, outgoing, "sent", NULL, -1, error);
	if (outgoing->started_ago_seconds < UNCLEAR_SECONDS)
		return take_unclear(account, outgoing, error);
	if (outgoing->attempt < ATTEMPTS_MAX)
		return attempt(account, outgoing, error);
	return set(account, outgoing, "unknown",
		words(account,
			"Es ist unklar, ob die Mail gesendet wurde: Bitte in Outlook unter "
			"„Gesendete "
			"Elemente“ nachsehen.",
			"It is unclear whether the mail was sent: please look into Sent Items in "
			"Outlook."),
		-1, error);
}

/* A mail that waits for its mailbox too long is not sent out of the blue. */
static gboolean expire(Account *account, const Outgoing *outgoing, GError **error)
{
	return set(account, outgoing, "failed",
		words(account,
			"Das Postfach war 24 Stunden lang nicht verbunden: bitte neu senden.",
			"The mailbox was not connected for 24 hours: please send it again."),
		-1, error);
}

static gboolean wait_for_mailbox(Account *account, const Outgoing *outgoing, GError **error)
{
	const char *hint = account->connection->hint;

	return set(account, outgoing, "queued",
		hint != NULL ? hint
			     : words(account, "Das Postfach ist nicht verbunden.",
				       "The mailbox is not connected."),
		WAIT_STATE_SECONDS, error);
}

/* What an administrator must put right is looked at by rounds; where nothing is read, by sending.
 */
static gboolean is_open(const Account *account)
{
	const OutlookConnection *connection = account->connection;
	const gboolean is_connected = strcmp(connection->state, "connected") == 0;
	const gboolean may_be_right_now =
		!connection->may_read && (strcmp(connection->state, "admin") == 0 ||
						 strcmp(connection->state, "consent") == 0);

	return connection->may_send && (is_connected || may_be_right_now);
}

static gboolean send_one(Account *account, const Outgoing *outgoing, GError **error)
{
	const OutlookConnection *connection = account->connection;
	gboolean is_there = FALSE;

	if (outgoing->state != SEND_QUEUED)
		return strcmp(connection->state, "connected") == 0
			       ? resolve(account, outgoing, error)
			       : set(account, outgoing, "unknown", connection->hint,
					 WAIT_STATE_SECONDS, error);
	if (outgoing->queued_ago_seconds >= EXPIRE_SECONDS)
		return expire(account, outgoing, error);
	if (!is_open(account))
		return wait_for_mailbox(account, outgoing, error);
	if (outgoing->started_last_minute >= PER_MINUTE_MAX)
		return set(account, outgoing, "queued", NULL, 5, error);
	/* A person said to try again: it may have arrived the first time. */
	if (outgoing->attempt > 0 && connection->may_read &&
		!copy_find(account, outgoing, &is_there, error))
		return FALSE;
	return is_there ? set(account, outgoing, "sent", NULL, -1, error)
			: attempt(account, outgoing, error);
}

gboolean send_run(Account *account, guint *sent, GError **error)
{
	const OutlookConnection *connection = account->connection;
	gboolean is_well = TRUE;
	guint count = 0;

	while (is_well) {
		g_autoptr(Outgoing) outgoing = NULL;

		is_well = outbox_find(
			account->store, connection->tenant, connection->user, 0, &outgoing, error);
		if (outgoing == NULL)
			break;
		is_well = send_one(account, outgoing, error);
		count++;
	}
	if (sent != NULL)
		*sent = count;
	return outbox_schedule(account->store, connection->tenant, connection->user,
		       is_well ? error : NULL) &&
	       is_well;
}

/* ---- the test mail ---- */

static const char *note_subject(const Account *account)
{
	return words(account, "Test der Outlook-Anbindung", "Test of the Outlook integration");
}

static gboolean await_copy(Account *account, const char *send_id, guint wait_seconds,
	gboolean *is_confirmed, GError **error)
{
	const gint64 began = g_get_monotonic_time();
	Outgoing wanted = {.send_id = (char *)send_id, .subject = (char *)note_subject(account)};

	*is_confirmed = FALSE;
	for (;;) {
		wanted.started_ago_seconds = (g_get_monotonic_time() - began) / G_USEC_PER_SEC;
		if (!copy_has_left(account, &wanted, is_confirmed, error))
			return FALSE;
		if (*is_confirmed || wanted.started_ago_seconds > (gint64)wait_seconds)
			return TRUE;
		if (account->wait == NULL || !account->wait(1000, account->data))
			return TRUE;
	}
}

static gboolean post_note(Account *account, const char *to, const char *send_id, GError **error)
{
	const char *text = words(account,
		"Diese Test-E-Mail wurde über die Outlook-Anbindung gesendet. Es ist nichts zu "
		"tun.",
		"This test e-mail was sent by the Outlook integration. Nothing need be done.");
	g_autoptr(GError) cause = NULL;

	for (ComposeFlags flags = COMPOSE_MAIL;; flags = COMPOSE_BARE) {
		char *body = compose_note(to != NULL ? to : account->connection->mailbox,
			note_subject(account), text, send_id, flags);
		const Call call = call_of("/sendMail", body);
		g_auto(HttpAnswer) answer = {0};
		CallTrouble trouble;
		gboolean is_done;

		g_clear_error(&cause);
		is_done = account_call(account, &call, &answer, &trouble, &cause);
		free(body);
		if (is_done)
			return note_well(account, error);
		if (flags == COMPOSE_BARE || !may_be_the_stamps(&trouble, &answer))
			break;
	}
	g_propagate_error(error, g_steal_pointer(&cause));
	return FALSE;
}

/* As a mail of the case, through the outbox like every other. */
static gboolean send_of_case(
	Account *account, const char *to, const char *reference, char **send_id, GError **error)
{
	const OutlookConnection *connection = account->connection;
	g_autoptr(Outgoing) outgoing = NULL;
	gint64 message_id = 0;

	if (!outbox_add(account->store, connection->tenant, connection->user, reference,
		    to != NULL ? to : connection->mailbox, note_subject(account),
		    words(account, "Diese Test-E-Mail wurde aus einem Vorgang gesendet.",
			    "This test e-mail was sent from a case."),
		    &message_id, error) ||
		!outbox_find(account->store, connection->tenant, connection->user, message_id,
			&outgoing, error))
		return FALSE;
	if (outgoing == NULL)
		return TRUE;
	*send_id = g_strdup(outgoing->send_id);
	return attempt(account, outgoing, error);
}

gboolean send_test(Account *account, const char *to, const char *reference, guint wait_seconds,
	gboolean *is_confirmed, GError **error)
{
	g_autofree char *send_id = NULL;

	*is_confirmed = FALSE;
	if (reference != NULL) {
		if (!send_of_case(account, to, reference, &send_id, error))
			return FALSE;
	} else {
		send_id = g_uuid_string_random();
		if (!post_note(account, to, send_id, error))
			return FALSE;
	}
	if (send_id == NULL || !account->connection->may_read)
		return TRUE;
	return await_copy(account, send_id, wait_seconds, is_confirmed, error);
}
