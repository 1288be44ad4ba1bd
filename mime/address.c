#include "mime/address.h"

#include <string.h>

#include "mime/limits.h"
#include "mime/words.h"

/* What one mailbox was read as so far; a comma or semicolon ends it. */
typedef struct {
	GPtrArray *list;
	GString *phrase;  /* the words before an address, quotes and comments taken off */
	GString *bare;    /* the same with quotes: the address, where no angle brackets come */
	GString *comment; /* the first comment that says something */
	GString *pending; /* phrases that ended in a comma without an address: "Muster" of Muster,
			     Anna <a@b> */
	char *angle;      /* what stood in angle brackets, NULL: none */
	gsize named;      /* how much of phrase stands before them; bare is what stands behind */
	gboolean is_full;
} Reader;

static gboolean is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* How many bytes the comment at text has, 0 where it never ends. */
static gsize comment_length(const char *text)
{
	guint depth = 0;

	for (const char *at = text; *at; at++) {
		if (*at == '(')
			depth++;
		else if (*at == ')' && --depth == 0)
			return (gsize)(at + 1 - text);
	}
	return 0;
}

/* Copies text to clean: no white space and no comments outside quotes. */
static void copy_address(const char *text, GString *clean)
{
	gboolean is_quoted = FALSE, has_comments = TRUE;

	for (; *text; text++) {
		gsize comment =
			*text == '(' && !is_quoted && has_comments ? comment_length(text) : 0;

		if (comment > 0) {
			text += comment - 1;
			continue;
		}
		has_comments = has_comments && (*text != '(' || is_quoted);
		if (*text == '\\' && is_quoted && text[1]) {
			g_string_append_c(clean, *text++);
		} else if (*text == '"') {
			is_quoted = !is_quoted;
		} else if (!is_quoted && (is_blank(*text) || g_ascii_iscntrl(*text))) {
			continue;
		}
		g_string_append_c(clean, g_ascii_iscntrl(*text) ? ' ' : *text);
	}
}

/* The address as written: no white space outside quotes, no comment, no route, no "mailto:". NULL
 * where nothing is left. */
static char *address_clean(const char *text)
{
	GString *clean = g_string_new(NULL);

	copy_address(text, clean);
	if (g_ascii_strncasecmp(clean->str, "mailto:", 7) == 0)
		g_string_erase(clean, 0, 7);
	/* An obsolete route: <@relay.example,@other.example:anna@acme.example> */
	if (clean->str[0] == '@' && strchr(clean->str, ':'))
		g_string_erase(clean, 0, strchr(clean->str, ':') + 1 - clean->str);
	if (clean->len == 0 || clean->len > LIMIT_MESSAGE_ID) {
		g_string_free(clean, TRUE);
		return NULL;
	}
	return g_string_free(clean, FALSE);
}

/* The name for display: decoded, one line, without the quotes that some mailers put inside words.
 * NULL if empty. */
static char *name_clean(const char *text)
{
	g_autofree char *decoded = words_decode(text);
	g_autofree char *line = words_one_line(decoded, LIMIT_NAME);
	gsize length = strlen(line);

	while (length >= 2 && line[0] == line[length - 1] && (line[0] == '"' || line[0] == '\'')) {
		memmove(line, line + 1, length - 2);
		line[length - 2] = '\0';
		g_strstrip(line);
		length = strlen(line);
	}
	return length ? g_steal_pointer(&line) : NULL;
}

static void add(Reader *reader, const char *name, const char *address)
{
	g_autofree char *clean_name = name ? name_clean(name) : NULL;
	g_autofree char *clean_address = address ? address_clean(address) : NULL;

	if (!clean_name && !clean_address)
		return;
	if (reader->list->len >= LIMIT_ADDRESSES)
		reader->is_full = TRUE;
	else
		g_ptr_array_add(reader->list, mailbox_new(clean_name, clean_address));
}

static void add_pending(Reader *reader)
{
	g_auto(GStrv) names = g_strsplit(reader->pending->str, ",", LIMIT_ADDRESSES);

	for (char **name = names; *name; name++)
		add(reader, *name, NULL);
	g_string_truncate(reader->pending, 0);
}

/* Where the address ends in "Anna Muster anna@acme.example" begins, or NULL: the last word with an
 * @. Blanks around the @ are obsolete white space and belong to it. */
static char *bare_address(const char *bare)
{
	const char *at = strrchr(bare, '@');
	const char *start = at, *end = at;
	gboolean is_quoted = FALSE;

	if (!at)
		return NULL;
	while (start > bare && is_blank(start[-1]))
		start--;
	while (start > bare && (is_quoted || !is_blank(start[-1])))
		if (*--start == '"')
			is_quoted = !is_quoted;
	end++;
	end += strspn(end, " \t\r\n");
	if (*end == '[')
		end += strcspn(end, "]");
	end += strcspn(end, " \t\r\n");
	return g_strndup(start, (gsize)(end - start));
}

/* "anna . muster @ acme . example": every gap stands at a dot or the @, so there is no name in it.
 */
static gboolean is_spaced_address(const char *bare)
{
	for (const char *at = bare; *at; at++) {
		const char *next = at + strspn(at, " \t\r\n");

		if (next == at)
			continue;
		if (at > bare && *next && !strchr(".@", at[-1]) && !strchr(".@", *next))
			return FALSE;
		at = next - 1;
	}
	return strchr(bare, '@') != NULL;
}

/* "a@x.example b@x.example": nothing but addresses, their commas forgotten. */
static gboolean add_each(Reader *reader)
{
	g_auto(GStrv) words = g_strsplit_set(reader->bare->str, " \t\r\n", -1);

	for (char **word = words; *word; word++) {
		const char *at = strchr(*word, '@');

		if (**word && (!at || at == *word || !at[1] || strpbrk(*word, "\"[")))
			return FALSE;
	}
	for (char **word = words; *word; word++)
		if (**word && (word == words || !g_str_equal(*word, word[-1])))
			add(reader, reader->comment->len ? reader->comment->str : NULL, *word);
	return TRUE;
}

static void finish_bare(Reader *reader)
{
	g_autofree char *address = NULL;
	const char *found;

	g_strstrip(reader->bare->str);
	reader->bare->len = strlen(reader->bare->str);
	if (is_spaced_address(reader->bare->str)) {
		add(reader, reader->comment->len ? reader->comment->str : NULL, reader->bare->str);
		return;
	}
	if (reader->bare->len > 0 && add_each(reader))
		return;
	address = bare_address(reader->bare->str);
	found = address ? g_strrstr(reader->bare->str, address) : NULL;
	if (!found) {
		add(reader, reader->phrase->len ? reader->phrase->str : reader->comment->str, NULL);
		return;
	}
	g_string_truncate(reader->bare, (gsize)(found - reader->bare->str));
	add(reader, reader->bare->len ? reader->bare->str : reader->comment->str, address);
}

static void reader_reset(Reader *reader)
{
	g_string_truncate(reader->phrase, 0);
	g_string_truncate(reader->bare, 0);
	g_string_truncate(reader->comment, 0);
	g_clear_pointer(&reader->angle, g_free);
}

/* "Anna Muster (Einkauf) <anna@acme.example>": what people see in their mail program. */
static char *name_before_angle(const Reader *reader)
{
	g_autofree char *name = reader->pending->len ? g_strconcat(reader->pending->str, ", ",
							       reader->phrase->str, NULL)
						     : g_strdup(reader->phrase->str);

	g_strstrip(name);
	if (!*name)
		return g_strdup(reader->comment->str);
	if (!reader->comment->len)
		return g_steal_pointer(&name);
	return g_strdup_printf("%s (%s)", name, reader->comment->str);
}

static void finish_angle(Reader *reader)
{
	g_autofree char *name = name_before_angle(reader);

	g_string_truncate(reader->pending, 0);
	add(reader, name, reader->angle);
	reader_reset(reader);
}

/* What stands behind "<a@b>" begins the next mailbox: their comma was forgotten. The reader must
 * not choose between two authors, nor lose one. */
static void finish_first(Reader *reader)
{
	g_autofree char *phrase = g_strdup(reader->phrase->str + reader->named);
	g_autofree char *bare = g_strdup(reader->bare->str);

	g_string_truncate(reader->phrase, reader->named);
	finish_angle(reader);
	g_string_assign(reader->phrase, phrase);
	g_string_assign(reader->bare, bare);
}

/* The mailbox ends. is_comma: an unquoted "Muster, Anna <a@b>" may go on behind it. */
static void finish(Reader *reader, gboolean is_comma)
{
	if (reader->angle && strchr(reader->bare->str, '@'))
		finish_first(reader);
	if (reader->angle) {
		finish_angle(reader);
	} else if (is_comma && !strchr(reader->bare->str, '@')) {
		g_strstrip(reader->phrase->str);
		if (reader->pending->len && *reader->phrase->str)
			g_string_append(reader->pending, ", ");
		g_string_append(reader->pending, reader->phrase->str);
	} else {
		add_pending(reader);
		finish_bare(reader);
	}
	if (!is_comma)
		add_pending(reader);
	reader_reset(reader);
}

/* A quoted string at text; its words go to the phrase. Returns what is behind it, NULL where it
 * never ends. */
static const char *read_quoted(Reader *reader, const char *text)
{
	const char *at = text + 1;

	while (*at && *at != '"')
		at += *at == '\\' && at[1] ? 2 : 1;
	if (!*at)
		return NULL;
	g_string_append_len(reader->bare, text, at + 1 - text);
	for (text++; text < at; text++) {
		if (*text == '\\' && text + 1 < at)
			text++;
		g_string_append_c(reader->phrase, *text);
	}
	return at + 1;
}

/* A comment at text, comments inside it included. Returns what is behind it, NULL where it never
 * ends. */
static const char *read_comment(Reader *reader, const char *text)
{
	gboolean is_first = reader->comment->len == 0;
	gsize before = reader->comment->len;
	guint depth = 0;

	for (const char *at = text; *at; at++) {
		if (*at == '(' && depth++ == 0)
			continue;
		if (*at == ')' && --depth == 0)
			return at + 1;
		if (*at == '\\' && at[1])
			at++;
		if (is_first)
			g_string_append_c(reader->comment, *at);
	}
	g_string_truncate(reader->comment, before);
	return NULL;
}

/* Angle brackets at text. Those that never end, or not before others begin, end at the next comma.
 * Returns what is behind them. */
static const char *read_angle(Reader *reader, const char *text, gboolean *has_close)
{
	const char *start = text + 1, *end;

	/* <<a@b>> and < <a@b> >: the innermost counts. */
	while (*start == '<' || is_blank(*start))
		start++;
	for (end = start; *has_close && *end && *end != '>' && *end != '<'; end++) {
		const char *close = *end == '"' ? strchr(end + 1, '"') : NULL;

		if (close && close < end + LIMIT_MESSAGE_ID)
			end = close;
	}
	if (!*has_close || *end != '>') {
		*has_close = *has_close && *end;
		end = start + strcspn(start, ",;<>");
	}
	g_free(reader->angle);
	reader->angle = g_strndup(start, (gsize)(end - start));
	reader->named = reader->phrase->len;
	g_string_truncate(reader->bare, 0);
	return end + strspn(end, ">");
}

/* Marks of punctuation that never find their partner again; remembered, so that reading stays
 * linear. */
typedef struct {
	gboolean quote, comment, angle;
	const char *last_semicolon; /* without one behind it a colon begins no group */
} Closers;

/* An encoded word is one unit: commas in it separate nothing, an @ in it makes no address. */
static const char *read_word(Reader *reader, const char *text, gsize length)
{
	g_string_append_len(reader->phrase, text, (gssize)length);
	for (gsize i = 0; i < length; i++)
		if (text[i] == '@')
			g_string_append(reader->bare, "=40");
		else
			g_string_append_c(reader->bare, text[i]);
	return text + length;
}

static const char *read_plain(Reader *reader, const char *text)
{
	gsize length = words_length(text);

	if (length > 0)
		return read_word(reader, text, length);
	length = (gsize)(g_utf8_next_char(text) - text);
	g_string_append_len(reader->phrase, text, (gssize)length);
	g_string_append_len(reader->bare, text, (gssize)length);
	return text + length;
}

/* "[IPv6:2001:db8::1]" behind an @ is one unit, too. */
static const char *read_literal(Reader *reader, const char *text)
{
	gsize length = strcspn(text, "],;<>");

	g_string_append_len(reader->phrase, text, (gssize)length);
	g_string_append_len(reader->bare, text, (gssize)length);
	return text + length;
}

/* Reads the next token and returns what is behind it. */
static const char *read_token(Reader *reader, const char *text, Closers *closers)
{
	const char *behind = NULL;

	switch (*text) {
	case '"':
		behind = closers->quote ? read_quoted(reader, text) : NULL;
		closers->quote = behind != NULL;
		return behind ? behind : text + 1;
	case '(':
		behind = closers->comment ? read_comment(reader, text) : NULL;
		closers->comment = behind != NULL;
		return behind ? behind : text + 1;
	case '<':
		if (reader->angle)
			finish_first(reader);
		return read_angle(reader, text, &closers->angle);
	case ',':
	case ';':
		finish(reader, *text == ',');
		return text + 1;
	case ':':
		if (closers->last_semicolon > text && !reader->angle &&
			!strchr(reader->bare->str, '@')) {
			reader_reset(reader);
			return text + 1;
		}
		return read_plain(reader, text);
	case '[':
		return g_str_has_suffix(reader->bare->str, "@") ? read_literal(reader, text)
								: read_plain(reader, text);
	case '>':
		return text + 1;
	default:
		return read_plain(reader, text);
	}
}

gboolean address_parse_list(const char *value, GPtrArray *list)
{
	g_autoptr(GString) phrase = g_string_new(NULL);
	g_autoptr(GString) bare = g_string_new(NULL);
	g_autoptr(GString) comment = g_string_new(NULL);
	g_autoptr(GString) pending = g_string_new(NULL);
	Reader reader = {.list = list,
		.phrase = phrase,
		.bare = bare,
		.comment = comment,
		.pending = pending};
	Closers closers = {.quote = TRUE,
		.comment = TRUE,
		.angle = TRUE,
		.last_semicolon = strrchr(value, ';')};

	for (const char *at = value; *at && !reader.is_full;)
		at = read_token(&reader, at, &closers);
	finish(&reader, FALSE);
	return !reader.is_full;
}

/* g_utf8_strdown follows the locale (Turkish i); an address does not. */
static char *lower(const char *text)
{
	GString *out;

	if (g_str_is_ascii(text)) /* nearly all, and every mail asks dozens of times */
		return g_ascii_strdown(text, -1);
	out = g_string_sized_new(strlen(text) + 1);
	for (; *text; text = g_utf8_next_char(text))
		g_string_append_unichar(out, g_unichar_tolower(g_utf8_get_char(text)));
	return g_string_free(out, FALSE);
}

/* "anna.muster" in quotes is the same mailbox as without. */
static void unquote_local(GString *local)
{
	if (local->len < 3 || local->str[0] != '"' || local->str[local->len - 1] != '"')
		return;
	for (gsize i = 1; i + 1 < local->len; i++)
		if (!g_ascii_isalnum(local->str[i]) &&
			!strchr("!#$%&'*+-/=?^_`{|}~.", local->str[i]))
			return;
	g_string_truncate(local, local->len - 1);
	g_string_erase(local, 0, 1);
}

/* The lowered domain in ASCII, or as it is where it is no host name. */
static char *domain_key(const char *domain)
{
	gsize length = strlen(domain);
	g_autofree char *trimmed = NULL, *ascii = NULL;

	while (length > 0 && domain[length - 1] == '.')
		length--;
	trimmed = g_strndup(domain, length);
	if (g_str_is_ascii(trimmed))
		return g_steal_pointer(&trimmed);
	ascii = length <= 4 * (gsize)255 ? g_hostname_to_ascii(trimmed) : NULL;
	return ascii ? g_ascii_strdown(ascii, -1) : g_steal_pointer(&trimmed);
}

char *address_key(const char *address)
{
	g_autofree char *valid = g_utf8_make_valid(address ? address : "", -1);
	g_autofree char *lowered = NULL, *domain = NULL;
	g_autoptr(GString) key = NULL;
	char *start = g_strstrip(valid), *at;
	gsize length = strlen(start);

	if (length >= 2 && start[0] == '<' && start[length - 1] == '>') {
		start[length - 1] = '\0';
		start = g_strstrip(start + 1);
	}
	if (g_ascii_strncasecmp(start, "mailto:", 7) == 0)
		start += 7;
	lowered = lower(start);
	at = strrchr(lowered, '@');
	if (!at)
		return g_steal_pointer(&lowered);
	domain = domain_key(at + 1);
	key = g_string_new_len(lowered, at - lowered);
	unquote_local(key);
	g_string_append_c(key, '@');
	g_string_append(key, domain);
	return g_string_free(g_steal_pointer(&key), FALSE);
}

char *address_domain(const char *address)
{
	g_autofree char *key = address_key(address);
	const char *at = strrchr(key, '@');

	return at && at[1] ? g_strdup(at + 1) : NULL;
}

gboolean address_is_plausible(const char *address)
{
	const char *at = strrchr(address, '@');
	gboolean is_quoted = address[0] == '"';

	if (!at || at == address || !at[1] || strlen(address) > LIMIT_ADDRESS)
		return FALSE;
	for (const char *c = address; *c; c++)
		if (g_ascii_iscntrl(*c))
			return FALSE;
	if (strpbrk(at, " \",;<>()"))
		return FALSE;
	for (const char *c = address; c < at && !is_quoted; c++)
		if (strchr(" @,;<>()\"", *c))
			return FALSE;
	return TRUE;
}
