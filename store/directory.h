/* Directory: tenants, their people, their agent addresses, and who is a member of which case; for
 * the commands (ROLE_ADMIN). The acts are the SQL functions that an app's provisioning calls, too;
 * adding is idempotent.
 *
 * Everything that names a tenant, user or case asks for it first: what is not there is an error
 * (CASEGATE_ERROR_REJECT) that says which command lists what is. Tables belong to the caller. */
#pragma once

#include "store/table.h"

gboolean directory_has_tenant(Store *store, const char *tenant, GError **error);
/* *user becomes the key of the user with this key or address (to be freed). user may be NULL. */
gboolean directory_has_user(
	Store *store, const char *tenant, const char *name, char **user, GError **error);
/* *case_id becomes that of a reference ("V-000042", also in lower case, or just "42"); decimal, to
 * be freed. */
gboolean directory_has_case(
	Store *store, const char *tenant, const char *reference, char **case_id, GError **error);
/* The tenant's time zone ("Europe/Berlin"), in which its lists are shown; to be freed. */
char *directory_timezone(Store *store, const char *tenant, GError **error);

/* name NULL: as it is, the key for a new tenant. */
gboolean directory_add_tenant(Store *store, const char *tenant, const char *name, GError **error);
gboolean directory_remove_tenant(Store *store, const char *tenant, GError **error);
/* key and value as `casegate tenant set` takes them; the database checks both. */
gboolean directory_set_tenant(
	Store *store, const char *tenant, const char *key, const char *value, GError **error);
/* tenant NULL: all. */
Table *directory_list_tenants(Store *store, const char *tenant, GError **error);

/* addresses is NULL-terminated and may be empty; role NULL: unchanged, "member" for a new user. */
gboolean directory_add_user(Store *store, const char *tenant, const char *user,
	char *const *addresses, const char *role, GError **error);
gboolean directory_remove_user(Store *store, const char *tenant, const char *user, GError **error);
gboolean directory_add_domain(Store *store, const char *tenant, const char *domain, GError **error);
gboolean directory_remove_domain(
	Store *store, const char *tenant, const char *domain, GError **error);
/* Users, and a row without a user for each domain whose senders are the tenant's own people. */
Table *directory_list_users(Store *store, const char *tenant, GError **error);

gboolean directory_add_address(
	Store *store, const char *tenant, const char *address, GError **error);
gboolean directory_remove_address(
	Store *store, const char *tenant, const char *address, GError **error);
Table *directory_list_addresses(Store *store, const char *tenant, GError **error);

gboolean directory_add_member(
	Store *store, const char *tenant, const char *reference, const char *user, GError **error);
gboolean directory_remove_member(
	Store *store, const char *tenant, const char *reference, const char *user, GError **error);
Table *directory_list_members(
	Store *store, const char *tenant, const char *reference, GError **error);
