#include "parser/pseudonym.h"

#include <gio/gio.h>
#include <string.h>

#include "html/clientbox.h"
#include "mime/subject.h"
#include "parser/spelled.h"
#include "parser/vocabulary.h"

/* The words of mail clients, compiled in (forward/labels). */
GResource *label_files_get_resource(void);
#define LABELS "/casegate/labels/"

/* How often another word is tried where the first is taken. */
enum { TRIES = 40 };

struct Pseudonyms {
	char seed[33];
	GHashTable *kept;  /* words in lower case that stay */
	GHashTable *codes; /* and those that stay among codes only */
	GHashTable *words; /* word → its pseudonym, both in lower case */
	GHashTable *taken; /* pseudonyms */
};

/* Letters that stand for others of their alphabet: each a set that all charsets of it have. Those
 * of one set are equally long. Upper case is made of the lower. */
static const struct {
	gunichar first, last;
	const char *letters;
} alphabets[] = {
	{'a',    'z',    "abcdefghijklmnopqrstuvwxyz"       },
	{0xdf,   0xff,   "äöüéáóí"                   },
	{0x100,  0x17f,  "äöüéáóí"                   },
	{0x370,  0x3ff,  "αεικνοπρστ"             },
	{0x400,  0x52f,  "аевиклмнопрст"       },
	{0x590,  0x5ff,  "אבגדהוימנר"             },
	{0x600,  0x6ff,  "ابتدرسلمن"               },
	{0xe00,  0xe7f,  "กขคงจดตนบปม"},
	{0x3040, 0x309f, "あいうえおかきくけこ"   },
	{0x30a0, 0x30ff, "アイウエオカキクケコ"   },
	{0x4e00, 0x9fff, "日本人大小中年月上下"   },
	{0xac00, 0xd7af, "가나다라마바사아자하"   },
};

static void keep_words(GHashTable *kept, const char *text)
{
	for (const char *at = text; *at;) {
		const char *start = at;

		while (*at && g_unichar_isalpha(g_utf8_get_char(at)))
			at = g_utf8_next_char(at);
		if (at > start) {
			g_autofree char *word = g_strndup(start, (gsize)(at - start));

			g_hash_table_add(kept, g_utf8_strdown(word, -1));
		} else {
			at = g_utf8_next_char(at);
		}
	}
}

static void keep_labels(GHashTable *kept)
{
	GResource *labels = label_files_get_resource();
	g_auto(GStrv) names = g_resource_enumerate_children(labels, LABELS, 0, NULL);

	for (guint i = 0; names && names[i]; i++) {
		g_autofree char *path = g_strconcat(LABELS, names[i], NULL);
		g_autoptr(GBytes) bytes = g_resource_lookup_data(labels, path, 0, NULL);
		g_autofree char *text =
			g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));

		keep_words(kept, text);
	}
}

Pseudonyms *pseudonyms_new(void)
{
	Pseudonyms *pseudonyms = g_new0(Pseudonyms, 1);

	for (guint i = 0; i < 4; i++)
		g_snprintf(pseudonyms->seed + 8 * i, 9, "%08x", g_random_int());
	pseudonyms->kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	pseudonyms->words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	pseudonyms->taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	pseudonyms->codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	keep_words(pseudonyms->kept, vocabulary_protocol);
	keep_labels(pseudonyms->kept);
	keep_words(pseudonyms->codes, vocabulary_code);
	for (guint i = 0; clientbox_name(i); i++)
		keep_words(pseudonyms->codes, clientbox_name(i));
	return pseudonyms;
}

void pseudonyms_free(Pseudonyms *pseudonyms)
{
	if (!pseudonyms)
		return;
	g_hash_table_unref(pseudonyms->kept);
	g_hash_table_unref(pseudonyms->codes);
	g_hash_table_unref(pseudonyms->words);
	g_hash_table_unref(pseudonyms->taken);
	g_free(pseudonyms);
}

/* --------------------------------------------------------------------- one word */

/* The letter that stands for c, as many bytes long; chance is any number. */
static gunichar letter_for(gunichar c, guint chance)
{
	if (c == 0xdf) /* ß has no capital */
		return c;
	for (guint i = 0; i < G_N_ELEMENTS(alphabets); i++)
		if (c >= alphabets[i].first && c <= alphabets[i].last)
			return g_utf8_get_char(g_utf8_offset_to_pointer(alphabets[i].letters,
				chance % (guint)g_utf8_strlen(alphabets[i].letters, -1)));
	if (g_unichar_to_utf8(c, NULL) == 2)
		return 0xe4;
	return g_unichar_to_utf8(c, NULL) == 3 ? 0x4e00 : 0x20000;
}

static char *invent(const Pseudonyms *pseudonyms, const char *word, guint try)
{
	g_autofree char *salted = g_strdup_printf("%s %u %s", pseudonyms->seed, try, word);
	g_autofree char *noise = g_compute_checksum_for_string(G_CHECKSUM_SHA256, salted, -1);
	GString *out = g_string_new(NULL);
	guint i = 0;

	for (const char *at = word; *at; at = g_utf8_next_char(at), i++) {
		guint chance = (guint)(noise[2 * i % 62] * 31 + noise[(2 * i + 1) % 62]) + i;
		gunichar c = g_utf8_get_char(at);
		gint digit = g_unichar_isdigit(c) ? g_unichar_digit_value(c) : -1;

		if (digit >= 0)
			c = c - (guint)digit +
			    (i == 0 && digit > 0 && *g_utf8_next_char(at) ? 1 + chance % 9
									  : chance % 10);
		else
			c = letter_for(c, chance);
		g_string_append_unichar(out, c);
	}
	return g_string_free(out, FALSE);
}

/* The pseudonym of a word or number in lower case. Borrowed. */
static const char *pseudonym_of(Pseudonyms *pseudonyms, const char *word)
{
	char *found = g_hash_table_lookup(pseudonyms->words, word);

	for (guint try = 0; !found && try <= TRIES; try++) {
		g_autofree char *invented = invent(pseudonyms, word, try);

		if (try < TRIES && (g_hash_table_contains(pseudonyms->taken, invented) ||
					   g_hash_table_contains(pseudonyms->kept, invented) ||
					   strcmp(invented, word) == 0))
			continue;
		found = g_steal_pointer(&invented);
		g_hash_table_add(pseudonyms->taken, g_strdup(found));
		g_hash_table_insert(pseudonyms->words, g_strdup(word), found);
	}
	return found;
}

/* Lower case letter by letter, where that is as long. */
static gunichar lower_of(gunichar c)
{
	gunichar lower = g_unichar_tolower(c);

	return g_unichar_to_utf8(lower, NULL) == g_unichar_to_utf8(c, NULL) ? lower : c;
}

static char *lower_word(const char *text, gsize length)
{
	GString *word = g_string_new(NULL);

	for (const char *at = text; at < text + length; at = g_utf8_next_char(at))
		g_string_append_unichar(word, lower_of(g_utf8_get_char(at)));
	return g_string_free(word, FALSE);
}

/* Writes the pseudonym over a word, in its case. FALSE: it stays. */
static gboolean replace_word(
	Pseudonyms *pseudonyms, PseudonymKind kind, gboolean is_lone, char *text, gsize length)
{
	g_autofree char *word = lower_word(text, length);
	gboolean is_code = kind == PSEUDONYM_CODE || kind == PSEUDONYM_KEYWORDS;
	const char *other;
	char *at = text;

	if (!is_lone && (g_hash_table_contains(pseudonyms->kept, word) ||
				(is_code && g_hash_table_contains(pseudonyms->codes, word))))
		return FALSE;
	other = pseudonym_of(pseudonyms, word);
	while (at < text + length) {
		gunichar c = g_utf8_get_char(at), o = g_utf8_get_char(other);
		gunichar shown = lower_of(c) != c ? g_unichar_toupper(o) : o;
		gint width = g_unichar_to_utf8(c, NULL);

		if (g_unichar_to_utf8(shown, NULL) == width)
			g_unichar_to_utf8(shown, at);
		at += width;
		other = g_utf8_next_char(other);
	}
	return TRUE;
}

/* ---------------------------------------------------------------------- one line */

/* A number in a line, of ASCII digits. */
typedef struct {
	char *start, *end;
	guint value, length;
	gboolean is_dated; /* of a date or a time of day by its form */
	gboolean is_kept;  /* or beside one: the day of "3. März 2025" */
} Number;

static GArray *numbers_in(char *line, const char *end)
{
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(Number));

	for (char *at = line; at < end; at++) {
		Number number = {.start = at};

		while (at < end && g_ascii_isdigit(*at)) {
			number.value = MIN(number.value, 99999) * 10 + (guint)(*at - '0');
			at++;
		}
		number.end = at;
		number.length = (guint)(at - number.start);
		if (number.length > 0)
			g_array_append_val(numbers, number);
	}
	return numbers;
}

/* What stands between two numbers, where it is one character, or one and a blank; else NUL. */
static char joint(const GArray *numbers, guint i)
{
	const Number *one = &g_array_index(numbers, Number, i), *other = one + 1;

	if (i + 1 >= numbers->len || other->start - one->end > 2)
		return '\0';
	return other->start - one->end == 1 || one->end[1] == ' ' ? *one->end : '\0';
}

static gboolean is_year(const Number *number)
{
	return number->length == 4 && (number->value / 100 == 19 || number->value / 100 == 20);
}

static gboolean is_below(const Number *number, guint limit)
{
	return number->length <= 2 && number->value <= limit;
}

static gboolean is_date(const Number *n)
{
	if (is_year(n))
		return is_below(n + 1, 12) && is_below(n + 2, 31);
	return is_below(n, 31) && is_below(n + 1, 31) && MIN(n[0].value, n[1].value) <= 12 &&
	       (is_year(n + 2) || n[2].length == 2);
}

static gboolean is_time(const Number *n)
{
	return is_below(n, 24) && n[1].length == 2 && is_below(n + 1, 59);
}

/* How many numbers from this one on are a date or a time of day by their form. */
static guint dated_from(const GArray *numbers, guint i)
{
	const Number *n = &g_array_index(numbers, Number, i);
	char before = i > 0 ? joint(numbers, i - 1) : '\0', behind = joint(numbers, i);

	if (behind && strchr("./-", behind) && joint(numbers, i + 1) == behind && is_date(n))
		return 3;
	if (behind && strchr(":hH", behind) && is_time(n))
		return joint(numbers, i + 1) == ':' && is_below(n + 2, 60) ? 3 : 2;
	return is_year(n) && !(before && strchr("-/.", before)) &&
	       !(behind && strchr("-/.", behind) && n[1].start == n->end + 1);
}

/* Do two numbers stand near each other, or with one letter of another script between ("3月3日")? */
static gboolean is_beside(const Number *one, const Number *other)
{
	gsize gap = (gsize)(other->start - one->end);

	if (one->is_dated || other->is_dated)
		return gap <= 24;
	return (one->is_kept || other->is_kept) && gap <= 4 && (guint8)*one->end >= 0x80;
}

static gboolean is_zone(const char *line, const Number *number)
{
	return number->length == 4 && number->value <= 1459 && number->start > line &&
	       strchr("+-", number->start[-1]);
}

/* Marks the numbers that say when. */
static void find_dates(const char *line, GArray *numbers)
{
	Number *all = (Number *)(void *)numbers->data;

	for (guint i = 0; i < numbers->len;) {
		guint count = dated_from(numbers, i);

		for (guint j = 0; j < count; j++)
			all[i + j].is_dated = all[i + j].is_kept = TRUE;
		i += MAX(count, 1);
	}
	for (guint i = 0; i < numbers->len; i++) {
		gboolean is_behind = i > 0 && is_beside(all + i - 1, all + i);
		gboolean is_before = i + 1 < numbers->len && is_beside(all + i, all + i + 1);

		if (((is_behind || is_before) && is_below(all + i, 59)) ||
			(is_behind && is_zone(line, all + i)))
			all[i].is_kept = TRUE;
		else if (is_behind && joint(numbers, i) == '.' && is_time(all + i))
			all[i + 1].is_kept = TRUE;
	}
}

static gboolean is_letter(gunichar c)
{
	return g_unichar_isalpha(c) || g_unichar_ismark(c);
}

/* "AW:", "Re[2]:": the prefix of a subject. */
static gboolean is_prefix(const char *word, const char *behind, const char *end)
{
	g_autofree char *probe = NULL;

	if (behind == end || !strchr(":[(^", *behind) || behind - word > 24)
		return FALSE;
	probe = g_strdup_printf("%.*s: x", (int)(behind - word), word);
	return subject_is_reply(probe) || subject_is_forward(probe);
}

static void replace_number(Pseudonyms *pseudonyms, char *start, const char *end)
{
	g_autofree char *number = g_strndup(start, (gsize)(end - start));

	memcpy(start, pseudonym_of(pseudonyms, number), (gsize)(end - start));
}

/* is_attached: behind a word that stays ("h1", "rfc822"). */
static gboolean is_kept_number(
	PseudonymKind kind, const Number *number, gsize length, gboolean is_attached)
{
	if (kind == PSEUDONYM_TEXT)
		return number && number->is_kept;
	return length <= 3 &&
	       (kind == PSEUDONYM_CODE || (kind == PSEUDONYM_KEYWORDS && is_attached));
}

/* Letters by themselves could spell a word; those of "<b", "o:p", "x-" and "x_" are names. */
static gboolean is_lone_letter(
	const char *line, const char *start, const char *behind, const char *end)
{
	return g_utf8_next_char(start) == behind && !(start > line && strchr("</:-", start[-1])) &&
	       !(behind < end && strchr(":-_", *behind));
}

static void replace_line(Pseudonyms *pseudonyms, PseudonymKind kind, char *line, char *end)
{
	g_autoptr(GArray) numbers = numbers_in(line, end);
	gboolean is_attached = FALSE;
	guint next = 0;

	find_dates(line, numbers);
	for (char *at = line; at < end;) {
		char *start = at;
		const Number *number = NULL;

		while (at < end && is_letter(g_utf8_get_char(at)))
			at = g_utf8_next_char(at);
		if (at > start) {
			gboolean is_lone =
				kind != PSEUDONYM_TEXT && is_lone_letter(line, start, at, end);

			is_attached = is_prefix(start, at, end) ||
				      !replace_word(pseudonyms, kind, is_lone, start,
					      (gsize)(at - start));
			continue;
		}
		if (next < numbers->len && g_array_index(numbers, Number, next).start == at) {
			number = &g_array_index(numbers, Number, next++);
			at = number->end;
		}
		while (!number && at < end && g_unichar_isdigit(g_utf8_get_char(at)) &&
			!g_ascii_isdigit(*at))
			at = g_utf8_next_char(at);
		if (at == start)
			at = g_utf8_next_char(at);
		else if (!is_kept_number(kind, number, (gsize)(at - start), is_attached))
			replace_number(pseudonyms, start, at);
		is_attached = FALSE;
	}
}

typedef struct {
	Pseudonyms *pseudonyms;
	PseudonymKind kind;
} Replacing;

static void replace_lines(guint8 *bytes, gsize length, gpointer data)
{
	const Replacing *replacing = data;
	char *text = (char *)bytes, *end = text + length;

	for (char *line = text; line < end;) {
		char *newline = memchr(line, '\n', (gsize)(end - line));

		replace_line(replacing->pseudonyms, replacing->kind, line, newline ? newline : end);
		line = newline ? newline + 1 : end;
	}
}

void pseudonyms_replace(Pseudonyms *pseudonyms, PseudonymKind kind, char *text, gsize length)
{
	spelled_replace(text, length, replace_lines, &(Replacing){pseudonyms, kind});
}

/* ------------------------------------------------------------------ other charsets */

/* Letters become "x", so that nothing stays that could be read. */
static void black_out(guint8 *bytes, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (g_ascii_isalnum(bytes[i]) || bytes[i] >= 0x80)
			bytes[i] = 'x';
}

/* There and back again must be as long. FALSE: it was not. */
static gboolean replace_converted(Pseudonyms *pseudonyms, PseudonymKind kind, const char *charset,
	guint8 *bytes, gsize length)
{
	gsize read = 0, wide = 0, back = 0;
	g_autofree char *text = g_convert(
		(const char *)bytes, (gssize)length, "UTF-8", charset, &read, &wide, NULL);
	g_autofree char *other = NULL;

	if (!text || read != length)
		return FALSE;
	pseudonyms_replace(pseudonyms, kind, text, wide);
	other = g_convert(text, (gssize)wide, charset, "UTF-8", NULL, &back, NULL);
	if (!other || back != length)
		return FALSE;
	memcpy(bytes, other, length);
	return TRUE;
}

void pseudonyms_replace_in(Pseudonyms *pseudonyms, PseudonymKind kind, const char *charset,
	guint8 *bytes, gsize length)
{
	if (g_utf8_validate_len((const char *)bytes, length, NULL) &&
		!(charset && g_ascii_strncasecmp(charset, "iso-2022", 8) == 0))
		pseudonyms_replace(pseudonyms, kind, (char *)bytes, length);
	else if (!replace_converted(
			 pseudonyms, kind, charset ? charset : "windows-1252", bytes, length) &&
		 !replace_converted(pseudonyms, kind, "windows-1252", bytes, length))
		black_out(bytes, length);
}

static void noise(Pseudonyms *pseudonyms, guint8 *bytes, gsize length, char first)
{
	guint32 state = g_str_hash(pseudonyms->seed);

	for (gsize i = 0; i < length; i++) {
		state = state * 1664525u + 1013904223u;
		if (bytes[i] != '\r' && bytes[i] != '\n')
			bytes[i] = (guint8)((guint8)first + (state >> 24) % 26);
	}
}

void pseudonyms_noise(Pseudonyms *pseudonyms, guint8 *bytes, gsize length)
{
	noise(pseudonyms, bytes, length, 'a');
}

void pseudonyms_noise_code(Pseudonyms *pseudonyms, guint8 *bytes, gsize length)
{
	noise(pseudonyms, bytes, length, 'A');
}

void pseudonyms_mask(const Pseudonyms *pseudonyms, guint8 *bytes, gsize length)
{
	g_autofree char *mask =
		g_compute_checksum_for_string(G_CHECKSUM_SHA256, pseudonyms->seed, -1);

	for (gsize i = 0; i < length; i++)
		bytes[i] ^= (guint8)(mask[2 * i % 64] * 16 + mask[(2 * i + 1) % 64]);
}
