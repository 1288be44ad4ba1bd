#include "forward/separator.h"

#include "forward/lines.h"

enum {
	SEPARATORS = 4, /* lines of separators and warnings above the labels */
	UNGLUE_BYTES = 4000,
};

gboolean separator_is_first_label(Label label)
{
	return label == LABEL_FROM || label == LABEL_DATE || label == LABEL_TO ||
	       label == LABEL_SUBJECT;
}

Mark separator_parse(const char *line, const char **labels)
{
	const char *rest = NULL, *value;
	Mark mark = mark_parse(line, &rest);

	if (mark == MARK_END)
		mark = MARK_NONE;
	*labels = mark != MARK_NONE && rest &&
				  separator_is_first_label(label_parse(rest, &value, NULL))
			  ? rest
			  : NULL;
	return mark;
}

guint separator_read(
	const char *const *lines, guint count, guint at, Mark *mark, const char **labels)
{
	static const int weight[] = {[MARK_NONE] = 0,
		[MARK_END] = 0,
		[MARK_RULE] = 1,
		[MARK_ORIGINAL] = 2,
		[MARK_FORWARD] = 3};

	*mark = MARK_NONE;
	*labels = NULL;
	for (guint i = 0; at < count && i < SEPARATORS; i++) {
		Mark found = separator_parse(lines[at], labels);

		if (weight[found] > weight[*mark])
			*mark = found;
		if (*labels)
			return at;
		/* Outlook's warnings of foreign senders stand between the rule and the labels. */
		if (found == MARK_NONE && !(i > 0 && is_banner(lines[at])))
			break;
		at = lines_next(lines, count, at + 1, SEPARATOR_GAP);
	}
	*labels = at < count ? lines[at] : NULL;
	return at;
}

/* May a label begin here, right behind another one's value? "Bert" is no "Be" and "rt:". */
static gboolean is_glued(const char *at)
{
	gunichar c = g_utf8_get_char(at);

	if (at[-1] == ' ' || !g_unichar_isupper(c))
		return FALSE;
	return !g_ascii_isalnum(at[-1]) || g_unichar_islower(g_utf8_get_char(g_utf8_next_char(at)));
}

char *separator_unglue(const char *line)
{
	GString *text = g_string_new(NULL);
	const char *value;

	for (const char *c = line; *c; c = g_utf8_next_char(c)) {
		if (c > line && c - line < UNGLUE_BYTES && is_glued(c) &&
			label_parse(c, &value, NULL) != LABEL_NONE)
			g_string_append_c(text, ' ');
		g_string_append_unichar(text, g_utf8_get_char(c));
	}
	return g_string_free(text, FALSE);
}
