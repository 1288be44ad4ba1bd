#include <stdio.h>

#include "command/command.h"
#include "store/migrate.h"

static void said(const char *line)
{
	puts(line);
}

Status command_migrate(Invocation *invocation)
{
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, NULL, 0, 0, &status))
		return status;

	g_autoptr(Config) config = command_load_config(invocation);

	if (config == NULL)
		return STATUS_FAILED;

	g_autoptr(Store) store = store_open(config->database.migrate_url, ROLE_OWNER, &error);

	if (store == NULL || !migrate_run(store, said, &error))
		return command_fail(invocation, error);
	printf("the schema is at version %d\n", migrate_known_version());
	return STATUS_DONE;
}
