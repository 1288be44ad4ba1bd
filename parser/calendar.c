#include "parser/calendar.h"

#include <string.h>

#include "mime/date.h"
#include "mime/limits.h"
#include "mime/words.h"

/* One VEVENT while its lines are read. */
typedef struct {
	char *summary, *location, *status;
	char *start, *end;
} Event;

static void event_clear(Event *event)
{
	g_clear_pointer(&event->summary, g_free);
	g_clear_pointer(&event->location, g_free);
	g_clear_pointer(&event->status, g_free);
	g_clear_pointer(&event->start, g_free);
	g_clear_pointer(&event->end, g_free);
}

/* The next content line, folded ones joined (3.1); NULL at the end. */
static char *next_line(const char **at)
{
	GString *line = g_string_new(NULL);
	const char *text = *at;

	if (!*text) {
		g_string_free(line, TRUE);
		return NULL;
	}
	do {
		gsize length = strcspn(text, "\r\n");

		g_string_append_len(line, text, (gssize)length);
		text += length;
		text += *text == '\r';
		text += *text == '\n';
	} while ((*text == ' ' || *text == '\t') && *++text);
	*at = text;
	return g_string_free(line, FALSE);
}

/* Where the value begins: behind the first colon that stands in no quotes. */
static const char *line_value(const char *line)
{
	gboolean is_quoted = FALSE;

	for (; *line; line++) {
		if (*line == '"')
			is_quoted = !is_quoted;
		else if (*line == ':' && !is_quoted)
			return line + 1;
	}
	return NULL;
}

static char *unescape(const char *value)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (; *value; value++) {
		if (*value == '\\' && value[1]) {
			value++;
			g_string_append_c(text, *value == 'n' || *value == 'N' ? ' ' : *value);
		} else {
			g_string_append_c(text, *value);
		}
	}
	return words_one_line(text->str, LIMIT_NAME);
}

static gboolean is_named(const char *line, const char *name)
{
	gsize length = strlen(name);

	return g_ascii_strncasecmp(line, name, length) == 0 &&
	       (line[length] == ':' || line[length] == ';');
}

static void event_set(Event *event, const char *line)
{
	const struct {
		const char *name;
		char **place;
	} places[] = {
		{"SUMMARY",  &event->summary },
		{"LOCATION", &event->location},
		{"DTSTART",  &event->start   },
		{"DTEND",    &event->end     },
	};
	const char *value = line_value(line), *status;

	for (gsize i = 0; value && i < G_N_ELEMENTS(places); i++)
		if (is_named(line, places[i].name) && !*places[i].place)
			*places[i].place = unescape(value);
	status = is_named(line, "ATTENDEE") ? strstr(line, "PARTSTAT=") : NULL;
	if (status && !event->status)
		event->status = g_ascii_strdown(status + 9, (gssize)strcspn(status + 9, ";:,"));
}

/* "2026-03-02 14:00", or the day alone, with " UTC" where it says so. NULL without a date. */
static char *moment(const char *value, MailDate *date)
{
	*date = maildate_parse(value);
	if (date->precision == PRECISION_NONE)
		return NULL;
	if (date->precision == PRECISION_DAY)
		return maildate_iso(date);
	return g_strdup_printf("%04d-%02d-%02d %02d:%02d", date->year, date->month, date->day,
		date->hour, date->minute);
}

static void append_time(GString *out, const Event *event)
{
	MailDate start, end;
	g_autofree char *from = event->start ? moment(event->start, &start) : NULL;
	g_autofree char *to = event->end ? moment(event->end, &end) : NULL;

	if (!from)
		return;
	g_string_append_printf(out, ", %s", from);
	if (to && end.precision != PRECISION_DAY) {
		gboolean is_same_day =
			start.year == end.year && start.month == end.month && start.day == end.day;

		g_string_append_printf(out, " – %s", is_same_day ? to + strlen("2026-03-02 ") : to);
	}
	if (start.has_offset && start.precision != PRECISION_DAY)
		g_string_append(out, " UTC");
}

static const char *state_of(const char *method, const Event *event)
{
	static const struct {
		const char *status, *word;
	} words[] = {
		{"accepted",  " (zugesagt)"  },
		{"declined",  " (abgelehnt)" },
		{"tentative", " (vorläufig)"},
	};

	if (method && g_ascii_strcasecmp(method, "CANCEL") == 0)
		return " (abgesagt)";
	if (method && g_ascii_strcasecmp(method, "REPLY") == 0 && event->status)
		for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
			if (strcmp(event->status, words[i].status) == 0)
				return words[i].word;
	return "";
}

static void append_event(GString *out, const char *method, const Event *event)
{
	g_string_append_printf(out, "Termin%s: %s", state_of(method, event),
		event->summary && *event->summary ? event->summary : "-");
	append_time(out, event);
	if (event->location && *event->location)
		g_string_append_printf(out, ", %s", event->location);
	g_string_append_c(out, '\n');
}

char *calendar_summary(const char *ics, gboolean *is_invitation, gboolean *is_cut)
{
	GString *out = g_string_new(NULL);
	g_autofree char *method = NULL;
	Event event = {0};
	guint events = 0, alarms = 0;
	gboolean is_inside = FALSE;
	char *line;

	for (; events < LIMIT_EVENTS && (line = next_line(&ics)); g_free(line)) {
		if (g_ascii_strncasecmp(line, "METHOD:", 7) == 0 && !method) {
			method = g_strstrip(g_strdup(line + 7));
		} else if (g_ascii_strcasecmp(line, "BEGIN:VEVENT") == 0) {
			is_inside = TRUE;
		} else if (g_ascii_strncasecmp(line, "BEGIN:", 6) == 0) {
			alarms += is_inside ? 1 : 0; /* an alarm has a summary of its own */
		} else if (g_ascii_strcasecmp(line, "END:VEVENT") == 0 && is_inside) {
			append_event(out, method, &event);
			event_clear(&event);
			is_inside = FALSE;
			alarms = 0;
			events++;
		} else if (g_ascii_strncasecmp(line, "END:", 4) == 0) {
			alarms -= alarms > 0;
		} else if (is_inside && alarms == 0) {
			event_set(&event, line);
		}
	}
	event_clear(&event);
	*is_cut = strcasestr(ics, "BEGIN:VEVENT") != NULL;
	*is_invitation = method && *method && g_ascii_strcasecmp(method, "PUBLISH") != 0;
	return g_string_free(out, FALSE);
}
