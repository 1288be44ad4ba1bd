/* Fields of queries and of forms, both encodings, well made and not. */
#include "server/form.h"

#include <string.h>

static const char typical[] = "application/x-www-form-urlencoded";
static const char parts[] = "multipart/form-data; boundary=XX";

#define DISPOSITION "Content-Disposition: form-data; name="

static const struct {
	const char *name, *type, *body;
	const char *want; /* "name=value|…" in order of names */
} rows[] = {
	{"nothing",              typical,					    "",							 ""                            },
	{"one",		  typical,					    "a=1",						      "a=1"                         },
	{"two",		  typical,					    "a=1&b=2",						  "a=1|b=2"                     },
	{"encoded",              typical,					    "a=%C3%A4+%2B%26%3D",                                       "a=ä +&="                    },
	{"the first counts",     typical,					    "a=1&a=2",						  "a=1"                         },
	{"no value",             typical,					    "a&b=&c=1",						 "a=|b=|c=1"                   },
	{"no name",              typical,					    "=1&&&b=2",						 "b=2"                         },
	{"an equals sign",       typical,					    "a=b=c",						    "a=b=c"                       },
	{"broken encoding",      typical,					    "a=%zz&b=%4&c=1",                                           "c=1"                         },
	{"NUL",		  typical,					    "a=%00&b=1",						"b=1"                         },
	{"no UTF-8",             typical,					    "a=%ff&b=1",						"b=1"                         },
	{"white space",          typical,					    "a=+x+%0d%0a&b=1",                                          "a= x \r\n|b=1"               },
	{"with a charset",       "Application/X-WWW-Form-Urlencoded; charset=utf-8", "a=1",                                                      "a=1"                         },
	{"another type",         "application/json",                                 "a=1",						      ""                            },
	{"no type",              NULL,					       "a=1",						      ""                            },
	{"parts",                parts,
         "--XX\r\n" DISPOSITION "\"a\"\r\n\r\n1\r\n--XX\r\n" DISPOSITION
		"b\r\n\r\n2\r\n--XX--\r\n",												      "a=1|b=2"                     },
	{"a preamble",           parts,					      "hello\r\n--XX\r\n" DISPOSITION "\"a\"\r\n\r\n1\r\n--XX--", "a=1"                         },
	{"a file",               parts,
         "--XX\r\ncontent-disposition: form-data; name=\"f\"; filename=\"x; "
		"name=y.pem\"\r\nContent-Type: "
		"application/x-pem\r\n\r\n-----BEGIN\r\n-----END\r\n\r\n--XX--\r\n",							     "f=-----BEGIN\r\n-----END\r\n"},
	{"a name of many parts", parts,
         "--XX\r\nContent-Type: text/plain\r\n" DISPOSITION "\"a\"\r\n\r\n1\r\n--XX--",
         "a=1"																				 },
	{"empty",                parts,					      "--XX\r\n" DISPOSITION "\"a\"\r\n\r\n\r\n--XX--",           "a="                          },
	{"never ended",          parts,					      "--XX\r\n" DISPOSITION "\"a\"\r\n\r\n1",                    ""                            },
	{"no blank line",        parts,					      "--XX\r\n" DISPOSITION "\"a\"\r\n--XX--",                   ""                            },
	{"only the end",         parts,					      "--XX--",						   ""                            },
	{"no disposition",       parts,					      "--XX\r\nContent-Type: text/plain\r\n\r\n1\r\n--XX--",      ""                            },
	{"a quoted boundary",    "multipart/form-data; boundary=\"X X\"",
         "--X X\r\n" DISPOSITION "\"a\"\r\n\r\n1\r\n--X X--",										    "a=1"                         },
	{"no boundary",          "multipart/form-data",                              "--XX\r\n" DISPOSITION "\"a\"\r\n\r\n1\r\n--XX--",
         ""																				    },
	{"an empty boundary",    "multipart/form-data; boundary=",
         "--\r\n" DISPOSITION "\"a\"\r\n\r\n1\r\n----",											  ""                            },
	{"the other's boundary", "multipart/form-data; boundary=YY",
         "--XX\r\n" DISPOSITION "\"a\"\r\n\r\n1\r\n--XX--",										      ""                            },
};

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *show(Form *form)
{
	g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter all;
	gpointer name, value;

	g_hash_table_iter_init(&all, form);
	while (g_hash_table_iter_next(&all, &name, &value))
		g_ptr_array_add(pairs, g_strdup_printf("%s=%s", (char *)name, (char *)value));
	g_ptr_array_sort(pairs, by_name);
	g_ptr_array_add(pairs, NULL);
	return g_strjoinv("|", (char **)pairs->pdata);
}

static void fields(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		/* Not a byte more than there is: a reader that runs over the end is found. */
		const gsize length = strlen(rows[i].body);
		g_autofree char *body = g_memdup2(rows[i].body, MAX(length, 1));
		g_autoptr(Form) form = form_parse_body(rows[i].type, body, length);
		g_autofree char *have = show(form);

		g_test_message("%s", rows[i].name);
		g_assert_cmpstr(have, ==, rows[i].want);
	}
}

static void nul_in_a_part(void)
{
	static const char body[] = "--XX\r\n" DISPOSITION "a\r\n\r\n1\0002\r\n--XX\r\n" DISPOSITION
				   "b\r\n\r\n3\r\n--XX--";
	g_autoptr(Form) form = form_parse_body(parts, body, sizeof body - 1);

	g_assert_cmpstr(form_get(form, "a"), ==, "");
	g_assert_cmpstr(form_get(form, "b"), ==, "3");
}

static void many(void)
{
	g_autoptr(GString) body = g_string_new(NULL);

	for (guint i = 0; i < 20000; i++)
		g_string_append_printf(body, "n%u=v&", i);
	g_autoptr(Form) form = form_parse(body->str);
	g_assert_cmpuint(g_hash_table_size(form), ==, 100);
	g_assert_cmpstr(form_get(form, "n99"), ==, "v");
	g_assert_cmpstr(form_get(form, "n100"), ==, "");
}

/* Every beginning of a body is a body. */
static void cut(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		for (gsize length = 0; length <= strlen(rows[i].body); length++) {
			g_autofree char *body = g_memdup2(rows[i].body, MAX(length, 1));
			g_autoptr(Form) form = form_parse_body(rows[i].type, body, length);

			g_assert_nonnull(form);
		}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/form/fields", fields);
	g_test_add_func("/form/nul-in-a-part", nul_in_a_part);
	g_test_add_func("/form/many", many);
	g_test_add_func("/form/cut", cut);
	return g_test_run();
}
