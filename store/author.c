#include "store/author.h"

#include <string.h>

static gboolean is_word_of(const char *word, char *const *words)
{
	for (guint i = 0; words[i]; i++)
		if (strcmp(word, words[i]) == 0)
			return TRUE;
	return FALSE;
}

#define NAME_ENDS " ,.\"'()/|"

/* "Muster, Max", "Max Muster (ACME)" and Notes' "Max Muster/ACME": two words in common, one where
 * one side has only one. */
static gboolean is_same_name(const char *one, const char *other)
{
	g_autofree char *a = g_utf8_casefold(one, -1);
	g_autofree char *b = g_utf8_casefold(other, -1);
	g_auto(GStrv) first = g_strsplit_set(a, NAME_ENDS, -1);
	g_auto(GStrv) second = g_strsplit_set(b, NAME_ENDS, -1);
	guint words = 0, others = 0, shared = 0;

	for (guint i = 0; second[i]; i++)
		others += *second[i] ? 1 : 0;
	for (guint i = 0; first[i]; i++) {
		words += *first[i] ? 1 : 0;
		shared += *first[i] && is_word_of(first[i], second) ? 1 : 0;
	}
	return shared >= 2 || (shared == 1 && MIN(words, others) == 1);
}

gboolean author_is_same(
	const char *stated_key, const char *stated_name, const char *key, const char *name)
{
	if (*stated_key && *key)
		return strcmp(stated_key, key) == 0;
	return *stated_name && name && *name && is_same_name(stated_name, name);
}
