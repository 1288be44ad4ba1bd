#include "server/log.h"

#include <jansson.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_LIMIT     4000 /* a pipe takes so much at once or nothing */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* One process, one thread, one log. */
static struct {
	GLogLevelFlags level;
	LogFormat format;
	const char *process;
	int journal;
	guint dropped;
} state = {G_LOG_LEVEL_INFO, LOG_FORMAT_TEXT, "", -1, 0};

typedef struct {
	const char *key, *value;
} Pair;

static const char *level_name(GLogLevelFlags level)
{
	if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
		return "error";
	if (level & G_LOG_LEVEL_WARNING)
		return "warning";
	if (level & G_LOG_LEVEL_MESSAGE)
		return "notice";
	return level & G_LOG_LEVEL_INFO ? "info" : "debug";
}

/* syslog's numbers */
static int level_priority(GLogLevelFlags level)
{
	if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
		return 3;
	if (level & G_LOG_LEVEL_WARNING)
		return 4;
	if (level & G_LOG_LEVEL_MESSAGE)
		return 5;
	return level & G_LOG_LEVEL_INFO ? 6 : 7;
}

static char *format_now(void)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *second = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");

	return g_strdup_printf("%s.%03dZ", second, g_date_time_get_microsecond(now) / 1000);
}

/* No control character reaches a terminal or makes a second line. */
static void append_clean(GString *line, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	for (char *at = valid; *at != '\0'; at++)
		g_string_append_c(line, g_ascii_iscntrl(*at) ? ' ' : *at);
}

static char *format_text(GLogLevelFlags level, const char *message, const Pair *pairs, guint count)
{
	g_autofree char *now = format_now();
	GString *line = g_string_new(NULL);

	g_string_append_printf(line, "%s %s casegate%s%s[%d]: ", now, level_name(level),
		*state.process != '\0' ? "/" : "", state.process, (int)getpid());
	append_clean(line, message);
	for (guint i = 0; i < count; i++) {
		g_string_append_printf(line, " %s=", pairs[i].key);
		append_clean(line, pairs[i].value);
	}
	g_string_append_c(line, '\n');
	return g_string_free(line, FALSE);
}

static void set_text(json_t *object, const char *key, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	json_object_set_new(object, key, json_string(valid));
}

static char *format_json(GLogLevelFlags level, const char *message, const Pair *pairs, guint count)
{
	g_autofree char *now = format_now();
	json_t *object = json_object();
	char *text, *line;

	set_text(object, "time", now);
	set_text(object, "level", level_name(level));
	set_text(object, "process", state.process);
	json_object_set_new(object, "pid", json_integer(getpid()));
	set_text(object, "message", message);
	for (guint i = 0; i < count; i++)
		set_text(object, pairs[i].key, pairs[i].value);
	text = json_dumps(object, JSON_COMPACT);
	line = g_strdup_printf("%s\n", text != NULL ? text : "{}");
	free(text);
	json_decref(object);
	return line;
}

/* The journal's own form: FIELD=value lines; our values have no line ends. */
static void append_field(GString *entry, const char *key, const char *value)
{
	g_autofree char *upper = g_ascii_strup(key, -1);

	g_string_append_printf(entry, "%s=", upper);
	append_clean(entry, value);
	g_string_append_c(entry, '\n');
}

static char *format_journal(
	GLogLevelFlags level, const char *message, const Pair *pairs, guint count)
{
	GString *entry = g_string_new(NULL);

	g_string_append_printf(
		entry, "PRIORITY=%d\nSYSLOG_IDENTIFIER=casegate\n", level_priority(level));
	append_field(entry, "MESSAGE", message);
	append_field(entry, "CASEGATE_PROCESS", state.process);
	for (guint i = 0; i < count; i++) {
		g_autofree char *key = g_strdup_printf("CASEGATE_%s", pairs[i].key);

		append_field(entry, key, pairs[i].value);
	}
	return g_string_free(entry, FALSE);
}

static gboolean has_room(int descriptor)
{
	struct pollfd room = {.fd = descriptor, .events = POLLOUT};

	return poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0;
}

static void write_out(char *line)
{
	gsize size = strlen(line);
	gssize written = -1;

	if (size > LINE_LIMIT) {
		size = LINE_LIMIT;
		line[size - 1] = '\n';
	}
	if (state.journal >= 0)
		written = send(state.journal, line, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	else if (has_room(STDERR_FILENO))
		written = write(STDERR_FILENO, line, size);
	if (written < 0)
		state.dropped++;
}

static void write_pairs(GLogLevelFlags level, const char *message, const Pair *pairs, guint count)
{
	static char *(*const formats[])(GLogLevelFlags, const char *, const Pair *, guint) = {
		[LOG_FORMAT_TEXT] = format_text,
		[LOG_FORMAT_JSON] = format_json,
		[LOG_FORMAT_JOURNAL] = format_journal,
	};
	g_autofree char *line = NULL;

	if ((level & G_LOG_LEVEL_MASK) > state.level)
		return;
	if (state.dropped > 0 && (state.journal >= 0 || has_room(STDERR_FILENO))) {
		g_autofree char *lost =
			g_strdup_printf("%u lines could not be written", state.dropped);
		g_autofree char *first = formats[state.format](G_LOG_LEVEL_WARNING, lost, NULL, 0);

		state.dropped = 0;
		write_out(first);
	}
	line = formats[state.format](level, message, pairs, count);
	write_out(line);
}

void log_event(GLogLevelFlags level, const char *message, ...)
{
	Pair pairs[16];
	guint count = 0;
	const char *key;
	va_list arguments;

	va_start(arguments, message);
	while ((key = va_arg(arguments, const char *)) != NULL && count < G_N_ELEMENTS(pairs)) {
		const char *value = va_arg(arguments, const char *);

		if (value != NULL)
			pairs[count++] = (Pair){key, value};
	}
	va_end(arguments);
	write_pairs(level, message, pairs, count);
}

void log_line(GLogLevelFlags level, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list arguments;

	if (level > state.level)
		return;
	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	write_pairs(level, message, NULL, 0);
}

/* What GLib and libraries on it say. */
static GLogWriterOutput write_glib(
	GLogLevelFlags level, const GLogField *fields, gsize count, G_GNUC_UNUSED gpointer data)
{
	for (gsize i = 0; i < count; i++)
		if (g_str_equal(fields[i].key, "MESSAGE"))
			write_pairs(level & G_LOG_LEVEL_MASK, fields[i].value, NULL, 0);
	return G_LOG_WRITER_HANDLED;
}

static int open_journal(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, JOURNAL_SOCKET, sizeof address.sun_path);
	if (journal >= 0 &&
		connect(journal, (const struct sockaddr *)&address, sizeof address) == 0)
		return journal;
	if (journal >= 0)
		close(journal);
	return -1;
}

void log_open(GLogLevelFlags level, LogFormat format)
{
	static gboolean is_hooked = FALSE;

	state.level = level;
	state.format = format;
	if (format == LOG_FORMAT_JOURNAL && state.journal < 0)
		state.journal = open_journal();
	/* Without a journal the lines are worth more as text on stderr. */
	if (format == LOG_FORMAT_JOURNAL && state.journal < 0)
		state.format = LOG_FORMAT_TEXT;
	if (!is_hooked)
		g_log_set_writer_func(write_glib, NULL, NULL);
	is_hooked = TRUE;
}

void log_name_process(const char *process)
{
	state.process = process;
}

int log_descriptor(void)
{
	return state.journal;
}
