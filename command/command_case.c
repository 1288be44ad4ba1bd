#include <stdio.h>
#include <unistd.h>

#include "command/command.h"
#include "command/json.h"
#include "command/print.h"
#include "command/rowgroup.h"
#include "command/timeline.h"
#include "store/case.h"
#include "store/directory.h"

Status command_case_list(Invocation *invocation)
{
	static const char *const names[] = {"reference", "subject", "state",
		"last_message_at=last mail", "message_count=mails", "missing_count=missing",
		"opened_by", NULL};
	ListStyle style = {.names = names};
	gboolean is_open = FALSE;
	const GOptionEntry options[] = {
		{"open",    0, 0, G_OPTION_ARG_NONE, &is_open, "only open cases", NULL},
		{"json",        0, 0, G_OPTION_ARG_NONE, &style.is_json, "print JSON", NULL},
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
	return command_print_list(invocation,
		zone ? case_list(store, tenant, is_open, &error) : NULL, &style, &error);
}

/* The rows of a mail as objects, without the id that leads to them. */
static json_t *rows_of(const Table *table, GHashTable *groups, const char *message_id)
{
	json_t *array = json_array();
	guint count = 0;
	const guint *rows = rowgroup_find(groups, message_id, &count);

	for (guint i = 0; i < count; i++) {
		json_t *object = json_from_row(table, rows[i]);

		json_object_del(object, "message_id");
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *mails_json(const CaseHistory *history)
{
	g_autoptr(GHashTable) recipients = rowgroup_new(history->recipients, "message_id");
	g_autoptr(GHashTable) attachments = rowgroup_new(history->attachments, "message_id");
	g_autoptr(GHashTable) comments = rowgroup_new(history->comments, "message_id");
	json_t *array = json_array();

	for (guint row = 0; row < history->messages->rows->len; row++) {
		const char *message_id = table_get(history->messages, row, "message_id");
		json_t *mail = json_from_row(history->messages, row);

		json_object_set_new(
			mail, "recipients", rows_of(history->recipients, recipients, message_id));
		json_object_set_new(mail, "attachments",
			rows_of(history->attachments, attachments, message_id));
		json_object_set_new(
			mail, "comments", rows_of(history->comments, comments, message_id));
		json_array_append_new(array, mail);
	}
	return array;
}

/* A table of one column as an array of texts. */
static json_t *column_json(const Table *table, const char *column)
{
	json_t *array = json_array();

	for (guint row = 0; row < table->rows->len; row++)
		json_array_append_new(array, json_from_text(table_get(table, row, column)));
	return array;
}

static json_t *history_json(const CaseHistory *history)
{
	json_t *object = json_from_row(history->head, 0);

	json_object_del(object, "timezone");
	json_object_set_new(object, "members", column_json(history->members, "user"));
	json_object_set_new(object, "messages", mails_json(history));
	json_object_set_new(
		object, "missing", column_json(history->missing, "internet_message_id"));
	json_object_set_new(object, "missing_messages", json_from_table(history->missing));
	return object;
}

Status command_case_show(Invocation *invocation)
{
	gboolean is_json = FALSE;
	const GOptionEntry options[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &is_json,
                 "print JSON, with all of every mail's text", NULL},
		{NULL    },
	};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 2, 2, &status))
		return status;

	g_autoptr(Store) store = command_open_store(invocation);

	if (store == NULL)
		return STATUS_FAILED;

	g_autoptr(CaseHistory) history = case_load(
		store, invocation->arguments[0], invocation->arguments[1], is_json, &error);

	if (history == NULL)
		return command_fail(invocation, error);
	if (is_json) {
		g_autoptr(json_t) json = history_json(history);

		json_print(json, TRUE);
		return STATUS_DONE;
	}

	g_autofree char *text = timeline_text(history, print_width(), print_has_color());

	fputs(text, stdout);
	return STATUS_DONE;
}
