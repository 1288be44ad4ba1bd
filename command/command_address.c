#include "command/command.h"
#include "store/directory.h"

static gboolean add(Store *store, char **words, GError **error)
{
	return directory_add_address(store, words[0], words[1], error);
}

static gboolean remove_one(Store *store, char **words, GError **error)
{
	return directory_remove_address(store, words[0], words[1], error);
}

static Table *list(Store *store, char **words, GError **error)
{
	return directory_list_addresses(store, words[0], error);
}

Status command_address_add(Invocation *invocation)
{
	return command_act(invocation, 2, 2, add);
}

Status command_address_remove(Invocation *invocation)
{
	return command_act(invocation, 2, 2, remove_one);
}

Status command_address_list(Invocation *invocation)
{
	return command_list(invocation, 0, 1, NULL, list);
}
