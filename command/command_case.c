#include <stdio.h>
#include <unistd.h>

#include "command/casejson.h"
#include "command/command.h"
#include "command/print.h"
#include "command/timeline.h"
#include "store/case.h"

Status command_case_list(Invocation *invocation)
{
	static const char *const names[] = {"reference", "subject", "state",
		"last_message_at=last mail", "message_count=mails", "missing_count=missing",
		"opened_by", NULL};
	gboolean is_open = FALSE;
	const GOptionEntry option = {
		"open", 0, 0, G_OPTION_ARG_NONE, &is_open, "only open cases", NULL};

	return command_list_of_tenant(invocation, names, &option, &is_open, case_list);
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
		g_autoptr(json_t) json = case_json(history);

		json_print(json, TRUE);
		return STATUS_DONE;
	}

	g_autofree char *text = timeline_text(history, print_width(), print_has_color());

	fputs(text, stdout);
	return STATUS_DONE;
}
