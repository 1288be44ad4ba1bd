#include "mime/authres.h"

#include <string.h>

#include "mime/mail.h"
#include "parser/parse.h"
#include "tests/parser/deadline.h"

#define FROM  "From: Anna <anna@acme.example>\n"
#define AR    "Authentication-Results: "
#define OURS  AR "mx.acme.example; "
#define PASS  "dmarc=pass header.from=acme.example\n"
#define EDGE  "Received: from a by mx.acme.example with ESMTP; x\n"
#define OTHER "Received: from b (by mx.acme.example) by relay.other.example; x\n"
#define SEAL  "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=liste.example; b=x\n"
#define VOUCH "ARC-Authentication-Results: i=1; liste.example; " PASS

static const struct {
	const char *name, *header;
	AuthVerdict want;
} rows[] = {
	{"pass",					     OURS PASS FROM,							  AUTH_PASS},
	{"fail",					     OURS "dmarc=fail header.from=acme.example\n" FROM,                       AUTH_FAIL},
	{"nothing",					  FROM,								    AUTH_NONE},
	{"quoted id",					AR "\"mx.acme.example\"; " PASS FROM,                                    AUTH_PASS},
	{"case of the id",				   AR "MX.Acme.Example; " PASS FROM,                                        AUTH_PASS},
	{"version 1",					AR "mx.acme.example 1; " PASS FROM,                                      AUTH_PASS},
	{"version 2",					AR "mx.acme.example 2; " PASS FROM,                                      AUTH_NONE},
	{"method version",				   OURS "dmarc/1=pass header.from=acme.example\n" FROM,                     AUTH_PASS},
	{"unknown method version",                           OURS "dmarc/2=pass header.from=acme.example\n" FROM,                     AUTH_NONE},
	{"another id",				       AR "mx.other.example; " PASS FROM,                                       AUTH_NONE},
	{"id as part",				       AR "mx.acme.example.evil.example; " PASS FROM,                           AUTH_NONE},
	{"id in a comment",				  AR "(mx.acme.example;) evil.example; " PASS FROM,                        AUTH_NONE},
	{"folded",					   AR "mx.acme.example;\n\tdmarc=pass\n header.from=acme.example\n" FROM,
         AUTH_PASS															     },
	{"comments",
         OURS "dmarc (x) = (y) pass (p=none (z)) header.from (;) = acme.example (b)\n" FROM,
         AUTH_PASS															     },
	{"pass in a comment",				OURS "dmarc=none (dmarc=pass) header.from=acme.example\n" FROM,
         AUTH_NONE															     },
	{"pass in quotes",				   OURS "spf=fail reason=\"; dmarc=pass header.from=acme.example\"\n" FROM,
         AUTH_NONE															     },
	{"no header.from",				   OURS "dmarc=pass\n" FROM,                                                AUTH_NONE},
	{"another header.from",                              OURS "dmarc=pass header.from=evil.example\n" FROM,                       AUTH_NONE},
	{"header.from twice",
         OURS "dmarc=pass header.from=acme.example header.from=evil.example\n" FROM,
         AUTH_NONE															     },
	{"case of header.from",                              OURS "dmarc=pass header.from=ACME.example\n" FROM,                       AUTH_PASS},
	{"two that agree",				   OURS PASS OURS PASS FROM,                                                AUTH_PASS},
	{"two that differ",				  OURS PASS OURS "dmarc=fail header.from=acme.example\n" FROM,             AUTH_NONE},
	{"below our edge",				   OURS PASS EDGE FROM,						     AUTH_PASS},
	{"between our hops",				 EDGE OURS PASS EDGE FROM,                                                AUTH_PASS},
	{"behind a foreign hop",                             EDGE OTHER OURS PASS FROM,                                               AUTH_NONE},
	{"behind a Received without by",                     "Received: x\n" OURS PASS FROM,                                          AUTH_NONE},
	{"from the sender, ours says fail",
         OURS "dmarc=fail header.from=acme.example\n" OTHER OURS PASS FROM,                                                           AUTH_FAIL},
	{"unclosed comment",				 OURS "dmarc=pass (header.from=acme.example\n" FROM,                      AUTH_NONE},
	{"unclosed quotes",				  OURS "dmarc=pass header.from=\"acme.example\n" FROM,                     AUTH_NONE},
	{"junk",					     OURS "dmarc\n" FROM,						     AUTH_NONE},
	{"none",					     OURS "none\n" FROM,						      AUTH_NONE},
	{"spf alone",					OURS "spf=pass smtp.mailfrom=anna@acme.example\n" FROM,                  AUTH_NONE},
	{"dkim alone",				       OURS "dkim=pass header.d=acme.example\n" FROM,                           AUTH_NONE},
	{"no policy, aligned dkim",
         OURS "dkim=pass header.d=acme.example; dmarc=none header.from=acme.example\n" FROM,
         AUTH_PASS															     },
	{"no policy, dkim of header.i",
         OURS "dkim=pass header.i=@acme.example; dmarc=none header.from=acme.example\n" FROM,
         AUTH_PASS															     },
	{"no policy, foreign dkim",
         OURS "dkim=pass header.d=evil.example; dmarc=none header.from=acme.example\n" FROM,
         AUTH_NONE															     },
	{"no policy, dkim of a name that ends alike",
         OURS "dkim=pass header.d=me.example; dmarc=none header.from=acme.example\n" FROM,
         AUTH_NONE															     },
	{"no policy, dkim of the top level",
         OURS "dkim=pass header.d=example; dmarc=none header.from=acme.example\n" FROM,
         AUTH_NONE															     },
	{"no policy, dkim of a public suffix",
         OURS "dkim=pass header.d=co.uk; dmarc=none header.from=acme.co.uk\n"
		     "From: uk@acme.co.uk\n",											 AUTH_NONE},
	{"no policy, dkim of another below a public suffix",
         OURS "dkim=pass header.d=other.co.uk; dmarc=none header.from=acme.co.uk\n"
		     "From: uk@acme.co.uk\n",											 AUTH_NONE},
	{"no policy, From of a public suffix itself",
         OURS "dkim=pass header.d=co.uk; dmarc=none header.from=co.uk\n"
		     "From: uk@co.uk\n",											      AUTH_NONE},
	{"no policy, dkim of the organisation",
         OURS "dkim=pass header.d=acme.co.uk; dmarc=none header.from=north.acme.co.uk\n"
		     "From: uk@north.acme.co.uk\n",										   AUTH_PASS},
	{"no policy, dkim of a part of the organisation",
         OURS "dkim=pass header.d=post.acme.co.uk; dmarc=none header.from=acme.co.uk\n"
		     "From: uk@acme.co.uk\n",											 AUTH_PASS},
	{"no policy, one signature of two",
         OURS "dkim=fail header.d=acme.example; dkim=pass header.d=acme.example; "
		     "dmarc=none header.from=acme.example\n" FROM,
         AUTH_PASS															     },
	{"dkim differs between fields",
         OURS "dkim=fail header.d=acme.example\n" OURS
		     "dkim=pass header.d=acme.example; dmarc=none header.from=acme.example\n" FROM,
         AUTH_NONE															     },
	{"aligned dkim does not mend a failure",
         OURS "dkim=pass header.d=acme.example; dmarc=fail header.from=acme.example\n" FROM,
         AUTH_FAIL															     },
	{"temporary error",				  OURS "dmarc=temperror header.from=acme.example\n" FROM,                  AUTH_NONE},
	{"empty property",				   OURS "spf=none smtp.mailfrom=; " PASS FROM,                              AUTH_PASS},
	{"two From fields",				  OURS PASS FROM "From: evil@evil.example\n",                              AUTH_NONE},
	{"two mailboxes",				    OURS PASS "From: anna@acme.example, evil@evil.example\n",                AUTH_NONE},
	{"no address",				       OURS PASS "From: Anna\n",                                                AUTH_NONE},
	{"address in an encoded word",                       OURS PASS "From: =?utf-8?Q?<anna@acme.example>?=\n",
         AUTH_NONE															     },
	{"seal of nobody",				   OURS "arc=pass; dmarc=fail header.from=acme.example\n" FROM,             AUTH_FAIL},
	{"seal that we trust",
         OURS "arc=pass; dmarc=fail header.from=acme.example\n" SEAL VOUCH FROM,                                                      AUTH_PASS},
	{"seal that failed",				 OURS "arc=fail; dmarc=fail header.from=acme.example\n" SEAL VOUCH FROM,
         AUTH_FAIL															     },
	{"seal of another above it",
         OURS "arc=pass; dmarc=fail header.from=acme.example\n" SEAL VOUCH
		     "ARC-Seal: i=2; d=evil.example\n" FROM,
         AUTH_FAIL															     },
	{"sealer saw a failure",
         OURS
		"arc=pass; dmarc=fail header.from=acme.example\n" SEAL
		"ARC-Authentication-Results: i=1; l; dmarc=fail header.from=acme.example\n" FROM,
         AUTH_FAIL															     },
	{"seal of one that we do not trust",
         OURS "arc=pass; dmarc=fail header.from=acme.example\n"
		     "ARC-Seal: i=1; d=evil.example\n" FROM,
         AUTH_FAIL															     },
};

/* The one Received above what says pass: is it ours? */
static const struct {
	const char *value;
	gboolean is_ours;
} hops[] = {
	{"from x by mx.acme.example",						       TRUE },
	{"by mx.acme.example",							      TRUE },
	{"from x BY MX.ACME.EXAMPLE with ESMTP; Tue",                                       TRUE },
	{"from x\n by\n\tmx.acme.example with ESMTP",                                       TRUE },
	{"from a.example (a.example [192.0.2.1])\n\t(using TLSv1.2 (256/256 bits))\n\t"
	 "by mx.acme.example (Postfix) with ESMTPS id 4711\n\t"
	 "for <agent@in.acme.example>; Tue, 4 Mar 2025 09:00:00 +0100 (CET)",      TRUE },
	{"from x (by evil.example) by mx.acme.example",                                     TRUE },
	{"from x (invoked by uid 89) by (this is) mx.acme.example(8.15) with LMTP",         TRUE },
	{"from x (a \\) by evil.example) by mx.acme.example",                               TRUE },
	{"from \"x by evil.example\" by mx.acme.example",                                   TRUE },
	{"from [by evil.example] (unknown) by mx.acme.example",                             TRUE },
	{"",										FALSE},
	{"from x",									  FALSE},
	{"from x by",								       FALSE},
	{"from x by (mx.acme.example)",						     FALSE},
	{"from x by <mx.acme.example>",						     FALSE},
	{"from x by \"mx.acme.example\"",						   FALSE},
	{"from x by mx.acme.example.evil.example",                                          FALSE},
	{"from x by evil.example (by mx.acme.example)",                                     FALSE},
	{"from x by evil.example for <by@mx.acme.example>",                                 FALSE},
	{"from x by mx.acme.example (unknown [192.0.2.66]) by relay.example",               FALSE},
	{"from by mx.acme.example (unknown [192.0.2.66]) by relay.example",                 FALSE},
	{"from by by mx.acme.example",						      FALSE},
	{"by relay.example id by mx.acme.example",                                          FALSE},
	{"from \"x by mx.acme.example \" (unknown) by relay.example",                       FALSE},
	{"from [by mx.acme.example x] (unknown) by relay.example",                          FALSE},
	{"from x by mx.acme.example; (unknown) by relay.example; Tue",                      FALSE},
	{"from x by mx.acme.example; (unknown); Tue",                                       FALSE},
	{"from x; by mx.acme.example",						      FALSE},
	{"from x by mx.acme.example ( (unknown) by relay.example",                          FALSE},
	{"from x by mx.acme.example (\" (unknown) by relay.example (Postfix)",              FALSE},
	{"from x by mx.acme.example \" (unknown) by relay.example; Tue",                    FALSE},
	{"from x by mx.acme.example \" (unknown) by relay.example for <\"a\\\"b\"@y>; Tue", FALSE},
	{"from x by mx.acme.example < (unknown) by relay.example for <a@y>; Tue",           FALSE},
	{"from x by mx.acme.example <(unknown)by\trelay.example>; Tue",                     FALSE},
	{"from x by mx.acme.example > (unknown) by relay.example",                          FALSE},
	{"from x by mx.acme.example ) (unknown)",                                           FALSE},
	{"from x (a (b by mx.acme.example) by mx.acme.example ) by evil.example",           FALSE},
	{"from x (a \\) by mx.acme.example ) by evil.example",                              FALSE},
	{"from x ((by mx.acme.example) by evil.example",                                    FALSE},
};

static AuthVerdict ask(
	const char *header, const AuthPolicy *policy, gboolean is_trusted_peer, char **why)
{
	g_autofree char *text = g_strconcat(header, "\nText\n", NULL);
	g_autoptr(GBytes) source = g_bytes_new(text, strlen(text));
	g_autoptr(Mail) mail = parse_mail(source);
	g_autoptr(GPtrArray) trusted_arc = g_ptr_array_new();

	g_ptr_array_add(trusted_arc, (gpointer) "liste.example");
	return authres_verdict(mail, policy, is_trusted_peer, trusted_arc, why);
}

static void test_rows(void)
{
	g_autoptr(AuthPolicy) policy = auth_policy_new();

	policy->authserv_id = g_strdup("mx.acme.example");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *why = NULL;
		AuthVerdict have = ask(rows[i].header, policy, TRUE, &why);

		if (have != rows[i].want)
			g_test_message("%s: %s (%s)", rows[i].name, auth_verdict_name(have), why);
		g_assert_cmpint(have, ==, rows[i].want);
		g_assert_nonnull(why);
	}
}

static void test_hops(void)
{
	g_autoptr(AuthPolicy) policy = auth_policy_new();

	policy->authserv_id = g_strdup("mx.acme.example");
	for (gsize i = 0; i < G_N_ELEMENTS(hops); i++) {
		g_autofree char *header =
			g_strconcat("Received: ", hops[i].value, "\n" OURS PASS FROM, NULL);
		gboolean have = ask(header, policy, TRUE, NULL) == AUTH_PASS;

		if (have != hops[i].is_ours)
			g_test_message("%s", hops[i].value);
		g_assert_cmpint(have, ==, hops[i].is_ours);
	}
}

static void test_policy(void)
{
	g_autoptr(AuthPolicy) policy = auth_policy_new();

	g_assert_cmpint(ask(OURS PASS FROM, policy, TRUE, NULL), ==, AUTH_NONE);
	policy->authserv_id = g_strdup("mx.acme.example");
	g_assert_cmpint(ask(OURS PASS FROM, policy, FALSE, NULL), ==, AUTH_NONE);
	/* Named hosts replace the authserv_id as what is written behind "by". */
	g_ptr_array_add(policy->hosts, g_strdup("edge1.acme.example"));
	g_assert_cmpint(ask(EDGE OURS PASS FROM, policy, TRUE, NULL), ==, AUTH_NONE);
	g_assert_cmpint(ask("Received: from x by EDGE1.acme.example; y\n" OURS PASS FROM, policy,
				TRUE, NULL),
		==, AUTH_PASS);
}

static void test_many(void)
{
	g_autoptr(AuthPolicy) policy = auth_policy_new();
	g_autoptr(GString) header = g_string_new(NULL);
	gint64 before = deadline_now();

	policy->authserv_id = g_strdup("mx.acme.example");
	for (int i = 0; i < 5000; i++)
		g_string_append(header, OURS PASS);
	g_string_append(header, FROM);
	g_assert_cmpint(ask(header->str, policy, TRUE, NULL), ==, AUTH_NONE);
	assert_deadline(before, 2 * G_USEC_PER_SEC);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/authres/rows", test_rows);
	g_test_add_func("/authres/hops", test_hops);
	g_test_add_func("/authres/policy", test_policy);
	g_test_add_func("/authres/many", test_many);
	return g_test_run();
}
