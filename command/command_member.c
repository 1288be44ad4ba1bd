#include "command/command.h"
#include "store/directory.h"

/* Adding and removing differ in one call. */
static Status change(Invocation *invocation,
	gboolean (*act)(Store *, const char *, const char *, const char *, GError **))
{
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, NULL, 3, 3, &status))
		return status;

	char **words = invocation->arguments;
	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_answer(
		invocation, store, act(store, words[0], words[1], words[2], &error), &error);
}

Status command_member_add(Invocation *invocation)
{
	return change(invocation, directory_add_member);
}

Status command_member_remove(Invocation *invocation)
{
	return change(invocation, directory_remove_member);
}

Status command_member_list(Invocation *invocation)
{
	ListStyle style = {0};
	const GOptionEntry options[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &style.is_json, "print JSON", NULL},
		{NULL    },
	};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 2, 2, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_print_list(invocation,
		directory_list_members(
			store, invocation->arguments[0], invocation->arguments[1], &error),
		&style, &error);
}
