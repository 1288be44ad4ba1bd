#include "store/overlap.h"

#include <string.h>

enum {
	RUN_WORDS = 5,
	WORDS_MAX = 20000,
	BANNER_WORDS_MAX = 60,
};

/* FNV-1a over the case-folded letters: equal words, equal hashes. */
static guint64 mix(guint64 hash, gunichar character)
{
	return (hash ^ character) * G_GUINT64_CONSTANT(1099511628211);
}

static gboolean starts_url(const char *at)
{
	return g_ascii_strncasecmp(at, "http://", 7) == 0 ||
	       g_ascii_strncasecmp(at, "https://", 8) == 0;
}

typedef struct {
	GArray *all;         /* of guint64: a hash for each word */
	GHashTable *numbers; /* those with a digit */
} Words;

static void words_clear(Words *words)
{
	g_array_unref(words->all);
	g_hash_table_unref(words->numbers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

/* A word is a run of letters and digits, outside URLs (relays rewrite them). */
static Words words_of(const char *text)
{
	const guint64 start = G_GUINT64_CONSTANT(14695981039346656037);
	Words words = {g_array_new(FALSE, FALSE, sizeof(guint64)),
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL)};
	gboolean has_digit = FALSE;
	guint64 hash = start;

	for (const char *at = text; words.all->len < WORDS_MAX; at = g_utf8_next_char(at)) {
		gunichar character = g_utf8_get_char(at);

		if (hash == start && starts_url(at)) {
			while (*at && !g_ascii_isspace(*at) && *at != '>')
				at++;
			character = g_utf8_get_char(at);
		}
		if (g_unichar_isalnum(character)) {
			hash = mix(hash, g_unichar_tolower(character));
			has_digit = has_digit || g_unichar_isdigit(character);
		} else if (hash != start) {
			g_array_append_val(words.all, hash);
			if (has_digit)
				g_hash_table_add(words.numbers, g_memdup2(&hash, sizeof hash));
			has_digit = FALSE;
			hash = start;
		}
		if (!*at)
			break;
	}
	return words;
}

/* The set of all runs of so many words. */
static GHashTable *runs_of(const GArray *words, guint width)
{
	GHashTable *runs = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

	for (guint i = 0; width && i + width <= words->len; i++) {
		guint64 run = 0;

		for (guint j = 0; j < width; j++)
			run = run * G_GUINT64_CONSTANT(6364136223846793005) +
			      g_array_index(words, guint64, i + j);
		g_hash_table_add(runs, g_memdup2(&run, sizeof run));
	}
	return runs;
}

static guint shared_of(GHashTable *few, GHashTable *many)
{
	GHashTableIter iterator;
	gpointer member;
	guint shared = 0;

	g_hash_table_iter_init(&iterator, few);
	while (g_hash_table_iter_next(&iterator, &member, NULL))
		shared += g_hash_table_contains(many, member) ? 1 : 0;
	return shared;
}

/* Does one text, from there on, say the same as the other for as long as both go on? */
static gboolean agrees_from(const GArray *one, guint from, const GArray *other)
{
	const guint length = from < one->len ? MIN(one->len - from, other->len) : 0;

	return length >= 2 && length >= MIN(RUN_WORDS, MIN(one->len, other->len)) &&
	       memcmp((const guint64 *)one->data + from, other->data, length * sizeof(guint64)) ==
		       0;
}

/* Relays write a warning above a mail, lists a footer below. */
static gboolean is_framed(const GArray *one, const GArray *other)
{
	for (guint i = 0; i <= BANNER_WORDS_MAX; i++)
		if (agrees_from(one, i, other) || agrees_from(other, i, one))
			return TRUE;
	return FALSE;
}

Overlap overlap_of(const char *one, const char *other)
{
	g_auto(Words) a = words_of(one);
	g_auto(Words) b = words_of(other);
	const Words *shorter = a.all->len <= b.all->len ? &a : &b;
	const Words *longer = shorter == &a ? &b : &a;
	const guint length = shorter->all->len;
	const guint width = MIN(length, RUN_WORDS); /* of a shorter text all its words */
	g_autoptr(GHashTable) few = runs_of(shorter->all, width);
	g_autoptr(GHashTable) many = runs_of(longer->all, width);
	const guint numbers = g_hash_table_size(shorter->numbers);
	Overlap overlap = {.numbers = 1, .is_short = length < OVERLAP_WORDS_MIN};

	overlap.is_equal =
		length == longer->all->len &&
		(length == 0 || memcmp(a.all->data, b.all->data, length * sizeof(guint64)) == 0);
	overlap.is_framed = is_framed(a.all, b.all);
	if (g_hash_table_size(few))
		overlap.share = (double)shared_of(few, many) / g_hash_table_size(few);
	if (numbers)
		overlap.numbers = (double)shared_of(shorter->numbers, longer->numbers) / numbers;
	return overlap;
}

Containment overlap_contained(const char *own, const char *whole)
{
	g_auto(Words) a = words_of(own);
	g_auto(Words) b = words_of(whole);
	g_autoptr(GHashTable) inner = NULL;
	g_autoptr(GHashTable) outer = NULL;
	Containment contained = {0, 0};

	if (a.all->len < RUN_WORDS || b.all->len < RUN_WORDS)
		return contained;
	inner = runs_of(a.all, RUN_WORDS);
	outer = runs_of(b.all, RUN_WORDS);
	contained.runs = shared_of(inner, outer);
	contained.share = (double)contained.runs / g_hash_table_size(inner);
	return contained;
}

char *overlap_letters(const char *text, guint count)
{
	GString *letters = g_string_new(NULL);

	for (const char *at = text; *at && count > 0; at = g_utf8_next_char(at)) {
		gunichar character = g_utf8_get_char(at);

		if (!g_unichar_isalnum(character))
			continue;
		g_string_append_unichar(letters, g_unichar_tolower(character));
		count--;
	}
	return g_string_free(letters, FALSE);
}
