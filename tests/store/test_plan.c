#include "store/plan.h"

#include <string.h>

#include "mime/address.h"
#include "parser/parse.h"

/* What this tenant knows: anna is a user, acme.example its domain, max takes part in a case, and
 * someone of theirs has the address of a Bob Muster. */
static People *sample_people(const GPtrArray *addresses)
{
	People *people = g_new0(People, 1);

	people->persons = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, g_free); /* the user's key is static here */
	people->timezone = g_time_zone_new_identifier("Europe/Berlin");
	people->trusted_arc = g_ptr_array_new();
	for (guint i = 0; i < addresses->len; i++) {
		const char *address = g_ptr_array_index(addresses, i);
		Person *person = g_new0(Person, 1);

		person->user = strcmp(address, "anna@acme.example") == 0 ? (char *)"anna" : NULL;
		person->is_ours = g_str_has_suffix(address, "@acme.example");
		person->is_namesake = strcmp(address, "bob muster") == 0;
		person->is_agent = g_str_has_suffix(address, "@in.acme.example");
		person->is_participant = strcmp(address, "max@supplier.example") == 0;
		person->is_never_filed = strcmp(address, "private@bank.example") == 0;
		g_hash_table_insert(people->persons, g_strdup(address), person);
	}
	return people;
}

#define ATTACHED(inner)                                                                         \
	"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nfor you\n--x\n" \
	"Content-Type: message/rfc822\n\n" inner "\n--x--\n"
#define OFFER                                                                                   \
	"From: Max <max@supplier.example>\nTo: anna@acme.example\nSubject: Offer\nMessage-ID: " \
	"<o@s>\n"                                                                               \
	"Date: Mon, 2 Mar 2026 14:05:12 +0100\n\nour offer\n"

static const struct {
	const char *name, *mail, *envelope_from;
	Standing standing;
	gboolean is_held, is_rejected;
	guint items;
	const char *source, *direction, *from, *id; /* of the first item */
} rows[] = {
	{"bcc",
         "From: anna@acme.example\nTo: max@supplier.example\nSubject: Re: x\nMessage-ID: "
		"<a@b>\n\nhi\n",									"anna@acme.example",    STANDING_USER,   FALSE, FALSE, 1, "bcc",              "out",
         "anna@acme.example",																					   "a@b"},
	{"cc",
         "From: anna@acme.example\nTo: max@supplier.example\nCc: "
		"agent@in.acme.example\n\nhi\n",							"anna@acme.example",    STANDING_USER,   FALSE, FALSE, 1, "cc",               "out",
         "anna@acme.example",																					   NULL },
	{"direct",			"From: anna@acme.example\nTo: agent@in.acme.example\n\nhi\n",
         "anna@acme.example",												   STANDING_USER,   FALSE, FALSE, 1, "direct",           "internal",
         "anna@acme.example",																					   NULL },
	{"a colleague by domain",
         "From: bob@acme.example\nTo: anna@acme.example\nCc: agent@in.acme.example\n\nhi\n",            "bob@acme.example",     STANDING_USER,   FALSE, FALSE, 1, "cc",               "internal",
         "bob@acme.example",																					    NULL },
	{"a supplier's reply to all",
         "From: max@supplier.example\nTo: anna@acme.example\nCc: "
		"agent@in.acme.example\n\nhi\n",							"max@supplier.example", STANDING_KNOWN,  FALSE, FALSE, 1, "cc",               "in",
         "max@supplier.example",																					NULL },
	{"a stranger",                    "From: eve@evil.example\nTo: agent@in.acme.example\n\nhi\n",
         "anna@acme.example",												   STANDING_NOBODY, TRUE,  FALSE, 1, "direct",           "in",
         "eve@evil.example",																					    NULL },
	{"two authors",
         "From: anna@acme.example, eve@evil.example\nTo: agent@in.acme.example\n\nhi\n",		"anna@acme.example",    STANDING_NOBODY, TRUE,  FALSE, 1, "direct",           "in",       NULL, NULL },
	{"two From fields",
         "From: anna@acme.example\nFrom: eve@evil.example\nTo: "
		"agent@in.acme.example\n\nhi\n",							"anna@acme.example",    STANDING_NOBODY, TRUE,  FALSE, 1, "direct",           "in",       NULL, NULL },
	{"an attached forward",
         "From: anna@acme.example\nTo: agent@in.acme.example\n" ATTACHED(OFFER),
         "anna@acme.example",												   STANDING_USER,   FALSE, FALSE, 1, "forward_attached", "in",
         "max@supplier.example",																					"o@s"},
	{"attached, but to the supplier",
         "From: anna@acme.example\nTo: max@supplier.example\n" ATTACHED(OFFER),
         "anna@acme.example",												   STANDING_USER,   FALSE, FALSE, 1, "bcc",              "out",
         "anna@acme.example",																					   NULL },
	{"a stranger's attached forward",
         "From: eve@evil.example\nTo: agent@in.acme.example\n" ATTACHED(OFFER),
         "eve@evil.example",												    STANDING_NOBODY, TRUE,  FALSE, 1, "direct",           "in",
         "eve@evil.example",																					    NULL },
	{"redirected by a user",
         "Resent-From: anna@acme.example\nResent-To: agent@in.acme.example\n" OFFER,
         "anna@acme.example",												   STANDING_KNOWN,  FALSE, FALSE, 1, "redirect",         "in",
         "max@supplier.example",																					"o@s"},
	{"never filed",                   "From: anna@acme.example\nTo: private@bank.example\n\nhi\n",
         "anna@acme.example",												   STANDING_USER,   FALSE, TRUE,  1, "bcc",              "out",
         "anna@acme.example",																					   NULL },
	{"nothing at all",                "",							   "",                     STANDING_NOBODY, TRUE,  FALSE, 1, "bcc",              "in",       NULL, NULL },
};

/* A mail by LMTP, as it is planned. */
typedef struct {
	Mail *mail;
	People *people;
	Envelope *envelope;
	AuthPolicy *policy;
	Plan *plan;
} Planned;

static Planned planned_of(const char *text)
{
	g_autoptr(GBytes) source = g_bytes_new(text, strlen(text));
	Planned planned = {.mail = parse_mail(source)};
	g_autoptr(GPtrArray) addresses = plan_addresses(planned.mail);

	planned.people = sample_people(addresses);
	planned.envelope = envelope_new(PROTOCOL_LMTP);
	planned.policy = auth_policy_new();
	planned.plan = plan_make(planned.mail, planned.envelope, planned.people, planned.policy);
	return planned;
}

static void planned_clear(Planned *planned)
{
	plan_free(planned->plan);
	auth_policy_free(planned->policy);
	envelope_free(planned->envelope);
	people_free(planned->people);
	mail_free(planned->mail);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Planned, planned_clear)

static void test_plan(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	g_autoptr(GBytes) source = g_bytes_new_static(rows[i].mail, strlen(rows[i].mail));
	g_autoptr(Mail) mail = parse_mail(source);
	g_autoptr(GPtrArray) addresses = plan_addresses(mail);
	People *people = sample_people(addresses);
	g_autoptr(Envelope) envelope = envelope_new(PROTOCOL_LMTP);
	g_autoptr(AuthPolicy) policy = auth_policy_new();
	g_autoptr(Plan) plan = NULL;
	const PlanItem *item;
	const Mailbox *author;

	envelope->envelope_from = g_strdup(rows[i].envelope_from);
	envelope->received_at = G_GINT64_CONSTANT(1772500000) * G_USEC_PER_SEC;
	plan = plan_make(mail, envelope, people, policy);
	item = g_ptr_array_index(plan->items, 0);
	author = mail_author(item->mail);
	g_assert_cmpint(plan->standing, ==, rows[i].standing);
	g_assert_cmpint(plan->is_held, ==, rows[i].is_held);
	g_assert_cmpint(plan->is_rejected, ==, rows[i].is_rejected);
	g_assert_true(!plan->is_held || plan->reason);
	g_assert_cmpuint(plan->items->len, ==, rows[i].items);
	g_assert_cmpstr(item->source, ==, rows[i].source);
	g_assert_cmpstr(item->direction, ==, rows[i].direction);
	if (rows[i].from)
		g_assert_cmpstr(author->address, ==, rows[i].from);
	g_assert_cmpstr(item->message_id, ==, rows[i].id);
	people_free(people);
}

/* When the first mail of a delivery was sent, in microseconds; received: seconds. */
static gint64 sent_at_of(const char *text, gint64 received)
{
	g_autoptr(GBytes) source = g_bytes_new(text, strlen(text));
	g_autoptr(Mail) mail = parse_mail(source);
	g_autoptr(GPtrArray) addresses = plan_addresses(mail);
	People *people = sample_people(addresses);
	g_autoptr(Envelope) envelope = envelope_new(PROTOCOL_LMTP);
	g_autoptr(AuthPolicy) policy = auth_policy_new();
	g_autoptr(Plan) plan = NULL;
	gint64 sent_at;

	envelope->received_at = received * G_USEC_PER_SEC;
	plan = plan_make(mail, envelope, people, policy);
	sent_at = ((PlanItem *)g_ptr_array_index(plan->items, 0))->sent_at;
	people_free(people);
	return sent_at;
}

/* A date that cannot be is the arrival's; a wall clock without a zone is the tenant's. */
static void test_sent_at(void)
{
	static const struct {
		const char *date;
		gint64 want; /* seconds; 0: the arrival */
	} dates[] = {
		{"Mon, 2 Mar 2026 14:05:12 +0100", G_GINT64_CONSTANT(1772456712)},
		{"Mon, 2 Mar 2026 13:05:12 +0000", G_GINT64_CONSTANT(1772456712)},
		{"Fri, 1 Jan 1988 00:00:00 +0000", 0                            },
		{"Mon, 2 Mar 2099 00:00:00 +0000", 0                            },
		{"gestern",                        0                            },
	};
	const gint64 received = G_GINT64_CONSTANT(1772500000);

	for (guint i = 0; i < G_N_ELEMENTS(dates); i++) {
		g_autofree char *text =
			g_strdup_printf("From: anna@acme.example\nDate: %s\n\nhi\n", dates[i].date);

		g_assert_cmpint(sent_at_of(text, received), ==,
			(dates[i].want ? dates[i].want : received) * G_USEC_PER_SEC);
	}
}

/* A forwarded block's clock has no zone: the tenant's, with its summer time, where the forward was
 * written there; else the forward's own. */
static void test_inline_zone(void)
{
	static const struct {
		const char *forwarded, *block;
		gint64 want; /* seconds */
	} dates[] = {
		{"Mon, 2 Mar 2026 15:00:00 +0100",  "Montag, 2. März 2026 14:05",
                 G_GINT64_CONSTANT(1772456700)},
		{"Thu, 7 May 2026 15:00:00 +0200",  "Montag, 2. März 2026 14:05",
                 G_GINT64_CONSTANT(1772456700)},
		{"Mon, 30 Nov 2026 15:00:00 +0100", "Freitag, 3. Juli 2026 14:05",
                 G_GINT64_CONSTANT(1783080300)},
		{"Thu, 7 May 2026 15:00:00 +0000",  "Montag, 2. März 2026 14:05",
                 G_GINT64_CONSTANT(1772456700)},
		{"Thu, 7 May 2026 15:00:00 -0400",  "Montag, 2. März 2026 14:05",
                 G_GINT64_CONSTANT(1772474700)},
	};

	for (guint i = 0; i < G_N_ELEMENTS(dates); i++) {
		g_autofree char *text = g_strdup_printf(
			"From: anna@acme.example\nTo: agent@in.acme.example\nDate: %s\n"
			"Subject: WG: Angebot\nContent-Type: text/plain; charset=utf-8\n\n"
			"Von: Max <max@supplier.example>\nGesendet: %s\n"
			"An: Anna <anna@acme.example>\nBetreff: Angebot\n\nGuten Tag\n",
			dates[i].forwarded, dates[i].block);

		g_assert_cmpint(sent_at_of(text, G_GINT64_CONSTANT(1798700000)), ==,
			dates[i].want * G_USEC_PER_SEC);
	}
}

/* Exchange puts what has no Thread-Index into a conversation by its subject: only answers are
 * believed, and never what was attached. */
static void test_conversation(void)
{
	static const struct {
		const char *mail, *want;
	} mails[] = {
		{"From: anna@acme.example\nTo: max@supplier.example\nSubject: x\n\nhi\n",     NULL                     },
		{"From: anna@acme.example\nTo: max@supplier.example\nSubject: AW: x\n\nhi\n",
                 "anna@acme.example\nconv"									     },
		{"From: anna@acme.example\nTo: max@supplier.example\nSubject: x\nReferences: "
		 "<a@b>\n\nhi\n",					    "anna@acme.example\nconv"},
		{"From: anna@acme.example\nTo: agent@in.acme.example\nSubject: WG: x\n" ATTACHED(
			 OFFER),
                 NULL												  },
	};

	for (guint i = 0; i < G_N_ELEMENTS(mails); i++) {
		g_autoptr(GBytes) source = g_bytes_new_static(mails[i].mail, strlen(mails[i].mail));
		g_autoptr(Mail) mail = parse_mail(source);
		g_autoptr(GPtrArray) addresses = plan_addresses(mail);
		People *people = sample_people(addresses);
		g_autoptr(Envelope) envelope = envelope_new(PROTOCOL_GRAPH);
		g_autoptr(AuthPolicy) policy = auth_policy_new();
		g_autoptr(Plan) plan = NULL;

		envelope->mailbox = g_strdup("anna@acme.example");
		envelope->conversation_id = g_strdup("conv");
		plan = plan_make(mail, envelope, people, policy);
		g_assert_cmpstr(((PlanItem *)g_ptr_array_index(plan->items, 0))->conversation, ==,
			mails[i].want);
		people_free(people);
	}
}

/* What names others without the marks of an answer may be a new matter; a user's answer that names
 * nothing goes by its subject. */
static void test_names(void)
{
	static const struct {
		const char *from, *subject, *refs, *text;
		gboolean is_weak, is_loose;
	} mails[] = {
		{"max@supplier.example", "Offer",                       "<a@b>", "hi", TRUE,  FALSE},
		{"max@supplier.example", "Offer",                       NULL,    "hi", FALSE, FALSE},
		{"max@supplier.example", "Re: Offer",                   "<a@b>", "hi", FALSE, FALSE},
		{"max@supplier.example", "Offer",                       "<a@b>",
                 "hi\nOn 2/03/2026 14:05, Anna wrote:\n> old\n",                       FALSE, FALSE},
		{"max@supplier.example", "[PATCH 2/7] fix",             "<a@b>", "hi", FALSE, FALSE},
		{"max@supplier.example", "[list] [PATCH v2 02/17] fix", "<a@b>", "hi", FALSE,
                 FALSE									     },
		{"max@supplier.example", "[list] [PATCH] fix",          "<a@b>", "hi", TRUE,  FALSE},
		{"max@supplier.example", "fix 2/7",                     "<a@b>", "hi", TRUE,  FALSE},
		{"max@supplier.example", "[2/7",                        "<a@b>", "hi", TRUE,  FALSE},
		{"anna@acme.example",    "AW: Offer",                   NULL,    "hi", FALSE, TRUE },
		{"anna@acme.example",    "Offer",                       NULL,    "hi", FALSE, FALSE},
		{"anna@acme.example",    "AW: Offer",                   "<a@b>", "hi", FALSE, FALSE},
	};

	for (guint i = 0; i < G_N_ELEMENTS(mails); i++) {
		g_autofree char *text = g_strdup_printf(
			"From: %s\nTo: %s\nSubject: %s\n%s%s\n\n%s\n", mails[i].from,
			*mails[i].from == 'a' ? "max@supplier.example" : "anna@acme.example",
			mails[i].subject,
			mails[i].refs ? "References: " : "X: ", mails[i].refs ? mails[i].refs : "x",
			mails[i].text);
		g_auto(Planned) planned = planned_of(text);
		const PlanItem *item = g_ptr_array_index(planned.plan->items, 0);

		g_test_message("%s", mails[i].subject);
		g_assert_cmpint(item->is_weak, ==, mails[i].is_weak);
		g_assert_cmpint(item->is_loose, ==, mails[i].is_loose);
	}
}

/* Who stands in a forward with the name of one of ours alone, or could have what he forwards only
 * from one of ours, is unwrapped where his mail is a forward itself; and only there. */
static void test_namesake(void)
{
	static const struct {
		const char *from, *subject, *below, *author, *direction;
	} mails[] = {
		{"Muster, Bob", "Fwd: Offer", "---------- Forwarded message ---------",
                 "max@supplier.example",									"in"},
		{"Bob Muster",  "WG: Offer",  "",                                       "max@supplier.example", "in"},
		{"Bob Muster",  "Offer",      "---------- Forwarded message ---------",
                 "max@supplier.example",									"in"},
		{"Bob Muster",  "AW: Offer",  "",                                       NULL,                   "in"},
		{"Eve Muster",  "Fwd: Offer", "---------- Forwarded message ---------",
                 "max@supplier.example",									"in"},
		{"Max",         "Fwd: Offer", "---------- Forwarded message ---------", NULL,                   "in"},
		{"Eve Muster",  "AW: Offer",  "",                                       NULL,                   "in"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(mails); i++) {
		g_autofree char *text = g_strdup_printf(
			"From: anna@acme.example\nTo: agent@in.acme.example\nSubject: WG: %s\n\n"
			"Von: %s\nGesendet: Montag, 2. Mai 2026 14:25\nAn: Anna\nBetreff: "
			"%s\n\nsee below\n\n%s\nVon: Max <max@supplier.example>\nGesendet: Montag, "
			"2. Mai 2026 14:05\nAn: Anna <anna@acme.example>\nBetreff: Offer\n\n"
			"our offer\n",
			mails[i].subject, mails[i].from, mails[i].subject, mails[i].below);
		g_auto(Planned) planned = planned_of(text);
		const PlanItem *item = g_ptr_array_index(planned.plan->items, 0);

		g_test_message("%s: %s", mails[i].from, mails[i].subject);
		g_assert_cmpstr(mail_author(item->mail)->address, ==, mails[i].author);
		g_assert_cmpstr(item->direction, ==, mails[i].direction);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strconcat("/plan/", rows[i].name, NULL);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_plan);
	}
	g_test_add_func("/plan/sent at", test_sent_at);
	g_test_add_func("/plan/inline zone", test_inline_zone);
	g_test_add_func("/plan/conversation", test_conversation);
	g_test_add_func("/plan/names", test_names);
	g_test_add_func("/plan/namesake", test_namesake);
	return g_test_run();
}
