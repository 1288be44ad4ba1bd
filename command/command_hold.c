#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/command.h"
#include "store/hold.h"
#include "store/reparse.h"

Status command_hold_list(Invocation *invocation)
{
	static const char *const names[] = {"delivery_id=delivery", "received_at=received", "kind",
		"from_address=from", "subject", "reason", "candidates", NULL};
	gboolean is_all = FALSE;
	const GOptionEntry option = {
		"all", 0, 0, G_OPTION_ARG_NONE, &is_all, "also automatic replies of no case", NULL};

	return command_list_of_tenant(invocation, names, &option, &is_all, hold_list);
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

/* The one argument is a delivery's number. FALSE: no number; then *status says it. */
static gboolean names_delivery(const Invocation *invocation, Status *status)
{
	const char *word = invocation->arguments[0];

	if (g_ascii_string_to_unsigned(word, 10, 1, G_MAXINT64, NULL, NULL))
		return TRUE;
	*status = command_usage(invocation,
		"'%s' is no number of a delivery; `casegate hold list` shows them", word);
	return FALSE;
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

	if (!command_read(invocation, options, 1, 1, &status) ||
		!names_delivery(invocation, &status))
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

	if (!command_read(invocation, NULL, 1, 1, &status) || !names_delivery(invocation, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_answer(
		invocation, store, hold_refuse(store, invocation->arguments[0], &error), &error);
}
