#include "parser/rtf.h"

#include <string.h>

#include "mime/charset.h"
#include "mime/limits.h"

enum {
	HEADER_BYTES = 16,
	WINDOW = 4096,
	LZFU = 0x75465a4c,
	STORED = 0x414c454d,
	MOST_GROUPS = 500,
	MOST_FONTS = 1000, /* numbers of fonts below this are known */
	MOST_FALLBACK = 16,
	UTF8 = 65001,
};

/* What the window holds before the first byte ([MS-OXRTFCP] 2.1.3.1.2). */
static const char preset[] =
	"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
	"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
	"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

static guint32 number(const guint8 *at)
{
	return (guint32)at[0] | (guint32)at[1] << 8 | (guint32)at[2] << 16 | (guint32)at[3] << 24;
}

static GByteArray *decompress(const guint8 *data, gsize length)
{
	GByteArray *out = g_byte_array_new();
	guint8 window[WINDOW] = {0};
	gsize write = sizeof preset - 1, at = HEADER_BYTES;

	memcpy(window, preset, sizeof preset - 1);
	while (at < length && out->len < LIMIT_HTML_BYTES) {
		guint8 control = data[at++];

		for (int bit = 0; bit < 8 && at < length; bit++, control >>= 1) {
			if (!(control & 1)) {
				window[write++ % WINDOW] = data[at];
				g_byte_array_append(out, data + at++, 1);
				continue;
			}
			if (at + 1 >= length)
				return out;
			gsize offset = (gsize)data[at] << 4 | data[at + 1] >> 4,
			      count = (data[at + 1] & 0xf) + 2U;

			at += 2;
			if (offset == write % WINDOW)
				return out;
			while (count--) {
				guint8 byte = window[offset++ % WINDOW];

				window[write++ % WINDOW] = byte;
				g_byte_array_append(out, &byte, 1);
			}
		}
	}
	return out;
}

/* What holds inside one group and ends with it. */
typedef struct {
	gboolean is_hidden;   /* fonts, colours, pictures: nothing to read */
	gboolean is_rtf_only; /* \htmlrtf: what stands for the HTML around it */
	gboolean is_font_table;
	guint font, codepage; /* of letters; 0: the document's */
	guint fallback;       /* letters that stand for a \u one */
} Group;

typedef struct {
	const char *at, *end;
	GString *out;
	GString *bytes; /* letters in the codepage, before they become UTF-8 */
	Group groups[MOST_GROUPS];
	guint depth, overflow;
	guint codepage;            /* the document's */
	guint bytes_codepage;      /* of the letters that wait */
	guint16 fonts[MOST_FONTS]; /* their code pages, 0: the document's */
	guint default_font;
	guint skip;    /* letters that still stand for the last \u one */
	gunichar high; /* the first half of a pair of \u ones, 0: none */
	gboolean is_html;
} Reader;

static void flush_bytes(Reader *reader)
{
	g_autofree char *label = NULL, *text = NULL;

	if (reader->bytes->len == 0)
		return;
	label = reader->bytes_codepage == UTF8 ? g_strdup("utf-8")
					       : g_strdup_printf("cp%u", reader->bytes_codepage);
	text = charset_to_utf8(label, reader->bytes->str, reader->bytes->len, NULL);
	g_string_append(reader->out, text);
	g_string_truncate(reader->bytes, 0);
}

static gboolean is_shown(const Reader *reader)
{
	const Group *group = &reader->groups[reader->depth];

	return !group->is_hidden && !group->is_rtf_only && reader->overflow == 0;
}

static void put_byte(Reader *reader, char c)
{
	const Group *group = &reader->groups[reader->depth];
	const guint codepage = group->codepage ? group->codepage : reader->codepage;

	if (reader->skip > 0) {
		reader->skip--;
		return;
	}
	if (!is_shown(reader))
		return;
	if (codepage != reader->bytes_codepage) {
		flush_bytes(reader);
		reader->bytes_codepage = codepage;
	}
	g_string_append_c(reader->bytes, c);
}

static void put_text(Reader *reader, const char *text)
{
	if (!is_shown(reader))
		return;
	flush_bytes(reader);
	g_string_append(reader->out, text);
}

static void put_unicode(Reader *reader, int value)
{
	gunichar c = (gunichar)(value < 0 ? value + 65536 : value), high = reader->high;

	reader->skip = reader->groups[reader->depth].fallback;
	reader->high = 0;
	if (!is_shown(reader))
		return;
	/* What UTF-16 writes as two is written as two here. */
	if (c >= 0xd800 && c < 0xdc00)
		reader->high = c;
	else if (c >= 0xdc00 && c < 0xe000)
		c = high ? 0x10000 + ((high - 0xd800) << 10) + (c - 0xdc00) : 0;
	if (!g_unichar_validate(c) || c == 0)
		return;
	flush_bytes(reader);
	g_string_append_unichar(reader->out, c);
}

/* The code page of a font's letters, by its \fcharset; 0: the document's. */
static guint charset_codepage(int charset)
{
	static const struct {
		int charset;
		guint codepage;
	} known[] = {
		{0,   1252 },
                {77,  10000},
                {128, 932  },
                {129, 949  },
                {134, 936  },
                {136, 950  },
                {161, 1253 },
		{162, 1254 },
                {163, 1258 },
                {177, 1255 },
                {178, 1256 },
                {186, 1257 },
                {204, 1251 },
		{222, 874  },
                {238, 1250 },
                {254, 437  },
                {255, 850  }
        };

	for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
		if (known[i].charset == charset)
			return known[i].codepage;
	return 0;
}

/* \f1 and what a font is; TRUE where the word is of these. */
static gboolean apply_font_word(Reader *reader, const char *word, int value)
{
	Group *group = &reader->groups[reader->depth];
	const gboolean is_known = value >= 0 && value < MOST_FONTS;

	if (strcmp(word, "fonttbl") == 0) {
		group->is_font_table = group->is_hidden = TRUE;
	} else if (strcmp(word, "deff") == 0) {
		reader->default_font = is_known ? (guint)value : 0;
	} else if (strcmp(word, "plain") == 0) {
		group->codepage = reader->fonts[reader->default_font];
	} else if (strcmp(word, "f") == 0) {
		group->font = is_known ? (guint)value : 0;
		group->codepage = reader->fonts[group->font];
	} else if (strcmp(word, "fcharset") == 0 && group->is_font_table) {
		reader->fonts[group->font] = (guint16)charset_codepage(value);
	} else if (strcmp(word, "cpg") == 0 && group->is_font_table && value > 0) {
		reader->fonts[group->font] = (guint16)MIN(value, G_MAXUINT16);
	} else {
		return FALSE;
	}
	return TRUE;
}

/* Destinations whose text is for the program. */
static gboolean is_destination(const char *word)
{
	static const char *const words[] = {"colortbl", "stylesheet", "info", "pict", "generator",
		"listtable", "listoverridetable", "themedata", "colorschememapping", "xmlnstbl",
		"object", "header", "footer", NULL};

	return g_strv_contains(words, word);
}

static void apply_word(Reader *reader, const char *word, gboolean has_value, int value)
{
	static const struct {
		const char *word, *text;
	} letters[] = {
		{"par",       "\n"    },
		{"line",      "\n"    },
		{"row",       "\n"    },
		{"tab",       "\t"    },
		{"cell",      "\t"    },
		{"emdash",    "\u2014"},
		{"endash",    "\u2013"},
		{"bullet",    "\u2022"},
		{"lquote",    "\u2018"},
		{"rquote",    "\u2019"},
		{"ldblquote", "\u201c"},
		{"rdblquote", "\u201d"},
	};
	Group *group = &reader->groups[reader->depth];

	if (apply_font_word(reader, word, value))
		return;
	if (strcmp(word, "htmlrtf") == 0)
		group->is_rtf_only = !has_value || value != 0;
	else if (strcmp(word, "fromhtml") == 0)
		reader->is_html = TRUE;
	else if (strcmp(word, "ansicpg") == 0 && value > 0)
		reader->codepage = (guint)value;
	else if (strcmp(word, "uc") == 0)
		group->fallback = (guint)CLAMP(value, 0, MOST_FALLBACK);
	else if (strcmp(word, "bin") == 0 && value > 0)
		reader->at += MIN(value, reader->end - reader->at);
	else if (strcmp(word, "u") == 0)
		put_unicode(reader, value);
	else if (is_destination(word))
		group->is_hidden = TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(letters); i++)
		if (strcmp(word, letters[i].word) == 0)
			put_text(reader, letters[i].text);
}

/* A control word at text, which stands behind the backslash: "par", "u8211", "ansicpg1252". */
static void read_word(Reader *reader)
{
	char word[32];
	gsize length = 0;
	gboolean is_negative, has_value;
	int value = 0;

	while (reader->at < reader->end && g_ascii_isalpha(*reader->at)) {
		if (length < sizeof word - 1)
			word[length++] = *reader->at;
		reader->at++;
	}
	word[length] = '\0';
	is_negative = reader->at < reader->end && *reader->at == '-';
	reader->at += is_negative;
	has_value = reader->at < reader->end && g_ascii_isdigit(*reader->at);
	while (reader->at < reader->end && g_ascii_isdigit(*reader->at)) {
		if (value < 100000)
			value = value * 10 + (*reader->at - '0');
		reader->at++;
	}
	if (reader->at < reader->end && *reader->at == ' ')
		reader->at++;
	apply_word(reader, word, has_value, is_negative ? -value : value);
}

/* {\*\htmltag84 …} is HTML; {\*\anything else …} is for others. */
static void read_star(Reader *reader)
{
	static const char tag[] = "\\htmltag";
	gsize left = (gsize)(reader->end - reader->at);
	Group *group = &reader->groups[reader->depth];

	if (left > sizeof tag && memcmp(reader->at, tag, sizeof tag - 1) == 0) {
		reader->at += sizeof tag - 1;
		while (reader->at < reader->end && g_ascii_isdigit(*reader->at))
			reader->at++;
		if (reader->at < reader->end && *reader->at == ' ')
			reader->at++;
		group->is_rtf_only = FALSE;
		group->codepage = 0;
	} else {
		group->is_hidden = TRUE;
	}
}

static void read_control(Reader *reader)
{
	char c = reader->at < reader->end ? *reader->at : '\0';

	if (g_ascii_isalpha(c)) {
		read_word(reader);
		return;
	}
	reader->at += c != '\0';
	if (c == '\'' && reader->end - reader->at >= 2 && g_ascii_isxdigit(reader->at[0]) &&
		g_ascii_isxdigit(reader->at[1])) {
		put_byte(reader, (char)(g_ascii_xdigit_value(reader->at[0]) << 4 |
					 g_ascii_xdigit_value(reader->at[1])));
		reader->at += 2;
	} else if (c == '*') {
		read_star(reader);
	} else if (c == '~') {
		put_text(reader, reader->is_html ? "&nbsp;" : "\u00a0");
	} else if (c == '_') {
		put_text(reader, "-");
	} else if (c == '{' || c == '}' || c == '\\') {
		put_byte(reader, c);
	}
}

static void open_group(Reader *reader)
{
	if (reader->overflow > 0 || reader->depth + 1 >= MOST_GROUPS) {
		reader->overflow++;
		return;
	}
	reader->groups[reader->depth + 1] = reader->groups[reader->depth];
	reader->depth++;
}

static void close_group(Reader *reader)
{
	if (reader->overflow > 0)
		reader->overflow--;
	else if (reader->depth > 0)
		reader->depth--;
	reader->skip = 0;
}

static char *convert(const char *rtf, gsize length, gboolean *is_html)
{
	g_autoptr(GString) bytes = g_string_new(NULL);
	g_autofree Reader *reader = g_new0(Reader, 1);

	reader->at = rtf;
	reader->end = rtf + length;
	reader->out = g_string_new(NULL);
	reader->bytes = bytes;
	reader->codepage = reader->bytes_codepage = 1252;
	reader->groups[0].fallback = 1;
	while (reader->at < reader->end) {
		char c = *reader->at++;

		if (c == '\\')
			read_control(reader);
		else if (c == '{')
			open_group(reader);
		else if (c == '}')
			close_group(reader);
		else if (c != '\r' && c != '\n' && c != '\0')
			put_byte(reader, c);
	}
	flush_bytes(reader);
	*is_html = reader->is_html;
	return g_string_free(reader->out, FALSE);
}

char *rtf_read(GBytes *compressed, gboolean *is_html)
{
	g_autoptr(GByteArray) plain = NULL;
	g_autofree char *text = NULL;
	gsize length;
	const guint8 *data = g_bytes_get_data(compressed, &length);

	*is_html = FALSE;
	if (length <= HEADER_BYTES)
		return NULL;
	if (number(data + 8) == LZFU) {
		plain = decompress(data, length);
	} else if (number(data + 8) == STORED) {
		plain = g_byte_array_new();
		g_byte_array_append(plain, data + HEADER_BYTES,
			(guint)MIN(length - HEADER_BYTES, LIMIT_HTML_BYTES));
	} else {
		return NULL;
	}
	if (plain->len < 5 || memcmp(plain->data, "{\\rtf", 5) != 0)
		return NULL;
	text = convert((const char *)plain->data, plain->len, is_html);
	return text[strspn(text, " \t\r\n")] ? g_steal_pointer(&text) : NULL;
}
