#include "mime/address.h"

#include "mime/limits.h"
#include "tests/parser/deadline.h"

/* A list as one string: name<address>, "-" for what is not stated, "|" between two. */
static char *shown(const GPtrArray *list)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < list->len; i++) {
		const Mailbox *mailbox = g_ptr_array_index(list, i);

		g_string_append_printf(out, "%s%s<%s>", i ? "|" : "",
			mailbox->name ? mailbox->name : "-",
			mailbox->address ? mailbox->address : "-");
	}
	return g_string_free(out, FALSE);
}

static const struct {
	const char *in, *want;
} lists[] = {
	{"anna@acme.example",				   "-<anna@acme.example>"                  },
	{"<anna@acme.example>",				 "-<anna@acme.example>"                  },
	{"Anna Muster <anna@acme.example>",                     "Anna Muster<anna@acme.example>"        },
	{"\"Muster, Anna\" <anna@acme.example>",                "Muster, Anna<anna@acme.example>"       },
	{"Muster, Anna <anna@acme.example>",                    "Muster, Anna<anna@acme.example>"       },
	{"Muster, Anna <a@x.example>, Weiß, Bo <b@x.example>",
         "Muster, Anna<a@x.example>|Weiß, Bo<b@x.example>"                                             },
	{"a@x.example, Anna <b@x.example>",                     "-<a@x.example>|Anna<b@x.example>"      },
	{"a@x.example; b@x.example",                            "-<a@x.example>|-<b@x.example>"         },
	{"anna@acme.example (Anna Muster)",                     "Anna Muster<anna@acme.example>"        },
	{"Anna (Einkauf (DE)) <anna@acme.example>",             "Anna (Einkauf (DE))<anna@acme.example>"},
	{"Anna <anna@acme.example> (Einkauf)",                  "Anna (Einkauf)<anna@acme.example>"     },
	{"Anna Muster anna@acme.example",                       "Anna Muster<anna@acme.example>"        },
	{"anna . muster @ acme . example",                      "-<anna.muster@acme.example>"           },
	{"Dr. A. Muster <anna@acme.example>",                   "Dr. A. Muster<anna@acme.example>"      },
	{"Team: a@x.example, Bo <b@x.example>;",                "-<a@x.example>|Bo<b@x.example>"        },
	{"undisclosed-recipients:;",                            ""                                      },
	{"Einkauf: Anna <a@x.example>",                         "Einkauf: Anna<a@x.example>"            },
	{"=?utf-8?Q?J=C3=BCrgen_Wei=C3=9F?= <j@x.example>",     "Jürgen Weiß<j@x.example>"            },
	{"\"=?utf-8?Q?J=C3=BCrgen?=\" <j@x.example>",           "Jürgen<j@x.example>"                  },
	{"=?utf-8?Q?Muster,_Anna?= <j@x.example>",              "Muster, Anna<j@x.example>"             },
	{"=?utf-8?Q?Chef_<chef@acme.example>?=",                "Chef <chef@acme.example><->"           },
	{"\"chef@acme.example\" <evil@x.example>",              "chef@acme.example<evil@x.example>"     },
	{"<a@x.example> <b@x.example>",                         "-<a@x.example>|-<b@x.example>"         },
	{"'Anna' <anna@acme.example>",                          "Anna<anna@acme.example>"               },
	{"Anna <mailto:anna@acme.example>",                     "Anna<anna@acme.example>"               },
	{"Anna <@relay.example,@b.example:anna@acme.example>",  "Anna<anna@acme.example>"               },
	{"Anna <anna(Einkauf)@acme(de).example>",               "Anna<anna@acme.example>"               },
	{"Anna <<anna@acme.example>>",                          "Anna<anna@acme.example>"               },
	{"Anna <anna@acme.example",                             "Anna<anna@acme.example>"               },
	{"Anna <a@x.example, Bo <b@x.example>",                 "Anna<a@x.example>|Bo<b@x.example>"     },
	{"Anna <a@x.example> Bo <b@x.example>",                 "Anna<a@x.example>|Bo<b@x.example>"     },
	{"Anna <a@x.example> b@x.example, c@x.example",
         "Anna<a@x.example>|-<b@x.example>|-<c@x.example>"                                              },
	{"Anna <a@x.example> \"Weiß, Bo\" <b@x.example>",
         "Anna<a@x.example>|Weiß, Bo<b@x.example>"                                                     },
	{"Anna <a@x.example> Muster",                           "Anna Muster<a@x.example>"              },
	{"a@x.example b@x.example",                             "-<a@x.example>|-<b@x.example>"         },
	{"a@x.example a@x.example",                             "-<a@x.example>"                        },
	{"chef@acme.example <evil@x.example>",                  "chef@acme.example<evil@x.example>"     },
	{"\"Anna <anna@acme.example>",                          "Anna<anna@acme.example>"               },
	{"Anna (Einkauf <anna@acme.example>",                   "Anna Einkauf<anna@acme.example>"       },
	{"\"a b\"@x.example",				   "-<\"a b\"@x.example>"                  },
	{"anna@[IPv6:2001:db8::1]",                             "-<anna@[IPv6:2001:db8::1]>"            },
	{"Anna",						"Anna<->"			       },
	{"<>",						  ""				      },
	{"",						    ""				      },
	{" , ,; ",					      ""				      },
};

static void test_lists(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
		g_autoptr(GPtrArray) list =
			g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
		g_autofree char *have = NULL;

		g_assert_true(address_parse_list(lists[i].in, list));
		have = shown(list);
		g_assert_cmpstr(have, ==, lists[i].want);
	}
}

static const struct {
	const char *in, *want;
} keys[] = {
	{"Anna@ACME.example",          "anna@acme.example"         },
	{" <Anna@acme.example> ",      "anna@acme.example"         },
	{"mailto:anna@acme.example",   "anna@acme.example"         },
	{"anna@müller.example",       "anna@xn--mller-kva.example"},
	{"anna@XN--MLLER-KVA.example", "anna@xn--mller-kva.example"},
	{"JÜRGEN@x.example",          "jürgen@x.example"         },
	{"anna@acme.example.",         "anna@acme.example"         },
	{"anna@acme.example..",        "anna@acme.example"         },
	{"\"anna\"@acme.example",      "anna@acme.example"         },
	{"\"a b\"@acme.example",       "\"a b\"@acme.example"      },
	{"ANNA",		       "anna"                      },
	{"@",			  "@"			 },
	{"",			   ""			  },
	{NULL,			 ""			  },
	{"\xff@\xff",                  "\xef\xbf\xbd@\xef\xbf\xbd" },
};

static void test_keys(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autofree char *have = address_key(keys[i].in);

		g_assert_cmpstr(have, ==, keys[i].want);
	}
}

static void test_domain(void)
{
	g_autofree char *domain = address_domain("Anna@ACME.Example");
	g_autofree char *none = address_domain("anna@");

	g_assert_cmpstr(domain, ==, "acme.example");
	g_assert_null(none);
}

static void test_plausible(void)
{
	g_assert_true(address_is_plausible("anna@acme.example"));
	g_assert_true(address_is_plausible("\"a b\"@acme.example"));
	g_assert_false(address_is_plausible("anna"));
	g_assert_false(address_is_plausible("@acme.example"));
	g_assert_false(address_is_plausible("anna@"));
	g_assert_false(address_is_plausible("a b@acme.example"));
	g_assert_false(address_is_plausible("a@b@acme.example"));
	g_assert_false(address_is_plausible("anna@acme.example\f"));
	g_assert_false(address_is_plausible("anna@\f."));
}

/* Over the limit the first ones stay, and hostile lists cost linear time. */
static void test_limits(void)
{
	static const char *const hostile[] = {
		"a@b,", "(", "<", "\"", ",", "[", "=?utf-8?q?", "a:", "\\", "@ ", "<\"", "a "};

	for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
		g_autoptr(GPtrArray) list =
			g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
		g_autoptr(GString) value = g_string_new(NULL);
		gint64 before = deadline_now();

		while (value->len < LIMIT_FIELD_BYTES)
			g_string_append(value, hostile[i]);
		address_parse_list(value->str, list);
		g_assert_cmpuint(list->len, <=, LIMIT_ADDRESSES);
		assert_deadline(before, 2 * G_USEC_PER_SEC);
		if (i == 0)
			g_assert_cmpuint(list->len, ==, LIMIT_ADDRESSES);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/address/lists", test_lists);
	g_test_add_func("/address/keys", test_keys);
	g_test_add_func("/address/domain", test_domain);
	g_test_add_func("/address/plausible", test_plausible);
	g_test_add_func("/address/limits", test_limits);
	return g_test_run();
}
