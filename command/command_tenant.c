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

Status command_tenant_list(Invocation *invocation)
{
	static const char *const names[] = {
		"tenant", "name", "users", "addresses", "created_at=created", NULL};
	ListStyle style = {.names = names};
	const GOptionEntry options[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &style.is_json, "print JSON, with all rules",
                 NULL},
		{NULL    },
	};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 0, 1, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_print_list(invocation,
		directory_list_tenants(store, invocation->arguments[0], &error), &style, &error);
}

Status command_tenant_set(Invocation *invocation)
{
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, NULL, 3, G_MAXUINT, &status))
		return status;

	char **words = invocation->arguments;
	g_autoptr(Store) store = command_open_store(invocation);
	g_autofree char *value = g_strjoinv(" ", words + 2);

	if (store == NULL)
		return STATUS_FAILED;
	return command_answer(invocation, store,
		directory_set_tenant(store, words[0], words[1], value, &error), &error);
}

Status command_tenant_remove(Invocation *invocation)
{
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, NULL, 1, 1, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_answer(invocation, store,
		directory_remove_tenant(store, invocation->arguments[0], &error), &error);
}
