#include "mime/charset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uchardet.h>

/* How much of a text libuchardet looks at: enough to be sure, little enough to be quick. */
enum { GUESS_BYTES = 64 * 1024 };

#define UTF8    "UTF-8"
#define WIN1252 "windows-1252"
#define UTF16   "UTF-16"
#define HZ      "HZ"
#define JIS     "ISO-2022-JP"
#define UNKNOWN ""

/* label without punctuation, name for iconv. Sorted by label. What browsers do (the Encoding
 * standard): ISO 8859-1 is read as windows-1252, GB 2312 as GB 18030, because that is what is sent
 * under those labels. ISO-2022-CN-EXT is left out on purpose: glibc's reader of it had
 * CVE-2024-2961 and no mail needs it. */
typedef struct {
	const char *label, *name;
} Charset;

static const Charset charsets[] = {
	{"ansix341968",   UNKNOWN        },
	{"armscii8",      "ARMSCII-8"    },
	{"ascii",         UNKNOWN        },
	{"big5",          "BIG5-HKSCS"   },
	{"big5hkscs",     "BIG5-HKSCS"   },
	{"chinesebig5",   "BIG5-HKSCS"   },
	{"cp1250",        "CP1250"       },
	{"cp1251",        "CP1251"       },
	{"cp1252",        WIN1252        },
	{"cp1253",        "CP1253"       },
	{"cp1254",        "CP1254"       },
	{"cp1255",        "CP1255"       },
	{"cp1256",        "CP1256"       },
	{"cp1257",        "CP1257"       },
	{"cp1258",        "CP1258"       },
	{"cp437",         "IBM437"       },
	{"cp850",         "IBM850"       },
	{"cp852",         "IBM852"       },
	{"cp866",         "IBM866"       },
	{"cp874",         "CP874"        },
	{"cp932",         "CP932"        },
	{"cp936",         "GB18030"      },
	{"cp949",         "CP949"        },
	{"cp950",         "BIG5-HKSCS"   },
	{"euccn",         "GB18030"      },
	{"eucjp",         "EUC-JP-MS"    },
	{"euckr",         "CP949"        },
	{"euctw",         "EUC-TW"       },
	{"gb18030",       "GB18030"      },
	{"gb2312",        "GB18030"      },
	{"gb231280",      "GB18030"      },
	{"gbk",           "GB18030"      },
	{"georgianps",    "GEORGIAN-PS"  },
	{"hzgb2312",      HZ             },
	{"ibm437",        "IBM437"       },
	{"ibm850",        "IBM850"       },
	{"ibm852",        "IBM852"       },
	{"ibm866",        "IBM866"       },
	{"iso2022cn",     "ISO-2022-CN"  },
	{"iso2022jp",     JIS            },
	{"iso2022jp1",    JIS            },
	{"iso2022jp2",    "ISO-2022-JP-2"},
	{"iso2022jp3",    "ISO-2022-JP-3"},
	{"iso2022kr",     "ISO-2022-KR"  },
	{"iso646us",      UNKNOWN        },
	{"iso88591",      WIN1252        },
	{"iso885910",     "ISO-8859-10"  },
	{"iso885911",     "CP874"        },
	{"iso885913",     "ISO-8859-13"  },
	{"iso885914",     "ISO-8859-14"  },
	{"iso885915",     "ISO-8859-15"  },
	{"iso885916",     "ISO-8859-16"  },
	{"iso88592",      "ISO-8859-2"   },
	{"iso88593",      "ISO-8859-3"   },
	{"iso88594",      "ISO-8859-4"   },
	{"iso88595",      "ISO-8859-5"   },
	{"iso88596",      "ISO-8859-6"   },
	{"iso88596e",     "ISO-8859-6"   },
	{"iso88596i",     "ISO-8859-6"   },
	{"iso88597",      "ISO-8859-7"   },
	{"iso88598",      "ISO-8859-8"   },
	{"iso88598e",     "ISO-8859-8"   },
	{"iso88598i",     "ISO-8859-8"   },
	{"iso88599",      "CP1254"       },
	{"koi8r",         "KOI8-R"       },
	{"koi8ru",        "KOI8-U"       },
	{"koi8u",         "KOI8-U"       },
	{"ksc5601",       "CP949"        },
	{"ksc56011987",   "CP949"        },
	{"latin1",        WIN1252        },
	{"latin2",        "ISO-8859-2"   },
	{"latin3",        "ISO-8859-3"   },
	{"latin4",        "ISO-8859-4"   },
	{"latin5",        "CP1254"       },
	{"latin9",        "ISO-8859-15"  },
	{"maccyrillic",   "MAC-CYRILLIC" },
	{"macintosh",     "MACINTOSH"    },
	{"macroman",      "MACINTOSH"    },
	{"mskanji",       "CP932"        },
	{"shiftjis",      "CP932"        },
	{"sjis",          "CP932"        },
	{"tcvn",          "TCVN"         },
	{"tis620",        "CP874"        },
	{"ucs2",          UTF16          },
	{"unicode",       UTF16          },
	{"unicode11utf7", "UTF-7"        },
	{"unicode11utf8", UTF8           },
	{"usascii",       UNKNOWN        },
	{"utf16",         UTF16          },
	{"utf16be",       "UTF-16BE"     },
	{"utf16le",       "UTF-16LE"     },
	{"utf32",         "UTF-32"       },
	{"utf32be",       "UTF-32BE"     },
	{"utf32le",       "UTF-32LE"     },
	{"utf7",          "UTF-7"        },
	{"utf8",          UTF8           },
	{"utf8mb4",       UTF8           },
	{"viscii",        "VISCII"       },
	{"win1250",       "CP1250"       },
	{"win1251",       "CP1251"       },
	{"win1252",       WIN1252        },
	{"windows1250",   "CP1250"       },
	{"windows1251",   "CP1251"       },
	{"windows1252",   WIN1252        },
	{"windows1253",   "CP1253"       },
	{"windows1254",   "CP1254"       },
	{"windows1255",   "CP1255"       },
	{"windows1256",   "CP1256"       },
	{"windows1257",   "CP1257"       },
	{"windows1258",   "CP1258"       },
	{"windows31j",    "CP932"        },
	{"windows874",    "CP874"        },
	{"windows932",    "CP932"        },
	{"windows936",    "GB18030"      },
	{"windows949",    "CP949"        },
};

/* The letters and digits of a label in lower case, without a leading "x-" and a trailing
 * "*language". */
static void label_fold(const char *label, char folded[32])
{
	gsize length = 0;

	if (g_ascii_strncasecmp(label, "x-", 2) == 0)
		label += 2;
	for (; *label && *label != '*' && length < 31; label++)
		if (g_ascii_isalnum(*label))
			folded[length++] = g_ascii_tolower(*label);
	folded[length] = '\0';
}

static int compare_label(gconstpointer label, gconstpointer row)
{
	return strcmp(label, ((const Charset *)row)->label);
}

/* The name for iconv, UNKNOWN where the bytes must tell, NULL where we know no such charset. */
static const char *charset_find(const char *label)
{
	const Charset *row;
	char folded[32];

	if (!label)
		return NULL;
	label_fold(label, folded);
	row = bsearch(folded, charsets, G_N_ELEMENTS(charsets), sizeof charsets[0], compare_label);
	return row ? row->name : NULL;
}

gboolean charset_is_known(const char *label)
{
	return charset_find(label) != NULL;
}

/* Valid UTF-8 becomes free of NUL; what is not valid becomes U+FFFD. */
static char *utf8_clean(const char *bytes, gsize length, gboolean *is_repaired)
{
	GString *text = g_string_sized_new(length + 1);

	while (length > 0) {
		const char *end;

		if (g_utf8_validate_len(bytes, length, &end))
			end = bytes + length;
		g_string_append_len(text, bytes, end - bytes);
		length -= (gsize)(end - bytes);
		bytes = end;
		if (length == 0)
			break;
		g_string_append(text, "\xef\xbf\xbd");
		*is_repaired = TRUE;
		bytes++;
		length--;
		/* One mark for one broken character, not one for each byte of it. */
		while (length > 0 && ((guchar)*bytes & 0xc0) == 0x80) {
			bytes++;
			length--;
		}
	}
	return g_string_free(text, FALSE);
}

/* windows-1252 as browsers read it: the five unused bytes are the control characters of their
 * number. */
static char *windows1252_to_utf8(const guchar *bytes, gsize length)
{
	static const gunichar upper[32] = {0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020,
		0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018,
		0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153,
		0x9d, 0x17e, 0x178};
	GString *text = g_string_sized_new(length + length / 8 + 1);

	for (gsize i = 0; i < length; i++) {
		gsize plain = i;

		while (plain < length && bytes[plain] > 0 && bytes[plain] < 0x80)
			plain++;
		g_string_append_len(text, (const char *)bytes + i, (gssize)(plain - i));
		i = plain;
		if (i == length)
			break;
		if (bytes[i] == 0)
			g_string_append(text, "\xef\xbf\xbd");
		else if (bytes[i] < 0xa0)
			g_string_append_unichar(text, upper[bytes[i] - 0x80]);
		else
			g_string_append_unichar(text, bytes[i]);
	}
	return g_string_free(text, FALSE);
}

/* iconv over everything; a byte that it refuses becomes U+FFFD. NULL when iconv has no such
 * converter. */
static char *iconv_to_utf8(const char *name, const char *bytes, gsize length, gboolean *is_repaired)
{
	GIConv converter = g_iconv_open(UTF8, name);
	g_autoptr(GString) text = NULL;
	char *in = (char *)bytes;
	char buffer[4096];

	if (converter ==
		(GIConv)-1) /* NOLINT(performance-no-int-to-ptr): that is how iconv says no */
		return NULL;
	text = g_string_sized_new(length + length / 2 + 1);
	for (gboolean is_ending = FALSE;;) {
		char *out = buffer;
		gsize room = sizeof buffer;
		gsize result = g_iconv(
			converter, is_ending ? NULL : &in, is_ending ? NULL : &length, &out, &room);
		int why = errno;

		g_string_append_len(text, buffer, out - buffer);
		if (result != (gsize)-1 && is_ending)
			break;
		if (result != (gsize)-1) {
			is_ending = TRUE;
		} else if (why != E2BIG) {
			g_string_append(text, "\xef\xbf\xbd");
			*is_repaired = TRUE;
			if (is_ending)
				break;
			if (length > 0) {
				in++;
				length--;
			}
		} else if (out == buffer) {
			break;
		}
	}
	g_iconv_close(converter);
	return utf8_clean(text->str, text->len, is_repaired);
}

/* Which byte comes first where neither label nor byte order mark says it: most mail has ASCII in
 * it. */
static const char *utf16_order(const guchar *bytes, gsize length)
{
	gsize even = 0, odd = 0;

	for (gsize i = 0; i + 1 < MIN(length, 4096); i += 2) {
		even += bytes[i] == 0;
		odd += bytes[i + 1] == 0;
	}
	return odd > even ? "UTF-16LE" : "UTF-16BE";
}

static char *utf16_to_utf8(const guchar *bytes, gsize length, gboolean *is_repaired)
{
	const char *order = utf16_order(bytes, length);

	if (length >= 2 && ((bytes[0] == 0xff && bytes[1] == 0xfe) ||
				   (bytes[0] == 0xfe && bytes[1] == 0xff))) {
		order = bytes[0] == 0xff ? "UTF-16LE" : "UTF-16BE";
		bytes += 2;
		length -= 2;
	}
	return iconv_to_utf8(order, (const char *)bytes, length, is_repaired);
}

/* HZ (RFC 1843), which glibc cannot read: GB 2312 in seven bits between ~{ and ~}. */
static char *hz_to_utf8(const guchar *bytes, gsize length, gboolean *is_repaired)
{
	g_autoptr(GString) wide = g_string_sized_new(length);
	gboolean is_wide = FALSE;

	for (gsize i = 0; i < length; i++) {
		guchar next = i + 1 < length ? bytes[i + 1] : 0;

		if (bytes[i] == '~' && (next == '{' || next == '}')) {
			is_wide = next == '{';
			i++;
		} else if (bytes[i] == '~' && (next == '~' || next == '\n')) {
			if (next == '~')
				g_string_append_c(wide, '~');
			i++;
		} else {
			is_wide = is_wide && bytes[i] != '\n';
			g_string_append_c(wide, (char)(is_wide ? bytes[i] | 0x80 : bytes[i]));
		}
	}
	return iconv_to_utf8("GB18030", wide->str, wide->len, is_repaired);
}

/* ISO-2022-JP as Microsoft's programs write it, which glibc cannot read: with NEC's circled digits
 * and with half-width kana. The same letters in EUC have their eighth bit set. NULL where it holds
 * sets of later standards. */
static char *jis_to_utf8(const guchar *bytes, gsize length, gboolean *is_repaired)
{
	static const struct {
		const char *escape;
		char set; /* 'A' one byte a letter, 'J' JIS X 0208, 'K' kana, 'S' JIS X 0212 */
	} sets[] = {
		{"(B",  'A'},
                {"(J",  'A'},
                {"$@",  'J'},
                {"$B",  'J'},
                {"(I",  'K'},
                {"$(D", 'S'}
        };
	g_autoptr(GString) euc = g_string_sized_new(length);
	char set = 'A';
	gboolean is_second = FALSE;

	for (gsize i = 0; i < length; i++) {
		gsize found = 0;

		while (bytes[i] == 0x1b && found < G_N_ELEMENTS(sets) &&
			!(strlen(sets[found].escape) < length - i &&
				memcmp(bytes + i + 1, sets[found].escape,
					strlen(sets[found].escape)) == 0))
			found++;
		if (bytes[i] == 0x1b && found == G_N_ELEMENTS(sets))
			return NULL;
		if (bytes[i] == 0x1b) {
			set = sets[found].set;
			i += strlen(sets[found].escape);
			is_second = FALSE;
		} else if (set == 'A' || bytes[i] <= ' ') {
			set = bytes[i] == '\n' ? 'A' : set;
			is_second = FALSE;
			g_string_append_c(euc, (char)bytes[i]);
		} else {
			if (set == 'K')
				g_string_append_c(euc, (char)0x8e);
			else if (set == 'S' && !is_second)
				g_string_append_c(euc, (char)0x8f);
			is_second = !is_second;
			g_string_append_c(euc, (char)(bytes[i] | 0x80));
		}
	}
	return iconv_to_utf8("EUC-JP-MS", euc->str, euc->len, is_repaired);
}

static char *convert(const char *name, const void *bytes, gsize length, gboolean *is_repaired)
{
	if (strcmp(name, UTF8) == 0)
		return utf8_clean(bytes, length, is_repaired);
	if (strcmp(name, WIN1252) == 0)
		return windows1252_to_utf8(bytes, length);
	if (strcmp(name, UTF16) == 0)
		return utf16_to_utf8(bytes, length, is_repaired);
	if (strcmp(name, HZ) == 0)
		return hz_to_utf8(bytes, length, is_repaired);
	if (strcmp(name, JIS) == 0) {
		char *text = jis_to_utf8(bytes, length, is_repaired);

		return text ? text : iconv_to_utf8("ISO-2022-JP-3", bytes, length, is_repaired);
	}
	return iconv_to_utf8(name, bytes, length, is_repaired);
}

/* What libuchardet makes of the bytes, as a name of ours, or NULL. */
static const char *detect(const void *bytes, gsize length)
{
	uchardet_t detector = uchardet_new();
	const char *name = NULL;

	if (uchardet_handle_data(detector, bytes, MIN(length, (gsize)GUESS_BYTES)) == 0) {
		uchardet_data_end(detector);
		name = charset_find(uchardet_get_charset(detector));
	}
	uchardet_delete(detector);
	return name && *name ? name : NULL;
}

/* Short texts with a few umlauts make a detector guess wildly; ours are mostly of western Europe.
 */
static gboolean is_too_short_to_detect(const guchar *bytes, gsize length)
{
	gsize high = 0;

	for (gsize i = 0; i < MIN(length, (gsize)GUESS_BYTES); i++)
		high += bytes[i] >= 0x80;
	return high < 8 && high * 3 < length;
}

/* How many characters of two and more bytes are well-formed, and how many bytes are not. */
static void utf8_count(const char *bytes, gsize length, gsize *good, gsize *bad)
{
	*good = 0;
	*bad = 0;
	while (length > 0) {
		const char *end;
		gboolean is_valid = g_utf8_validate_len(bytes, length, &end);
		gsize leads = 0;

		/* A loop that a compiler makes wide. */
		for (gsize i = 0; i < (gsize)(end - bytes); i++)
			leads += (guchar)bytes[i] >= 0xc0;
		*good += leads;
		if (is_valid)
			return;
		*bad += *end != '\0';
		length -= (gsize)(end + 1 - bytes);
		bytes = end + 1;
	}
}

char *charset_guess(const void *bytes, gsize length)
{
	gboolean is_repaired = FALSE;
	const char *name;
	char *text;
	gsize good, bad;

	if (length == 0)
		return g_strdup("");
	if (g_utf8_validate_len(bytes, length, NULL))
		return g_strndup(bytes, length);
	utf8_count(bytes, length, &good, &bad);
	if (bad == 0 || good > 4 * bad)
		return utf8_clean(bytes, length, &is_repaired);
	name = is_too_short_to_detect(bytes, length) ? WIN1252 : detect(bytes, length);
	text = name ? convert(name, bytes, length, &is_repaired) : NULL;
	if (text && !is_repaired)
		return text;
	g_free(text);
	return windows1252_to_utf8(bytes, length);
}

char *charset_to_utf8(const char *label, const void *bytes, gsize length, gboolean *is_repaired)
{
	const char *name = charset_find(label);
	gboolean is_utf8 = g_strcmp0(name, UTF8) == 0;
	gboolean is_bad = label && !name;
	char *text = NULL;
	gsize good, broken;

	if (is_repaired)
		*is_repaired = is_bad;
	if (length == 0)
		return g_strdup("");
	if (is_utf8 && g_utf8_validate_len(bytes, length, NULL))
		return g_strndup(bytes, length);
	utf8_count(bytes, length, &good, &broken);
	if (is_utf8) {
		/* Nothing in it is UTF-8: the label lies. Something is: a few bytes are damaged. */
		is_bad = broken > 0;
		text = broken > good ? charset_guess(bytes, length)
				     : utf8_clean(bytes, length, &is_bad);
	} else if (g_strcmp0(name, WIN1252) == 0 && good >= 3 && broken == 0) {
		/* No text of western Europe happens to be UTF-8 three times and never not. */
		text = utf8_clean(bytes, length, &is_bad);
		is_bad = TRUE;
	} else if (name && *name) {
		text = convert(name, bytes, length, &is_bad);
	}
	if (!text) {
		is_bad = is_bad || good > 0 || broken > 0;
		text = charset_guess(bytes, length);
	}
	if (is_repaired)
		*is_repaired = is_bad;
	return text;
}
