#include "forward/phrasebook.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

/* The files, compiled in. Named here because referring to it is what makes the linker take them. */
GResource *label_files_get_resource(void);

#define DIRECTORY "/casegate/labels/"
enum { LETTER_MAX = 0xFFFF }; /* of phrases: two make a key */

/* The first word of a line. has_value: a number stands behind it. */
static const struct {
	const char *name;
	PhraseKind kind;
	int value;
	gboolean has_value;
} meanings[] = {
	{"from",           PHRASE_LABEL,      LABEL_FROM,     FALSE},
	{"date",           PHRASE_LABEL,      LABEL_DATE,     FALSE},
	{"to",             PHRASE_LABEL,      LABEL_TO,       FALSE},
	{"cc",             PHRASE_LABEL,      LABEL_CC,       FALSE},
	{"bcc",            PHRASE_LABEL,      LABEL_BCC,      FALSE},
	{"subject",        PHRASE_LABEL,      LABEL_SUBJECT,  FALSE},
	{"reply-to",       PHRASE_LABEL,      LABEL_REPLY_TO, FALSE},
	{"other",          PHRASE_LABEL,      LABEL_OTHER,    FALSE},
	{"forward",        PHRASE_MARK,       MARK_FORWARD,   FALSE},
	{"original",       PHRASE_MARK,       MARK_ORIGINAL,  FALSE},
	{"end",            PHRASE_MARK,       MARK_END,       FALSE},
	{"forward-alone",  PHRASE_MARK_ALONE, MARK_FORWARD,   FALSE},
	{"original-alone", PHRASE_MARK_ALONE, MARK_ORIGINAL,  FALSE},
	{"dated",          PHRASE_DATED,      LABEL_DATE,     FALSE},
	{"forward-by",     PHRASE_MARK_BY,    MARK_FORWARD,   FALSE},
	{"verb",           PHRASE_VERB,       0,              FALSE},
	{"by",             PHRASE_BY,         0,              FALSE},
	{"begin",          PHRASE_BEGIN,      0,              FALSE},
	{"above",          PHRASE_ABOVE,      0,              FALSE},
	{"mobile",         PHRASE_MOBILE,     0,              FALSE},
	{"banner",         PHRASE_BANNER,     0,              FALSE},
	{"disclaimer",     PHRASE_DISCLAIMER, 0,              FALSE},
	{"month",          PHRASE_MONTH,      0,              TRUE },
	{"weekday",        PHRASE_WEEKDAY,    0,              TRUE },
	{"am",             PHRASE_MERIDIEM,   0,              FALSE},
	{"pm",             PHRASE_MERIDIEM,   1,              FALSE},
	{"noon",           PHRASE_MERIDIEM,   2,              FALSE},
	{"zone",           PHRASE_ZONE,       0,              TRUE },
	{"filler",         PHRASE_FILLER,     0,              FALSE},
	{"year",           PHRASE_UNIT,       UNIT_YEAR,      FALSE},
	{"month-unit",     PHRASE_UNIT,       UNIT_MONTH,     FALSE},
	{"day",            PHRASE_UNIT,       UNIT_DAY,       FALSE},
	{"hour",           PHRASE_UNIT,       UNIT_HOUR,      FALSE},
	{"minute",         PHRASE_UNIT,       UNIT_MINUTE,    FALSE},
	{"second",         PHRASE_UNIT,       UNIT_SECOND,    FALSE},
	{"order",          PHRASE_ORDER,      0,              FALSE},
};

typedef struct {
	GPtrArray *phrases; /* of Phrase, borrowed from all */
	guint kinds;        /* that are among them: bits 1 << PhraseKind */
} Start;

/* All phrases, and those that begin with the same two letters, the longest first. Never freed. */
static struct {
	GPtrArray *all;
	GHashTable *starts; /* of Start */
	Start *gaps;        /* the phrases that begin with one */
	guint64 firsts;     /* what may stand behind those: bits letter % 64 */
	char **languages;
} book;

static gpointer start_key(gunichar first, gunichar second)
{
	return GUINT_TO_POINTER(first << 16 | second);
}

/* The second letter of a phrase, 0 where any letter may stand there. */
static gunichar second_of(const Phrase *phrase)
{
	const gboolean has_gap =
		phrase->letters[0] == PHRASE_GAP || phrase->letters[1] == PHRASE_GAP;

	return has_gap ? 0 : phrase->letters[1];
}

static int compare_phrases(gconstpointer a, gconstpointer b)
{
	const Phrase *left = *(const Phrase *const *)a, *right = *(const Phrase *const *)b;

	return right->length > left->length ? 1 : right->length < left->length ? -1 : 0;
}

static gunichar *fold_all(const char *text, guint *length)
{
	g_autoptr(GArray) letters = g_array_new(TRUE, FALSE, sizeof(gunichar));
	gunichar letter, before = 0;

	while ((letter = phrase_letter(&text))) {
		/* A gap has no blanks around it, for those who write none. */
		if (letter == PHRASE_GAP && before == ' ')
			g_array_set_size(letters, letters->len - 1);
		if (letter != ' ' || before != PHRASE_GAP)
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

static void start_add(Start *start, Phrase *phrase)
{
	g_ptr_array_add(start->phrases, phrase);
	start->kinds |= 1U << phrase->kind;
}

static void phrase_add(Phrase *phrase)
{
	gpointer key = start_key(phrase->letters[0], second_of(phrase));
	Start *start = g_hash_table_lookup(book.starts, key);

	if (!start) {
		start = g_new0(Start, 1);
		start->phrases = g_ptr_array_new();
		g_hash_table_insert(book.starts, key, start);
	}
	for (guint i = 0; i < start->phrases->len; i++) {
		Phrase *other = g_ptr_array_index(start->phrases, i);

		if (is_same(phrase, other)) {
			other->languages |= phrase->languages;
			g_free(phrase->letters);
			g_free(phrase);
			return;
		}
	}
	start_add(start, phrase);
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
		for (guint i = 0; i < phrase->length; i++)
			g_assert(phrase->letters[i] <= LETTER_MAX);
		if (strstr(*word, "…") != g_strrstr(*word, "…"))
			g_error("labels/%s: %s has more than one gap", file, *word);
		if (g_str_has_suffix(*word, "…"))
			g_error("labels/%s: %s ends with a gap", file, *word);
		phrase_add(phrase);
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

/* What goes on with any letter may follow each start with its first one. */
static void starts_complete(void)
{
	GHashTableIter iter;
	gpointer key, value;

	g_hash_table_iter_init(&iter, book.starts);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const guint first = GPOINTER_TO_UINT(key) >> 16;
		Start *start = value, *open = g_hash_table_lookup(book.starts, start_key(first, 0));

		for (guint i = 0; open && open != start && i < open->phrases->len; i++)
			start_add(start, g_ptr_array_index(open->phrases, i));
		g_ptr_array_sort(start->phrases, compare_phrases);
	}
}

static void book_load(void)
{
	char **files =
		g_resource_enumerate_children(label_files_get_resource(), DIRECTORY, 0, NULL);

	g_assert(files && g_strv_length(files) <= sizeof(Languages) * 8);
	qsort(files, g_strv_length(files), sizeof *files, compare_names);
	book.all = g_ptr_array_new();
	book.starts = g_hash_table_new(NULL, NULL);
	for (guint i = 0; files[i]; i++) {
		file_load(files[i], (Languages)1 << i);
		*strchr(files[i], '.') = '\0';
	}
	book.languages = files;
	starts_complete();
	book.gaps = g_hash_table_lookup(book.starts, start_key(PHRASE_GAP, 0));
	for (guint i = 0; book.gaps && i < book.gaps->phrases->len; i++) {
		const Phrase *phrase = g_ptr_array_index(book.gaps->phrases, i);

		book.firsts |= (guint64)1 << phrase->letters[1] % 64;
	}
}

static void book_open(void)
{
	static gsize is_loaded;

	if (g_once_init_enter(&is_loaded)) {
		book_load();
		g_once_init_leave(&is_loaded, 1);
	}
}

const GPtrArray *phrasebook_find(guint kinds, gunichar first, gunichar second)
{
	const Start *start = NULL;

	book_open();
	if (first == 0 || first > LETTER_MAX)
		return NULL;
	if (second <= LETTER_MAX)
		start = g_hash_table_lookup(book.starts, start_key(first, second));
	if (!start)
		start = g_hash_table_lookup(book.starts, start_key(first, 0));
	return start && start->kinds & kinds ? start->phrases : NULL;
}

const GPtrArray *phrasebook_find_gaps(guint kinds, guint64 *firsts)
{
	book_open();
	*firsts = book.firsts;
	return book.gaps && book.gaps->kinds & kinds ? book.gaps->phrases : NULL;
}

const GPtrArray *phrasebook_all(void)
{
	book_open();
	return book.all;
}

const char *const *phrasebook_languages(void)
{
	book_open();
	return (const char *const *)book.languages;
}
