#include "store/casetag.h"

#define TAG "k3f7q2xm5abcd"

static const struct {
	const char *name, *text, *want; /* want: the tags, with spaces */
} rows[] = {
	{"the visible line",   "Guten Tag,\n\n[Vorgang V-000042." TAG "]\n",           TAG                 },
	{"in a subject",       "AW: [V-000042." TAG "] Angebot",                       TAG                 },
	{"in capitals",        "[CASE V-000042.K3F7Q2XM5ABCD]",                        TAG                 },
	{"bare",               "V-1." TAG,					     TAG                 },
	{"quoted",             "> > [Vorgang V-000042." TAG "]",                       TAG                 },
	{"wrapped in quotes",  "> [Vorgang V-\n> 000042.k3f7q2\n> > xm5abcd]",         TAG                 },
	{"wrapped after CRLF", "[Vorgang V-000042.\r\n  k3f7q2xm5abcd]",               TAG                 },
	{"format=flowed",      "[Vorgang V-000042.k3f7q \n2xm5abcd]",                  TAG                 },
	{"hyphen replaced",
         "[Vorgang V\xe2\x80\x91"
		"000042." TAG "] V\xe2\x80\x93"
		"7.aaaaaaaaaaaaa",						     TAG " aaaaaaaaaaaaa"},
	{"zero width inside",  "[Vorgang V-000042\xe2\x80\x8b.k3f7q2\xc2\xadxm5abcd]", TAG                 },
	{"twice is once",      "V-1." TAG " V-1." TAG,                                 TAG                 },
	{"two cases",          "V-1." TAG " V-2.aaaaaaaaaaaaa",                        TAG " aaaaaaaaaaaaa"},
	{"too short",          "[V-000042.k3f7q2xm5abc]",                              ""                  },
	{"too long",           "[V-000042." TAG "x]",                                  ""                  },
	{"a number only",      "[Vorgang V-000042]",                                   ""                  },
	{"inside a word",      "AV-000042." TAG,                                       ""                  },
	{"no digits",          "V-." TAG,					      ""                  },
	{"another alphabet",   "V-000042.k3f7q2xm5abc1",                               ""                  },
	{"words apart",        "V-000042. k3f7q2xm5abcd",                              ""                  },
	{"the end in it",      "V-000042.k3f7",                                        ""                  },
	{"nothing",            "",						     ""                  },
};

static void test_find(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	g_autoptr(GPtrArray) tags = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *have = NULL;

	casetag_find(rows[i].text, tags);
	g_ptr_array_add(tags, NULL);
	have = g_strjoinv(" ", (char **)tags->pdata);
	g_assert_cmpstr(have, ==, rows[i].want);
}

/* However many there are, some are enough. */
static void test_many(void)
{
	g_autoptr(GPtrArray) tags = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < 1000; i++)
		g_string_append_printf(text, "V-1.aaaaaaaaaa%c%c%c ", 'a' + (int)(i % 26),
			'a' + (int)(i / 26 % 26), 'a' + (int)(i / 676));
	casetag_find(text->str, tags);
	g_assert_cmpuint(tags->len, ==, 8);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strconcat("/casetag/find/", rows[i].name, NULL);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_find);
	}
	g_test_add_func("/casetag/many", test_many);
	return g_test_run();
}
