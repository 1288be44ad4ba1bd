#include "mime/msgid.h"

#include <string.h>

#include "mime/limits.h"

gboolean msgid_is_usable(const char *id)
{
	/* What mailers and web shops send where a program had nothing to say. */
	static const char *const junk[] = {"null", "(null)", "none", "nil", "undefined", "unknown",
		"empty", "no-id", "n/a", "message-id", "messageid", "null@null",
		"undefined@undefined", "none@none", "unknown@unknown", "0@localhost", "@localhost"};
	gsize length = strlen(id);

	if (length < 3 || length > LIMIT_MESSAGE_ID || id[0] == '@')
		return FALSE;
	for (const char *at = id; *at; at++)
		if (g_ascii_iscntrl(*at) || *at == ' ' || *at == '<' || *at == '>')
			return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(junk); i++)
		if (g_ascii_strcasecmp(id, junk[i]) == 0)
			return FALSE;
	return id[strspn(id, ".@-_0")] != '\0';
}

/* The text without white space: folding puts some into long ids. NULL where it is not usable. */
static char *id_clean(const char *text, gsize length)
{
	g_autoptr(GString) id = g_string_new(NULL);

	for (gsize i = 0; i < length && id->len <= LIMIT_MESSAGE_ID; i++)
		if (!g_ascii_isspace(text[i]))
			g_string_append_c(id, text[i]);
	return msgid_is_usable(id->str) ? g_string_free(g_steal_pointer(&id), FALSE) : NULL;
}

/* The next id in angle brackets, *at moves behind it. NULL with *at at the end when none is left;
 * NULL before that for one that is not usable. */
static char *next_bracketed(const char **at)
{
	const char *open = strchr(*at, '<');
	gsize length;

	if (!open) {
		*at += strlen(*at);
		return NULL;
	}
	open++;
	/* "<<a@b>>" and "<a@b <c@d>": the innermost brackets count. */
	length = strcspn(open, "<>");
	*at = open + length;
	if (open[length] != '>')
		return NULL;
	return id_clean(open, length);
}

/* Ids without brackets, as some clients write them. Only where every word could be one: an
 * In-Reply-To like "Your message of Monday, anna@acme.example" names an author, not a mail. */
static GPtrArray *bare_ids(const char *value)
{
	GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);

	for (const char *at = value + strspn(value, " \t\r\n,;"); *at;
		at += strspn(at, " \t\r\n,;")) {
		gsize length = strcspn(at, " \t\r\n,;");
		g_autofree char *id = memchr(at, '@', length) ? id_clean(at, length) : NULL;

		if (!id) {
			g_ptr_array_set_size(ids, 0);
			break;
		}
		g_ptr_array_add(ids, g_steal_pointer(&id));
		at += length;
	}
	return ids;
}

static GPtrArray *find_ids(const char *value)
{
	GPtrArray *ids;

	if (!strchr(value, '<'))
		return bare_ids(value);
	ids = g_ptr_array_new_with_free_func(g_free);
	while (*value) {
		char *id = next_bracketed(&value);

		if (id)
			g_ptr_array_add(ids, id);
	}
	return ids;
}

char *msgid_parse(const char *value)
{
	g_autoptr(GPtrArray) ids = find_ids(value);

	return ids->len ? g_strdup(g_ptr_array_index(ids, 0)) : NULL;
}

guint msgid_parse_list(const char *value, const char *own, GPtrArray *ids)
{
	g_autoptr(GPtrArray) found = find_ids(value);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	guint left_out = 0;

	for (guint i = 0; i < ids->len; i++)
		g_hash_table_add(seen, g_ptr_array_index(ids, i));
	for (guint i = 0; i < found->len; i++) {
		char *id = g_ptr_array_index(found, i);

		if (g_strcmp0(id, own) == 0 || g_hash_table_contains(seen, id))
			continue;
		found->pdata[i] = NULL;
		g_hash_table_add(seen, id);
		g_ptr_array_add(ids, id);
	}
	if (ids->len > LIMIT_REFERENCES) {
		left_out = ids->len - LIMIT_REFERENCES;
		g_ptr_array_remove_range(ids, 1, left_out);
	}
	return left_out;
}
