#include "mime/subject.h"

#include <string.h>

#include "mime/limits.h"

enum { PREFIX_CHARACTERS = 24, TAG_CHARACTERS = 40 };

typedef enum {
	PREFIX_NONE = 0,
	PREFIX_REPLY = 1 << 0,
	PREFIX_FORWARD = 1 << 1,
	PREFIX_EITHER =
		PREFIX_REPLY |
		PREFIX_FORWARD, /* "VS": a reply in Finnish, a forward in Danish and Norwegian */
} Prefix;

/* In lower case. The comments name the language where the letters do not. */
static const struct {
	const char *word;
	Prefix prefix;
} prefixes[] = {
	{"re",		    PREFIX_REPLY  },
	{"ré",		   PREFIX_REPLY  },
	{"rép",		  PREFIX_REPLY  },
	{"réf",		  PREFIX_REPLY  },
	{"aw",		    PREFIX_REPLY  },
	{"antw",		  PREFIX_REPLY  },
	{"antwort",               PREFIX_REPLY  },
	{"antwoord",              PREFIX_REPLY  },
	{"sv",		    PREFIX_REPLY  }, /* Swedish, Danish, Norwegian, Icelandic */
	{"vs",		    PREFIX_EITHER },
	{"vá",		   PREFIX_REPLY  }, /* Hungarian */
	{"válasz",               PREFIX_REPLY  },
	{"r",		     PREFIX_REPLY  }, /* Italian */
	{"rif",		   PREFIX_REPLY  },
	{"res",		   PREFIX_REPLY  }, /* Portuguese */
	{"resp",		  PREFIX_REPLY  },
	{"respuesta",             PREFIX_REPLY  },
	{"odp",		   PREFIX_REPLY  }, /* Polish, Czech */
	{"odpověď",             PREFIX_REPLY  },
	{"odg",		   PREFIX_REPLY  }, /* Croatian, Serbian, Slovenian */
	{"ynt",		   PREFIX_REPLY  }, /* Turkish */
	{"yan",		   PREFIX_REPLY  },
	{"bls",		   PREFIX_REPLY  }, /* Indonesian */
	{"balas",                 PREFIX_REPLY  },
	{"tl",		    PREFIX_REPLY  }, /* Vietnamese */
	{"ats",		   PREFIX_REPLY  }, /* Lithuanian */
	{"atb",		   PREFIX_REPLY  }, /* Latvian, Welsh */
	{"απ",		  PREFIX_REPLY  },
	{"απάντηση",      PREFIX_REPLY  },
	{"σχετ",              PREFIX_REPLY  },
	{"на",		  PREFIX_REPLY  }, /* Russian */
	{"ha",		    PREFIX_REPLY  },
	{"отв",		PREFIX_REPLY  },
	{"ответ",            PREFIX_REPLY  },
	{"відп",              PREFIX_REPLY  }, /* Ukrainian */
	{"отг",		PREFIX_REPLY  }, /* Bulgarian */
	{"одг",		PREFIX_REPLY  }, /* Serbian */
	{"השב",		PREFIX_REPLY  },
	{"תשובה",            PREFIX_REPLY  },
	{"رد",		  PREFIX_REPLY  },
	{"پاسخ",              PREFIX_REPLY  },
	{"回复",                PREFIX_REPLY  },
	{"回覆",                PREFIX_REPLY  },
	{"答复",                PREFIX_REPLY  },
	{"答覆",                PREFIX_REPLY  },
	{"回信",                PREFIX_REPLY  },
	{"返信",                PREFIX_REPLY  },
	{"답장",                PREFIX_REPLY  },
	{"회신",                PREFIX_REPLY  },
	{"ตอบ",             PREFIX_REPLY  },
	{"ตอบกลับ", PREFIX_REPLY  },
	{"fw",		    PREFIX_FORWARD},
	{"fwd",		   PREFIX_FORWARD},
	{"forward",               PREFIX_FORWARD},
	{"wg",		    PREFIX_FORWARD},
	{"wtr",		   PREFIX_FORWARD},
	{"weitergeleitet",        PREFIX_FORWARD},
	{"weiterleitung",         PREFIX_FORWARD},
	{"tr",		    PREFIX_FORWARD}, /* French */
	{"rv",		    PREFIX_FORWARD}, /* Spanish */
	{"reenv",                 PREFIX_FORWARD},
	{"i",		     PREFIX_FORWARD}, /* Italian */
	{"inoltra",               PREFIX_FORWARD},
	{"inoltro",               PREFIX_FORWARD},
	{"enc",		   PREFIX_FORWARD}, /* Portuguese */
	{"vb",		    PREFIX_FORWARD}, /* Swedish */
	{"vl",		    PREFIX_FORWARD}, /* Finnish */
	{"fs",		    PREFIX_FORWARD}, /* Icelandic */
	{"doorst",                PREFIX_FORWARD}, /* Dutch */
	{"pd",		    PREFIX_FORWARD}, /* Polish */
	{"př",		   PREFIX_FORWARD}, /* Czech */
	{"tov",		   PREFIX_FORWARD}, /* Hungarian */
	{"továbbítás",         PREFIX_FORWARD},
	{"prosl",                 PREFIX_FORWARD}, /* Croatian */
	{"posr",		  PREFIX_FORWARD}, /* Slovenian */
	{"ilt",		   PREFIX_FORWARD}, /* Turkish */
	{"redir",                 PREFIX_FORWARD}, /* Romanian */
	{"videresend",            PREFIX_FORWARD}, /* Danish, Norwegian */
	{"i̇lt",		 PREFIX_FORWARD}, /* its dotted capital in lower case */
	{"trs",		   PREFIX_FORWARD}, /* Indonesian */
	{"persiųsti",            PREFIX_FORWARD}, /* Lithuanian */
	{"pārs",		 PREFIX_FORWARD}, /* Latvian */
	{"edasi",                 PREFIX_FORWARD}, /* Estonian */
	{"πρθ",		PREFIX_FORWARD},
	{"προώθ",            PREFIX_FORWARD},
	{"пер",		PREFIX_FORWARD},
	{"пересл",          PREFIX_FORWARD},
	{"переслано",    PREFIX_FORWARD},
	{"препр",            PREFIX_FORWARD}, /* Bulgarian */
	{"прос",              PREFIX_FORWARD}, /* Serbian */
	{"הועבר",            PREFIX_FORWARD},
	{"إعادة توجيه", PREFIX_FORWARD},
	{"محول",              PREFIX_FORWARD},
	{"转发",                PREFIX_FORWARD},
	{"轉寄",                PREFIX_FORWARD},
	{"轉發",                PREFIX_FORWARD},
	{"転送",                PREFIX_FORWARD},
	{"전달",                PREFIX_FORWARD},
	{"ส่งต่อ",    PREFIX_FORWARD},
};

/* What gateways and filters put before a subject, in lower case. */
static const char *const stamps[] = {"(extern)", "(external)", "(externe)", "{spam?}", "{spam}",
	"{disarmed}", "extern:", "external:", "***spam***", "*****spam*****"};

static gboolean is_invisible(gunichar c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static const char *skip_blanks(const char *at)
{
	while (*at && (g_unichar_isspace(g_utf8_get_char(at)) || is_invisible(g_utf8_get_char(at))))
		at = g_utf8_next_char(at);
	return at;
}

static gboolean is_colon(gunichar c)
{
	return c == ':' || c == 0xff1a || c == 0xfe55 || c == 0xa789;
}

/* "[2]", "(2)", "^2" or "2" behind a prefix: behind it, or at itself. */
static const char *skip_counter(const char *at)
{
	char close = *at == '[' ? ']' : *at == '(' ? ')' : '\0';
	const char *digits = at + (close || *at == '^');
	gsize count = strspn(digits, "0123456789");

	if (count == 0 || count > 4 || (close && digits[count] != close))
		return at;
	return digits + count + (close != '\0');
}

/* The prefix at text; *behind (may be NULL) is then what follows its colon. */
static Prefix prefix_find(const char *text, const char **behind)
{
	g_autoptr(GString) word = g_string_new(NULL);
	const char *at = text;
	gsize characters = 0;

	for (; *at && characters < PREFIX_CHARACTERS; at = g_utf8_next_char(at), characters++) {
		gunichar c = g_utf8_get_char(at);

		if (is_colon(c) || strchr("[(^0123456789.", c < 0x80 ? (int)c : 'x'))
			break;
		if (!is_invisible(c))
			g_string_append_unichar(
				word, g_unichar_isspace(c) ? ' ' : g_unichar_tolower(c));
	}
	g_strchomp(word->str);
	at = skip_blanks(skip_counter(skip_blanks(at + (*at == '.'))));
	if (!is_colon(g_utf8_get_char(at)))
		return PREFIX_NONE;
	for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (strcmp(prefixes[i].word, word->str) == 0) {
			if (behind)
				*behind = skip_blanks(g_utf8_next_char(at));
			return prefixes[i].prefix;
		}
	return PREFIX_NONE;
}

/* The tag "[…]" at text: what is behind it, or NULL. */
static const char *tag_end(const char *text)
{
	const char *at = text + 1;

	if (*text != '[')
		return NULL;
	for (guint i = 0; *at && *at != ']' && *at != '[' && i <= TAG_CHARACTERS; i++)
		at = g_utf8_next_char(at);
	return *at == ']' ? at + 1 : NULL;
}

static const char *stamp_end(const char *text)
{
	for (gsize i = 0; i < G_N_ELEMENTS(stamps); i++)
		if (g_ascii_strncasecmp(text, stamps[i], strlen(stamps[i])) == 0)
			return text + strlen(stamps[i]);
	return NULL;
}

static void chomp(GString *text)
{
	g_strchomp(text->str);
	text->len = strlen(text->str);
}

/* "[Fwd: Angebot 4711]" becomes "Fwd: Angebot 4711". */
static gboolean unwrap(GString *text)
{
	if (text->len < 3 || text->str[0] != '[' || text->str[text->len - 1] != ']' ||
		prefix_find(text->str + 1, NULL) == PREFIX_NONE)
		return FALSE;
	g_string_truncate(text, text->len - 1);
	g_string_erase(text, 0, 1);
	return TRUE;
}

/* "Angebot 4711 (fwd)" loses its end. */
static gboolean drop_trailer(GString *text)
{
	static const char *const trailers[] = {"(fwd)", "(fw)", "(wg)"};

	for (gsize i = 0; i < G_N_ELEMENTS(trailers); i++) {
		gsize length = strlen(trailers[i]);

		if (text->len > length &&
			g_ascii_strcasecmp(text->str + text->len - length, trailers[i]) == 0) {
			g_string_truncate(text, text->len - length);
			chomp(text);
			return TRUE;
		}
	}
	return FALSE;
}

/* At most this many marks are taken off: a subject of prefixes alone is nobody's matter. */
enum { MOST_MARKS = 100 };

/* The text at most LIMIT_SUBJECT characters long, without blanks around it. */
static GString *start(const char *subject)
{
	const char *first = skip_blanks(subject), *end = first;
	GString *text;

	for (guint i = 0; *end && i < LIMIT_SUBJECT; i++)
		end = g_utf8_next_char(end);
	text = g_string_new_len(first, end - first);
	chomp(text);
	return text;
}

/* NFKC, without invisible characters, white space folded. */
static GString *normalise(const char *subject)
{
	g_autoptr(GString) text = start(subject);
	g_autofree char *composed = g_utf8_normalize(text->str, -1, G_NORMALIZE_NFKC);
	GString *out = g_string_new(NULL);
	gboolean is_blank = FALSE;

	for (const char *at = composed ? composed : text->str; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (is_invisible(c))
			continue;
		if (g_unichar_isspace(c)) {
			is_blank = out->len > 0;
			continue;
		}
		if (is_blank)
			g_string_append_c(out, ' ');
		is_blank = FALSE;
		g_string_append_unichar(out, c);
	}
	return out;
}

/* Takes one mark off the front: what is behind it, or NULL where there is none. */
static const char *drop_front(const char *at)
{
	const char *behind = NULL;

	if (prefix_find(at, &behind) != PREFIX_NONE)
		return behind;
	behind = tag_end(at);
	if (!behind)
		behind = stamp_end(at);
	/* A subject that is only a tag keeps it. */
	return behind && *skip_blanks(behind) ? skip_blanks(behind) : NULL;
}

char *subject_base(const char *subject)
{
	g_autoptr(GString) text = normalise(subject);

	for (guint marks = 0; marks < MOST_MARKS; marks++) {
		const char *behind;

		if (unwrap(text) || drop_trailer(text))
			continue;
		behind = drop_front(text->str);
		if (!behind)
			break;
		g_string_erase(text, 0, behind - text->str);
	}
	return g_utf8_casefold(text->str, -1);
}

char *subject_unprefixed(const char *subject)
{
	g_autoptr(GString) text = start(subject);
	GString *out = g_string_new(NULL);
	const char *at, *behind;

	while (unwrap(text) || drop_trailer(text))
		;
	at = text->str;
	for (guint marks = 0; marks < MOST_MARKS; marks++) {
		if (prefix_find(at, &behind) != PREFIX_NONE) {
			at = behind;
			continue;
		}
		behind = tag_end(at);
		if (!behind)
			break;
		g_string_append_len(out, at, behind - at);
		g_string_append_c(out, ' ');
		at = skip_blanks(behind);
	}
	g_string_append(out, at);
	chomp(out);
	return g_string_free(out, FALSE);
}

char *subject_forwarded(const char *subject)
{
	g_autoptr(GString) text = start(subject);
	const char *at, *behind;

	if (!subject_is_forward(subject))
		return g_strdup("");
	if (drop_trailer(text))
		return g_strdup(text->str);
	unwrap(text);
	at = text->str;
	for (guint marks = 0; marks < MOST_MARKS; marks++) {
		if (prefix_find(at, &behind) != PREFIX_NONE)
			return g_strdup(behind);
		behind = tag_end(at);
		if (!behind)
			behind = stamp_end(at);
		if (!behind)
			break;
		at = skip_blanks(behind);
	}
	return g_strdup(at);
}

/* Behind the word at text that stands before a former subject, "was:"; NULL: none. */
static const char *former_begin(const char *text)
{
	static const char *const words[] = {"was", "war", "vorher", "ehemals", "previously",
		"formerly", "était", "era", "var", "oli", "było", "bylo", "было"};

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		const char *behind = text + strlen(words[i]);

		if (g_ascii_strncasecmp(text, words[i], strlen(words[i])) == 0 &&
			is_colon(g_utf8_get_char(skip_blanks(behind))))
			return skip_blanks(g_utf8_next_char(skip_blanks(behind)));
	}
	return NULL;
}

char *subject_former(const char *subject)
{
	g_autoptr(GString) text = start(subject);
	const char *last = text->len > 0 ? text->str + text->len - 1 : "";
	const char open = *last == ')' ? '(' : *last == ']' ? '[' : '\0';

	for (const char *at = text->str; open && (at = strchr(at, open)); at++) {
		const char *former = former_begin(skip_blanks(at + 1));

		if (former && former < last)
			return g_strndup(former, (gsize)(last - former));
	}
	return g_strdup("");
}

static Prefix outermost(const char *subject)
{
	g_autoptr(GString) text = start(subject);
	const char *at = text->str;

	for (guint marks = 0; marks < MOST_MARKS; marks++) {
		const char *behind = NULL;
		Prefix prefix = prefix_find(at, NULL);

		if (prefix == PREFIX_NONE && *at == '[')
			prefix = prefix_find(at + 1, NULL);
		if (prefix != PREFIX_NONE)
			return prefix;
		behind = tag_end(at);
		if (!behind)
			behind = stamp_end(at);
		if (!behind)
			break;
		at = skip_blanks(behind);
	}
	return drop_trailer(text) ? PREFIX_FORWARD : PREFIX_NONE;
}

gboolean subject_is_forward(const char *subject)
{
	return (outermost(subject) & PREFIX_FORWARD) != 0;
}

gboolean subject_is_reply(const char *subject)
{
	return (outermost(subject) & PREFIX_REPLY) != 0;
}
