#include "command/command.h"
#include "store/directory.h"

Status command_user_add(Invocation *invocation)
{
	g_autofree char *domain = NULL, *role = NULL;
	const GOptionEntry options[] = {
		{"domain", 0, 0, G_OPTION_ARG_FILENAME, &domain,
                 "instead of a user: every sender of this domain is one of the tenant's own "
			"people", "DOMAIN"},
		{"role",       0, 0, G_OPTION_ARG_FILENAME, &role,
                 "member, or all: sees every case of the tenant", "ROLE"},
		{NULL},
	};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 1, G_MAXUINT, &status))
		return status;

	char **words = invocation->arguments;

	if (domain != NULL && (invocation->count > 1 || role != NULL))
		return command_usage(invocation, "--domain stands alone: TENANT --domain DOMAIN");
	if (domain == NULL && invocation->count < 2)
		return command_usage(invocation,
			"which user? TENANT USER [ADDRESS...], or TENANT --domain DOMAIN");
	if (role != NULL && !g_str_equal(role, "all") && !g_str_equal(role, "member"))
		return command_usage(invocation, "there is no role '%s', but member and all", role);

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_answer(invocation, store,
		domain ? directory_add_domain(store, words[0], domain, &error)
		       : directory_add_user(store, words[0], words[1], words + 2, role, &error),
		&error);
}

static Table *list(Store *store, char **words, GError **error)
{
	return directory_list_users(store, words[0], error);
}

Status command_user_list(Invocation *invocation)
{
	static const char *const names[] = {"tenant", "user", "role", "addresses", "domain", NULL};

	return command_list(invocation, 0, 1, names, list);
}

Status command_user_remove(Invocation *invocation)
{
	g_autofree char *domain = NULL;
	const GOptionEntry options[] = {
		{"domain", 0, 0, G_OPTION_ARG_FILENAME, &domain, "instead of a user: a domain",
                 "DOMAIN"},
		{NULL      },
	};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 1, 2, &status))
		return status;

	char **words = invocation->arguments;

	if ((domain != NULL) == (invocation->count > 1))
		return command_usage(invocation,
			"either a user or a domain: TENANT USER, or TENANT --domain DOMAIN");

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_answer(invocation, store,
		domain ? directory_remove_domain(store, words[0], domain, &error)
		       : directory_remove_user(store, words[0], words[1], &error),
		&error);
}
