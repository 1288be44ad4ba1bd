#include <stdio.h>

#include "command/command.h"
#include "command/json.h"
#include "command/progress.h"
#include "store/erase.h"

static void tell(const Erasure *erasure, gpointer data)
{
	progress_set(data, 0, (guint)erasure->messages);
}

/* "V-000042, message 17: text, source"; "held, delivery 4, message 18: text". */
static void print_mention(const Table *mentions, guint row)
{
	const char *reference = table_get(mentions, row, "reference");
	const char *message_id = table_get(mentions, row, "message_id");
	const char *delivery_id = table_get(mentions, row, "delivery_id");

	printf("  ");
	if (reference != NULL)
		printf("%s%s", reference, message_id ? ", " : ": ");
	else if (delivery_id != NULL)
		printf("in no case, delivery %s%s", delivery_id, message_id ? ", " : ": ");
	if (message_id != NULL)
		printf("message %s: ", message_id);
	printf("%s\n", table_get(mentions, row, "places"));
}

static void print_mentions(const Table *mentions)
{
	if (mentions->rows->len == 0)
		return;
	printf("the address is still named in what was kept:\n");
	for (guint row = 0; row < mentions->rows->len; row++)
		print_mention(mentions, row);
}

static void print_report(const Erasure *erasure, const Table *mentions)
{
	const struct {
		const char *name;
		gint64 count;
	} rows[] = {
		{"cases",       erasure->cases      },
		{"messages",    erasure->messages   },
		{"deliveries",  erasure->deliveries },
		{"attachments", erasure->attachments},
		{"keys",        erasure->keys       },
		{"bytes",       erasure->bytes      },
	};

	printf("erased (audit row %" G_GINT64_FORMAT "):\n", erasure->erasure_id);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		printf("  %-12s %" G_GINT64_FORMAT "\n", rows[i].name, rows[i].count);
	if (mentions != NULL)
		print_mentions(mentions);
}

static void print_json(const Erasure *erasure, const Table *mentions)
{
	g_autoptr(json_t) object = json_object();
	json_t *kept = json_array();

	for (guint row = 0; mentions != NULL && row < mentions->rows->len; row++)
		json_array_append_new(kept, json_from_row(mentions, row));
	json_object_set_new(object, "erasure_id", json_integer(erasure->erasure_id));
	json_object_set_new(object, "cases", json_integer(erasure->cases));
	json_object_set_new(object, "messages", json_integer(erasure->messages));
	json_object_set_new(object, "deliveries", json_integer(erasure->deliveries));
	json_object_set_new(object, "attachments", json_integer(erasure->attachments));
	json_object_set_new(object, "keys", json_integer(erasure->keys));
	json_object_set_new(object, "bytes", json_integer(erasure->bytes));
	json_object_set_new(object, "mentions", kept);
	json_print(object, TRUE);
}

static gboolean erase(Store *store, const char *tenant, const char *reference, const char *address,
	Erasure *erasure, GError **error)
{
	g_autoptr(Progress) progress = progress_new(0);

	return reference ? erase_case(store, tenant, reference, erasure, tell, progress, error)
			 : erase_address(store, tenant, address, erasure, tell, progress, error);
}

Status command_erase(Invocation *invocation)
{
	g_autofree char *tenant = NULL, *reference = NULL, *address = NULL;
	gboolean is_json = FALSE;
	const GOptionEntry options[] = {
		{"tenant",  0, 0, G_OPTION_ARG_FILENAME, &tenant, "whose mail", "TENANT"},
		{"case",        0, 0, G_OPTION_ARG_FILENAME, &reference, "a case as a whole", "REFERENCE"},
		{"address",  0, 0, G_OPTION_ARG_FILENAME, &address,
                 "all mail that a person wrote or got", "ADDRESS"},
		{"json", 0, 0, G_OPTION_ARG_NONE, &is_json, "print JSON", NULL},
		{NULL   },
	};
	GError *error = NULL;
	Status status;
	Erasure erasure;

	if (!command_read(invocation, options, 0, 0, &status))
		return status;
	if (tenant == NULL)
		return command_usage(invocation, "of which tenant? --tenant TENANT");
	if ((reference == NULL) == (address == NULL))
		return command_usage(
			invocation, "what? one of --case REFERENCE and --address ADDRESS");

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	if (!erase(store, tenant, reference, address, &erasure, &error))
		return command_fail(invocation, error);

	g_autoptr(Table) mentions = address ? erase_mentions(store, tenant, address, &error) : NULL;

	if (error != NULL)
		return command_fail(invocation, error);
	if (is_json)
		print_json(&erasure, mentions);
	else
		print_report(&erasure, mentions);
	return command_finish(invocation, store, STATUS_DONE);
}
