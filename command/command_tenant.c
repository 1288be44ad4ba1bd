#include "command/command.h"
#include "store/directory.h"

Status command_tenant_add(Invocation *invocation)
{
	g_autofree char *name = NULL;
	const GOptionEntry options[] = {
		{"name", 0, 0, G_OPTION_ARG_FILENAME, &name, "what people call it", "NAME"},
		{NULL    },
	};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 1, 1, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_answer(invocation, store,
		directory_add_tenant(store, invocation->arguments[0], name, &error), &error);
}

static Table *list(Store *store, char **words, GError **error)
{
	return directory_list_tenants(store, words[0], error);
}

Status command_tenant_list(Invocation *invocation)
{
	static const char *const names[] = {
		"tenant", "name", "users", "addresses", "created_at=created", NULL};

	return command_list(invocation, 0, 1, names, list);
}

/* A value of several words needs no quotes of the shell. */
static gboolean set(Store *store, char **words, GError **error)
{
	g_autofree char *value = g_strjoinv(" ", words + 2);

	return directory_set_tenant(store, words[0], words[1], value, error);
}

Status command_tenant_set(Invocation *invocation)
{
	return command_act(invocation, 3, G_MAXUINT, set);
}

static gboolean remove_one(Store *store, char **words, GError **error)
{
	return directory_remove_tenant(store, words[0], error);
}

Status command_tenant_remove(Invocation *invocation)
{
	return command_act(invocation, 1, 1, remove_one);
}
