#include "command/mbox.h"

#include <string.h>

/* The mails that come out, each between brackets. */
static char *split(const char *bytes, gsize length)
{
	g_autoptr(GBytes) mbox = g_bytes_new_static(bytes, length);
	GString *mails = g_string_new(NULL);
	gsize at = 0;

	for (;;) {
		g_autoptr(GBytes) mail = mbox_next(mbox, &at, 1000);
		gsize size = 0;

		if (mail == NULL)
			return g_string_free(mails, FALSE);

		const char *data = g_bytes_get_data(mail, &size);

		g_string_append_printf(mails, "[%.*s]", (int)size, data ? data : "");
	}
}

#define DATED "From anna@acme.example Mon Mar  2 14:05:31 2026\n"

static const struct {
	const char *name, *in, *want;
} rows[] = {
	{"one mail",					 DATED "A: b\n\ntext\n",                                   "[A: b\n\ntext\n]"                          },
	{"the empty line at the end is the mbox's",          DATED "A: b\n\ntext\n\n",                                 "[A: b\n\ntext\n]"                          },
	{"two mails",					DATED "A: b\n\none\n\n" DATED "C: d\n\ntwo\n\n",
         "[A: b\n\none\n][C: d\n\ntwo\n]"															  },
	{"CRLF",
         "From x Mon Mar  2 14:05:31 2026\r\nA: b\r\n\r\none\r\n\r\nFrom y\r\nC: "
		"d\r\n\r\ntwo\r\n",										    "[A: b\r\n\r\none\r\n][C: d\r\n\r\ntwo\r\n]"},
	{"a bare separator above a header (Thunderbird)",
         "From \nA: b\n\none\n\nFrom \nC: d\n\ntwo\n",								 "[A: b\n\none\n][C: d\n\ntwo\n]"            },
	{"a separator without a date above a header",
         "From -\nA: b\n\none\n\nFrom x@y\nC: d\n\ntwo\n",                                                             "[A: b\n\none\n][C: d\n\ntwo\n]"            },
	{"a dated separator above a mail without a header",
         DATED "A: b\n\none\n\n" DATED "\ntext\n",								     "[A: b\n\none\n][\ntext\n]"                 },
	{"unquoted From in the text, no date, no header",
         DATED "A: b\n\none\n\nFrom here on it rains.\nAgain.\n",
         "[A: b\n\none\n\nFrom here on it rains.\nAgain.\n]"												       },
	{"From within a paragraph",                          DATED "A: b\n\none\nFrom 10:30 to 11:45, 2026\nA: b\n",
         "[A: b\n\none\n][A: b\n]"																 },
	{"From within a paragraph, without a year",
         DATED "A: b\n\none\nFrom 10:30 to 11:45\nA: b\n",
         "[A: b\n\none\nFrom 10:30 to 11:45\nA: b\n]"													      },
	{"a forgotten empty line, dated and above a header",
         DATED "A: b\n\none\n" DATED "C: d\n\ntwo\n",								  "[A: b\n\none\n][C: d\n\ntwo\n]"            },
	{"quoted once (mboxo, mboxrd)",                      DATED "A: b\n\n>From me\n",                               "[A: b\n\nFrom me\n]"                       },
	{"quoted twice (mboxrd)",                            DATED "A: b\n\n>>From me\n>>>From you\n",
         "[A: b\n\n>From me\n>>From you\n]"															},
	{"no quoted From",				   DATED "A: b\n\n>from me\n> From me\n>Fromage\n",
         "[A: b\n\n>from me\n> From me\n>Fromage\n]"													       },
	{"quoted separator above the header",
         DATED ">From x Mon Mar  2 14:05:31 2026\nA: b\n\none\n",
         "[From x Mon Mar  2 14:05:31 2026\nA: b\n\none\n]"													},
	{"a separator and no more",                          DATED,						    ""                                          },
	{"no line end at the end",                           DATED "A: b\n\ntext",                                     "[A: b\n\ntext]"                            },
	{"nothing between two separators",                   DATED "A: b\n\none\n\n" DATED "\n" DATED "C: d\n\ntwo\n",
         "[A: b\n\none\n][C: d\n\ntwo\n]"															  },
};

static void test_rows(gconstpointer data)
{
	const gsize i = GPOINTER_TO_SIZE(data);
	g_autofree char *have = split(rows[i].in, strlen(rows[i].in));

	g_assert_cmpstr(have, ==, rows[i].want);
}

static void test_is_mbox(void)
{
	static const struct {
		const char *in;
		gboolean want;
	} starts[] = {
		{"From x",  TRUE },
		{"From ",   TRUE },
		{"From: x", FALSE},
		{"From",    FALSE},
		{" From x", FALSE},
		{"",        FALSE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
		g_autoptr(GBytes) bytes = g_bytes_new_static(starts[i].in, strlen(starts[i].in));

		g_assert_cmpint(mbox_is(bytes), ==, starts[i].want);
	}
}

static void assert_bytes(GBytes *have, const char *want)
{
	g_autoptr(GBytes) wanted = g_bytes_new_static(want, strlen(want));

	g_assert_true(g_bytes_equal(have, wanted));
}

static void test_limit(void)
{
	static const char bytes[] = DATED "A: b\n\n0123456789\n\n" DATED "C: d\n\n>From e\n";
	g_autoptr(GBytes) mbox = g_bytes_new_static(bytes, sizeof bytes - 1);
	gsize at = 0;
	g_autoptr(GBytes) first = mbox_next(mbox, &at, 8);
	g_autoptr(GBytes) second = mbox_next(mbox, &at, 100);

	assert_bytes(first, "A: b\n\n01");
	assert_bytes(second, "C: d\n\nFrom e\n");
}

/* Nothing is copied where nothing was quoted. */
static void test_shares_memory(void)
{
	static const char bytes[] = DATED "A: b\n\ntext\n";
	g_autoptr(GBytes) mbox = g_bytes_new_static(bytes, sizeof bytes - 1);
	gsize at = 0;
	g_autoptr(GBytes) mail = mbox_next(mbox, &at, 1000);

	g_assert_true(g_bytes_get_data(mail, NULL) == bytes + strlen(DATED));
}

/* Every beginning of every row is an mbox, too: total, and within its bytes (run under sanitizers).
 */
static void test_cut_anywhere(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		for (gsize length = 0; length <= strlen(rows[i].in); length++) {
			g_autofree char *copy = g_memdup2(rows[i].in, length);
			g_autofree char *mails = split(copy, length);

			g_assert_nonnull(mails);
		}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strdup_printf("/mbox/%s", rows[i].name);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_rows);
	}
	g_test_add_func("/mbox/is", test_is_mbox);
	g_test_add_func("/mbox/limit", test_limit);
	g_test_add_func("/mbox/shares-memory", test_shares_memory);
	g_test_add_func("/mbox/cut-anywhere", test_cut_anywhere);
	return g_test_run();
}
