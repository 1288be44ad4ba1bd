#include <stdio.h>

#include "command/command.h"
#include "command/json.h"
#include "command/progress.h"
#include "store/replay.h"

enum { PAGE = 1000 };

/* One run of the command. */
typedef struct {
	const Invocation *invocation;
	const Config *config; /* borrowed, as all here */
	Store *store;
	const char *tenant, *since; /* or NULL */
	gboolean is_applied;
	Progress *progress;
	guint mails;
	GPtrArray *differences; /* of Difference */
} Replay;

static gboolean decide(Replay *replay, const Table *page, guint row, GError **error)
{
	Difference *difference = NULL;
	gboolean is_well = replay_decide(replay->store, replay->config->auth_policy,
		table_get(page, row, "tenant"), table_get(page, row, "delivery_id"),
		replay->is_applied, &difference, error);

	if (difference != NULL)
		g_ptr_array_add(replay->differences, difference);
	replay->mails++;
	progress_set(replay->progress, 0, replay->mails);
	return is_well;
}

/* Page by page, oldest first, so that what was applied counts for what came later. */
static gboolean decide_all(Replay *replay, GError **error)
{
	g_autofree char *time = NULL, *delivery = NULL;

	for (;;) {
		g_autoptr(Table) page = replay_list(
			replay->store, replay->tenant, replay->since, time, delivery, PAGE, error);

		if (page == NULL)
			return FALSE;
		for (guint row = 0; row < page->rows->len; row++)
			if (!decide(replay, page, row, error))
				return FALSE;
		if (page->rows->len < PAGE)
			return TRUE;
		g_free(time);
		time = g_strdup(table_get(page, PAGE - 1, "position"));
		g_free(delivery);
		delivery = g_strdup(table_get(page, PAGE - 1, "delivery_id"));
	}
}

/* What happens to it, in one word. */
static const char *fate_of(const Difference *difference)
{
	return difference->is_human     ? "stays: a person decided about it"
	       : difference->is_applied ? "done"
					: "";
}

static json_t *difference_json(const Difference *difference)
{
	json_t *object = json_object();

	json_object_set_new(object, "tenant", json_from_text(difference->tenant));
	json_object_set_new(object, "delivery_id", json_integer(difference->delivery_id));
	json_object_set_new(object, "message_id",
		difference->message_id ? json_integer(difference->message_id) : json_null());
	json_object_set_new(object, "received_at", json_from_text(difference->received_at));
	json_object_set_new(object, "subject", json_from_text(difference->subject));
	json_object_set_new(object, "change", json_from_text(change_name(difference->change)));
	json_object_set_new(object, "was", json_from_text(difference->was));
	json_object_set_new(object, "now", json_from_text(difference->now));
	json_object_set_new(object, "reason", json_from_text(difference->reason));
	json_object_set_new(object, "human", json_boolean(difference->is_human));
	json_object_set_new(object, "applied", json_boolean(difference->is_applied));
	return object;
}

static void print_json(const Replay *replay)
{
	g_autoptr(json_t) array = json_array();

	for (guint i = 0; i < replay->differences->len; i++)
		json_array_append_new(
			array, difference_json(g_ptr_array_index(replay->differences, i)));
	json_print(array, TRUE);
}

static void add_number(char **cell, gint64 number)
{
	*cell = g_strdup_printf("%" G_GINT64_FORMAT, number);
}

static Table *differences_table(const GPtrArray *differences)
{
	static const char *const names[] = {
		"tenant", "delivery", "received", "change", "was", "now", "subject", "", NULL};
	Table *table = table_new(names);

	for (guint i = 0; i < differences->len; i++) {
		const Difference *difference = g_ptr_array_index(differences, i);
		char **row = table_add_row(table);

		row[0] = g_strdup(difference->tenant);
		add_number(&row[1], difference->delivery_id);
		row[2] = g_strdup(difference->received_at);
		row[3] = g_strdup(change_name(difference->change));
		row[4] = g_strdup(difference->was);
		row[5] = g_strdup(difference->change == CHANGE_UNDECIDED ? difference->reason
				  : difference->now                      ? difference->now
									 : "a new case");
		row[6] = g_strdup(difference->subject);
		row[7] = g_strdup(fate_of(difference));
	}
	return table;
}

static Status print_differences(const Replay *replay)
{
	ListStyle style = {0};
	guint applied = 0;

	for (guint i = 0; i < replay->differences->len; i++)
		applied +=
			((const Difference *)g_ptr_array_index(replay->differences, i))->is_applied
				? 1
				: 0;
	if (replay->differences->len > 0)
		command_print_list(
			replay->invocation, differences_table(replay->differences), &style, NULL);
	printf("%u %s decided again: %u %s otherwise", replay->mails,
		replay->mails == 1 ? "mail" : "mails", replay->differences->len,
		replay->differences->len == 1 ? "is" : "are");
	if (replay->is_applied)
		printf(", %u applied", applied);
	putchar('\n');
	return STATUS_DONE;
}

static Status replay_all(Replay *replay, gboolean is_json)
{
	g_autoptr(GPtrArray) differences =
		g_ptr_array_new_with_free_func((GDestroyNotify)difference_free);
	GError *error = NULL;
	gboolean is_well;

	replay->differences = differences;
	replay->progress = progress_new(0);
	is_well = decide_all(replay, &error);
	progress_free(replay->progress);
	if (is_json)
		print_json(replay);
	else
		print_differences(replay);
	if (!is_well)
		command_fail(replay->invocation, error);
	return command_finish(
		replay->invocation, replay->store, is_well ? STATUS_DONE : STATUS_FAILED);
}

Status command_replay(Invocation *invocation)
{
	g_autofree char *tenant = NULL, *since = NULL;
	gboolean is_applied = FALSE, is_json = FALSE;
	const GOptionEntry options[] = {
		{"tenant", 0, 0, G_OPTION_ARG_FILENAME, &tenant, "only this tenant's mail",
                 "TENANT"},
		{"since",       0, 0, G_OPTION_ARG_FILENAME, &since,
                 "only what came since: 2026-11-30, or with a time", "TIME"},
		{"apply", 0, 0, G_OPTION_ARG_NONE, &is_applied,
                 "do it, but for what a person has decided", NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &is_json, "print JSON", NULL},
		{NULL },
	};
	Status status;

	if (!command_read(invocation, options, 0, 0, &status))
		return status;
	if (since != NULL && !g_ascii_isdigit(since[0]))
		return command_usage(invocation,
			"'%s' is no time: 2026-11-30, or 2026-11-30T14:00:00+01:00", since);

	g_autoptr(Config) config = command_load_config(invocation);
	g_autoptr(Store) store = config ? command_open_store(invocation) : NULL;

	if (store == NULL)
		return STATUS_FAILED;

	Replay replay = {.invocation = invocation,
		.config = config,
		.store = store,
		.tenant = tenant,
		.since = since,
		.is_applied = is_applied};

	return replay_all(&replay, is_json);
}
