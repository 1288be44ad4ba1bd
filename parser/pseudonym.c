#include "parser/pseudonym.h"

#include <gio/gio.h>
#include <string.h>

#include "mime/subject.h"

/* The words of mail clients, compiled in (forward/labels). */
GResource *label_files_get_resource(void);
#define LABELS "/casegate/labels/"

/* How often another word is tried where the first is taken. */
enum { TRIES = 40 };

struct Pseudonyms {
	char seed[33];
	GHashTable *kept;  /* words in lower case that stay */
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

/* What addresses, header fields and their values have in common in everybody's mail. */
static const char protocol_words[] =
	"esmtp esmtps esmtpsa esmtpa smtp lmtp tls http https from by with id for via pass fail "
	"none neutral softfail "
	"permerror temperror dkim dmarc spf arc header mailfrom policy action rfc822 utf dns smtp "
	"x unknown failed delayed "
	"delivered relayed expanded noreply no reply donotreply postmaster mailer daemon bounce "
	"bounces mailto cid www com "
	"org net de at ch eu info biz io uk fr it nl es pl example test invalid local localhost "
	"content type text plain html "
	"charset iso windows us ascii transfer encoding quoted printable base64 bit multipart "
	"mixed alternative related report "
	"signed message subject date to cc bcc sender return path received mime version references "
	"in attachment inline "
	"disposition filename name boundary format flowed delsp ipm note microsoft outlook "
	"exchange substg properties nameid "
	"recip attach version undelivered delivery status notification failure mail system winmail "
	"dat eml msg ics p7m p7s pdf "
	"mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec gmt utc cet "
	"cest am pm uhr begin end "
	"vevent vcalendar list unsubscribe post help archive owner request auto submitted bulk "
	"gmail gmx web yahoo hotmail "
	"nbsp amp lt gt quot null undefined mez mesz est edt cst cdt mst mdt pst pdt bst ist jst "
	"msk ihr programm kann";

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
	keep_words(pseudonyms->kept, protocol_words);
	keep_labels(pseudonyms->kept);
	return pseudonyms;
}

void pseudonyms_free(Pseudonyms *pseudonyms)
{
	if (!pseudonyms)
		return;
	g_hash_table_unref(pseudonyms->kept);
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

		if (g_ascii_isdigit(*at))
			g_string_append_c(
				out, (char)('0' + (i == 0 && *at != '0' && word[1] ? 1 + chance % 9
										   : chance % 10)));
		else
			g_string_append_unichar(out, letter_for(g_utf8_get_char(at), chance));
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

/* Writes the pseudonym over a word, in its case. */
static void replace_word(Pseudonyms *pseudonyms, char *text, gsize length)
{
	g_autofree char *word = lower_word(text, length);
	const char *other;
	char *at = text;

	if (g_hash_table_contains(pseudonyms->kept, word))
		return;
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
}

/* ---------------------------------------------------------------------- one line */

/* Is there a year, a time of day, or a date of figures? Then short numbers belong to it. */
static gboolean has_date(const char *line, const char *end)
{
	guint digits = 0, pairs = 0;

	for (const char *at = line; at <= end; at++) {
		if (at < end && g_ascii_isdigit(*at)) {
			digits++;
			continue;
		}
		if (digits == 4 && (strncmp(at - 4, "19", 2) == 0 || strncmp(at - 4, "20", 2) == 0))
			return TRUE;
		if (digits == 0)
			pairs = 0;
		else if (digits <= 2 && at + 1 < end && g_ascii_isdigit(at[1]) &&
			 (*at == ':' || ((*at == '.' || *at == '/' || *at == '-') && ++pairs == 2)))
			return TRUE;
		digits = 0;
	}
	return FALSE;
}

/* "+0100" is a zone. */
static gboolean is_of_date(const char *line, const char *digits, gsize length)
{
	return length <= 2 ||
	       (length == 4 && digits > line && (digits[-1] == '+' || digits[-1] == '-')) ||
	       (length == 4 && (strncmp(digits, "19", 2) == 0 || strncmp(digits, "20", 2) == 0));
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

static void replace_line(Pseudonyms *pseudonyms, PseudonymKind kind, char *line, char *end)
{
	gboolean keeps_dates = kind == PSEUDONYM_TEXT && has_date(line, end);

	for (char *at = line; at < end;) {
		char *start = at;

		while (at < end && is_letter(g_utf8_get_char(at)))
			at = g_utf8_next_char(at);
		if (at > start) {
			if (!is_prefix(start, at, end))
				replace_word(pseudonyms, start, (gsize)(at - start));
			continue;
		}
		while (at < end && g_ascii_isdigit(*at))
			at++;
		if (at > start && !(keeps_dates && is_of_date(line, start, (gsize)(at - start)))) {
			g_autofree char *number = g_strndup(start, (gsize)(at - start));

			memcpy(start, pseudonym_of(pseudonyms, number), (gsize)(at - start));
		} else if (at == start) {
			at = g_utf8_next_char(at);
		}
	}
}

void pseudonyms_replace(Pseudonyms *pseudonyms, PseudonymKind kind, char *text, gsize length)
{
	char *end = text + length;

	for (char *line = text; line < end;) {
		char *newline = memchr(line, '\n', (gsize)(end - line));

		replace_line(pseudonyms, kind, line, newline ? newline : end);
		line = newline ? newline + 1 : end;
	}
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
