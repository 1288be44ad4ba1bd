#include "command/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/print.h"

/* === Errors === */

G_GNUC_PRINTF(2, 0)
static void say(const Invocation *invocation, const char *format, va_list values)
{
	g_autofree char *text = g_strdup_vprintf(format, values);
	g_autofree char *clean = print_clean(text); /* one line, whatever a file name holds */
	const char *name = invocation ? invocation->command->name : NULL;

	fprintf(stderr, "casegate%s%s: %s\n", name ? " " : "", name ? name : "", g_strchomp(clean));
}

void command_remark(const Invocation *invocation, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(invocation, format, values);
	va_end(values);
}

Status command_failed(const Invocation *invocation, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(invocation, format, values);
	va_end(values);
	return STATUS_FAILED;
}

Status command_fail(const Invocation *invocation, GError *error)
{
	command_remark(invocation, "%s", error->message);
	g_error_free(error);
	return STATUS_FAILED;
}

Status command_usage(const Invocation *invocation, const char *format, ...)
{
	const char *name = invocation ? invocation->command->name : NULL;
	va_list values;

	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	command_remark(invocation, "%s; see: casegate%s%s --help", text, name ? " " : "",
		name ? name : "");
	return STATUS_USAGE;
}

/* === Help === */

/* Does this command belong to the noun ("tenant": "tenant add", …)? */
static gboolean is_verb_of(const Command *command, const char *noun)
{
	const size_t length = strlen(noun);

	return strncmp(command->name, noun, length) == 0 && command->name[length] == ' ';
}

/* Lists all commands, or those of one noun. */
static void print_list(const char *noun)
{
	size_t width = 0;

	for (const Command *each = command_table; each->name != NULL; each++)
		width = MAX(width, strlen(each->name));
	for (const Command *each = command_table; each->name != NULL; each++)
		if (noun == NULL || is_verb_of(each, noun))
			printf("  %-*s  %s\n", (int)width, each->name, each->summary);
}

static Status print_overview(void)
{
	fputs("casegate files forwarded and copied mail into cases.\n"
	      "\n"
	      "Usage:\n"
	      "  casegate COMMAND [OPTION...] [ARGUMENT...]\n"
	      "\n"
	      "Commands:\n",
		stdout);
	print_list(NULL);
	fputs("\n"
	      "Each command takes -c FILE (default " CONFIG_DEFAULT_PATH ") and --help. It exits\n"
	      "with 0 on success, 1 on failure and 2 on wrong usage.\n",
		stdout);
	return STATUS_DONE;
}

static Status print_noun(const char *noun)
{
	printf("Usage:\n  casegate %s VERB [OPTION...] [ARGUMENT...]\n\nCommands:\n", noun);
	print_list(noun);
	return STATUS_DONE;
}

/* === Options === */

static GOptionContext *context_new(
	const Invocation *invocation, const GOptionEntry *options, const GOptionEntry *common)
{
	const Command *command = invocation->command;
	GOptionContext *context = g_option_context_new(command->arguments);
	g_autofree char *program = g_strconcat("casegate ", command->name, NULL);
	g_autofree char *summary =
		g_strconcat("casegate ", command->name, ": ", command->summary, ".", NULL);

	g_set_prgname(program);
	g_option_context_set_summary(context, summary);
	g_option_context_set_description(context, command->details);
	g_option_context_set_help_enabled(context, FALSE);
	if (options != NULL)
		g_option_context_add_main_entries(context, options, NULL);
	g_option_context_add_main_entries(context, common, NULL);
	return context;
}

/* Options are texts, arguments too, unless the command takes paths. */
static Status check_texts(const Invocation *invocation, const GOptionEntry *options)
{
	gboolean is_valid = TRUE;

	for (; options != NULL && options->long_name != NULL; options++) {
		const char *text =
			options->arg == G_OPTION_ARG_FILENAME ? *(char **)options->arg_data : NULL;

		is_valid = is_valid && (text == NULL || g_utf8_validate(text, -1, NULL));
	}
	for (guint i = 0; i < invocation->count && !invocation->command->has_paths; i++)
		is_valid = is_valid && g_utf8_validate(invocation->arguments[i], -1, NULL);
	return is_valid ? STATUS_DONE
			: command_usage(invocation, "what stands on the line must be UTF-8");
}

static Status check_count(const Invocation *invocation, guint least, guint most)
{
	const char *wants = invocation->command->arguments;

	if (invocation->count > most && *wants == '\0')
		return command_usage(
			invocation, "'%s' is one word too many", invocation->arguments[0]);
	if (invocation->count > most)
		return command_usage(invocation, "'%s' is one word too many: it takes %s",
			invocation->arguments[most], wants);
	if (invocation->count < least)
		return command_usage(invocation, "something is missing: it takes %s", wants);
	return STATUS_DONE;
}

gboolean command_read(Invocation *invocation, const GOptionEntry *options, guint least, guint most,
	Status *status)
{
	gboolean is_help = FALSE;
	g_autofree char *config_path = NULL;
	g_auto(GStrv) rest = NULL;
	const GOptionEntry common[] = {
		{"config",      'c', 0, G_OPTION_ARG_FILENAME, &config_path,
                 "the configuration (default " CONFIG_DEFAULT_PATH ")", "FILE"},
		{"help",            'h', 0, G_OPTION_ARG_NONE, &is_help, "show this help", NULL},
		{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, NULL},
		{NULL      },
	};
	g_autoptr(GOptionContext) context = context_new(invocation, options, common);
	g_autoptr(GError) error = NULL;

	*status = STATUS_USAGE;
	if (!g_option_context_parse(context, &invocation->argc, &invocation->argv, &error)) {
		command_usage(invocation, "%s", error->message);
		return FALSE;
	}
	if (is_help) {
		g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);

		fputs(help, stdout);
		*status = STATUS_DONE;
		return FALSE;
	}
	if (config_path != NULL) {
		g_free(invocation->config_path);
		invocation->config_path = g_steal_pointer(&config_path);
	}
	invocation->arguments = rest != NULL ? g_steal_pointer(&rest) : g_new0(char *, 1);
	invocation->count = g_strv_length(invocation->arguments);
	*status = check_texts(invocation, options);
	if (*status == STATUS_DONE)
		*status = check_count(invocation, least, most);
	return *status == STATUS_DONE;
}

/* === The line === */

/* Options may stand before the command, too; argv keeps what comes behind them. */
static gboolean read_leading_options(
	int *argc, char ***argv, char **config_path, gboolean *is_help, gboolean *is_version)
{
	const GOptionEntry entries[] = {
		{"config",     'c', 0, G_OPTION_ARG_FILENAME, config_path, NULL, NULL},
		{"help",           'h', 0, G_OPTION_ARG_NONE, is_help, NULL, NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, is_version, NULL, NULL},
		{NULL       },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;

	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_set_strict_posix(context, TRUE);
	g_option_context_add_main_entries(context, entries, NULL);
	if (g_option_context_parse(context, argc, argv, &error))
		return TRUE;
	command_usage(NULL, "%s", error->message);
	return FALSE;
}

/* The command of the words, and how many of them are its name. */
static const Command *find_command(char *const *words, int count, int *used)
{
	g_autofree char *two = count > 1 ? g_strconcat(words[0], " ", words[1], NULL) : NULL;

	for (const Command *each = command_table; each->name != NULL; each++) {
		*used = strchr(each->name, ' ') ? 2 : 1;
		if (g_strcmp0(each->name, *used == 2 ? two : words[0]) == 0)
			return each;
	}
	return NULL;
}

/* The verbs of a noun as words, "add, list, remove"; NULL where no command has this noun. */
static char *verbs_of(const char *noun)
{
	g_autoptr(GString) verbs = g_string_new(NULL);

	for (const Command *each = command_table; each->name != NULL; each++)
		if (is_verb_of(each, noun))
			g_string_append_printf(verbs, "%s%s", verbs->len > 0 ? ", " : "",
				each->name + strlen(noun) + 1);
	return verbs->len > 0 ? g_string_free(g_steal_pointer(&verbs), FALSE) : NULL;
}

/* No command fits the words: a noun without its verb, help for a noun, or nothing that we know. */
static Status explain_line(char *const *words, int count)
{
	g_autofree char *verbs = verbs_of(words[0]);

	if (verbs == NULL)
		return command_usage(NULL, "there is no command '%s'", words[0]);
	if (count > 1 && (g_str_equal(words[1], "--help") || g_str_equal(words[1], "-h")))
		return print_noun(words[0]);
	if (count > 1)
		return command_usage(
			NULL, "'%s' is nothing that %s can do, but: %s", words[1], words[0], verbs);
	return command_usage(NULL, "%s needs one of: %s", words[0], verbs);
}

static Status run(const Command *command, const char *config_path, int argc, char **argv)
{
	Invocation invocation = {
		.command = command,
		.config_path = g_strdup(config_path),
		.argc = argc,
		.argv = argv,
	};
	const Status status = command->run(&invocation);

	g_free(invocation.config_path);
	g_strfreev(invocation.arguments);
	return status;
}

static Status run_line(int argc, char **argv)
{
	g_autofree char *config_path = NULL;
	gboolean is_help = FALSE, is_version = FALSE;
	int used = 0;

	if (!read_leading_options(&argc, &argv, &config_path, &is_help, &is_version))
		return STATUS_USAGE;
	if (is_help)
		return print_overview();
	if (is_version) {
		puts("casegate " CASEGATE_VERSION);
		return STATUS_DONE;
	}
	if (argc < 2)
		return command_usage(NULL, "which command?");

	const Command *command = find_command(argv + 1, argc - 1, &used);

	if (command == NULL)
		return explain_line(argv + 1, argc - 1);
	return run(command, config_path, argc - used, argv + used);
}

int command_main(int argc, char **argv)
{
	/* GLib frees nothing that its option parser takes out of argv, so it gets a copy of the
	 * pointers. */
	g_autofree char **words = g_memdup2(argv, sizeof *argv * ((gsize)argc + 1));
	Status status = run_line(argc, words);

	/* A full disk behind stdout must not look like success. */
	if (fflush(stdout) != 0 || ferror(stdout))
		status = command_failed(
			NULL, "the output could not be written: %s", g_strerror(errno));
	return (int)status;
}
