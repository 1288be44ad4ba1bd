#include "command/command.h"

/* A row stays a row, and a help text a paragraph: */
/* clang-format off */

static const char migrate_details[] =
	"Runs as the role of migrate_url in [database], which owns the database and has\n"
	"CREATEROLE. Safe to run twice, and from two machines at once.";

static const char serve_details[] =
	"Runs in the foreground and logs to stderr. SIGTERM ends what is on its way first\n"
	"(at most 15 s); SIGHUP reads the configuration and the certificates again.";

static const char check_details[] =
	"Looks at the configuration, the database with its schema and roles, the\n"
	"addresses to listen on, TLS, the proof of senders, secrets and Graph. One line\n"
	"each: ok, warning or problem, with the remedy. Fails where there is a problem.";

static const char file_details[] =
	"Each PATH is an .eml file, an mbox, a Maildir with all its subfolders (junk and\n"
	"trash, too: name the folders one by one to leave some out) or a directory of\n"
	"these. In a Maildir, drafts and what is flagged as deleted are left out. Filing\n"
	"is repeatable: what is there already counts as duplicate. What may pass by\n"
	"waiting is tried again for some seconds; every mail that was not filed is named.\n"
	"The last line is the totals, with what was left out.";

static const char explain_details[] =
	"Takes the same way as filing and undoes it: nothing is written. Reads stdin\n"
	"without FILE. With --tenant and --delivery or --message: why filed mail lies where\n"
	"it lies, from the evidence that was kept, and what has happened to it since.";

static const char parse_details[] =
	"Reads one mail from each FILE, or from stdin without one (or as -), and prints\n"
	"one JSON object each: indented on a terminal, else on one line. Needs no\n"
	"database. Every sequence of bytes is a mail; what could not be understood\n"
	"stands in \"defects\".";

static const char tenant_set_details[] =
	"KEY is one of\n"
	"  never_file         addresses, domains and *.domains whose mail is counted and not kept\n"
	"  closed             what mail does to a closed case: reopen, new or hold\n"
	"  closed_days        for so long a closed case reopens nevertheless\n"
	"  retention_days     how long a case is kept after its last mail; held and\n"
	"                     refused mail after it came. Erases by itself\n"
	"  subject_tag        yes or no\n"
	"  trusted_arc        domains whose ARC seals are believed\n"
	"  reference_pattern  how the tenant's own order or offer numbers look\n"
	"  quota_bytes        of all kept mail\n"
	"  hourly_mails       taken in one hour\n"
	"  timezone           such as Europe/Berlin\n"
	"  language           de or en\n"
	"Several words become one value; '' takes a rule back to what it was at first.";

static const char user_add_details[] =
	"A user writes from his addresses; several may be given, now or later. With\n"
	"--domain every sender of a domain is one of the tenant's own people. Harmless\n"
	"when said twice.";

static const char release_details[] =
	"Files a mail that waits: into the case named, or a new one. Its sender is known\n"
	"from then on. DELIVERY is the number in casegate hold list TENANT.";

static const char replay_details[] =
	"Decides filed mail again under today's rules, from its stored bytes and by the\n"
	"same way as filing, and shows what would be otherwise. Nothing changes without\n"
	"--apply; what a person has decided stays in any case.";

static const char export_details[] =
	"--case writes REFERENCE.mbox (every mail's bytes) and REFERENCE.json (all that is\n"
	"known of them). --message prints one mail; with --anonymise for a bug report:\n"
	"words, names, addresses and numbers become others of the same form and length,\n"
	"files become noise; structure, dates and the words of mail programs stay.";

static const char erase_details[] =
	"A case with all of its mail, or every mail that a person wrote or got, held\n"
	"ones included: bytes, texts, attachments, evidence and keys. There is no way\n"
	"back but a backup. What another mail needs as well stays with that one. Prints\n"
	"what was erased, and which mails of others name the address in their text.";

static const char stats_details[] =
	"The loss audit: what was received is the sum of the rest, for every tenant.";

/* In the order of the help: setting up first, then mail, then what the tenants have; a noun's verbs together. */
static const char outlook_set_details[] =
	"Either --secret-file or --certificate with --key. Prints the redirect URI that must be registered in Entra. "
	"Secrets are stored encrypted under [secrets] key_file.";
static const char rekey_details[] =
	"The new key stands in the first line of [secrets] key_file, older ones below it; or --old names the file of "
	"the key before. Afterwards the old key is not needed any more.";

const Command command_table[] = {
	{"migrate", "", "create or upgrade the database's schema", migrate_details, command_migrate, FALSE},
	{"serve", "", "run the gateway until SIGTERM", serve_details, command_serve, FALSE},
	{"check", "", "look for what does not work, and say the remedy", check_details, command_check, FALSE},
	{"file", "PATH...", "file mails from .eml, mbox and Maildir", file_details, command_file, TRUE},
	{"explain", "[FILE]", "say what filing a mail would do, and why, as JSON", explain_details, command_explain, TRUE},
	{"parse", "[FILE...]", "print what a mail says, as JSON", parse_details, command_parse, TRUE},
	{"case list", "TENANT", "list a tenant's cases", NULL, command_case_list, FALSE},
	{"case show", "TENANT REFERENCE", "show a case's history", NULL, command_case_show, FALSE},
	{"hold list", "TENANT", "list the mail that waits for a human", NULL, command_hold_list, FALSE},
	{"hold release", "DELIVERY", "file a mail that waits", release_details, command_hold_release, FALSE},
	{"hold refuse", "DELIVERY", "turn a mail that waits away, without a word to its sender", NULL, command_hold_refuse, FALSE},
	{"tenant add", "TENANT", "add a tenant, or rename it", NULL, command_tenant_add, FALSE},
	{"tenant list", "[TENANT]", "list tenants", NULL, command_tenant_list, FALSE},
	{"tenant set", "TENANT KEY VALUE...", "set one of a tenant's rules", tenant_set_details, command_tenant_set, FALSE},
	{"tenant remove", "TENANT", "remove a tenant that has no mail", NULL, command_tenant_remove, FALSE},
	{"user add", "TENANT USER [ADDRESS...]", "add a user, his addresses, or a domain", user_add_details, command_user_add, FALSE},
	{"user list", "[TENANT]", "list users and domains", NULL, command_user_list, FALSE},
	{"user remove", "TENANT USER", "remove a user (what he filed stays) or a domain", NULL, command_user_remove, FALSE},
	{"outlook ticket", "TENANT USER", "print the address of the Outlook settings with a fresh ticket", NULL, command_outlook_ticket, FALSE},
	{"address add", "TENANT ADDRESS", "add an agent address, to which mail is forwarded or BCC'd", NULL, command_address_add, FALSE},
	{"address list", "[TENANT]", "list agent addresses", NULL, command_address_list, FALSE},
	{"address remove", "TENANT ADDRESS", "remove an agent address", NULL, command_address_remove, FALSE},
	{"member add", "TENANT REFERENCE USER", "let a user see a case", NULL, command_member_add, FALSE},
	{"member list", "TENANT REFERENCE", "list who sees a case", NULL, command_member_list, FALSE},
	{"member remove", "TENANT REFERENCE USER", "take a case from a user's sight", NULL, command_member_remove, FALSE},
	{"outlook set", "TENANT", "store a tenant's app registration", outlook_set_details, command_outlook_set, FALSE},
	{"outlook connect", "TENANT [USER]", "print where a user signs in, or bind a mailbox", NULL, command_outlook_connect, FALSE},
	{"outlook status", "TENANT [USER]", "show the connected mailboxes and the flow of their mail", NULL, command_outlook_status, FALSE},
	{"outlook sync", "TENANT USER", "read a mailbox now", NULL, command_outlook_sync, FALSE},
	{"outlook test", "TENANT USER", "send a test mail and wait for its copy", NULL, command_outlook_test, FALSE},
	{"outlook disconnect", "TENANT USER", "end a connection (history stays)", NULL, command_outlook_disconnect, FALSE},
	{"outlook unset", "TENANT", "take the whole integration away", NULL, command_outlook_unset, FALSE},
	{"rekey", "", "seal all secrets under the current key", rekey_details, command_rekey, FALSE},
	{"replay", "", "decide filed mail again under today's rules", replay_details, command_replay, FALSE},
	{"export", "", "write a case or a mail out", export_details, command_export, FALSE},
	{"erase", "", "erase a case or a person for good", erase_details, command_erase, FALSE},
	{"stats", "", "count what became of all mail, by tenant", stats_details, command_stats, FALSE},
	{NULL},
};
