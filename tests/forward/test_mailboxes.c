#include "forward/mailboxes.h"

#include <string.h>

#include "mime/limits.h"
#include "tests/parser/deadline.h"

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

typedef struct {
	const char *in, *want;
} Row;

static const Row lists[] = {
	{"Anna Muster <anna@acme.example>",                                "Anna Muster<anna@acme.example>"           },
	{"anna@acme.example",					      "-<anna@acme.example>"                     },
	{"<anna@acme.example>",					    "-<anna@acme.example>"                     },
	{"Anna [mailto:anna@acme.example]",                                "Anna<anna@acme.example>"                  },
	{"Anna <mailto:anna@acme.example>",                                "Anna<anna@acme.example>"                  },
	{"anna@acme.example<mailto:anna@acme.example>",                    "-<anna@acme.example>"                     },
	{"anna@acme.example [mailto:anna@acme.example]",                   "-<anna@acme.example>"                     },
	{"Anna <anna@acme.example<mailto:anna@acme.example>>",             "Anna<anna@acme.example>"                  },
	{"Anna <[anna@acme.example](mailto:anna@acme.example)>",           "Anna<anna@acme.example>"                  },
	{"anna@acme.example bert@b.example",                               "-<anna@acme.example>|-<bert@b.example>"   },
	{"Anna anna@acme.example",					 "Anna<anna@acme.example>"                  },
	{"\"Muster, Anna\" <anna@acme.example>; Bert <b@acme.example>",
         "Muster, Anna<anna@acme.example>|Bert<b@acme.example>"                                                       },
	{"Muster, Anna <anna@acme.example>; Meier, Bert",
         "Muster, Anna<anna@acme.example>|Meier, Bert<->"                                                             },
	{"Muster, Anna; Meier, Bert",				      "Muster, Anna<->|Meier, Bert<->"           },
	{"Muster, Anna;",						  "Muster, Anna<->"                          },
	{"Muster, Anna <anna@acme.example>, Meier, Bert <b@acme.example>",
         "Muster, Anna<anna@acme.example>|Meier, Bert<b@acme.example>"                                                },
	{"Anna Muster, Bert Meier",					"Anna Muster<->|Bert Meier<->"             },
	{"Anna Muster, Bert Meier <b@acme.example>",                       "Anna Muster<->|Bert Meier<b@acme.example>"},
	{"von der Heide, Karl Heinz",				      "von der Heide, Karl Heinz<->"             },
	{"a@acme.example, b@acme.example; c@acme.example",
         "-<a@acme.example>|-<b@acme.example>|-<c@acme.example>"                                                      },
	{"Anna Muster/ACME@ACME, Bert Meier/ACME@ACME, ",
         "Anna Muster/ACME@ACME<->|Bert Meier/ACME@ACME<->"                                                           },
	{"'anna@acme.example'",					    "-<anna@acme.example>"                     },
	{"'Anna' <anna@acme.example>",                                     "Anna<anna@acme.example>"                  },
	{"\"'Anna'\" <anna@acme.example>",                                 "Anna<anna@acme.example>"                  },
	{"\"chef@acme.example\" <evil@x.example>",                         "chef@acme.example<evil@x.example>"        },
	{"ANNA@acme.example <anna@acme.example>",                          "-<anna@acme.example>"                     },
	{"Anna (Einkauf) <anna@acme.example>",                             "Anna (Einkauf)<anna@acme.example>"        },
	{"Anna [ACME] <anna@acme.example>",                                "Anna [ACME]<anna@acme.example>"           },
	{"Anna </o=Exchange/ou=First/cn=anna>",                            "Anna<->"                                  },
	{"Anna <anna@acme.example",					"Anna<anna@acme.example>"                  },
	{"Anna \"Anni\" Muster <anna@acme.example>",                       "Anna Anni Muster<anna@acme.example>"      },
	{"张伟 <zhang@acme.example>；李娜",                           "张伟<zhang@acme.example>|李娜<->"     },
	{"undisclosed-recipients:;",				       ""					 },
	{"(无)",							  ""					 },
	{" , ;",							   ""					 },
	{"",							       ""					 },
};

static const Row authors[] = {
	{"Muster, Anna",							   "Muster, Anna<->"                     },
	{"Anna Muster, Bert Meier",						"Anna Muster, Bert Meier<->"          },
	{"Sekretariat <s@acme.example> im Auftrag von Chef <c@acme.example>",
         "Chef<c@acme.example>"											  },
	{"info@acme.example [mailto:info@acme.example] Im Auftrag von Bert Meier",
         "Bert Meier<info@acme.example>"										 },
	{"\"Team on behalf of us\" <t@acme.example>",                              "Team on behalf of us<t@acme.example>"},
	{"Anna Muster/ACME",						       "Anna Muster/ACME<->"                 },
};

typedef void (*Parse)(const char *value, GPtrArray *list);

static void check(const Row *rows, gsize count, Parse parse)
{
	for (gsize i = 0; i < count; i++) {
		g_autoptr(GPtrArray) list =
			g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
		g_autofree char *have = NULL;

		parse(rows[i].in, list);
		have = shown(list);
		if (!g_str_equal(have, rows[i].want))
			g_test_message("%s", rows[i].in);
		g_assert_cmpstr(have, ==, rows[i].want);
	}
}

static void test_lists(void)
{
	check(lists, G_N_ELEMENTS(lists), mailboxes_parse);
}

static void test_authors(void)
{
	check(authors, G_N_ELEMENTS(authors), mailboxes_parse_author);
}

/* Each of these would cost its square if a partner were looked for to the end. */
static void test_long(void)
{
	static const char *const pieces[] = {
		"(", "<", "[", "\"", "\"\\", "a,", "a;", ",", "@", "a@b.example,"};

	for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autoptr(GPtrArray) list =
			g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
		g_autoptr(GString) value = g_string_new(NULL);
		gint64 before = deadline_now();

		while (value->len < 200000)
			g_string_append(value, pieces[i]);
		mailboxes_parse(value->str, list);
		g_assert_cmpuint(list->len, <=, LIMIT_ADDRESSES);
		assert_deadline(before, 1 * G_USEC_PER_SEC);
	}
}

/* A bracket that never closes is given up far behind it, but not within a character. */
static void test_open(void)
{
	for (gsize shift = 960; shift < 1000; shift++) {
		g_autoptr(GPtrArray) list =
			g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
		g_autoptr(GString) value = g_string_new("Anna <");

		while (value->len < shift)
			g_string_append_c(value, ' ');
		g_string_append(value, "anna@acme.example");
		while (value->len < 3000)
			g_string_append(value, "発");
		mailboxes_parse(value->str, list);
		for (guint i = 0; i < list->len; i++) {
			const Mailbox *mailbox = g_ptr_array_index(list, i);

			g_assert_true(!mailbox->name || g_utf8_validate(mailbox->name, -1, NULL));
			g_assert_true(
				!mailbox->address || g_utf8_validate(mailbox->address, -1, NULL));
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mailboxes/lists", test_lists);
	g_test_add_func("/mailboxes/authors", test_authors);
	g_test_add_func("/mailboxes/long", test_long);
	g_test_add_func("/mailboxes/open", test_open);
	return g_test_run();
}
