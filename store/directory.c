#include "store/directory.h"

#include <string.h>

#include "mime/address.h"

/* Runs one statement for what it does. */
static gboolean act(
	Store *store, const char *what, const char *sql, const char *const *values, GError **error)
{
	g_autoptr(Table) table = table_query(store, what, sql, values, error);

	return table != NULL;
}

static gboolean reject(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean reject(GError **error, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	g_set_error_literal(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT, text);
	return FALSE;
}

/* === What is there === */

gboolean directory_has_tenant(Store *store, const char *tenant, GError **error)
{
	const char *const values[] = {tenant, NULL};
	g_autoptr(Table) table = table_query(store, "finding a tenant",
		"select from casegate.tenant where tenant = $1", values, error);

	if (table == NULL)
		return FALSE;
	if (table->rows->len == 0)
		return reject(error, "no tenant '%s'; casegate tenant list shows them", tenant);
	return TRUE;
}

gboolean directory_has_user(
	Store *store, const char *tenant, const char *name, char **user, GError **error)
{
	g_autofree char *address = address_key(name);
	const char *const values[] = {tenant, name, address, NULL};
	g_autoptr(Table) table = table_query(store, "finding a user",
		"select u.\"user\" from casegate.tenant_user u"
		" where u.tenant = $1 and u.removed_at is null and (u.\"user\" = $2 or exists ("
		"  select from casegate.user_address a"
		"  where a.tenant = u.tenant and a.\"user\" = u.\"user\" and a.address = $3))"
		" order by u.\"user\" = $2 desc limit 1",
		values, error);

	if (table == NULL || (table->rows->len == 0 && !directory_has_tenant(store, tenant, error)))
		return FALSE;
	if (table->rows->len == 0)
		return reject(error,
			"no user '%s' in tenant '%s'; casegate user list %s shows them", name,
			tenant, tenant);
	if (user != NULL)
		*user = g_strdup(table_get(table, 0, "user"));
	return TRUE;
}

/* The number in "V-000042", "v-42" or "42"; NULL where there is none. */
static const char *number_of(const char *reference)
{
	const char *digits =
		g_ascii_strncasecmp(reference, "V-", 2) == 0 ? reference + 2 : reference;
	const gsize length = strspn(digits, "0123456789");

	return length > 0 && length <= 18 && digits[length] == '\0' ? digits : NULL;
}

gboolean directory_has_case(
	Store *store, const char *tenant, const char *reference, char **case_id, GError **error)
{
	const char *number = number_of(reference);
	const char *const values[] = {tenant, number, NULL};

	if (number == NULL)
		return reject(
			error, "'%s' is no case's reference; they look like V-000042", reference);

	g_autoptr(Table) table = table_query(store, "finding a case",
		"select case_id from casegate.case_file where tenant = $1 and number = $2::bigint",
		values, error);

	if (table == NULL || (table->rows->len == 0 && !directory_has_tenant(store, tenant, error)))
		return FALSE;
	if (table->rows->len == 0)
		return reject(error,
			"no case '%s' in tenant '%s'; casegate case list %s shows them", reference,
			tenant, tenant);
	*case_id = g_strdup(table_get(table, 0, "case_id"));
	return TRUE;
}

char *directory_timezone(Store *store, const char *tenant, GError **error)
{
	const char *const values[] = {tenant, NULL};
	g_autoptr(Table) table = table_query(store, "asking for a time zone",
		"select timezone from casegate.tenant where tenant = $1", values, error);

	if (table == NULL || (table->rows->len == 0 && !directory_has_tenant(store, tenant, error)))
		return NULL;
	return g_strdup(table->rows->len > 0 ? table_get(table, 0, "timezone") : "UTC");
}

/* === Tenants === */

gboolean directory_add_tenant(Store *store, const char *tenant, const char *name, GError **error)
{
	const char *const values[] = {tenant, name ? name : "", NULL};

	return act(store, "adding a tenant", "select casegate.tenant_add($1, $2)", values, error);
}

gboolean directory_remove_tenant(Store *store, const char *tenant, GError **error)
{
	const char *const values[] = {tenant, NULL};

	return directory_has_tenant(store, tenant, error) &&
	       act(store, "removing a tenant", "select casegate.tenant_remove($1)", values, error);
}

/* Domains among the words of a rule in their ASCII form, as they are kept. What is none stays: the
 * rule says so. */
static char *ascii_words(const char *value)
{
	g_auto(GStrv) words = g_strsplit_set(value, " ,\t\r\n", -1);

	for (guint i = 0; words[i] != NULL; i++) {
		const char *at = strrchr(words[i], '@');
		const char *start = at ? at + 1 : words[i];
		const char *name = g_str_has_prefix(start, "*.") ? start + 2 : start;
		g_autofree char *address = g_strconcat("x@", name, NULL);
		g_autofree char *domain = address_domain(address);
		char *word = domain == NULL ? NULL
					    : g_strdup_printf("%.*s%s", (int)(name - words[i]),
						      words[i], domain);

		if (word == NULL)
			continue;
		g_free(words[i]);
		words[i] = word;
	}
	return g_strjoinv(" ", words);
}

gboolean directory_set_tenant(
	Store *store, const char *tenant, const char *key, const char *value, GError **error)
{
	const gboolean has_domains =
		strcmp(key, "never_file") == 0 || strcmp(key, "trusted_arc") == 0;
	g_autofree char *words = has_domains ? ascii_words(value) : NULL;
	const char *const values[] = {tenant, key, words ? words : value, NULL};

	return directory_has_tenant(store, tenant, error) &&
	       act(store, "setting a tenant's rule", "select casegate.tenant_set($1, $2, $3)",
		       values, error);
}

Table *directory_list_tenants(Store *store, const char *tenant, GError **error)
{
	const char *const values[] = {tenant ? tenant : "", NULL};

	if (tenant != NULL && !directory_has_tenant(store, tenant, error))
		return NULL;
	return table_query(store, "listing tenants",
		"select t.tenant, t.name, t.created_at,"
		" (select count(*) from casegate.tenant_user u where u.tenant = t.tenant and "
		"u.removed_at is null) as users,"
		" (select count(*) from casegate.agent_address a where a.tenant = t.tenant) as "
		"addresses,"
		" to_jsonb(t.never_file) as never_file, t.closed, t.closed_days, t.retention_days, "
		"t.subject_tag,"
		" to_jsonb(t.trusted_arc) as trusted_arc,"
		" t.reference_pattern, t.quota_bytes, t.hourly_mails, t.timezone, t.language"
		" from casegate.tenant t where $1 in ('', t.tenant) order by t.tenant",
		values, error);
}

/* === Users === */

static gboolean check_address(const char *address, GError **error)
{
	return address_is_plausible(address) ||
	       reject(error, "'%s' is no e-mail address; they look like anna@acme.example",
		       address);
}

/* The addresses in the form of comparing, one a line: none of them holds a line's end. */
static char *joined_addresses(char *const *addresses, GError **error)
{
	g_autoptr(GString) joined = g_string_new(NULL);

	for (; *addresses != NULL; addresses++) {
		g_autofree char *key = address_key(*addresses);

		if (!check_address(key, error))
			return NULL;
		g_string_append_printf(joined, "%s%s", joined->len > 0 ? "\n" : "", key);
	}
	return g_string_free(g_steal_pointer(&joined), FALSE);
}

gboolean directory_add_user(Store *store, const char *tenant, const char *user,
	char *const *addresses, const char *role, GError **error)
{
	g_autofree char *joined = joined_addresses(addresses, error);
	const char *const values[] = {tenant, user, joined, role ? role : "", NULL};

	return joined != NULL && directory_has_tenant(store, tenant, error) &&
	       act(store, "adding a user",
		       "select casegate.user_add($1, $2, string_to_array($3, e'\\n'), nullif($4, "
		       "''))",
		       values, error);
}

gboolean directory_remove_user(Store *store, const char *tenant, const char *user, GError **error)
{
	g_autofree char *key = NULL;

	if (!directory_has_user(store, tenant, user, &key, error))
		return FALSE;

	const char *const values[] = {tenant, key, NULL};

	return act(store, "removing a user", "select casegate.user_remove($1, $2)", values, error);
}

/* "Acme.Example", "@acme.example" and an IDN all as the domain of an address is compared. */
static char *domain_key(const char *domain, GError **error)
{
	g_autofree char *address = g_strconcat("x@", domain + (*domain == '@'), NULL);
	char *key = address_is_plausible(address) ? address_domain(address) : NULL;

	if (key == NULL)
		reject(error, "'%s' is no domain; they look like acme.example", domain);
	return key;
}

gboolean directory_add_domain(Store *store, const char *tenant, const char *domain, GError **error)
{
	g_autofree char *key = domain_key(domain, error);
	const char *const values[] = {tenant, key, NULL};

	return key != NULL && directory_has_tenant(store, tenant, error) &&
	       act(store, "adding a domain", "select casegate.user_domain_add($1, $2)", values,
		       error);
}

static gboolean has_domain(Store *store, const char *tenant, const char *domain, GError **error)
{
	const char *const values[] = {tenant, domain, NULL};
	g_autoptr(Table) table = table_query(store, "finding a domain",
		"select from casegate.user_domain where tenant = $1 and domain = $2", values,
		error);

	if (table == NULL)
		return FALSE;
	return table->rows->len > 0 ||
	       reject(error, "tenant '%s' has no domain '%s'; casegate user list %s shows them",
		       tenant, domain, tenant);
}

gboolean directory_remove_domain(
	Store *store, const char *tenant, const char *domain, GError **error)
{
	g_autofree char *key = domain_key(domain, error);
	const char *const values[] = {tenant, key, NULL};

	return key != NULL && directory_has_tenant(store, tenant, error) &&
	       has_domain(store, tenant, key, error) &&
	       act(store, "removing a domain", "select casegate.user_domain_remove($1, $2)", values,
		       error);
}

Table *directory_list_users(Store *store, const char *tenant, GError **error)
{
	const char *const values[] = {tenant ? tenant : "", NULL};

	if (tenant != NULL && !directory_has_tenant(store, tenant, error))
		return NULL;
	return table_query(store, "listing users",
		"select u.tenant, u.\"user\", u.role,"
		" to_jsonb(array(select a.address from casegate.user_address a"
		"  where a.tenant = u.tenant and a.\"user\" = u.\"user\" order by 1)) as addresses,"
		" null as domain, u.is_by_domain as by_domain, u.created_at"
		" from casegate.tenant_user u where $1 in ('', u.tenant) and u.removed_at is null"
		" union all"
		" select d.tenant, null, null, '[]', d.domain, true, null"
		" from casegate.user_domain d where $1 in ('', d.tenant)"
		" order by tenant, \"user\" nulls last, domain",
		values, error);
}

/* === Agent addresses === */

gboolean directory_add_address(
	Store *store, const char *tenant, const char *address, GError **error)
{
	g_autofree char *key = address_key(address);
	const char *const values[] = {tenant, key, NULL};

	return check_address(key, error) && directory_has_tenant(store, tenant, error) &&
	       act(store, "adding an agent address", "select casegate.address_add($1, $2)", values,
		       error);
}

static gboolean has_address(Store *store, const char *tenant, const char *address, GError **error)
{
	const char *const values[] = {tenant, address, NULL};
	g_autoptr(Table) table = table_query(store, "finding an agent address",
		"select from casegate.agent_address where tenant = $1 and address = $2", values,
		error);

	if (table == NULL)
		return FALSE;
	return table->rows->len > 0 ||
	       reject(error,
		       "tenant '%s' has no agent address '%s'; casegate address list %s shows them",
		       tenant, address, tenant);
}

gboolean directory_remove_address(
	Store *store, const char *tenant, const char *address, GError **error)
{
	g_autofree char *key = address_key(address);
	const char *const values[] = {tenant, key, NULL};

	return directory_has_tenant(store, tenant, error) &&
	       has_address(store, tenant, key, error) &&
	       act(store, "removing an agent address", "select casegate.address_remove($1, $2)",
		       values, error);
}

Table *directory_list_addresses(Store *store, const char *tenant, GError **error)
{
	const char *const values[] = {tenant ? tenant : "", NULL};

	if (tenant != NULL && !directory_has_tenant(store, tenant, error))
		return NULL;
	return table_query(store, "listing agent addresses",
		"select tenant, address from casegate.agent_address where $1 in ('', tenant) order "
		"by 1, 2",
		values, error);
}

/* === Members === */

gboolean directory_add_member(
	Store *store, const char *tenant, const char *reference, const char *user, GError **error)
{
	g_autofree char *case_id = NULL;
	g_autofree char *key = NULL;

	if (!directory_has_case(store, tenant, reference, &case_id, error) ||
		!directory_has_user(store, tenant, user, &key, error))
		return FALSE;

	const char *const values[] = {tenant, case_id, key, NULL};

	return act(store, "adding a member",
		"with signed_in as materialized (select casegate.sign_in_admin($1, null))"
		" select casegate.add_member($2::bigint, $3) from signed_in",
		values, error);
}

gboolean directory_remove_member(
	Store *store, const char *tenant, const char *reference, const char *user, GError **error)
{
	g_autofree char *case_id = NULL;
	g_autofree char *key = NULL;

	if (!directory_has_case(store, tenant, reference, &case_id, error) ||
		!directory_has_user(store, tenant, user, &key, error))
		return FALSE;

	const char *const values[] = {tenant, case_id, key, NULL};

	return act(store, "removing a member",
		"with signed_in as materialized (select casegate.sign_in_admin($1, null))"
		" select casegate.remove_member($2::bigint, $3) from signed_in",
		values, error);
}

Table *directory_list_members(
	Store *store, const char *tenant, const char *reference, GError **error)
{
	g_autofree char *case_id = NULL;

	if (!directory_has_case(store, tenant, reference, &case_id, error))
		return NULL;

	const char *const values[] = {tenant, case_id, NULL};

	return table_query(store, "listing members",
		"select m.tenant, m.\"user\", u.role, m.added_at"
		" from casegate.case_member m join casegate.tenant_user u using (tenant, \"user\")"
		" where m.tenant = $1 and m.case_id = $2::bigint and m.removed_at is null"
		" order by m.added_at, m.\"user\"",
		values, error);
}
