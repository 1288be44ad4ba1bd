#include "store/people.h"

#include <string.h>

#include "mime/address.h"
#include "store/db.h"

/* How many names a process remembers as kept. */
enum { LEARNT_MAX = 10000 };

static void person_free(gpointer data)
{
	Person *person = data;

	g_free(person->user);
	g_free(person);
}

void people_free(People *people)
{
	if (!people)
		return;
	g_hash_table_unref(people->persons);
	g_free(people->vouched_user);
	if (people->timezone)
		g_time_zone_unref(people->timezone);
	g_ptr_array_unref(people->trusted_arc);
	g_free(people);
}

const Person *people_find(const People *people, const char *address)
{
	static const Person nobody;
	g_autofree char *key = address ? address_key(address) : NULL;
	const Person *person = key ? g_hash_table_lookup(people->persons, key) : NULL;

	return person ? person : &nobody;
}

/* Borrowed. GLib takes a millisecond to make a zone, and forgets it with its last user: those in
 * use are kept, one process has few. */
static GTimeZone *zone_of(const char *name)
{
	static GHashTable *zones; /* name → GTimeZone */
	GTimeZone *zone;

	if (!zones)
		zones = g_hash_table_new(g_str_hash, g_str_equal);
	zone = g_hash_table_lookup(zones, name);
	if (zone)
		return zone;
	zone = g_time_zone_new_identifier(name);
	if (!zone)
		zone = g_time_zone_new_utc();
	g_hash_table_insert(zones, g_strdup(name), zone);
	return zone;
}

People *people_new(const char *zone, const char *trusted_arc)
{
	People *people = g_new0(People, 1);
	g_auto(GStrv) sealers = g_strsplit(trusted_arc, " ", -1);

	people->persons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, person_free);
	people->trusted_arc = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; sealers[i]; i++)
		if (*sealers[i])
			g_ptr_array_add(people->trusted_arc, g_strdup(sealers[i]));
	people->timezone = g_time_zone_ref(zone_of(zone));
	return people;
}

void people_add(People *people, const char *key, const Person *person)
{
	Person *own = g_new(Person, 1);

	*own = *person;
	own->user = g_strdup(person->user);
	g_hash_table_insert(people->persons, g_strdup(key), own);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *people_name_key(const char *name)
{
	g_autofree char *valid = g_utf8_make_valid(name ? name : "", -1);
	g_autofree char *lowered = g_utf8_strdown(valid, -1);
	g_auto(GStrv) parts = g_strsplit(lowered, "/", 2); /* Notes: "Anna Muster/ACME" */
	g_auto(GStrv) words = g_strsplit_set(*parts ? *parts : "", " \t\r\n,;.\"'()|", -1);
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();

	for (guint i = 0; words[i]; i++)
		if (*words[i])
			g_ptr_array_add(sorted, words[i]);
	if (sorted->len < 2 || strchr(valid, '@'))
		return NULL;
	g_ptr_array_sort(sorted, compare_words);
	g_ptr_array_add(sorted, NULL);
	return g_strjoinv(" ", (char **)sorted->pdata);
}

const Person *people_find_mailbox(const People *people, const Mailbox *mailbox)
{
	g_autofree char *key = mailbox && !mailbox->address ? people_name_key(mailbox->name) : NULL;

	return people_find(people, key || !mailbox ? key : mailbox->address);
}

gboolean people_is_ours(const People *people, const Mailbox *mailbox)
{
	return people_find_mailbox(people, mailbox)->is_ours;
}

const Person *people_author(const People *people, const Mail *mail)
{
	return people_find_mailbox(people, mail_author(mail));
}

char *people_note_author(People *people, const Mail *mail)
{
	const Mailbox *author = mail_author(mail);
	g_autofree char *key = author && author->address ? people_name_key(author->name) : NULL;

	if (!key || mail->from->len != 1 || !people_author(people, mail)->is_ours)
		return NULL;
	people_add(people, key, &(Person){.is_ours = TRUE});
	return g_steal_pointer(&key);
}

/* What this process has seen kept: nearly every mail of a user writes the same name. */
static GHashTable *learnt_names(void)
{
	static GHashTable *names; /* tenant, address and name */

	if (names && g_hash_table_size(names) >= LEARNT_MAX)
		g_clear_pointer(&names, g_hash_table_unref);
	if (!names)
		names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return names;
}

char *people_learn_name(Store *store, const char *tenant, const Mail *mail, const char *name_key)
{
	g_autofree char *address = NULL;
	g_autofree char *news = NULL;
	Args *args;

	if (!name_key)
		return NULL;
	address = address_key(mail_author(mail)->address);
	news = g_strjoin("\n", tenant, address, name_key, NULL);
	if (g_hash_table_contains(learnt_names(), news))
		return NULL;
	args = args_new();
	args_text(args, tenant);
	args_text(args, address);
	args_text(args, name_key);
	db_queue(store, "learning a user's name", "SELECT casegate.name_learn($1, $2, $3)", args);
	return g_steal_pointer(&news);
}

void people_note_learnt(char *news)
{
	if (news)
		g_hash_table_add(learnt_names(), news);
}

const Mailbox *people_outsider(const People *people, const GPtrArray *mailboxes)
{
	for (guint i = 0; i < mailboxes->len; i++) {
		const Mailbox *mailbox = g_ptr_array_index(mailboxes, i);
		const Person *person = people_find(people, mailbox->address);

		if (mailbox->address && !person->is_ours && !person->is_agent)
			return mailbox;
	}
	return NULL;
}

void people_add_colleague(Store *store, const char *tenant, const char *address)
{
	Args *args = args_new();

	args_text(args, tenant);
	args_text(args, address);
	db_queue(store, "adding a colleague by domain",
		"WITH his AS (INSERT INTO casegate.tenant_user (tenant, \"user\", is_by_domain) "
		"VALUES ($1, $2, true) ON CONFLICT (tenant, \"user\") DO UPDATE SET removed_at = "
		"NULL)"
		" INSERT INTO casegate.user_address (tenant, address, \"user\") VALUES ($1, $2, "
		"$2) "
		"ON CONFLICT DO NOTHING",
		args);
}
