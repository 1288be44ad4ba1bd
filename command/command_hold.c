#include <stdio.h>

#include "command/command.h"
#include "store/directory.h"
#include "store/hold.h"

Status command_hold_list(Invocation *invocation)
{
	static const char *const names[] = {"delivery_id=delivery", "received_at=received", "kind",
		"from_address=from", "subject", "reason", "candidates", NULL};
	ListStyle style = {.names = names};
	gboolean is_all = FALSE;
	const GOptionEntry options[] = {
		{"all",    0, 0, G_OPTION_ARG_NONE, &is_all, "also automatic replies of no case",
                 NULL},
		{"json",       0, 0, G_OPTION_ARG_NONE, &style.is_json, "print JSON", NULL},
		{NULL},
	};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 1, 1, &status))
		return status;

	const char *tenant = invocation->arguments[0];
	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;

	g_autofree char *zone = directory_timezone(store, tenant, &error);

	style.timezone = zone;
	return command_print_list(
		invocation, zone ? hold_list(store, tenant, is_all, &error) : NULL, &style, &error);
}

Status command_hold_release(Invocation *invocation)
{
	g_autofree char *reference = NULL, *by_user = NULL;
	const GOptionEntry options[] = {
		{"case",      0, 0, G_OPTION_ARG_FILENAME, &reference,
                 "into this case; without it a new one", "REFERENCE"},
		{"by",          0, 0, G_OPTION_ARG_FILENAME, &by_user,
                 "in the name of this user, who becomes a member", "USER"},
		{NULL},
	};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 1, 1, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;

	g_autoptr(Table) filed =
		hold_release(store, invocation->arguments[0], reference, by_user, &error);

	if (filed == NULL)
		return command_fail(invocation, error);
	if (filed->rows->len > 0)
		printf("filed into %s as message %s\n", table_get(filed, 0, "reference"),
			table_get(filed, 0, "message_id"));
	return command_finish(invocation, store, STATUS_DONE);
}

Status command_hold_refuse(Invocation *invocation)
{
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, NULL, 1, 1, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_answer(
		invocation, store, hold_refuse(store, invocation->arguments[0], &error), &error);
}
