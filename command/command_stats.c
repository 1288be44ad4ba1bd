#include "command/command.h"
#include "store/audit.h"

Status command_stats(Invocation *invocation)
{
	ListStyle style = {0};
	const GOptionEntry options[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &style.is_json, "print JSON", NULL},
		{NULL    },
	};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 0, 0, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_print_list(invocation, audit_stats(store, &error), &style, &error);
}
