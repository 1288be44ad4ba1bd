#include "command/timeline.h"

#include "mime/subject.h"
#include "command/print.h"
#include "command/rowgroup.h"

enum {
	TEXT_LINES = 6,     /* of each mail's new text */
	COMMENT_LINES = 12, /* of what a forwarder wrote */
	RECIPIENTS_SHOWN = 4,
	MISSING_SHOWN = 10,
};

static const char indent[] = "    ";
static const char bar[] = "    │ ";

/* What the functions below write with. */
typedef struct {
	const CaseHistory *history;
	GString *out;
	GTimeZone *zone;
	guint width;
	gboolean has_color;
	GHashTable *recipients, *attachments, *comments; /* by message_id */
	char *base_subject;                              /* the case's */
} Timeline;

/* A value of a mail, "" where it has none. */
static const char *of_mail(const Timeline *timeline, guint row, const char *column)
{
	const char *value = table_get(timeline->history->messages, row, column);

	return value ? value : "";
}

static void append_styled(const Timeline *timeline, const char *text, Style style)
{
	g_autofree char *styled = print_styled(text, style, timeline->has_color);

	g_string_append(timeline->out, styled);
}

/* "Erika Muster <erika@lieferant.example>", or what of it is stated. */
static char *person(const char *name, const char *address)
{
	g_autofree char *clean_name = print_clean(name);
	g_autofree char *clean_address = print_clean(address);

	if (*clean_address == '\0')
		return g_strdup(*clean_name ? clean_name : "(nobody named)");
	if (*clean_name == '\0' || g_ascii_strcasecmp(clean_name, clean_address) == 0)
		return g_steal_pointer(&clean_address);
	return g_strdup_printf("%s <%s>", clean_name, clean_address);
}

/* === The head === */

static void append_members(const Timeline *timeline)
{
	const Table *members = timeline->history->members;

	for (guint row = 0; row < members->rows->len; row++) {
		g_autofree char *user = print_clean(table_get(members, row, "user"));

		g_string_append_printf(
			timeline->out, "%s%s", row == 0 ? " · members: " : ", ", user);
	}
}

static void append_head(const Timeline *timeline)
{
	const Table *head = timeline->history->head;
	g_autofree char *subject = print_clean(table_get(head, 0, "subject"));
	g_autofree char *opened_at = print_time(table_get(head, 0, "opened_at"), timeline->zone);
	g_autofree char *opened_by = print_clean(table_get(head, 0, "opened_by"));
	const char *into = table_get(head, 0, "merged_reference");
	const char *address = table_get(head, 0, "case_address");
	const guint mails = timeline->history->messages->rows->len;

	append_styled(timeline, table_get(head, 0, "reference"), STYLE_BOLD);
	g_string_append(timeline->out, "  ");
	append_styled(timeline, subject, STYLE_BOLD);
	g_string_append_printf(timeline->out, "\n%s%s", indent, table_get(head, 0, "state"));
	if (into != NULL)
		g_string_append_printf(timeline->out, " into %s", into);
	g_string_append_printf(timeline->out, " · %u %s · opened %s", mails,
		mails == 1 ? "mail" : "mails", opened_at);
	if (*opened_by != '\0')
		g_string_append_printf(timeline->out, " by %s", opened_by);
	append_members(timeline);
	g_string_append_c(timeline->out, '\n');
	if (address != NULL && into == NULL)
		g_string_append_printf(
			timeline->out, "%sBCC into this case: %s\n", indent, address);
}

/* === One mail === */

static void append_direction(const Timeline *timeline, const char *direction)
{
	static const struct {
		const char *direction, *shown;
		Style style;
	} rows[] = {
		{"in",       "← in      ", STYLE_GREEN},
		{"out",      "→ out     ", STYLE_BLUE },
		{"internal", "↔ internal", STYLE_DIM  },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		if (g_str_equal(rows[i].direction, direction))
			append_styled(timeline, rows[i].shown, rows[i].style);
}

/* To and Cc as names, the first few of them. */
static void append_recipients(const Timeline *timeline, const char *message_id)
{
	const Table *recipients = timeline->history->recipients;
	guint count = 0, shown = 0, others = 0;
	const guint *rows = rowgroup_find(timeline->recipients, message_id, &count);

	for (guint i = 0; i < count; i++) {
		const char *role = table_get(recipients, rows[i], "role");
		const char *name = table_get(recipients, rows[i], "name");
		g_autofree char *who =
			name && *name ? print_clean(name)
				      : person(NULL, table_get(recipients, rows[i], "address"));

		if (g_str_equal(role, "reply_to"))
			continue;
		if (shown == RECIPIENTS_SHOWN) {
			others++;
			continue;
		}
		g_string_append_printf(timeline->out, "%s%s%s", shown == 0 ? "  → " : ", ",
			g_str_equal(role, "to")   ? ""
			: g_str_equal(role, "cc") ? "Cc "
						  : "Bcc ",
			who);
		shown++;
	}
	if (others > 0)
		g_string_append_printf(timeline->out, " and %u more", others);
}

/* What the mail is, where it is no plain mail that came and was filed. */
static void append_kind(const Timeline *timeline, guint row)
{
	static const char *const kinds[][2] = {
		{"auto_reply", "automatic reply"       },
		{"bounce",     "could not be delivered"},
		{"receipt",    "receipt"               },
		{"calendar",   "invitation"            },
	};
	const char *state = of_mail(timeline, row, "send_state");
	g_autofree char *problem = print_clean(of_mail(timeline, row, "send_error"));

	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_str_equal(kinds[i][0], of_mail(timeline, row, "kind")))
			g_string_append_printf(timeline->out, "  [%s]", kinds[i][1]);
	if (*state != '\0' && !g_str_equal(state, "sent"))
		g_string_append_printf(timeline->out, "  [%s]", state);
	if (*problem != '\0') {
		g_string_append_printf(timeline->out, "\n%s", indent);
		append_styled(timeline, problem, STYLE_RED);
	}
}

/* The one line that says when, which way, who. */
static void append_first_line(const Timeline *timeline, guint row)
{
	g_autofree char *time = print_time(of_mail(timeline, row, "sent_at"), timeline->zone);
	g_autofree char *sender =
		person(of_mail(timeline, row, "from_name"), of_mail(timeline, row, "from_address"));

	g_string_append_printf(timeline->out, "\n%s  ", time);
	append_direction(timeline, of_mail(timeline, row, "direction"));
	g_string_append(timeline->out, "  ");
	append_styled(timeline, sender, STYLE_BOLD);
	append_recipients(timeline, of_mail(timeline, row, "message_id"));
	append_kind(timeline, row);
	g_string_append_c(timeline->out, '\n');
}

/* A subject that says more than the case's own. */
static void append_subject(const Timeline *timeline, guint row)
{
	g_autofree char *base = subject_base(of_mail(timeline, row, "subject"));
	g_autofree char *subject = print_clean(of_mail(timeline, row, "subject"));

	if (*base != '\0' && g_strcmp0(base, timeline->base_subject) != 0)
		g_string_append_printf(timeline->out, "%s%s\n", indent, subject);
}

static void append_filed(const Timeline *timeline, guint row)
{
	g_autofree char *user = print_clean(of_mail(timeline, row, "submitted_by"));
	g_autofree char *source =
		g_strdelimit(g_strdup(of_mail(timeline, row, "source")), "_", ' ');
	g_autofree char *at = print_time(of_mail(timeline, row, "filed_at"), timeline->zone);
	g_autofree char *line = *user != '\0'
					? g_strdup_printf("filed by %s (%s) %s", user, source, at)
					: g_strdup_printf("filed (%s) %s", source, at);

	g_string_append(timeline->out, indent);
	append_styled(timeline, line, STYLE_DIM);
	g_string_append_c(timeline->out, '\n');
}

static void append_behind_bar(const Timeline *timeline, const char *who, const char *text)
{
	g_autofree char *note = print_paragraph(text, bar, timeline->width, COMMENT_LINES);

	if (*note == '\0')
		return;
	if (who != NULL)
		g_string_append_printf(timeline->out, "%s%s:\n", bar, who);
	append_styled(timeline, note, STYLE_YELLOW);
}

/* What stood above the forwarded mail, level by level with its author. */
static void append_comments(const Timeline *timeline, guint row)
{
	const Table *comments = timeline->history->comments;
	guint count = 0;
	const guint *rows =
		rowgroup_find(timeline->comments, of_mail(timeline, row, "message_id"), &count);

	if (count == 0)
		append_behind_bar(timeline, NULL, of_mail(timeline, row, "comment"));
	for (guint i = 0; i < count; i++) {
		const char *name = table_get(comments, rows[i], "author_name");
		g_autofree char *who =
			name && *name
				? print_clean(name)
				: person(NULL, table_get(comments, rows[i], "author_address"));

		append_behind_bar(timeline, who, table_get(comments, rows[i], "text"));
	}
}

static void append_attachments(const Timeline *timeline, const char *message_id)
{
	const Table *attachments = timeline->history->attachments;
	guint count = 0;
	const guint *rows = rowgroup_find(timeline->attachments, message_id, &count);

	for (guint i = 0; i < count; i++) {
		const char *inline_part = table_get(attachments, rows[i], "inline");
		const char *size = table_get(attachments, rows[i], "size");
		g_autofree char *name = print_clean(table_get(attachments, rows[i], "filename"));
		g_autofree char *type =
			print_clean(table_get(attachments, rows[i], "content_type"));
		g_autofree char *shown_size =
			g_format_size(g_ascii_strtoull(size ? size : "0", NULL, 10));

		if (inline_part == NULL || inline_part[0] != 't')
			g_string_append_printf(timeline->out, "%s+ %s (%s)\n", indent,
				*name ? name : type, shown_size);
	}
}

static void append_mail(const Timeline *timeline, guint row)
{
	g_autofree char *text = print_paragraph(
		of_mail(timeline, row, "new_text"), indent, timeline->width, TEXT_LINES);

	append_first_line(timeline, row);
	append_subject(timeline, row);
	append_filed(timeline, row);
	append_comments(timeline, row);
	g_string_append(timeline->out, text);
	append_attachments(timeline, of_mail(timeline, row, "message_id"));
}

/* === The end === */

static void append_missing(const Timeline *timeline)
{
	const Table *missing = timeline->history->missing;
	const guint count = missing->rows->len;

	if (count == 0)
		return;
	g_string_append_printf(timeline->out, "\n%u %s here:\n", count,
		count == 1 ? "mail is named above, but not" : "mails are named above, but not");
	for (guint row = 0; row < MIN(count, MISSING_SHOWN); row++) {
		g_autofree char *id = print_clean(table_get(missing, row, "internet_message_id"));

		g_string_append_printf(timeline->out, "%s<%s>\n", indent, id);
	}
	if (count > MISSING_SHOWN)
		g_string_append_printf(
			timeline->out, "%sand %u more\n", indent, count - MISSING_SHOWN);
}

char *timeline_text(const CaseHistory *history, guint width, gboolean has_color)
{
	g_autoptr(GTimeZone) zone =
		g_time_zone_new_identifier(table_get(history->head, 0, "timezone"));
	g_autoptr(GHashTable) recipients = rowgroup_new(history->recipients, "message_id");
	g_autoptr(GHashTable) attachments = rowgroup_new(history->attachments, "message_id");
	g_autoptr(GHashTable) comments = rowgroup_new(history->comments, "message_id");
	g_autofree char *base_subject = subject_base(table_get(history->head, 0, "subject"));
	const Timeline timeline = {history, g_string_new(NULL), zone, width, has_color, recipients,
		attachments, comments, base_subject};

	append_head(&timeline);
	for (guint row = 0; row < history->messages->rows->len; row++)
		append_mail(&timeline, row);
	append_missing(&timeline);
	return g_string_free(timeline.out, FALSE);
}
