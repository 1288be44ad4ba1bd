#include "mime/authfield.h"

#include <string.h>

void authfield_clear(AuthFindings *findings)
{
	g_free(findings->dmarc);
	g_free(findings->dmarc_from);
	g_hash_table_unref(findings->dkim);
	g_hash_table_unref(findings->dkim_now);
}
AuthFindings authfield_findings(void)
{
	return (AuthFindings){.dkim = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.dkim_now = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
}

const char *authfield_skip_space(const char *at)
{
	guint depth = 0;

	for (; *at; at++) {
		if (*at == '\\' && depth > 0 && at[1])
			at++;
		else if (*at == '(')
			depth++;
		else if (*at == ')' && depth > 0)
			depth--;
		else if (depth == 0 && !g_ascii_isspace(*at))
			return at;
	}
	return depth == 0 ? at : NULL;
}

/* A word up to one of stops, or a quoted string. Moves *at behind it and the space there. NULL
 * where there is none. */
static char *read_value(const char **at, const char *stops)
{
	g_autoptr(GString) value = g_string_new(NULL);
	const char *text = *at;

	if (*text == '"') {
		for (text++; *text && *text != '"'; text++) {
			if (*text == '\\' && text[1])
				text++;
			g_string_append_c(value, *text);
		}
		if (*text != '"')
			return NULL;
		text++;
	} else {
		while (*text && !g_ascii_isspace(*text) && *text != '(' && *text != '"' &&
			!strchr(stops, *text))
			g_string_append_c(value, *text++);
	}
	text = authfield_skip_space(text);
	if (!text)
		return NULL;
	*at = text;
	return g_string_free(g_steal_pointer(&value), FALSE);
}

/* One result: "dmarc=pass reason="…" policy.x=y header.from=acme.example". Values that we ask for
 * are kept. */
typedef struct {
	char *method, *result;
	char *header_from, *header_d, *header_i;
} Result;

static void result_clear(Result *result)
{
	g_free(result->method);
	g_free(result->result);
	g_free(result->header_from);
	g_free(result->header_d);
	g_free(result->header_i);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Result, result_clear)

/* Twice the same property is a contradiction: FALSE. */
static gboolean keep(char **place, char *value)
{
	if (*place) {
		g_free(value);
		return FALSE;
	}
	*place = value;
	return TRUE;
}

static gboolean keep_property(Result *result, const char *name, char *value)
{
	const struct {
		const char *name;
		char **place;
	} places[] = {
		{"header.from", &result->header_from},
		{"header.d",    &result->header_d   },
		{"header.i",    &result->header_i   },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
		if (g_ascii_strcasecmp(name, places[i].name) == 0)
			return keep(places[i].place, value);
	g_free(value);
	return TRUE;
}

/* "name = value" with white space and comments anywhere. FALSE where it is none. */
static gboolean read_pair(const char **at, char **name, char **value)
{
	*name = read_value(at, "=;");
	if (!*name || !**name || **at != '=')
		return FALSE;
	*at = authfield_skip_space(*at + 1);
	*value = *at ? read_value(at, ";") : NULL;
	return *value != NULL;
}

/* Reads one result up to its semicolon. FALSE where it is malformed. */
static gboolean read_result(const char **at, Result *result)
{
	char *slash;

	if (!read_pair(at, &result->method, &result->result))
		return FALSE;
	/* "dkim/1=pass": a version other than 1 is none that we know. */
	slash = strchr(result->method, '/');
	if (slash && strcmp(slash, "/1") != 0)
		return FALSE;
	if (slash)
		*slash = '\0';
	while (**at && **at != ';') {
		g_autofree char *name = NULL;
		char *value = NULL;

		if (!read_pair(at, &name, &value)) {
			g_free(value);
			return FALSE;
		}
		if (!keep_property(result, name, value))
			return FALSE;
	}
	return TRUE;
}

static void note_dmarc(AuthFindings *findings, const Result *result)
{
	g_autofree char *from =
		result->header_from ? g_hostname_to_ascii(result->header_from) : NULL;
	g_autofree char *lower = from ? g_ascii_strdown(from, -1) : NULL;

	if (findings->dmarc && (g_ascii_strcasecmp(findings->dmarc, result->result) != 0 ||
				       g_strcmp0(findings->dmarc_from, lower) != 0))
		findings->is_conflicting = TRUE;
	if (findings->dmarc)
		return;
	findings->dmarc = g_ascii_strdown(result->result, -1);
	findings->dmarc_from = g_steal_pointer(&lower);
}

/* Of several signatures of one domain one that holds is enough. */
static void note_dkim(AuthFindings *findings, const Result *result)
{
	gboolean is_pass = g_ascii_strcasecmp(result->result, "pass") == 0;
	const char *stated = result->header_d;
	g_autofree char *domain = NULL, *key = NULL;

	/* Without header.d the identity says the domain: header.i=@acme.example */
	if (!stated && result->header_i && strrchr(result->header_i, '@'))
		stated = strrchr(result->header_i, '@') + 1;
	domain = stated ? g_hostname_to_ascii(stated) : NULL;
	if (!domain)
		return;
	key = g_ascii_strdown(domain, -1);
	if (is_pass || !g_hash_table_contains(findings->dkim_now, key))
		g_hash_table_replace(
			findings->dkim_now, g_steal_pointer(&key), GINT_TO_POINTER(is_pass));
}

/* A field has ended: what it says of a domain must be what those before it said. */
static void merge_dkim(AuthFindings *findings)
{
	GHashTableIter iterator;
	gpointer domain, is_pass, before;

	g_hash_table_iter_init(&iterator, findings->dkim_now);
	while (g_hash_table_iter_next(&iterator, &domain, &is_pass)) {
		if (g_hash_table_lookup_extended(findings->dkim, domain, NULL, &before) &&
			before != is_pass)
			findings->is_conflicting = TRUE;
		g_hash_table_replace(findings->dkim, g_strdup(domain), is_pass);
	}
	g_hash_table_remove_all(findings->dkim_now);
}

static void note_result(AuthFindings *findings, const Result *result)
{
	if (g_ascii_strcasecmp(result->method, "dmarc") == 0)
		note_dmarc(findings, result);
	else if (g_ascii_strcasecmp(result->method, "dkim") == 0)
		note_dkim(findings, result);
	else if (g_ascii_strcasecmp(result->method, "arc") == 0 &&
		 g_ascii_strcasecmp(result->result, "pass") == 0)
		findings->has_arc_pass = TRUE;
}

/* The results behind "authserv-id [version]". FALSE where the field is malformed. */
gboolean authfield_read_results(const char *results, AuthFindings *findings)
{
	const char *at = results;

	for (guint i = 0; i < AUTHFIELD_MOST_RESULTS; i++) {
		g_auto(Result) result = {0};

		if (*at != ';')
			return *at == '\0';
		at = authfield_skip_space(at + 1);
		if (!at)
			return FALSE;
		if (*at == '\0')
			return TRUE;
		/* "none": nothing was checked. */
		if (g_ascii_strncasecmp(at, "none", 4) == 0 && authfield_skip_space(at + 4) &&
			*authfield_skip_space(at + 4) == '\0')
			return TRUE;
		if (!read_result(&at, &result))
			return FALSE;
		note_result(findings, &result);
	}
	return FALSE;
}

/* One Authentication-Results field: nothing where it has another authserv-id. */
void authfield_read(const char *value, const char *authserv_id, AuthFindings *findings)
{
	const char *at = authfield_skip_space(value);
	g_autofree char *id = at ? read_value(&at, ";=/") : NULL;
	gsize digits;

	if (!id || g_ascii_strcasecmp(id, authserv_id) != 0)
		return;
	findings->has_fields = TRUE;
	digits = strspn(at, "0123456789");
	if (digits > 0) {
		gboolean is_version_one = digits == 1 && *at == '1';

		at = authfield_skip_space(at + digits);
		if (!is_version_one)
			at = NULL;
	}
	if (!at || !authfield_read_results(at, findings))
		findings->is_broken = TRUE;
	merge_dkim(findings);
}
