#include "command/command.h"
#include "store/audit.h"

static Table *list(Store *store, char **words, GError **error)
{
	(void)words;
	return audit_stats(store, error);
}

Status command_stats(Invocation *invocation)
{
	return command_list(invocation, 0, 0, NULL, list);
}
