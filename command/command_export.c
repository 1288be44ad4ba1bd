#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/casejson.h"
#include "command/command.h"
#include "command/mbox.h"
#include "parser/anonymise.h"
#include "store/export.h"

/* One case on its way into two files. */
typedef struct {
	const Invocation *invocation;
	Store *store;
	const char *tenant;
	CaseExport *export;
	char *mbox_path, *json_path;
} Writing;

static gboolean fail_at(const char *path, GError **error)
{
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT, "%s cannot be written: %s", path,
		g_strerror(errno));
	return FALSE;
}

/* One mail into the mbox; *position is its number there, 0 where it has no bytes. */
static gboolean write_mail(
	const Writing *writing, FILE *file, guint row, guint *position, GError **error)
{
	const Table *messages = writing->export->history->messages;
	g_autoptr(GBytes) source = NULL;

	if (!export_source(writing->store, writing->tenant, table_get(messages, row, "message_id"),
		    &source, error))
		return FALSE;
	if (source == NULL) {
		*position = 0;
		return TRUE;
	}
	return mbox_append(file, source, table_get(messages, row, "from_address"),
		       table_get(messages, row, "received_at")) ||
	       fail_at(writing->mbox_path, error);
}

/* positions: of guint, one a message. */
static gboolean write_mbox(const Writing *writing, GArray *positions, GError **error)
{
	FILE *file = fopen(writing->mbox_path, "wbe");
	gboolean is_well = file != NULL || fail_at(writing->mbox_path, error);
	guint next = 1;

	for (guint row = 0; is_well && row < writing->export->history->messages->rows->len; row++) {
		guint position = next;

		is_well = write_mail(writing, file, row, &position, error);
		g_array_append_val(positions, position);
		next += position > 0 ? 1 : 0;
	}
	if (file != NULL && fclose(file) != 0 && is_well)
		is_well = fail_at(writing->mbox_path, error);
	return is_well;
}

static json_t *export_json(const Writing *writing, const GArray *positions)
{
	json_t *object = case_json(writing->export->history);
	json_t *messages = json_object_get(object, "messages");

	for (guint i = 0; i < positions->len; i++) {
		guint position = g_array_index(positions, guint, i);

		json_object_set_new(json_array_get(messages, i), "mbox_position",
			position > 0 ? json_integer(position) : json_null());
	}
	json_object_set_new(object, "deliveries", json_from_table(writing->export->deliveries));
	json_object_set_new(object, "evidence", json_from_table(writing->export->evidence));
	json_object_set_new(object, "events", json_from_table(writing->export->events));
	return object;
}

static gboolean write_json(const Writing *writing, const GArray *positions, GError **error)
{
	g_autoptr(json_t) json = export_json(writing, positions);
	FILE *file = fopen(writing->json_path, "wbe");
	gboolean is_well = file != NULL && json_dumpf(json, file, JSON_INDENT(2)) == 0 &&
			   fputc('\n', file) != EOF;

	if (file != NULL && fclose(file) != 0)
		is_well = FALSE;
	return is_well || fail_at(writing->json_path, error);
}

/* Mail is nobody else's business on this machine. */
static gboolean write_files(const Writing *writing, GError **error)
{
	g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(guint));
	mode_t before = umask(0077);
	gboolean is_well =
		write_mbox(writing, positions, error) && write_json(writing, positions, error);

	umask(before);
	return is_well;
}

static Status export_whole(const Invocation *invocation, Store *store, const char *tenant,
	const char *reference, const char *directory)
{
	GError *error = NULL;
	g_autoptr(CaseExport) export = export_case(store, tenant, reference, &error);

	if (export == NULL)
		return command_fail(invocation, error);

	const char *name = table_get(export->history->head, 0, "reference");
	g_autofree char *mbox_path = g_strdup_printf("%s/%s.mbox", directory, name);
	g_autofree char *json_path = g_strdup_printf("%s/%s.json", directory, name);
	const Writing writing = {invocation, store, tenant, export, mbox_path, json_path};

	if (!write_files(&writing, &error))
		return command_fail(invocation, error);
	printf("%s\n%s\n", mbox_path, json_path);
	return STATUS_DONE;
}

static Status export_message(const Invocation *invocation, Store *store, const char *tenant,
	const char *message_id, gboolean is_anonymised)
{
	GError *error = NULL;
	g_autoptr(GBytes) source = NULL;
	g_autoptr(GBytes) shown = NULL;

	if (!export_source(store, tenant, message_id, &source, &error))
		return command_fail(invocation, error);
	if (source == NULL)
		return command_failed(invocation,
			"message %s has no bytes: it was sent from here and its copy has not come",
			message_id);
	shown = is_anonymised ? anonymise_mail(source) : g_bytes_ref(source);
	fwrite(g_bytes_get_data(shown, NULL), 1, g_bytes_get_size(shown), stdout);
	return STATUS_DONE;
}

Status command_export(Invocation *invocation)
{
	g_autofree char *tenant = NULL, *reference = NULL, *message_id = NULL, *directory = NULL;
	gboolean is_anonymised = FALSE;
	const GOptionEntry options[] = {
		{"tenant",  0, 0, G_OPTION_ARG_FILENAME, &tenant, "whose mail", "TENANT"},
		{"case",        0, 0, G_OPTION_ARG_FILENAME, &reference,
                 "a case, as REFERENCE.mbox and REFERENCE.json", "REFERENCE"},
		{"message",  0, 0, G_OPTION_ARG_FILENAME, &message_id, "one mail's bytes, to stdout",
                 "MESSAGE"},
		{"output", 0, 0, G_OPTION_ARG_FILENAME, &directory,
                 "where the files of a case go; default: here", "DIRECTORY"},
		{"anonymise",    0, 0, G_OPTION_ARG_NONE, &is_anonymised,
                 "with other words, names and numbers of the same form", NULL},
		{NULL       },
	};
	Status status;

	if (!command_read(invocation, options, 0, 0, &status))
		return status;
	if (tenant == NULL || (reference == NULL) == (message_id == NULL))
		return command_usage(invocation,
			"--tenant TENANT, and one of --case REFERENCE and --message MESSAGE");
	if (is_anonymised && message_id == NULL)
		return command_usage(invocation, "--anonymise is for one mail: --message MESSAGE");

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;
	return reference ? export_whole(invocation, store, tenant, reference,
				   directory ? directory : ".")
			 : export_message(invocation, store, tenant, message_id, is_anonymised);
}
