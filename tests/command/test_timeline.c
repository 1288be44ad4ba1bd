#include "command/timeline.h"

#include "tests/server/sample_table.h"

static CaseHistory *history_new(const char *const *head)
{
	CaseHistory *history = g_new0(CaseHistory, 1);

	history->head = sample_table("reference subject state merged_reference opened_at:t "
				     "opened_by case_address timezone");
	history->members = sample_table("user");
	history->messages = sample_table(
		"message_id:n direction source kind from_name from_address subject sent_at:t"
		" filed_at:t submitted_by comment new_text send_state send_error");
	history->recipients = sample_table("message_id:n role name address");
	history->attachments = sample_table("message_id:n filename content_type size:n inline:b");
	history->comments = sample_table("message_id:n author_name author_address text");
	history->missing = sample_table("internet_message_id");
	sample_row(history->head, head);
	return history;
}

#define ROW(table, ...) sample_row(table, (const char *const[]){__VA_ARGS__})

/* An offer that was forwarded with a note, and the answer that was BCC'd. */
static CaseHistory *sample(void)
{
	static const char *const head[] = {"V-000042", "Angebot Flansche", "open", NULL,
		"2025-03-03T13:10:00Z", "anna", "agent+abc@in.acme.example", "Europe/Berlin"};
	CaseHistory *history = history_new(head);

	ROW(history->members, "anna");
	ROW(history->members, "chef");
	ROW(history->messages, "1", "in", "forward", "mail", "Karl Berger", "k.berger@nord.example",
		"WG: Angebot Flansche", "2025-03-03T13:05:00Z", "2025-03-03T13:10:00Z", "anna",
		"ignored", "Guten Tag,\n\nanbei unser Angebot.\n", NULL, NULL);
	ROW(history->messages, "2", "out", "bcc", "mail", "Anna\033[31m Muster",
		"anna@acme.example", "AW: Angebot Flansche DN 80", "2025-03-04T08:00:00Z",
		"2025-03-04T08:00:01Z", "anna", NULL, "Danke.", NULL, NULL);
	ROW(history->messages, "3", "internal", "cc", "auto_reply", NULL, NULL, "",
		"2025-03-04T08:01:00Z", "2025-03-04T08:01:01Z", NULL, NULL, "", NULL, NULL);
	ROW(history->recipients, "1", "to", "Anna Muster", "anna@acme.example");
	ROW(history->recipients, "1", "cc", NULL, "einkauf@acme.example");
	ROW(history->recipients, "1", "reply_to", NULL, "info@nord.example");
	for (guint i = 0; i < 6; i++)
		ROW(history->recipients, "2", "to", NULL, "k.berger@nord.example");
	ROW(history->attachments, "1", "Angebot.pdf", "application/pdf", "23100", "f");
	ROW(history->attachments, "1", "logo.png", "image/png", "100", "t");
	ROW(history->attachments, "1", "", "text/calendar", "1", "f");
	ROW(history->comments, "1", "Anna Muster", "anna@acme.example", "Bitte prüfen.\nEilt!");
	ROW(history->missing, "anfrage-7@acme.example");
	return history;
}

static void test_sample(void)
{
	g_autoptr(CaseHistory) history = sample();
	g_autofree char *have = timeline_text(history, 0, FALSE);

	g_assert_cmpstr(have, ==,
		"V-000042  Angebot Flansche\n"
		"    open · 3 mails · opened 2025-03-03 14:10 by anna · members: anna, chef\n"
		"    BCC into this case: agent+abc@in.acme.example\n"
		"\n"
		"2025-03-03 14:05  ← in        Karl Berger <k.berger@nord.example>  → Anna Muster, "
		"Cc einkauf@acme.example\n"
		"    filed by anna (forward) 2025-03-03 14:10\n"
		"    │ Anna Muster:\n"
		"    │ Bitte prüfen.\n"
		"    │ Eilt!\n"
		"    Guten Tag,\n"
		"\n"
		"    anbei unser Angebot.\n"
		"    + Angebot.pdf (23.1\302\240kB)\n"
		"    + text/calendar (1 byte)\n"
		"\n"
		"2025-03-04 09:00  → out       Anna[31m Muster <anna@acme.example>  → "
		"k.berger@nord.example,"
		" k.berger@nord.example, k.berger@nord.example, k.berger@nord.example and 2 more\n"
		"    AW: Angebot Flansche DN 80\n"
		"    filed by anna (bcc) 2025-03-04 09:00\n"
		"    Danke.\n"
		"\n"
		"2025-03-04 09:01  ↔ internal  (nobody named)  [automatic reply]\n"
		"    filed (cc) 2025-03-04 09:01\n"
		"\n"
		"1 mail is named above, but not here:\n"
		"    <anfrage-7@acme.example>\n");
}

/* The same with colour says the same. */
static void test_color(void)
{
	g_autoptr(CaseHistory) history = sample();
	g_autofree char *plain = timeline_text(history, 80, FALSE);
	g_autofree char *colored = timeline_text(history, 80, TRUE);
	g_autoptr(GRegex) codes = g_regex_new("\033\\[[0-9]+m", 0, 0, NULL);
	g_autofree char *stripped = g_regex_replace_literal(codes, colored, -1, 0, "", 0, NULL);

	g_assert_cmpstr(stripped, ==, plain);
	g_assert_cmpstr(colored, !=, plain);
}

static void test_merged(void)
{
	static const char *const head[] = {"V-000007", "Anfrage", "merged", "V-000003",
		"2025-03-03T13:10:00Z", NULL, "agent+abc@in.acme.example", "Mars/Olympus"};
	g_autoptr(CaseHistory) history = history_new(head);
	g_autofree char *have = timeline_text(history, 80, FALSE);

	g_assert_cmpstr(have, ==,
		"V-000007  Anfrage\n    merged into V-000003 · 0 mails · opened 2025-03-03 "
		"13:10\n");
}

/* Without a row in comments the mail's own comment is shown; a mail that could not be sent says
 * why. */
static void test_sent(void)
{
	static const char *const head[] = {
		"V-000001", "Anfrage", "open", NULL, "2025-03-03T13:10:00Z", NULL, NULL, "UTC"};
	g_autoptr(CaseHistory) history = history_new(head);

	ROW(history->messages, "1", "out", "send", "mail", NULL, "anna@acme.example", "Anfrage",
		"2025-03-03T13:05:00Z", "2025-03-03T13:05:00Z", "anna", "von Hand", "Text",
		"failed", "the mailbox\nis gone");

	g_autofree char *have = timeline_text(history, 80, FALSE);

	g_assert_cmpstr(have, ==,
		"V-000001  Anfrage\n"
		"    open · 1 mail · opened 2025-03-03 13:10\n"
		"\n"
		"2025-03-03 13:05  → out       anna@acme.example  [failed]\n"
		"    the mailbox is gone\n"
		"    filed by anna (send) 2025-03-03 13:05\n"
		"    │ von Hand\n"
		"    Text\n");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/timeline/sample", test_sample);
	g_test_add_func("/timeline/color", test_color);
	g_test_add_func("/timeline/merged", test_merged);
	g_test_add_func("/timeline/sent", test_sent);
	return g_test_run();
}
