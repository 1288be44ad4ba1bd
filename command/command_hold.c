#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/command.h"
#include "store/directory.h"
#include "store/hold.h"
#include "store/reparse.h"

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

/* Reads released mail again that nobody could read. FALSE: it could not be read this time, either.
 */
static gboolean read_again(const Config *config, GError **error)
{
	g_autoptr(Store) store = store_open(config->database.url, ROLE_ADMIN, error);
	gboolean found = TRUE;

	while (found) {
		if (store == NULL)
			return FALSE;
		alarm(config->limits.parse_seconds);
		if (!reparse_next(store, config->auth_policy, &found, error))
			return FALSE;
		alarm(0);
	}
	return TRUE;
}

/* In a process of its own: what spins or crashes there has done so before. */
static void read_apart(const Invocation *invocation)
{
	g_autoptr(Config) config = command_load_config(invocation);
	pid_t child = config != NULL ? fork() : -1;
	int status = 1;

	if (child == 0) {
		g_autoptr(GError) error = NULL;

		if (!read_again(config, &error) && error != NULL)
			command_remark(invocation, "%s", error->message);
		_exit(error == NULL ? 0 : 1);
	}
	if (child > 0)
		waitpid(child, &status, 0);
	if (status != 0)
		command_remark(invocation,
			"the mail still cannot be read; its bytes are its message's source");
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
	if (filed->rows->len > 0 && g_strcmp0(table_get(filed, 0, "is_unread"), "t") == 0)
		read_apart(invocation);
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
