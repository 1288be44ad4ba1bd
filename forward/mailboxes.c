#include "forward/mailboxes.h"

#include <string.h>

#include "mime/address.h"
#include "mime/limits.h"
#include "mime/words.h"

/* One entry of a list while it is read. */
typedef struct {
	GString *name;   /* what stands outside addresses, quotes taken off */
	char *address;   /* the first one in brackets, NULL: none yet */
	gboolean has_at; /* the name holds an @ */
} Entry;

static void entry_clear(Entry *entry)
{
	g_string_free(entry->name, TRUE);
	g_free(entry->address);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Entry, entry_clear)

static gsize scheme_length(const char *text)
{
	static const char *const schemes[] = {"mailto:", "smtp:", "x-apple-data-detectors:"};

	for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
		if (g_ascii_strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
			return strlen(schemes[i]);
	return 0;
}

/* The address in the text of a pair of brackets: behind a scheme, before another bracket. NULL: it
 * is none. */
static char *address_within(const char *text, gsize length)
{
	g_autofree char *inner = g_strndup(text, length);
	char *address = g_strstrip(inner);

	address += strspn(address, "<[( ");
	address += scheme_length(address);
	address[strcspn(address, "<>[](?")] = '\0';
	g_strstrip(address);
	for (gsize end = strlen(address); end > 0 && strchr(".,;>", address[end - 1]);)
		address[--end] = '\0';
	return address_is_plausible(address) ? g_strdup(address) : NULL;
}

/* An address outside brackets needs a domain with a dot: "Anna Muster/ACME@ACME" is a name of Lotus
 * Notes. */
static gboolean is_bare_address(const char *word)
{
	const char *at = strrchr(word, '@');

	return at && strchr(at, '.') && address_is_plausible(word);
}

/* Takes the first word that is an address out of the name. */
static void take_bare_address(Entry *entry)
{
	static const char *const around = "<>()[]{},;:'\"* \t";
	char *name = entry->name->str;

	for (char *word = name; *word;) {
		gsize before = strspn(word, around), length = strcspn(word + before, " \t");
		g_autofree char *bare = g_strndup(word + before, length);

		for (gsize end = strlen(bare); end > 0 && strchr(around, bare[end - 1]);)
			bare[--end] = '\0';
		if (is_bare_address(bare + scheme_length(bare))) {
			entry->address = g_strdup(bare + scheme_length(bare));
			g_string_erase(entry->name, word - name, (gssize)(before + length));
			return;
		}
		word += before + length;
	}
}

/* The name for display: NULL where nothing is left or it only repeats the address. */
static char *name_clean(const char *text, const char *address)
{
	static const char *const pairs[][2] = {
		{"'",   "'"  },
                {"\"",  "\"" },
                {"*",   "*"  },
                {"“", "”"},
                {"„", "“"},
                {"„", "”"},
		{"«",  "»" },
                {"‘", "’"}
        };
	g_autofree char *decoded = words_decode(text);
	g_autofree char *name = words_one_line(decoded, LIMIT_NAME);
	g_autofree char *folded = NULL, *folded_address = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
		gsize open = strlen(pairs[i][0]), close = strlen(pairs[i][1]);

		if (strlen(name) > open + close && g_str_has_prefix(name, pairs[i][0]) &&
			g_str_has_suffix(name, pairs[i][1])) {
			name[strlen(name) - close] = '\0';
			memmove(name, name + open, strlen(name + open) + 1);
		}
	}
	g_strstrip(name);
	if (!name[strspn(name, " ,;:.-_*'\"<>()[]/\\|")])
		return NULL;
	folded = g_utf8_casefold(name, -1);
	folded_address = g_utf8_casefold(address ? address : "", -1);
	return g_str_equal(folded, folded_address) ? NULL : g_steal_pointer(&name);
}

/* "undisclosed-recipients:" is nobody, and what Chinese programs write for none. */
static gboolean is_group_name(const char *name)
{
	return g_str_equal(name, "(无)") || g_str_equal(name, "(無)") ||
	       g_str_equal(name, "（无）") || g_str_has_suffix(name, ":") ||
	       g_ascii_strncasecmp(name, "undisclosed", strlen("undisclosed")) == 0;
}

/* Adds what the entry says and empties it. */
static void entry_finish(Entry *entry, GPtrArray *list)
{
	g_autofree char *name = NULL;

	if (!entry->address)
		take_bare_address(entry);
	name = name_clean(entry->name->str, entry->address);
	if (!entry->address && name && is_group_name(name))
		g_clear_pointer(&name, g_free);
	if ((name || entry->address) && list->len < LIMIT_ADDRESSES)
		g_ptr_array_add(list, mailbox_new(name, entry->address));
	g_string_truncate(entry->name, 0);
	g_clear_pointer(&entry->address, g_free);
	entry->has_at = FALSE;
}

/* How far the partner of a quote or bracket is looked for, so that reading stays linear. */
enum { PAIR_BYTES = 1000, ADDRESS_BYTES = 320 };

/* Where the bracket that opens at text closes: inner pairs of the same kind counted; NULL: nowhere
 * near. */
static const char *closing(const char *text, char close)
{
	guint depth = 0;

	for (gsize i = 0; i < PAIR_BYTES && text[i]; i++) {
		if (text[i] == *text)
			depth++;
		else if (text[i] == close && --depth == 0)
			return text + i;
	}
	return NULL;
}

/* The bytes before the next semicolon, looked for as far as a partner. */
static gsize before_semicolon(const char *text)
{
	gsize length = strnlen(text, PAIR_BYTES);
	const char *semicolon = memchr(text, ';', length);

	if (semicolon)
		return (gsize)(semicolon - text);
	/* Not in the middle of a character. */
	while (length > 0 && ((guchar)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

/* Reads a pair of brackets. What holds an address is one, a link says nothing, everything else
 * belongs to the name. */
static const char *read_brackets(Entry *entry, const char *text, char close)
{
	const char *end = closing(text, close);
	gsize length = end ? (gsize)(end - text - 1) : before_semicolon(text + 1);
	const char *behind = text + 1 + length + (end ? 1 : 0);
	g_autofree char *address = address_within(text + 1, length);

	if (!end && !address) {
		g_string_append_c(entry->name, *text);
		return text + 1;
	}
	if (address && !entry->address)
		entry->address = g_steal_pointer(&address);
	else if (!address && *text != '<' && strncmp(text + 1, "http", 4) != 0)
		g_string_append_len(entry->name, text, behind - text);
	g_string_append_c(entry->name, ' ');
	return behind;
}

static const char *read_quoted(Entry *entry, const char *text)
{
	const char *end = text + 1;

	while (*end && *end != '"' && end < text + PAIR_BYTES)
		end += *end == '\\' && end[1] ? 2 : 1;
	if (*end != '"')
		return text + 1;
	for (const char *c = text + 1; c < end; c++) {
		if (*c == '\\' && c + 1 < end)
			c++;
		g_string_append_c(entry->name, *c);
	}
	return end + 1;
}

typedef enum {
	ENDS_AT_COMMA,
	ENDS_AT_SEMICOLON, /* a comma belongs to the name, unless an address came before it */
} Ends;

/* The length of a separator at text, 0: none. */
static gsize separator_length(const char *text, const Entry *entry, Ends ends, gboolean *is_comma)
{
	static const char *const commas[] = {",", "，", "、", "،"};
	static const char *const semicolons[] = {";", "；", "؛"};

	*is_comma = FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(semicolons); i++)
		if (g_str_has_prefix(text, semicolons[i]))
			return strlen(semicolons[i]);
	if (ends == ENDS_AT_SEMICOLON && !entry->address && !entry->has_at)
		return 0;
	*is_comma = TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(commas); i++)
		if (g_str_has_prefix(text, commas[i]))
			return strlen(commas[i]);
	return 0;
}

/* "a@b c@d": does an address end at this blank, and the next begin right behind it? */
static gboolean is_between_addresses(const Entry *entry, const char *text)
{
	const GString *name = entry->name;
	gsize length;

	if (*text != ' ' || !entry->has_at || entry->address || name->len > ADDRESS_BYTES ||
		strpbrk(name->str + strspn(name->str, " "), " \t"))
		return FALSE;
	for (length = 1; length <= ADDRESS_BYTES && text[length]; length++)
		if (strchr(" \t<>()[]\",;", text[length]))
			break;
	return memchr(text + 1, '@', length - 1) &&
	       !strchr("<([", text[length] ? text[length] : ' ');
}

/* Reads one entry and returns what stands behind its separator. */
static const char *entry_read(Entry *entry, const char *text, Ends ends, gboolean *is_comma)
{
	*is_comma = FALSE;
	while (*text) {
		gsize length = separator_length(text, entry, ends, is_comma);

		if (length > 0)
			return text + length;
		if (is_between_addresses(entry, text))
			return text + 1;
		if (*text == '"') {
			text = read_quoted(entry, text);
		} else if (*text == '<' || *text == '[' || *text == '(') {
			text = read_brackets(entry, text,
				*text == '<'   ? '>'
				: *text == '[' ? ']'
					       : ')');
		} else {
			entry->has_at = entry->has_at || *text == '@';
			g_string_append_c(entry->name, *text++);
		}
	}
	return text;
}

static gboolean is_one_word(const char *name)
{
	return !name[strcspn(name, " \t")];
}

/* "von der Heide, Anna" is a person, "Anna Muster, Bert Meier" are two, and so are "Anna/ACME,
 * Bert/ACME" of Notes. */
static gboolean is_one_person(const char *family, const char *given)
{
	if (strchr(family, '/'))
		return FALSE;
	return is_one_word(family) || is_one_word(given) ||
	       g_unichar_islower(g_utf8_get_char(family));
}

/* Adds names that stood between commas without an address; the last one may be the family name of
 * last, the name that follows. Returns TRUE where it is, and gives last both. */
static gboolean add_waiting(GPtrArray *waiting, GString *last, GPtrArray *list)
{
	const char *family = waiting->len ? g_ptr_array_index(waiting, waiting->len - 1) : NULL;
	gboolean is_joined = family && last && is_one_person(family, last->str);

	for (guint i = 0; i + (is_joined ? 1 : 0) < waiting->len; i++) {
		Entry entry = {.name = g_string_new(g_ptr_array_index(waiting, i))};

		entry_finish(&entry, list);
		entry_clear(&entry);
	}
	if (is_joined) {
		g_string_prepend(last, ", ");
		g_string_prepend(last, family);
	}
	g_ptr_array_set_size(waiting, 0);
	return is_joined;
}

/* A list without semicolons. */
static void parse_commas(const char *value, GPtrArray *list)
{
	g_autoptr(GPtrArray) waiting = g_ptr_array_new_with_free_func(g_free);
	g_auto(Entry) entry = {.name = g_string_new(NULL)};

	for (gboolean is_comma = FALSE; *value;) {
		value = entry_read(&entry, value, ENDS_AT_COMMA, &is_comma);
		g_strstrip(entry.name->str);
		g_string_set_size(entry.name, strlen(entry.name->str));
		if (!entry.address && !entry.has_at) {
			if (entry.name->len > 0)
				g_ptr_array_add(waiting, g_strdup(entry.name->str));
			g_string_truncate(entry.name, 0);
			continue;
		}
		add_waiting(waiting, entry.name, list);
		entry_finish(&entry, list);
	}
	if (waiting->len == 2) {
		g_string_assign(entry.name, g_ptr_array_index(waiting, 1));
		g_ptr_array_remove_index(waiting, 1);
		add_waiting(waiting, entry.name, list);
		entry_finish(&entry, list);
	}
	add_waiting(waiting, NULL, list);
}

/* A list in which semicolons part the entries, or a single entry. */
static void parse_semicolons(const char *value, GPtrArray *list)
{
	g_auto(Entry) entry = {.name = g_string_new(NULL)};

	for (gboolean is_comma = FALSE; *value;) {
		value = entry_read(&entry, value, ENDS_AT_SEMICOLON, &is_comma);
		entry_finish(&entry, list);
	}
}

void mailboxes_parse(const char *value, GPtrArray *list)
{
	/* One in the place of a trailing comma parts nothing. */
	gsize length = strlen(value);

	while (length > 0 && strchr(" \t,;", value[length - 1]))
		length--;
	if (memchr(value, ';', length) || strstr(value, "；"))
		parse_semicolons(value, list);
	else
		parse_commas(value, list);
}

/* What Outlook writes between the person who sent and the one in whose name. */
static const char *const behalf[] = {" im auftrag von ", " on behalf of ", " de la part de ",
	" pour le compte de ", " en nombre de ", " em nome de ", " per conto di ", " namens ",
	" på vegne af ", " på vegne av ", " puolesta ", " w imieniu ", " jménem ", " v mene ",
	" от имени ", " від імені ", " în numele ", " adına ", " 代表 ", " 代理 "};

/* Where the name begins on whose behalf; *end is where the other one ends. NULL: nobody's. */
static const char *behalf_find(const char *value, const char **end)
{
	gboolean is_quoted = FALSE;

	for (; *value; value++) {
		is_quoted ^= *value == '"';
		if (*value != ' ' || is_quoted)
			continue;
		for (gsize i = 0; i < G_N_ELEMENTS(behalf); i++) {
			if (g_ascii_strncasecmp(value, behalf[i], strlen(behalf[i])) != 0)
				continue;
			*end = value;
			return value + strlen(behalf[i]);
		}
	}
	return NULL;
}

void mailboxes_parse_author(const char *value, GPtrArray *list)
{
	const char *end, *principal = behalf_find(value, &end);
	g_autofree char *sender = principal ? g_strndup(value, (gsize)(end - value)) : NULL;
	guint first = list->len;
	Mailbox *author;

	parse_semicolons(principal ? principal : value, list);
	if (!sender || list->len == first)
		return;
	author = g_ptr_array_index(list, first);
	if (!author->address) {
		g_autoptr(GPtrArray) senders =
			g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);

		parse_semicolons(sender, senders);
		if (senders->len > 0)
			author->address =
				g_strdup(((Mailbox *)g_ptr_array_index(senders, 0))->address);
	}
}
