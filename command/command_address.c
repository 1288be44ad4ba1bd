#include "command/command.h"
#include "store/directory.h"

/* Adding and removing differ in one call. */
static Status change(
	Invocation *invocation, gboolean (*act)(Store *, const char *, const char *, GError **))
{
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, NULL, 2, 2, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_answer(invocation, store,
		act(store, invocation->arguments[0], invocation->arguments[1], &error), &error);
}

Status command_address_add(Invocation *invocation)
{
	return change(invocation, directory_add_address);
}

Status command_address_remove(Invocation *invocation)
{
	return change(invocation, directory_remove_address);
}

Status command_address_list(Invocation *invocation)
{
	ListStyle style = {0};
	const GOptionEntry options[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &style.is_json, "print JSON", NULL},
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
		directory_list_addresses(store, invocation->arguments[0], &error), &style, &error);
}
