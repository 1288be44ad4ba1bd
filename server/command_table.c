#include "server/command.h"

/* clang-format off: a row stays a row, and a help text a paragraph. */

static const char parse_details[] =
	"Reads one mail from each FILE, or from stdin without one (or as -), and prints\n"
	"one JSON object each: indented on a terminal, else on one line. Needs no\n"
	"database. Every sequence of bytes is a mail; what could not be understood\n"
	"stands in \"defects\".";

/* In the order of the help: what a person asks for first, a noun's verbs together. */
const Command command_table[] = {
	{"parse", "[FILE...]", "print what a mail says, as JSON", parse_details, command_parse, TRUE},
	{NULL},
};
