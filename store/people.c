#include "store/people.h"

#include "mime/address.h"
#include "store/db.h"

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

static gboolean load_persons(Store *store, const char *tenant, const GPtrArray *addresses,
	People *people, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_array(args, addresses);
	result = db_run(store, "looking up the people of a mail",
		"SELECT a.address, u.\"user\", u.\"user\" IS NOT NULL OR d.domain IS NOT NULL, "
		"g.address IS NOT NULL,"
		" EXISTS (SELECT FROM casegate.participant p WHERE p.tenant = $1 AND p.address_key "
		"= a.address"
		"   AND p.case_id IS NOT NULL AND NOT p.is_agent AND p.role IN ('from', 'to', "
		"'cc')),"
		" t.never_file && ARRAY[a.address, split_part(a.address, '@', 2), '@' || "
		"split_part(a.address, '@', 2)]"
		" FROM unnest($2::text[]) a(address)"
		" JOIN casegate.tenant t ON t.tenant = $1"
		" LEFT JOIN casegate.user_address u ON u.tenant = $1 AND u.address = a.address"
		" LEFT JOIN casegate.user_domain d ON d.tenant = $1 AND d.domain = "
		"split_part(a.address, '@', 2)"
		" LEFT JOIN casegate.agents_among($2::text[]) g ON g.address = a.address",
		args, error);
	if (!result)
		return FALSE;
	for (int i = 0; i < PQntuples(result); i++) {
		Person *person = g_new0(Person, 1);

		person->user = g_strdup(db_text(result, i, 1));
		person->is_ours = db_bool(result, i, 2);
		person->is_agent = db_bool(result, i, 3);
		person->is_participant = db_bool(result, i, 4);
		person->is_never_filed = db_bool(result, i, 5);
		g_hash_table_insert(people->persons, g_strdup(db_text(result, i, 0)), person);
	}
	return TRUE;
}

static gboolean load_rules(
	Store *store, const char *tenant, const char *vouched_by, People *people, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;
	g_autofree char *key = vouched_by ? address_key(vouched_by) : NULL;
	g_auto(GStrv) sealers = NULL;

	args_text(args, tenant);
	args_text(args, vouched_by);
	args_text(args, key);
	result = db_run(store, "reading a tenant's rules",
		"SELECT t.timezone, array_to_string(t.trusted_arc, ' '), t.quota_bytes IS NOT "
		"NULL, coalesce("
		"  (SELECT u.\"user\" FROM casegate.tenant_user u WHERE u.tenant = $1 AND "
		"u.\"user\" = $2 AND u.removed_at IS NULL),"
		"  (SELECT a.\"user\" FROM casegate.user_address a WHERE a.tenant = $1 AND "
		"a.address = $3)), t.reference_pattern IS NOT NULL"
		" FROM casegate.tenant t WHERE t.tenant = $1",
		args, error);
	if (!result)
		return FALSE;
	if (PQntuples(result) == 0) {
		g_set_error(
			error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT, "no tenant \"%s\"", tenant);
		return FALSE;
	}
	people->timezone = g_time_zone_new_identifier(db_text(result, 0, 0));
	if (!people->timezone)
		people->timezone = g_time_zone_new_utc();
	sealers = g_strsplit(db_text(result, 0, 1), " ", -1);
	for (guint i = 0; sealers[i]; i++)
		if (*sealers[i])
			g_ptr_array_add(people->trusted_arc, g_strdup(sealers[i]));
	people->has_quota = db_bool(result, 0, 2);
	people->vouched_user = g_strdup(db_text(result, 0, 3));
	people->has_numbers = db_bool(result, 0, 4);
	if (!vouched_by || people->vouched_user)
		return TRUE;
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
		"no user \"%s\" in tenant \"%s\"; `casegate user list %s` shows them", vouched_by,
		tenant, tenant);
	return FALSE;
}

People *people_load(Store *store, const char *tenant, const GPtrArray *addresses,
	const char *vouched_by, GError **error)
{
	g_autoptr(People) people = g_new0(People, 1);

	people->persons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, person_free);
	people->trusted_arc = g_ptr_array_new_with_free_func(g_free);
	if (!load_rules(store, tenant, vouched_by, people, error) ||
		!load_persons(store, tenant, addresses, people, error))
		return NULL;
	return g_steal_pointer(&people);
}

const Person *people_author(const People *people, const Mail *mail)
{
	const Mailbox *author = mail_author(mail);

	return people_find(people, author ? author->address : NULL);
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

gboolean people_add_colleague(Store *store, const char *tenant, const char *address, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) user = NULL;
	g_autoptr(PGresult) his_address = NULL;

	args_text(args, tenant);
	args_text(args, address);
	user = db_run(store, "adding a colleague by domain",
		"INSERT INTO casegate.tenant_user (tenant, \"user\", is_by_domain) VALUES ($1, $2, "
		"true)"
		" ON CONFLICT (tenant, \"user\") DO UPDATE SET removed_at = NULL",
		args, error);
	if (!user)
		return FALSE;
	his_address = db_run(store, "adding a colleague's address",
		"INSERT INTO casegate.user_address (tenant, address, \"user\") VALUES ($1, $2, $2) "
		"ON CONFLICT DO NOTHING",
		args, error);
	return his_address != NULL;
}
