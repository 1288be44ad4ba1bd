/* Dialogues: each file of tests/dialog is played against a session whole, byte by byte, and cut at
 * random.
 *
 *   @ lmtp | smtp          the protocol (lmtp)
 *   @ tls                  STARTTLS is offered
 *   @ limit NAME NUMBER    one of limits, or spool (what is free)
 *   @ whole                only as a whole: what is in one piece is the point
 *   C: text                the client sends the line with CRLF; \r \n \t \\ \xNN as in C
 *   C- text                the same without CRLF
 *   C* COUNT text          text so often, without CRLF
 *   S: line                the session replies this line; * and ? as in a shell
 *   M: bytes               it submits a mail with these bytes
 *   E: forget, tls, close  it asks for this
 *
 * Lines of C that follow each other are sent together. Recipients: agent… is taken; full, fast,
 * down, late and never answer as their names say, the last two only after the mail; all others are
 * unknown. */
#include <stdio.h>
#include <string.h>

#include "server/smtp.h"

typedef struct {
	SmtpSettings settings;
	Limits limits;
	gboolean is_whole;
	GPtrArray *groups; /* of Group */
} Dialogue;

typedef struct {
	GString *sent;
	GString *expected; /* lines */
} Group;

typedef struct {
	SmtpSession *session;
	GByteArray *pending;
	GString *replies, *heard; /* heard: lines as in the file */
	GString *mail;
	gboolean is_closed;
} Player;

/* ---- reading a file ---- */

static void append_escaped(GString *out, const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (*at != '\\') {
			g_string_append_c(out, *at);
			continue;
		}
		at++;
		if (*at == 'x') {
			g_string_append_c(out, (char)(g_ascii_xdigit_value(at[1]) * 16 +
						       g_ascii_xdigit_value(at[2])));
			at += 2;
		} else {
			g_string_append_c(out, *at == 'r'   ? '\r'
					       : *at == 'n' ? '\n'
					       : *at == 't' ? '\t'
							    : *at);
		}
	}
}

static void group_free(gpointer data)
{
	Group *group = data;

	g_string_free(group->sent, TRUE);
	g_string_free(group->expected, TRUE);
	g_free(group);
}

static Group *last_group(Dialogue *dialogue, gboolean is_new)
{
	Group *group;

	if (!is_new)
		return g_ptr_array_index(dialogue->groups, dialogue->groups->len - 1);
	group = g_new0(Group, 1);
	group->sent = g_string_new(NULL);
	group->expected = g_string_new(NULL);
	g_ptr_array_add(dialogue->groups, group);
	return group;
}

static void set_limit(Dialogue *dialogue, const char *name, gint64 value)
{
	if (g_str_equal(name, "message_size"))
		dialogue->limits.message_size = value;
	else if (g_str_equal(name, "recipients"))
		dialogue->limits.recipients = (guint)value;
	else if (g_str_equal(name, "errors"))
		dialogue->limits.errors = (guint)value;
	else if (g_str_equal(name, "spool"))
		dialogue->settings.spool_free_bytes = value;
	else
		g_error("no limit %s", name);
}

static void read_option(Dialogue *dialogue, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", 0);

	if (g_str_equal(words[0], "smtp"))
		dialogue->settings.protocol = PROTOCOL_SMTP;
	else if (g_str_equal(words[0], "tls"))
		dialogue->settings.offers_tls = TRUE;
	else if (g_str_equal(words[0], "whole"))
		dialogue->is_whole = TRUE;
	else if (g_str_equal(words[0], "limit"))
		set_limit(dialogue, words[1], g_ascii_strtoll(words[2], NULL, 10));
	else
		g_assert_cmpstr(words[0], ==, "lmtp");
}

static void read_sent(Dialogue *dialogue, const char *line)
{
	Group *group = last_group(dialogue, last_group(dialogue, FALSE)->expected->len > 0);
	char *text;
	gint64 count;

	if (line[1] != '*') {
		append_escaped(group->sent, line[2] != '\0' ? line + 3 : "");
		g_string_append(group->sent, line[1] == ':' ? "\r\n" : "");
		return;
	}
	count = g_ascii_strtoll(line + 3, &text, 10);
	while (count-- > 0)
		append_escaped(group->sent, text + 1);
}

static Dialogue *dialogue_read(const char *path)
{
	Dialogue *dialogue = g_new0(Dialogue, 1);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", 0);
	dialogue->limits = (Limits){.message_size = 1000, .recipients = 5, .errors = 20};
	dialogue->settings = (SmtpSettings){.protocol = PROTOCOL_LMTP,
		.host = "gw.test",
		.limits = &dialogue->limits,
		.spool_free_bytes = 1000000};
	dialogue->groups = g_ptr_array_new_with_free_func(group_free);
	last_group(dialogue, TRUE);
	for (guint i = 0; lines[i] != NULL; i++) {
		if (*lines[i] == '\0' || *lines[i] == '#')
			continue;
		if (*lines[i] == '@')
			read_option(dialogue, lines[i] + 2);
		else if (*lines[i] == 'C')
			read_sent(dialogue, lines[i]);
		else
			g_string_append_printf(
				last_group(dialogue, FALSE)->expected, "%s\n", lines[i]);
	}
	return dialogue;
}

static void dialogue_free(Dialogue *dialogue)
{
	g_ptr_array_unref(dialogue->groups);
	g_free(dialogue);
}

/* ---- playing it ---- */

static void hear_replies(Player *player)
{
	g_auto(GStrv) lines = g_strsplit(player->replies->str, "\r\n", 0);

	/* Each reply ends with CRLF, so the last piece is empty. */
	for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
		g_string_append_printf(player->heard, "S: %s\n", lines[i]);
	g_string_truncate(player->replies, 0);
}

static void hear_mail(Player *player)
{
	g_string_append(player->heard, player->mail->len > 0 ? "M: " : "M:");
	for (gsize i = 0; i < player->mail->len; i++) {
		guchar byte = (guchar)player->mail->str[i];

		if (byte == '\r' || byte == '\n' || byte == '\t' || byte == '\\')
			g_string_append_printf(player->heard, "\\%c",
				byte == '\r'   ? 'r'
				: byte == '\n' ? 'n'
				: byte == '\t' ? 't'
					       : '\\');
		else if (byte < 0x20 || byte >= 0x7f)
			g_string_append_printf(player->heard, "\\x%02x", byte);
		else
			g_string_append_c(player->heard, (char)byte);
	}
	g_string_append_c(player->heard, '\n');
	g_string_truncate(player->mail, 0);
}

static Reply answer_recipient(const char *recipient)
{
	g_autoptr(GError) error = g_error_new_literal(CASEGATE_ERROR, CASEGATE_ERROR_RETRY, "down");

	if (g_str_has_prefix(recipient, "down"))
		return reply_for_error(error);
	if (g_str_has_prefix(recipient, "full"))
		return reply_for_address(ADDRESS_OVER_QUOTA);
	if (g_str_has_prefix(recipient, "fast"))
		return reply_for_address(ADDRESS_OVER_RATE);
	return reply_for_address(g_str_has_prefix(recipient, "agent") ||
						 g_str_has_prefix(recipient, "late") ||
						 g_str_has_prefix(recipient, "never") ||
						 !g_str_is_ascii(recipient) || *recipient == '"'
					 ? ADDRESS_TAKES_MAIL
					 : ADDRESS_UNKNOWN);
}

static void answer_mail(Player *player)
{
	g_autoptr(Envelope) envelope = smtp_make_envelope(player->session);
	guint count = smtp_recipient_count(player->session);
	g_autofree Reply *replies = g_new0(Reply, count);

	g_assert_cmpuint(envelope->recipients->len, ==, count);
	for (guint i = 0; i < count; i++) {
		const char *recipient = g_ptr_array_index(envelope->recipients, i);
		Verdict verdict = {.outcome = OUTCOME_FILED, .delivery_id = i + 1};

		if (g_str_has_prefix(recipient, "late"))
			verdict.error =
				g_error_new_literal(CASEGATE_ERROR, CASEGATE_ERROR_RETRY, "later");
		if (g_str_has_prefix(recipient, "never"))
			verdict.error =
				g_error_new_literal(CASEGATE_ERROR, CASEGATE_ERROR_REJECT, "never");
		replies[i] = reply_for_verdict(&verdict);
		g_clear_error(&verdict.error);
	}
	smtp_answer_mail(player->session, replies, player->replies);
}

/* FALSE: nothing more to do with these bytes. */
static gboolean act(Player *player, SmtpAction action)
{
	const char *bytes;
	gsize size;
	Reply reply;

	switch (action) {
	case SMTP_ASK_RECIPIENT:
		reply = answer_recipient(smtp_question(player->session));
		return act(player, smtp_answer_recipient(player->session, &reply, player->replies));
	case SMTP_STORE:
		bytes = smtp_content(player->session, &size);
		g_string_append_len(player->mail, bytes, (gssize)size);
		return TRUE;
	case SMTP_FORGET:
		g_string_truncate(player->mail, 0);
		return TRUE;
	case SMTP_SUBMIT:
		hear_replies(player);
		hear_mail(player);
		answer_mail(player);
		return TRUE;
	case SMTP_START_TLS:
		hear_replies(player);
		g_string_append(player->heard, "E: tls\n");
		smtp_tls_started(player->session);
		return TRUE;
	case SMTP_CLOSE:
		hear_replies(player);
		g_string_append(player->heard, "E: close\n");
		player->is_closed = TRUE;
		return FALSE;
	case SMTP_CONTINUE:
		return TRUE;
	case SMTP_NEED_BYTES:
	default:
		return FALSE;
	}
}

static void play_piece(Player *player, const char *bytes, gsize size)
{
	gboolean goes_on = TRUE;

	g_byte_array_append(player->pending, (const guint8 *)bytes, (guint)size);
	while (goes_on && !player->is_closed) {
		/* A copy of its own, so that a sanitizer sees a byte too many. */
		g_autofree char *copy = g_memdup2(player->pending->data, player->pending->len);
		static char nothing[1];
		gsize used = 0;
		SmtpAction action = smtp_feed(player->session, copy != NULL ? copy : nothing,
			player->pending->len, &used, player->replies);

		goes_on = act(player, action);
		/* What is kept was not changed. */
		for (gsize i = used; i < player->pending->len; i++)
			g_assert_cmpint((guint8)copy[i], ==, player->pending->data[i]);
		g_byte_array_remove_range(player->pending, 0, (guint)used);
		g_assert_true(goes_on || action != SMTP_NEED_BYTES ||
			      player->pending->len < SMTP_LINE_LIMIT);
		hear_replies(player);
	}
}

static void compare(const char *path, const Group *group, const char *heard)
{
	g_auto(GStrv) want = g_strsplit(group->expected->str, "\n", 0);
	g_auto(GStrv) have = g_strsplit(heard, "\n", 0);

	for (guint i = 0; want[i] != NULL || have[i] != NULL; i++)
		if (want[i] == NULL || have[i] == NULL || !g_pattern_match_simple(want[i], have[i]))
			g_error("%s after \"%s\": line %u of\n%swas to match\n%s", path,
				group->sent->str, i + 1, heard, group->expected->str);
}

typedef enum {
	CUT_NOWHERE,
	CUT_EVERYWHERE,
	CUT_SOMEWHERE,
} Cut;

static gsize piece_size(Cut cut, gsize left)
{
	if (cut == CUT_EVERYWHERE)
		return MIN(left, 1);
	return cut == CUT_NOWHERE ? left : (gsize)g_test_rand_int_range(1, (gint32)left + 1);
}

static void play(const char *path, const Dialogue *dialogue, Cut cut)
{
	Player player = {.session = smtp_session_new(&dialogue->settings),
		.pending = g_byte_array_new(),
		.replies = g_string_new(NULL),
		.heard = g_string_new(NULL),
		.mail = g_string_new(NULL)};

	smtp_greet(player.session, player.replies);
	hear_replies(&player);
	for (guint i = 0; i < dialogue->groups->len; i++) {
		const Group *group = g_ptr_array_index(dialogue->groups, i);

		for (gsize at = 0; at < group->sent->len && !player.is_closed;) {
			gsize size = piece_size(cut, group->sent->len - at);

			play_piece(&player, group->sent->str + at, size);
			at += size;
		}
		compare(path, group, player.heard->str);
		g_string_truncate(player.heard, 0);
	}
	smtp_session_free(player.session);
	g_byte_array_unref(player.pending);
	g_string_free(player.replies, TRUE);
	g_string_free(player.heard, TRUE);
	g_string_free(player.mail, TRUE);
}

static void test_dialogue(gconstpointer data)
{
	const char *path = data;
	Dialogue *dialogue = dialogue_read(path);

	play(path, dialogue, CUT_NOWHERE);
	if (!dialogue->is_whole) {
		play(path, dialogue, CUT_EVERYWHERE);
		for (guint i = 0; i < 20; i++)
			play(path, dialogue, CUT_SOMEWHERE);
	}
	dialogue_free(dialogue);
}

int main(int argc, char **argv)
{
	g_autofree char *directory = NULL;
	g_autoptr(GDir) files = NULL;
	const char *name;
	guint count = 0;

	g_test_init(&argc, &argv, NULL);
	directory = g_test_build_filename(G_TEST_DIST, "dialog", NULL);
	files = g_dir_open(directory, 0, NULL);
	while (files != NULL && (name = g_dir_read_name(files)) != NULL) {
		g_autofree char *test = g_strdup_printf("/smtp/%s", name);

		if (!g_str_has_suffix(name, ".smtp"))
			continue;
		g_test_add_data_func_full(
			test, g_build_filename(directory, name, NULL), test_dialogue, g_free);
		count++;
	}
	g_assert_cmpuint(count, >, 0);
	return g_test_run();
}
