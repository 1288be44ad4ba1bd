#include "mime/authres.h"

#include <libpsl.h>
#include <string.h>

#include "mime/address.h"
#include "mime/authfield.h"

#define WORD_ENDS " \t\r\n();<>\"" /* in a Received field */

enum { MOST_FIELDS = 200 }; /* of ours in one block */

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

/* Behind a word, a quoted string, an address in angle brackets or a semicolon of a Received field.
 * NULL where they do not end, or end without having begun. */
static const char *skip_token(const char *at)
{
	const char *end;

	switch (*at) {
	case '"':
		for (at++; *at && *at != '"'; at++)
			if (*at == '\\' && at[1])
				at++;
		return *at ? at + 1 : NULL;
	case '<':
		at += 1 + strcspn(at + 1, "<> \t\r\n");
		return *at == '>' ? at + 1 : NULL;
	case ';':
		return at + 1;
	default:
		end = at + strcspn(at, WORD_ENDS);
		return end > at ? end : NULL;
	}
}

/* The name behind the one "by" before the date in a Received field; else NULL. Behind "from" stands
 * the client's word: a relay that joins the words of a HELO writes down "by" for it, too, what
 * opens comments or quotes, and semicolons. */
static char *received_by(const char *value)
{
	g_autofree char *host = NULL;
	gboolean is_dated = FALSE;
	const char *at = authfield_skip_space(value);

	while (at && *at) {
		const char *end = skip_token(at);
		gboolean is_by = end && end - at == 2 && g_ascii_strncasecmp(at, "by", 2) == 0;

		if (!end || (is_dated && (is_by || *at == ';')) || (is_by && host))
			return NULL;
		is_dated = is_dated || *at == ';';
		at = authfield_skip_space(end);
		if (is_by && at)
			host = g_strndup(at, strcspn(at, WORD_ENDS));
	}
	return at ? g_steal_pointer(&host) : NULL;
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
static void read_block(const Mail *mail, const AuthPolicy *policy, AuthFindings *findings)
{
	guint read = 0;

	for (guint i = 0; i < mail->fields->len; i++) {
		const Field *field = g_ptr_array_index(mail->fields, i);

		if (g_ascii_strcasecmp(field->name, "Received") == 0) {
			g_autofree char *host = received_by(field->value);

			if (!host || !is_our_host(host, policy))
				return;
		} else if (g_ascii_strcasecmp(field->name, "Authentication-Results") == 0) {
			if (read++ >= MOST_FIELDS) {
				findings->is_broken = TRUE;
				return;
			}
			authfield_read(field->value, policy->authserv_id, findings);
		}
	}
}

/* Relaxed alignment: both have the same organisational domain, the one that is registered below a
 * public suffix (RFC 7489 3.1.1 and 3.2). "de" and "co.uk" have none. */
static gboolean is_aligned(const char *signer, const char *domain)
{
	const psl_ctx_t *suffixes = psl_builtin();
	const char *registered = psl_registrable_domain(suffixes, domain);

	return registered && g_strcmp0(psl_registrable_domain(suffixes, signer), registered) == 0;
}

static gboolean has_aligned_dkim(const AuthFindings *findings, const char *domain)
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
		g_auto(AuthFindings) findings = authfield_findings();
		const char *at;

		if (g_ascii_strcasecmp(field->name, "ARC-Authentication-Results") != 0 ||
			arc_instance(field->value) != instance)
			continue;
		at = strchr(field->value, ';');
		at = at ? strchr(at + 1, ';') : NULL;
		if (!at || !authfield_read_results(at, &findings) || findings.is_conflicting)
			return FALSE;
		return !findings.dmarc || (strcmp(findings.dmarc, "pass") == 0 &&
						  g_strcmp0(findings.dmarc_from, domain) == 0);
	}
	return TRUE;
}

static gboolean has_trusted_seal(const Mail *mail, const AuthFindings *findings,
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
static AuthVerdict judge(const Mail *mail, const AuthFindings *findings, const char *domain,
	const GPtrArray *trusted_arc, char **why)
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
	g_auto(AuthFindings) findings = authfield_findings();
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
