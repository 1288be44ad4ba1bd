#include <stdio.h>
#include <unistd.h>

#include "mime/mail.h"
#include "parser/parse.h"
#include "command/command.h"
#include "command/json.h"
#include "command/mailfiles.h"

static gboolean parse_path(const Invocation *invocation, const char *path, gboolean is_indented)
{
	GError *error = NULL;
	g_autoptr(GBytes) bytes = mailfiles_read(path, &error);

	if (bytes == NULL) {
		command_fail(invocation, error);
		return FALSE;
	}

	g_autoptr(Mail) mail = parse_mail(bytes);
	g_autoptr(json_t) json = json_from_mail(mail);

	json_print(json, is_indented);
	return TRUE;
}

/* One path a line on stdin, one line of JSON each on stdout, so that a caller never loses step. */
static Status parse_listed_paths(const Invocation *invocation)
{
	g_autofree char *line = NULL;
	size_t room = 0;
	Status status = STATUS_DONE;

	for (ssize_t length; (length = getline(&line, &room, stdin)) > 0;) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (!parse_path(invocation, line, FALSE)) {
			puts("{\"error\": \"the file could not be read\"}");
			status = STATUS_FAILED;
		}
		fflush(stdout);
	}
	return status;
}

Status command_parse(Invocation *invocation)
{
	gboolean is_listed = FALSE;
	const GOptionEntry options[] = {
		{"paths", 0, 0, G_OPTION_ARG_NONE, &is_listed,
                 "read paths from stdin, one a line; print one line of JSON for each", NULL},
		{NULL     },
	};
	Status status;

	if (!command_read(invocation, options, 0, G_MAXUINT, &status))
		return status;
	if (is_listed && invocation->count > 0)
		return command_usage(invocation, "--paths takes its paths from stdin");
	if (is_listed)
		return parse_listed_paths(invocation);

	char *const from_stdin[] = {(char *)"-", NULL};
	const gboolean is_indented = isatty(STDOUT_FILENO) != 0;

	for (char *const *path = invocation->count > 0 ? invocation->arguments : from_stdin; *path;
		path++)
		if (!parse_path(invocation, *path, is_indented))
			status = STATUS_FAILED;
	return status;
}
