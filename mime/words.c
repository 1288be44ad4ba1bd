#include "mime/words.h"

#include <string.h>

#include "mime/charset.h"
#include "mime/limits.h"
#include "mime/transfer.h"

enum { CHARSET_LENGTH = 60, LOOK_AHEAD = 2000 };

/* An encoded word, borrowed from the value: =?charset?encoding?text?= */
typedef struct {
	const char *charset, *text, *end; /* end is behind the closing ?= */
	gsize charset_length, text_length;
	char encoding; /* 'B' or 'Q' */
} Word;

/* Neighbouring words that are decoded together: one charset, the bytes so far. */
typedef struct {
	GString *out;
	GByteArray *bytes;
	GString *
		base64; /* code that waits for its group's rest: some mailers cut between letters */
	char *charset;  /* NULL: nothing waits */
	guint words;
	const char *no_end; /* behind this no "?=" is left; keeps the search linear */
} Decoder;

/* The word at text, which starts with "=?". *no_end (may be NULL) remembers a search that failed.
 */
static gboolean word_find(const char *text, gsize look_ahead, const char **no_end, Word *word)
{
	const char *close;

	word->charset = text + 2;
	word->charset_length = strcspn(word->charset, "? \t\"<>()");
	if (word->charset[word->charset_length] != '?' || word->charset_length > CHARSET_LENGTH ||
		word->charset_length == 0)
		return FALSE;
	word->encoding = g_ascii_toupper(word->charset[word->charset_length + 1]);
	if ((word->encoding != 'B' && word->encoding != 'Q') ||
		word->charset[word->charset_length + 2] != '?')
		return FALSE;
	word->text = word->charset + word->charset_length + 3;
	if (no_end && *no_end && word->text >= *no_end)
		return FALSE;
	close = look_ahead ? g_strstr_len(word->text, (gssize)strnlen(word->text, look_ahead), "?=")
			   : strstr(word->text, "?=");
	if (!close) {
		if (no_end)
			*no_end = word->text;
		return FALSE;
	}
	word->text_length = (gsize)(close - word->text);
	word->end = close + 2;
	return TRUE;
}

gsize words_length(const char *text)
{
	Word word;

	if (text[0] != '=' || text[1] != '?' || !word_find(text, LOOK_AHEAD, NULL, &word))
		return 0;
	/* Blanks or another word inside are more likely a word that never ended. */
	if (strcspn(word.text, " \t\r\n") < word.text_length)
		return 0;
	return (gsize)(word.end - text);
}

static void base64_flush(Decoder *decoder)
{
	transfer_decode_base64(decoder->base64->str, decoder->base64->len, decoder->bytes);
	g_string_truncate(decoder->base64, 0);
}

static void decoder_flush(Decoder *decoder)
{
	g_autofree char *text = NULL;

	if (!decoder->charset)
		return;
	base64_flush(decoder);
	text = charset_to_utf8(decoder->charset, decoder->bytes->data, decoder->bytes->len, NULL);
	g_string_append(decoder->out, text);
	g_byte_array_set_size(decoder->bytes, 0);
	g_clear_pointer(&decoder->charset, g_free);
}

/* Was this code cut in the middle of a group? Then its last letter has bits that an encoder would
 * not set. */
static gboolean is_cut_base64(const GString *code)
{
	static const char *const aligned[] = {NULL, NULL, "AQgw", "AEIMQUYcgkosw048"};
	gsize rest = code->len % 4;

	if (code->len == 0 || rest == 0 || strchr(code->str, '='))
		return FALSE;
	return rest == 1 || !strchr(aligned[rest], code->str[code->len - 1]);
}

static void decode_base64_word(Decoder *decoder, const Word *word)
{
	if (decoder->base64->len > 0 && !is_cut_base64(decoder->base64))
		base64_flush(decoder);
	for (gsize i = 0; i < word->text_length; i++)
		if (!g_ascii_isspace(word->text[i]))
			g_string_append_c(decoder->base64, word->text[i]);
}

static void decode_q_word(Decoder *decoder, const Word *word)
{
	base64_flush(decoder);
	for (gsize i = 0; i < word->text_length; i++) {
		const char *at = word->text + i;
		guint8 byte = (guint8)*at;

		if (*at == '_') {
			byte = ' ';
		} else if (*at == '=' && i + 2 < word->text_length && g_ascii_isxdigit(at[1]) &&
			   g_ascii_isxdigit(at[2])) {
			byte = (guint8)(g_ascii_xdigit_value(at[1]) << 4 |
					g_ascii_xdigit_value(at[2]));
			i += 2;
		}
		g_byte_array_append(decoder->bytes, &byte, 1);
	}
}

/* The charset of a word. Letters above ASCII have no business in one: the value was repaired to
 * UTF-8 before, so that is what they are now, whatever the label says. */
static char *word_charset(const Word *word)
{
	for (gsize i = 0; i < word->text_length; i++)
		if ((guchar)word->text[i] >= 0x80)
			return g_strdup("utf-8");
	return g_ascii_strdown(word->charset, (gssize)word->charset_length);
}

static void decode_word(Decoder *decoder, const Word *word)
{
	g_autofree char *charset = word_charset(word);

	if (decoder->charset && strcmp(decoder->charset, charset) != 0)
		decoder_flush(decoder);
	if (!decoder->charset)
		decoder->charset = g_steal_pointer(&charset);
	if (word->encoding == 'B')
		decode_base64_word(decoder, word);
	else
		decode_q_word(decoder, word);
	decoder->words++;
}

static gboolean is_line_blank(gunichar c)
{
	return c == ' ' || g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029;
}

char *words_one_line(const char *text, gsize limit)
{
	GString *line = g_string_sized_new(strlen(text) + 1);
	gboolean is_blank = FALSE;
	gsize characters = 0;

	for (const char *at = text, *next; *at && characters < limit; at = next) {
		next = g_utf8_next_char(at);
		if (!g_ascii_isgraph(*at) && is_line_blank(g_utf8_get_char(at))) {
			is_blank = line->len > 0;
			continue;
		}
		if (is_blank) {
			g_string_append_c(line, ' ');
			characters++;
		}
		is_blank = FALSE;
		if (next == at + 1)
			g_string_append_c(line, *at);
		else
			g_string_append_len(line, at, next - at);
		characters++;
	}
	return g_string_free(line, FALSE);
}

/* The value with its words decoded, perhaps of several lines. */
static GString *decode(const char *value)
{
	GString *out = g_string_sized_new(strlen(value) + 1);
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	g_autoptr(GString) base64 = g_string_new(NULL);
	Decoder decoder = {.out = out, .bytes = bytes, .base64 = base64};
	Word word;

	while (*value) {
		gsize blanks = strspn(value, " \t\r\n");
		gsize plain;

		if (g_str_has_prefix(value + blanks, "=?") && decoder.words < LIMIT_WORDS &&
			word_find(value + blanks, 0, &decoder.no_end, &word)) {
			/* White space between two words only separates them (RFC 2047 6.2). */
			if (!decoder.charset)
				g_string_append_len(out, value, (gssize)blanks);
			decode_word(&decoder, &word);
			value = word.end;
			continue;
		}
		decoder_flush(&decoder);
		plain = blanks + strcspn(value + blanks, " \t\r\n=");
		plain = MAX(plain, 1);
		g_string_append_len(out, value, (gssize)plain);
		value += plain;
	}
	decoder_flush(&decoder);
	return out;
}

char *words_decode(const char *value)
{
	g_autoptr(GString) decoded = strstr(value, "=?") ? decode(value) : NULL;

	return words_one_line(decoded ? decoded->str : value, G_MAXSIZE);
}
