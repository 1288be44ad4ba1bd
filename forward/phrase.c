#include "forward/phrase.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

/* The files, compiled in. Named here because referring to it is what makes the linker take them. */
GResource *label_files_get_resource(void);

/* How many characters "…" may stand for. */
enum { GAP = 200 };
#define ELLIPSIS  0x2026
#define DIRECTORY "/casegate/labels/"

/* The first word of a line. has_value: a number stands behind it. */
static const struct {
	const char *name;
	PhraseKind kind;
	int value;
	gboolean has_value;
} meanings[] = {
	{"from",          PHRASE_LABEL,      LABEL_FROM,     FALSE},
	{"date",          PHRASE_LABEL,      LABEL_DATE,     FALSE},
	{"to",            PHRASE_LABEL,      LABEL_TO,       FALSE},
	{"cc",            PHRASE_LABEL,      LABEL_CC,       FALSE},
	{"bcc",           PHRASE_LABEL,      LABEL_BCC,      FALSE},
	{"subject",       PHRASE_LABEL,      LABEL_SUBJECT,  FALSE},
	{"reply-to",      PHRASE_LABEL,      LABEL_REPLY_TO, FALSE},
	{"other",         PHRASE_LABEL,      LABEL_OTHER,    FALSE},
	{"forward",       PHRASE_MARK,       MARK_FORWARD,   FALSE},
	{"original",      PHRASE_MARK,       MARK_ORIGINAL,  FALSE},
	{"end",           PHRASE_MARK,       MARK_END,       FALSE},
	{"forward-alone", PHRASE_MARK_ALONE, MARK_FORWARD,   FALSE},
	{"dated",         PHRASE_DATED,      LABEL_DATE,     FALSE},
	{"forward-by",    PHRASE_MARK_BY,    MARK_FORWARD,   FALSE},
	{"verb",          PHRASE_VERB,       0,              FALSE},
	{"by",            PHRASE_BY,         0,              FALSE},
	{"begin",         PHRASE_BEGIN,      0,              FALSE},
	{"above",         PHRASE_ABOVE,      0,              FALSE},
	{"mobile",        PHRASE_MOBILE,     0,              FALSE},
	{"banner",        PHRASE_BANNER,     0,              FALSE},
	{"disclaimer",    PHRASE_DISCLAIMER, 0,              FALSE},
	{"month",         PHRASE_MONTH,      0,              TRUE },
	{"weekday",       PHRASE_WEEKDAY,    0,              TRUE },
	{"am",            PHRASE_MERIDIEM,   0,              FALSE},
	{"pm",            PHRASE_MERIDIEM,   1,              FALSE},
	{"noon",          PHRASE_MERIDIEM,   2,              FALSE},
	{"zone",          PHRASE_ZONE,       0,              TRUE },
	{"filler",        PHRASE_FILLER,     0,              FALSE},
	{"year",          PHRASE_UNIT,       UNIT_YEAR,      FALSE},
	{"month-unit",    PHRASE_UNIT,       UNIT_MONTH,     FALSE},
	{"day",           PHRASE_UNIT,       UNIT_DAY,       FALSE},
	{"hour",          PHRASE_UNIT,       UNIT_HOUR,      FALSE},
	{"minute",        PHRASE_UNIT,       UNIT_MINUTE,    FALSE},
	{"second",        PHRASE_UNIT,       UNIT_SECOND,    FALSE},
	{"month-first",   PHRASE_ORDER,      0,              FALSE},
};

/* All phrases, and those of a kind by their first letter, the longest first. Never freed. */
static struct {
	GPtrArray *all;
	GHashTable *by_letter;
	const GPtrArray *gaps[PHRASE_KINDS]; /* those that begin with one; NULL: none */
	char **languages;
} book;

/* Marks of direction, joiners and other characters that nobody sees. */
static gboolean is_unseen(gunichar letter)
{
	return letter == 0xAD || (letter >= 0x200B && letter <= 0x200F) ||
	       (letter >= 0x202A && letter <= 0x202E) || (letter >= 0x2060 && letter <= 0x2069) ||
	       letter == 0xFEFF || (letter >= 0xFE00 && letter <= 0xFE0F) || letter == 0x61C;
}

static gunichar folded(gunichar letter)
{
	if (letter >= 0xFF01 && letter <= 0xFF5E)
		letter -= 0xFEE0;
	if (letter < 0x80)
		return (gunichar)(letter <= ' ' ? ' ' : g_ascii_tolower((char)letter));
	switch (letter) {
	case 0x130: /* İ */
		return 'i';
	case 0x3C2: /* ς, σ at a word's end */
		return 0x3C3;
	case 0x2018:
	case 0x2019:
	case 0x2BC:
	case 0x5F3: /* Hebrew's, of abbreviations */
		return '\'';
	case 0x201C:
	case 0x201D:
	case 0x5F4:
		return '"';
	case 0x5BE:
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2212:
		return '-';
	case 0xFE55:
	case 0x2236:
		return ':';
	}
	return g_unichar_isspace(letter) ? ' ' : g_unichar_tolower(letter);
}

gunichar phrase_letter(const char **at)
{
	gunichar letter, composed;

	while (is_unseen(letter = g_utf8_get_char(*at)))
		*at = g_utf8_next_char(*at);
	if (!letter)
		return 0;
	*at = g_utf8_next_char(*at);
	/* Letter and accent apart, as macOS writes file names and some people their mail. */
	while ((guchar) * *at >= 0xCC &&
		g_unichar_compose(letter, g_utf8_get_char(*at), &composed)) {
		letter = composed;
		*at = g_utf8_next_char(*at);
	}
	return folded(letter);
}

/* Scripts that write words without blanks between them. */
static gboolean is_unspaced(gunichar letter)
{
	return (letter >= 0x2E80 && letter <= 0xA4CF) || (letter >= 0xAC00 && letter <= 0xD7AF) ||
	       (letter >= 0xF900 && letter <= 0xFAFF) || (letter >= 0xE00 && letter <= 0xEFF) ||
	       letter >= 0x20000;
}

static gboolean is_wordly(gunichar letter)
{
	return g_unichar_isalnum(letter) || g_unichar_ismark(letter);
}

gboolean phrase_is_boundary(gunichar before, gunichar after)
{
	if (!before || !after || is_unspaced(before) || is_unspaced(after))
		return TRUE;
	if (g_unichar_isdigit(before) != g_unichar_isdigit(after))
		return TRUE;
	return !is_wordly(before) || !is_wordly(after);
}

/* Where the words up to a gap or the end of these letters end in text, NULL if it begins
 * differently. *letters moves to the gap or the end. */
static const char *words_match(const char *text, const gunichar **letters)
{
	gunichar last = 0;
	const char *next;

	for (; **letters && **letters != ELLIPSIS; last = *(*letters)++) {
		if (phrase_letter(&text) != **letters)
			return NULL;
		next = text;
		while (**letters == ' ' && phrase_letter(&next) == ' ')
			text = next;
	}
	next = text;
	return phrase_is_boundary(last, phrase_letter(&next)) ? text : NULL;
}

/* The same for a whole phrase, with at most one gap. */
static const char *letters_match(const char *text, const gunichar *letters)
{
	gunichar before = ' ';

	text = words_match(text, &letters);
	if (!text || !*letters)
		return text;
	letters++;
	for (guint i = 0; i < GAP && *text && *text != '\n'; i++) {
		const char *next = text, *end;
		const gunichar *tail = letters;
		gunichar letter = phrase_letter(&next);

		end = letter == *letters && phrase_is_boundary(before, letter)
			      ? words_match(text, &tail)
			      : NULL;
		if (end)
			return end;
		before = letter;
		text = next;
	}
	return NULL;
}

static gpointer bucket_key(PhraseKind kind, gunichar letter)
{
	return GUINT_TO_POINTER(letter * PHRASE_KINDS + kind);
}

static int compare_phrases(gconstpointer a, gconstpointer b)
{
	const Phrase *left = *(const Phrase *const *)a, *right = *(const Phrase *const *)b;

	return right->length > left->length ? 1 : right->length < left->length ? -1 : 0;
}

static guint languages_count(Languages languages)
{
	return (guint)__builtin_popcountll(languages);
}

/* Is this meaning of the same letters better than the best so far? */
static gboolean is_better(const Phrase *phrase, const Phrase *best, Languages languages)
{
	guint mine = languages_count(phrase->languages & languages);
	guint other = languages_count(best->languages & languages);

	if (mine != other)
		return mine > other;
	return languages_count(phrase->languages) > languages_count(best->languages);
}

static void book_load(void);

static void book_open(void)
{
	static gsize is_loaded;

	if (g_once_init_enter(&is_loaded)) {
		book_load();
		g_once_init_leave(&is_loaded, 1);
	}
}

/* The best phrase of a kind's that begin with this letter. second: the text's second one, which
 * most fail at. */
static const Phrase *bucket_match(const GPtrArray *bucket, gunichar second, const char *text,
	Languages languages, const char **end)
{
	const Phrase *best = NULL;

	for (guint i = 0; i < bucket->len; i++) {
		const Phrase *phrase = g_ptr_array_index(bucket, i);
		const char *next;

		if (best && phrase->length < best->length)
			break;
		if (second && phrase->letters[1] != second && phrase->letters[1] != 0 &&
			phrase->letters[1] != ELLIPSIS)
			continue;
		next = letters_match(text, phrase->letters);
		if (!next || (best && !is_better(phrase, best, languages)))
			continue;
		best = phrase;
		*end = next;
	}
	return best;
}

const Phrase *phrase_match(PhraseKind kind, const char *text, Languages languages, const char **end)
{
	const char *next = text;
	gunichar letter = phrase_letter(&next);
	const GPtrArray *bucket;
	const Phrase *phrase = NULL;

	book_open();
	if (!letter)
		return NULL;
	bucket = g_hash_table_lookup(book.by_letter, bucket_key(kind, letter));
	if (bucket)
		phrase = bucket_match(bucket, phrase_letter(&next), text, languages, end);
	if (!phrase && book.gaps[kind])
		phrase = bucket_match(book.gaps[kind], 0, text, languages, end);
	return phrase;
}

Languages phrase_languages_at(PhraseKind kind, const char *text, const char *end)
{
	const char *next = text, *behind;
	const GPtrArray *bucket;
	Languages languages = 0;

	book_open();
	bucket = g_hash_table_lookup(book.by_letter, bucket_key(kind, phrase_letter(&next)));
	for (guint i = 0; bucket && i < bucket->len; i++) {
		const Phrase *phrase = g_ptr_array_index(bucket, i);

		behind = letters_match(text, phrase->letters);
		/* Only some languages list the full stop of an abbreviation. */
		if (behind && (behind == end || (behind + 1 == end && *behind == '.')))
			languages |= phrase->languages;
	}
	return languages;
}

const Phrase *phrase_find(PhraseKind kind, const char *text, const char **start, const char **end)
{
	gunichar before = 0;

	while (*text) {
		const char *next = text;
		gunichar letter = phrase_letter(&next);
		const Phrase *phrase = letter != ' ' && phrase_is_boundary(before, letter)
					       ? phrase_match(kind, text, 0, end)
					       : NULL;

		if (phrase) {
			*start = text;
			return phrase;
		}
		before = letter;
		text = next;
	}
	return NULL;
}

static gunichar *fold_all(const char *text, guint *length)
{
	g_autoptr(GArray) letters = g_array_new(TRUE, FALSE, sizeof(gunichar));
	gunichar letter, before = 0;

	while ((letter = phrase_letter(&text))) {
		/* A gap has no blanks around it, for those who write none. */
		if (letter == ELLIPSIS && before == ' ')
			g_array_set_size(letters, letters->len - 1);
		if (letter != ' ' || before != ELLIPSIS)
			g_array_append_val(letters, letter);
		before = letter;
	}
	*length = letters->len;
	return (gunichar *)(gpointer)g_array_free(g_steal_pointer(&letters), FALSE);
}

static gboolean is_same(const Phrase *a, const Phrase *b)
{
	return a->kind == b->kind && a->value == b->value && a->length == b->length &&
	       memcmp(a->letters, b->letters, a->length * sizeof *a->letters) == 0;
}

static void bucket_add(Phrase *phrase)
{
	gpointer key = bucket_key(phrase->kind, phrase->letters[0]);
	GPtrArray *bucket = g_hash_table_lookup(book.by_letter, key);

	if (!bucket) {
		bucket = g_ptr_array_new();
		g_hash_table_insert(book.by_letter, key, bucket);
	}
	for (guint i = 0; i < bucket->len; i++) {
		Phrase *other = g_ptr_array_index(bucket, i);

		if (is_same(phrase, other)) {
			other->languages |= phrase->languages;
			g_free(phrase->letters);
			g_free(phrase);
			return;
		}
	}
	g_ptr_array_add(bucket, phrase);
	g_ptr_array_add(book.all, phrase);
}

/* A line "meaning word | word"; '#' begins a comment. The files are ours: what is wrong in them
 * ends the program. */
static void line_load(char *line, const char *file, Languages language)
{
	char *words = strpbrk(g_strstrip(line), " ");
	int value = 0;
	guint meaning = 0;
	g_auto(GStrv) list = NULL;

	if (!*line || *line == '#')
		return;
	if (words)
		*words++ = '\0';
	while (meaning < G_N_ELEMENTS(meanings) && strcmp(meanings[meaning].name, line) != 0)
		meaning++;
	if (meaning == G_N_ELEMENTS(meanings))
		g_error("labels/%s: unknown meaning %s", file, line);
	if (meanings[meaning].has_value && words)
		value = (int)strtol(words, &words, 10);
	list = g_strsplit(words ? words : "-", "|", -1);
	for (char **word = list; *word; word++) {
		Phrase *phrase = g_new0(Phrase, 1);

		phrase->kind = meanings[meaning].kind;
		phrase->value = meanings[meaning].has_value ? value : meanings[meaning].value;
		phrase->languages = language;
		phrase->letters = fold_all(g_strstrip(*word), &phrase->length);
		if (!phrase->length)
			g_error("labels/%s: %s has an empty word", file, line);
		if (strstr(*word, "…") != g_strrstr(*word, "…"))
			g_error("labels/%s: %s has more than one gap", file, *word);
		if (g_str_has_suffix(*word, "…"))
			g_error("labels/%s: %s ends with a gap", file, *word);
		bucket_add(phrase);
	}
}

static void file_load(const char *file, Languages language)
{
	g_autofree char *path = g_strconcat(DIRECTORY, file, NULL);
	g_autoptr(GBytes) bytes = g_resource_lookup_data(label_files_get_resource(), path, 0, NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	g_assert(bytes);
	text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	if (!g_utf8_validate(text, -1, NULL))
		g_error("labels/%s is no UTF-8", file);
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++)
		line_load(*line, file, language);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void book_load(void)
{
	char **files =
		g_resource_enumerate_children(label_files_get_resource(), DIRECTORY, 0, NULL);
	GHashTableIter iter;
	gpointer bucket;

	g_assert(files && g_strv_length(files) <= sizeof(Languages) * 8);
	qsort(files, g_strv_length(files), sizeof *files, compare_names);
	book.all = g_ptr_array_new();
	book.by_letter = g_hash_table_new(NULL, NULL);
	for (guint i = 0; files[i]; i++) {
		file_load(files[i], (Languages)1 << i);
		*strchr(files[i], '.') = '\0';
	}
	book.languages = files;
	g_hash_table_iter_init(&iter, book.by_letter);
	while (g_hash_table_iter_next(&iter, NULL, &bucket))
		g_ptr_array_sort(bucket, compare_phrases);
	for (guint kind = 0; kind < PHRASE_KINDS; kind++)
		book.gaps[kind] = g_hash_table_lookup(book.by_letter, bucket_key(kind, ELLIPSIS));
}

const GPtrArray *phrase_all(void)
{
	book_open();
	return book.all;
}

const char *const *phrase_languages(void)
{
	book_open();
	return (const char *const *)book.languages;
}
