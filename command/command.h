/* Commands: what `casegate` can do, as a table, and what all commands share: options, help, exit
 * codes, and errors as one line on stderr that says what to do.
 *
 * A command reads its options with command_read(), works straight through, and returns its Status.
 */
#pragma once

#include <glib.h>

#include "server/config.h"
#include "store/store.h"
#include "store/table.h"

/* The exit codes. */
typedef enum {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
} Status;

typedef struct Invocation Invocation;

typedef struct {
	const char *name;      /* one word or two: "parse", "tenant add" */
	const char *arguments; /* for the help: "TENANT USER [ADDRESS...]"; "" for none */
	const char *summary;   /* for the list: one line in lower case */
	const char *details;   /* further help in sentences, or NULL */
	Status (*run)(Invocation *invocation);
	gboolean has_paths; /* arguments may be paths in any bytes; all others are checked to be
			       UTF-8 */
} Command;

/* All commands; ends with a row without a name. */
extern const Command command_table[];

/* One call of one command. */
struct Invocation {
	const Command *command;
	char *config_path; /* -c FILE, or NULL for the default */
	int argc;          /* the words behind the command's name … */
	char **argv;       /* … borrowed from main(), argv[0] is unused */
	char **arguments; /* after command_read(): those that are no options; NULL-terminated, never
			     NULL */
	guint count;      /* how many these are */
};

/* The whole program: reads the line, finds the command, runs it. Returns the exit code. */
int command_main(int argc, char **argv);

/* Reads options (strings as G_OPTION_ARG_FILENAME, so that no locale is in the way; checked to be
 * UTF-8) and between least and most arguments. FALSE when nothing is left to do, because help was
 * asked for or the line is wrong; then *status says it. */
gboolean command_read(Invocation *invocation, const GOptionEntry *options, guint least, guint most,
	Status *status);

/* Errors as one line, "casegate tenant add: …". The first frees error and returns STATUS_FAILED,
 * the second returns STATUS_FAILED, the third adds where the help is and returns STATUS_USAGE. */
Status command_fail(const Invocation *invocation, GError *error);
Status command_failed(const Invocation *invocation, const char *format, ...) G_GNUC_PRINTF(2, 3);
Status command_usage(const Invocation *invocation, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* A remark on stderr that is no failure. */
void command_remark(const Invocation *invocation, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The configuration that -c names. NULL after saying why. */
Config *command_load_config(const Invocation *invocation);
/* The database as casegate_admin. NULL after saying why. */
Store *command_open_store(const Invocation *invocation);
/* What the operator must do about an error of store_open(); NULL where the error says it itself. */
const char *command_database_remedy(const GError *error);
/* Ends a command that may have changed something: numbers its events so that the app learns of them
 * now. A failure of that is a remark only: the next `serve` numbers them. Returns status. */
Status command_finish(const Invocation *invocation, Store *store, Status status);
/* Ends a command whose one act is done or not: as above, or with *error as its line. */
Status command_answer(const Invocation *invocation, Store *store, gboolean is_done, GError **error);

/* How a list is printed. */
typedef struct {
	gboolean is_json;         /* all columns as an array of objects, else aligned columns */
	const char *const *names; /* the columns that a person wants to see; NULL: all */
	const char *timezone;     /* in which times are shown to a person; NULL: this machine's */
} ListStyle;

/* Prints a list and frees it; NULL is a failure that *error tells. */
Status command_print_list(
	const Invocation *invocation, Table *table, const ListStyle *style, GError **error);

/* Whole commands, for nouns whose verbs need no more. words are the arguments, NULL-terminated. */
typedef gboolean (*Act)(Store *store, char **words, GError **error);
typedef Table *(*Lister)(Store *store, char **words, GError **error);
/* Reads the line, which has no options of its own, does the act, and answers. */
Status command_act(Invocation *invocation, guint least, guint most, Act act);
/* Reads the line, whose only option is --json, and prints the list; names as in ListStyle. */
Status command_list(
	Invocation *invocation, guint least, guint most, const char *const *names, Lister lister);
typedef Table *(*TenantLister)(
	Store *store, const char *tenant, gboolean is_chosen, GError **error);
/* Reads a line of one tenant, --json and one option more, that sets *is_chosen; prints the list,
 * times in the tenant's zone. */
Status command_list_of_tenant(Invocation *invocation, const char *const *names,
	const GOptionEntry *option, const gboolean *is_chosen, TenantLister lister);

/* The commands: command_parse.c, …; all verbs of a noun are in one file. */
Status command_parse(Invocation *invocation);
Status command_explain(Invocation *invocation);
Status command_file(Invocation *invocation);
Status command_tenant_add(Invocation *invocation);
Status command_tenant_list(Invocation *invocation);
Status command_tenant_set(Invocation *invocation);
Status command_tenant_remove(Invocation *invocation);
Status command_user_add(Invocation *invocation);
Status command_user_list(Invocation *invocation);
Status command_user_remove(Invocation *invocation);
Status command_address_add(Invocation *invocation);
Status command_address_list(Invocation *invocation);
Status command_address_remove(Invocation *invocation);
Status command_member_add(Invocation *invocation);
Status command_member_list(Invocation *invocation);
Status command_outlook_ticket(Invocation *invocation);
Status command_member_remove(Invocation *invocation);
Status command_case_list(Invocation *invocation);
Status command_case_show(Invocation *invocation);
Status command_hold_list(Invocation *invocation);
Status command_hold_release(Invocation *invocation);
Status command_hold_refuse(Invocation *invocation);
Status command_export(Invocation *invocation);
Status command_erase(Invocation *invocation);
Status command_replay(Invocation *invocation);
Status command_outlook_set(Invocation *invocation);
Status command_outlook_connect(Invocation *invocation);
Status command_outlook_status(Invocation *invocation);
Status command_outlook_sync(Invocation *invocation);
Status command_outlook_test(Invocation *invocation);
Status command_outlook_disconnect(Invocation *invocation);
Status command_outlook_unset(Invocation *invocation);
Status command_rekey(Invocation *invocation);
Status command_stats(Invocation *invocation);
Status command_check(Invocation *invocation);
Status command_migrate(Invocation *invocation);
Status command_serve(Invocation *invocation);
