#include "mime/msgid.h"

#include <string.h>

#include "mime/limits.h"

static const struct {
	const char *in, *want;
} single[] = {
	{"<a@b>",                 "a@b"               },
	{" <a@b> ",               "a@b"               },
	{"(x) <a@b>",             "a@b"               },
	{"a@b",		   "a@b"               },
	{"<lang@acme\t.example>", "lang@acme.example" },
	{"<Gross@ACME.example>",  "Gross@ACME.example"},
	{"<<a@b>>",               "a@b"               },
	{"<20260302.4711>",       "20260302.4711"     },
	{"<abc@>",                "abc@"              },
	{"<>",		    NULL                },
	{"<null>",                NULL                },
	{"<@>",		   NULL                },
	{"<@acme.example>",       NULL                },
	{"<ab>",		  NULL                },
	{"<a@b",		  NULL                },
	{"abc",		   NULL                },
	{"",		      NULL                },
};

static void test_single(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(single); i++) {
		g_autofree char *have = msgid_parse(single[i].in);

		g_assert_cmpstr(have, ==, single[i].want);
	}
}

static const struct {
	const char *in, *own, *want;
} lists[] = {
	{"<a@b> <c@d>",			       NULL,    "a@b c@d"},
	{"<a@b>,<c@d>",			       NULL,    "a@b c@d"},
	{"<a@b><c@d>",				NULL,    "a@b c@d"},
	{"<a@b> <a@b> <c@d>",                         NULL,    "a@b c@d"},
	{"<a@b> <own@x> <c@d>",                       "own@x", "a@b c@d"},
	{"<a@b> <> <null> <c@d>",                     NULL,    "a@b c@d"},
	{"a@b, c@d",				  NULL,    "a@b c@d"},
	{"Your message of \"Mon, 2 Mar 2026\" <a@b>", NULL,    "a@b"    },
	{"Message from anna@acme.example of Monday",  NULL,    ""       },
	{"<a@b <c@d>",				NULL,    "c@d"    },
	{"",					  NULL,    ""       },
};

static void test_lists(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
		g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *have = NULL;

		g_assert_cmpuint(msgid_parse_list(lists[i].in, lists[i].own, ids), ==, 0);
		g_ptr_array_add(ids, NULL);
		have = g_strjoinv(" ", (char **)ids->pdata);
		g_assert_cmpstr(have, ==, lists[i].want);
	}
}

/* Of a long thread the first id and the nearest 99 stay. */
static void test_many(void)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) value = g_string_new(NULL);

	for (int i = 0; i < 250; i++)
		g_string_append_printf(value, "<%03d@x.example>\t", i);
	g_assert_cmpuint(msgid_parse_list(value->str, NULL, ids), ==, 150);
	g_assert_cmpuint(ids->len, ==, LIMIT_REFERENCES);
	g_assert_cmpstr(g_ptr_array_index(ids, 0), ==, "000@x.example");
	g_assert_cmpstr(g_ptr_array_index(ids, 1), ==, "151@x.example");
	g_assert_cmpstr(g_ptr_array_index(ids, 99), ==, "249@x.example");
}

static void test_length(void)
{
	g_autofree char *longest = g_strnfill(LIMIT_MESSAGE_ID, 'a');
	g_autofree char *longer = g_strnfill(LIMIT_MESSAGE_ID + 1, 'a');
	g_autofree char *bracketed = g_strdup_printf("<%s>", longer);

	g_assert_true(msgid_is_usable(longest));
	g_assert_false(msgid_is_usable(longer));
	g_assert_null(msgid_parse(bracketed));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/msgid/single", test_single);
	g_test_add_func("/msgid/lists", test_lists);
	g_test_add_func("/msgid/many", test_many);
	g_test_add_func("/msgid/length", test_length);
	return g_test_run();
}
