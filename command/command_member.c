#include "command/command.h"
#include "store/directory.h"

static gboolean add(Store *store, char **words, GError **error)
{
	return directory_add_member(store, words[0], words[1], words[2], error);
}

static gboolean remove_one(Store *store, char **words, GError **error)
{
	return directory_remove_member(store, words[0], words[1], words[2], error);
}

static Table *list(Store *store, char **words, GError **error)
{
	return directory_list_members(store, words[0], words[1], error);
}

Status command_member_add(Invocation *invocation)
{
	return command_act(invocation, 3, 3, add);
}

Status command_member_remove(Invocation *invocation)
{
	return command_act(invocation, 3, 3, remove_one);
}

Status command_member_list(Invocation *invocation)
{
	return command_list(invocation, 2, 2, NULL, list);
}
