#include "command/casejson.h"

#include "command/rowgroup.h"

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

json_t *case_json(const CaseHistory *history)
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
