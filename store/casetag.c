#include "store/casetag.h"

#include <string.h>

#include "store/db.h"

enum {
	TAGS_MAX = 8,
	DIGITS_MAX = 12,
};

/* Between two characters of a tag may stand what nobody sees, and where a line was broken its end
 * with the marks of the quote on the next one. */
static gboolean is_invisible(gunichar c)
{
	return c == 0xAD || (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF;
}

static const char *skip_break(const char *at)
{
	const char *end = at + strspn(at, " \t\r");

	return *end == '\n' ? end + 1 + strspn(end + 1, " \t\r>") : NULL;
}

static const char *skip_unseen(const char *at)
{
	for (;;) {
		gunichar c = g_utf8_get_char(at);
		const char *behind =
			c == ' ' || c == '\t' || c == '\r' || c == '\n' ? skip_break(at) : NULL;

		if (!behind && is_invisible(c))
			behind = g_utf8_next_char(at);
		if (!behind)
			return at;
		at = behind;
	}
}

/* Hyphens that word processors put in place of "-". */
static gboolean is_hyphen(gunichar c)
{
	return c == '-' || (c >= 0x2010 && c <= 0x2013) || c == 0x2212;
}

/* What stands behind "V-", digits and a dot; NULL where that is not so. */
static const char *skip_number(const char *at)
{
	guint digits = 0;

	at = skip_unseen(at + 1);
	if (!is_hyphen(g_utf8_get_char(at)))
		return NULL;
	at = skip_unseen(g_utf8_next_char(at));
	for (; g_ascii_isdigit(*at) && digits < DIGITS_MAX; digits++)
		at = skip_unseen(at + 1);
	return digits > 0 && *at == '.' ? skip_unseen(at + 1) : NULL;
}

/* The tag at a "V", to be freed, or NULL. */
static char *read_tag(const char *at)
{
	char tag[CASETAG_LENGTH + 1] = "";

	at = skip_number(at);
	for (guint i = 0; at && i < CASETAG_LENGTH; i++) {
		char c = g_ascii_tolower(*at);

		if (!(c >= 'a' && c <= 'z') && !(c >= '2' && c <= '7'))
			return NULL;
		tag[i] = c;
		at = i + 1 < CASETAG_LENGTH ? skip_unseen(at + 1) : at + 1;
	}
	return at && !g_ascii_isalnum(*at) ? g_strdup(tag) : NULL;
}

void casetag_find(const char *text, GPtrArray *tags)
{
	for (const char *at = strpbrk(text, "Vv"); at && tags->len < TAGS_MAX;
		at = strpbrk(at + 1, "Vv")) {
		char *tag = at > text && g_ascii_isalnum(at[-1]) ? NULL : read_tag(at);

		if (tag && !g_ptr_array_find_with_equal_func(tags, tag, g_str_equal, NULL))
			g_ptr_array_add(tags, tag);
		else
			g_free(tag);
	}
}

/* A user's own words: what he wrote above a forward, or into a mail of his own without what it
 * quotes. */
static void find_said(const Plan *plan, const PlanItem *item, GPtrArray *tags)
{
	if (plan->standing != STANDING_USER)
		return;
	for (guint i = 0; i < item->comments->len; i++)
		casetag_find(((PlanComment *)g_ptr_array_index(item->comments, i))->text, tags);
	if (strcmp(item->direction, "in") != 0)
		casetag_find(item->mail->new_text ? item->mail->new_text : item->mail->text, tags);
}

/* Anybody's mail that names no other mail: its subject and all of its text. Where it does, the
 * thread knows better. */
static void find_written(const PlanItem *item, GPtrArray *tags)
{
	if (item->references->len > 0 || item->has_thread_index)
		return;
	casetag_find(item->mail->subject, tags);
	casetag_find(item->mail->text, tags);
}

gboolean casetag_case(Store *store, const char *tenant, const Plan *plan, const PlanItem *item,
	gint64 *case_id, GError **error)
{
	g_autoptr(GPtrArray) tags = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	*case_id = 0;
	find_said(plan, item, tags);
	if (tags->len == 0)
		find_written(item, tags);
	if (tags->len == 0)
		return TRUE;
	args_text(args, tenant);
	args_array(args, tags);
	result = db_run(store, "looking for a case by its tag",
		"SELECT DISTINCT casegate.case_final(t.tenant, t.case_id) FROM casegate.case_token "
		"t"
		" WHERE t.tenant = $1 AND t.tag = ANY ($2::text[])",
		args, error);
	if (result && PQntuples(result) == 1)
		*case_id = db_bigint(result, 0, 0);
	return result != NULL;
}

gboolean casetag_note(
	Store *store, const char *tenant, gint64 delivery_id, guint position, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_bigint(args, delivery_id);
	args_bigint(args, position);
	result = db_run(store, "noting a tag",
		"UPDATE casegate.evidence SET signal = 'tag' WHERE tenant = $1 AND delivery_id = $2"
		" AND position / 1000 = $3::int AND signal = 'token'",
		args, error);
	return result != NULL;
}
