/* What the commands that need the database share: opening it, ending with it, and printing lists
 * from it. */
#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "command/json.h"
#include "command/listing.h"
#include "command/print.h"
#include "store/audit.h"
#include "store/directory.h"

Config *command_load_config(const Invocation *invocation)
{
	GError *error = NULL;
	Config *config = config_load(invocation->config_path, &error);

	if (config == NULL)
		command_fail(invocation, error);
	return config;
}

const char *command_database_remedy(const GError *error)
{
	const char *said = error->message;

	/* Some errors say it themselves. */
	if (strstr(said, "casegate migrate") || strstr(said, "install the newer") ||
		strstr(said, "switch it on"))
		return NULL;
	if (strstr(said, "role \"casegate_") && strstr(said, "does not exist"))
		return "run `casegate migrate`";
	if (strstr(said, "database \"") && strstr(said, "does not exist"))
		return "create the database, then run `casegate migrate`";
	if (strstr(said, "authentication failed") || strstr(said, "pg_hba.conf") ||
		strstr(said, "no password supplied"))
		return "let the role log in (pg_hba.conf), or name a user in url of [database]";
	if (error->code == CASEGATE_ERROR_RETRY)
		return "start PostgreSQL, or correct url in [database]";
	return "run `casegate migrate` as the owner of the database";
}

Store *command_open_store(const Invocation *invocation)
{
	g_autoptr(Config) config = command_load_config(invocation);
	g_autoptr(GError) error = NULL;
	Store *store = config ? store_open(config->database.url, ROLE_ADMIN, &error) : NULL;
	const char *remedy = error ? command_database_remedy(error) : NULL;

	if (error != NULL)
		command_failed(invocation, "%s%s%s", error->message, remedy ? ": " : "",
			remedy ? remedy : "");
	return store;
}

Status command_finish(const Invocation *invocation, Store *store, Status status)
{
	g_autoptr(GError) error = NULL;

	if (!store_number_events(store, NULL, &error))
		command_remark(invocation,
			"done, but the app hears of it only when the gateway runs: %s",
			error->message);
	return status;
}

Status command_answer(const Invocation *invocation, Store *store, gboolean is_done, GError **error)
{
	if (!is_done)
		return command_fail(invocation, g_steal_pointer(error));
	return command_finish(invocation, store, STATUS_DONE);
}

static void print_columns_of(const Table *table, const ListStyle *style)
{
	g_autoptr(GTimeZone) zone = style->timezone ? g_time_zone_new_identifier(style->timezone)
						    : g_time_zone_new_local();
	g_autofree char *text =
		listing_text(table, style->names, zone, print_width(), print_has_color());

	fputs(text, stdout);
}

Status command_print_list(
	const Invocation *invocation, Table *table, const ListStyle *style, GError **error)
{
	if (table == NULL)
		return command_fail(invocation, g_steal_pointer(error));
	if (style->is_json) {
		g_autoptr(json_t) rows = json_from_table(table);

		json_print(rows, TRUE);
	} else {
		print_columns_of(table, style);
	}
	table_free(table);
	return STATUS_DONE;
}

Status command_act(Invocation *invocation, guint least, guint most, Act act)
{
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, NULL, least, most, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_answer(invocation, store, act(store, invocation->arguments, &error), &error);
}

Status command_list(
	Invocation *invocation, guint least, guint most, const char *const *names, Lister lister)
{
	ListStyle style = {.names = names};
	const GOptionEntry options[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &style.is_json, "print JSON, all columns", NULL},
		{NULL    },
	};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, least, most, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return command_print_list(
		invocation, lister(store, invocation->arguments, &error), &style, &error);
}

Status command_list_of_tenant(Invocation *invocation, const char *const *names,
	const GOptionEntry *option, const gboolean *is_chosen, TenantLister lister)
{
	ListStyle style = {.names = names};
	const GOptionEntry options[] = {
		*option,
		{"json", 0, 0, G_OPTION_ARG_NONE, &style.is_json, "print JSON", NULL},
		{NULL    },
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
	return command_print_list(invocation,
		zone ? lister(store, tenant, *is_chosen, &error) : NULL, &style, &error);
}
