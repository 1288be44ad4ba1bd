#include <stdio.h>

#include "command/command.h"
#include "store/dialog.h"
#include "store/directory.h"

/* The dialog's address with a fresh ticket: what the app does by settings_ticket(). */
Status command_outlook_ticket(Invocation *invocation)
{
	g_autoptr(Config) config = NULL;
	g_autoptr(Store) store = NULL;
	g_autofree char *user = NULL;
	g_autofree char *ticket = NULL;
	g_autoptr(GError) error = NULL;
	Status status;

	if (!command_read(invocation, NULL, 2, 2, &status))
		return status;
	config = command_load_config(invocation);
	if (config == NULL)
		return STATUS_FAILED;
	if (*config->http.public_url == '\0') {
		fprintf(stderr, "admin: set public_url in [http]: without it the dialog has no "
				"address\n");
		return STATUS_FAILED;
	}
	store = command_open_store(invocation);
	if (store == NULL)
		return STATUS_FAILED;
	if (!directory_has_tenant(store, invocation->arguments[0], &error) ||
		!directory_has_user(
			store, invocation->arguments[0], invocation->arguments[1], &user, &error) ||
		!dialog_add_ticket(store, invocation->arguments[0], user, &ticket, &error))
		return command_fail(invocation, g_steal_pointer(&error));
	printf("%s/settings/outlook?ticket=%s\n", config->http.public_url, ticket);
	return STATUS_DONE;
}
