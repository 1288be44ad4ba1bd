#include "parser/authres.h"

#include <string.h>

#include "parser/address.h"

enum { MOST_RESULTS = 200 }; /* of one field, and fields of one block */

AuthPolicy *auth_policy_new(void)
{
	AuthPolicy *policy = g_new0(AuthPolicy, 1);

	policy->hosts = g_ptr_array_new_with_free_func(g_free);
	return policy;
}

void auth_policy_free(AuthPolicy *policy)
{
	if (!policy)
		return;
	g_free(policy->authserv_id);
	g_ptr_array_unref(policy->hosts);
	g_free(policy);
}

const char *auth_verdict_name(AuthVerdict verdict)
{
	static const char *const names[] = {"none", "pass", "fail"};

	g_assert((gsize)verdict < G_N_ELEMENTS(names));
	return names[verdict];
}

/* What the believed fields say of one mail. */
typedef struct {
	gboolean has_fields;     /* one with our authserv-id was there */
	gboolean is_broken;      /* one could not be read: nothing is believed then */
	char *dmarc;             /* the result, NULL: none stated */
	char *dmarc_from;        /* its header.from */
	gboolean is_conflicting; /* two that differ */
	GHashTable *dkim;        /* domain → has a dkim=pass, all fields together */
	GHashTable *dkim_now;    /* the same of the field that is being read */
	gboolean has_arc_pass;
} Findings;

static void findings_clear(Findings *findings)
{
	g_free(findings->dmarc);
	g_free(findings->dmarc_from);
	g_hash_table_unref(findings->dkim);
	g_hash_table_unref(findings->dkim_now);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Findings, findings_clear)

static Findings findings_init(void)
{
	return (Findings){.dkim = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.dkim_now = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
}

/* --- Reading one field (RFC 8601 2.2) --- */

/* Behind white space and comments. NULL where a comment never ends. */
static const char *skip_space(const char *at)
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
	text = skip_space(text);
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
	*at = skip_space(*at + 1);
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

/* --- What it means --- */

static void note_dmarc(Findings *findings, const Result *result)
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
static void note_dkim(Findings *findings, const Result *result)
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
static void merge_dkim(Findings *findings)
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

static void note_result(Findings *findings, const Result *result)
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
static gboolean read_results(const char *at, Findings *findings)
{
	for (guint i = 0; i < MOST_RESULTS; i++) {
		g_auto(Result) result = {0};

		if (*at != ';')
			return *at == '\0';
		at = skip_space(at + 1);
		if (!at)
			return FALSE;
		if (*at == '\0')
			return TRUE;
		/* "none": nothing was checked. */
		if (g_ascii_strncasecmp(at, "none", 4) == 0 && skip_space(at + 4) &&
			*skip_space(at + 4) == '\0')
			return TRUE;
		if (!read_result(&at, &result))
			return FALSE;
		note_result(findings, &result);
	}
	return FALSE;
}

/* One Authentication-Results field: nothing where it has another authserv-id. */
static void read_field(const char *value, const char *authserv_id, Findings *findings)
{
	const char *at = skip_space(value);
	g_autofree char *id = at ? read_value(&at, ";=/") : NULL;
	gsize digits;

	if (!id || g_ascii_strcasecmp(id, authserv_id) != 0)
		return;
	findings->has_fields = TRUE;
	digits = strspn(at, "0123456789");
	if (digits > 0) {
		gboolean is_version_one = digits == 1 && *at == '1';

		at = skip_space(at + digits);
		if (!is_version_one)
			at = NULL;
	}
	if (!at || !read_results(at, findings))
		findings->is_broken = TRUE;
	merge_dkim(findings);
}

/* --- The block of fields that our edge wrote --- */

/* The name behind "by" in a Received field; NULL where there is none. Words in comments do not
 * count. */
static char *received_by(const char *value)
{
	const char *at = skip_space(value);

	while (at && *at && *at != ';') {
		gsize length = strcspn(at, " \t\r\n(;");
		gboolean is_by = length == 2 && g_ascii_strncasecmp(at, "by", 2) == 0;

		at = skip_space(at + MAX(length, 1));
		if (is_by && at)
			return g_strndup(at, strcspn(at, " \t\r\n(;"));
	}
	return NULL;
}

static gboolean is_our_host(const char *host, const AuthPolicy *policy)
{
	if (policy->hosts->len == 0)
		return g_ascii_strcasecmp(host, policy->authserv_id) == 0;
	for (guint i = 0; i < policy->hosts->len; i++)
		if (g_ascii_strcasecmp(host, g_ptr_array_index(policy->hosts, i)) == 0)
			return TRUE;
	return FALSE;
}

/* Reads the topmost block: down to the first Received that a host of ours did not write. */
static void read_block(const Mail *mail, const AuthPolicy *policy, Findings *findings)
{
	guint read = 0;

	for (guint i = 0; i < mail->fields->len; i++) {
		const Field *field = g_ptr_array_index(mail->fields, i);

		if (g_ascii_strcasecmp(field->name, "Received") == 0) {
			g_autofree char *host = received_by(field->value);

			if (!host || !is_our_host(host, policy))
				return;
		} else if (g_ascii_strcasecmp(field->name, "Authentication-Results") == 0) {
			if (read++ >= MOST_RESULTS) {
				findings->is_broken = TRUE;
				return;
			}
			read_field(field->value, policy->authserv_id, findings);
		}
	}
}

/* Is signer the domain itself or one above or below it (relaxed alignment)? A label alone ("de")
 * aligns nothing. */
static gboolean is_aligned(const char *signer, const char *domain)
{
	gsize signer_length = strlen(signer), domain_length = strlen(domain);

	if (!strchr(signer, '.') || !strchr(domain, '.'))
		return FALSE;
	if (signer_length == domain_length)
		return strcmp(signer, domain) == 0;
	if (signer_length < domain_length)
		return g_str_has_suffix(domain, signer) &&
		       domain[domain_length - signer_length - 1] == '.';
	return FALSE;
}

static gboolean has_aligned_dkim(const Findings *findings, const char *domain)
{
	GHashTableIter iterator;
	gpointer signer, is_pass;

	g_hash_table_iter_init(&iterator, findings->dkim);
	while (g_hash_table_iter_next(&iterator, &signer, &is_pass))
		if (GPOINTER_TO_INT(is_pass) && is_aligned(signer, domain))
			return TRUE;
	return FALSE;
}

/* The value of a tag in "i=2; a=rsa-sha256; d=sealer.example" (RFC 6376 3.2), or NULL. */
static char *tag_value(const char *value, const char *tag)
{
	g_auto(GStrv) parts = g_strsplit(value, ";", 50);

	for (char **part = parts; *part; part++) {
		char *text = g_strstrip(*part);
		gsize length = strlen(tag);

		if (g_ascii_strncasecmp(text, tag, length) == 0 &&
			text[length + strspn(text + length, " \t")] == '=')
			return g_strstrip(g_strdup(strchr(text, '=') + 1));
	}
	return NULL;
}

static guint64 arc_instance(const char *value)
{
	g_autofree char *instance = tag_value(value, "i");

	return instance ? g_ascii_strtoull(instance, NULL, 10) : 0;
}

/* Who sealed last: it vouches for all that was before (RFC 8617). Our edge's arc=pass proved the
 * seals. */
static char *last_sealer(const Mail *mail, guint64 *instance)
{
	const char *last = NULL;

	*instance = 0;
	for (guint i = 0; i < mail->fields->len; i++) {
		const Field *field = g_ptr_array_index(mail->fields, i);

		if (g_ascii_strcasecmp(field->name, "ARC-Seal") == 0 &&
			arc_instance(field->value) > *instance) {
			*instance = arc_instance(field->value);
			last = field->value;
		}
	}
	return last ? tag_value(last, "d") : NULL;
}

/* What the sealer itself found: a dmarc result other than pass is not made better by a seal. */
static gboolean sealer_vouches(const Mail *mail, guint64 instance, const char *domain)
{
	for (guint i = 0; i < mail->fields->len; i++) {
		const Field *field = g_ptr_array_index(mail->fields, i);
		g_auto(Findings) findings = findings_init();
		const char *at;

		if (g_ascii_strcasecmp(field->name, "ARC-Authentication-Results") != 0 ||
			arc_instance(field->value) != instance)
			continue;
		at = strchr(field->value, ';');
		at = at ? strchr(at + 1, ';') : NULL;
		if (!at || !read_results(at, &findings) || findings.is_conflicting)
			return FALSE;
		return !findings.dmarc || (strcmp(findings.dmarc, "pass") == 0 &&
						  g_strcmp0(findings.dmarc_from, domain) == 0);
	}
	return TRUE;
}

static gboolean has_trusted_seal(const Mail *mail, const Findings *findings,
	const GPtrArray *trusted_arc, const char *domain)
{
	guint64 instance;
	g_autofree char *sealer = findings->has_arc_pass ? last_sealer(mail, &instance) : NULL;

	for (guint i = 0; sealer && trusted_arc && i < trusted_arc->len; i++)
		if (g_ascii_strcasecmp(g_ptr_array_index(trusted_arc, i), sealer) == 0)
			return sealer_vouches(mail, instance, domain);
	return FALSE;
}

static AuthVerdict say(char **why, AuthVerdict verdict, const char *reason)
{
	if (why)
		*why = g_strdup(reason);
	return verdict;
}

/* The verdict from what our edge wrote about this From domain. */
static AuthVerdict judge(
	const Findings *findings, const char *domain, const GPtrArray *trusted_arc, char **why)
{
	if (!findings->has_fields)
		return say(why, AUTH_NONE, "no Authentication-Results of ours");
	if (findings->is_broken)
		return say(
			why, AUTH_NONE, "an Authentication-Results field of ours cannot be read");
	if (findings->is_conflicting)
		return say(why, AUTH_NONE, "two dmarc results of ours differ");
	if (!findings->dmarc)
		return say(why, AUTH_NONE, "no dmarc result");
	if (!findings->dmarc_from || strcmp(findings->dmarc_from, domain) != 0)
		return say(why, AUTH_NONE, "the dmarc result is not about the From domain");
	if (strcmp(findings->dmarc, "pass") == 0)
		return say(why, AUTH_PASS, "dmarc=pass");
	if (strcmp(findings->dmarc, "none") == 0)
		return has_aligned_dkim(findings, domain)
			       ? say(why, AUTH_PASS, "no dmarc policy, an aligned dkim=pass")
			       : say(why, AUTH_NONE, "no dmarc policy and no aligned dkim=pass");
	if (strcmp(findings->dmarc, "fail") == 0)
		return has_trusted_seal(mail, findings, trusted_arc, domain)
			       ? say(why, AUTH_PASS, "dmarc=fail, but arc=pass of a trusted sealer")
			       : say(why, AUTH_FAIL, "dmarc=fail");
	return say(why, AUTH_NONE, "dmarc could not be checked");
}

AuthVerdict authres_verdict(const Mail *mail, const AuthPolicy *policy, gboolean is_trusted_peer,
	const GPtrArray *trusted_arc, char **why)
{
	g_auto(Findings) findings = findings_init();
	g_autofree char *domain = NULL;
	const Mailbox *author = mail_author(mail);

	if (!policy->authserv_id || !*policy->authserv_id)
		return say(why, AUTH_NONE, "no authserv_id is configured");
	if (!is_trusted_peer)
		return say(why, AUTH_NONE, "not from a trusted peer");
	if (mail->from_fields != 1 || mail->from->len != 1)
		return say(why, AUTH_NONE, "not exactly one From mailbox");
	if (!author || !author->address || !address_is_plausible(author->address))
		return say(why, AUTH_NONE, "no address in From");
	domain = address_domain(author->address);
	if (!domain)
		return say(why, AUTH_NONE, "no domain in From");
	read_block(mail, policy, &findings);
	return judge(mail, &findings, domain, trusted_arc, why);
}
