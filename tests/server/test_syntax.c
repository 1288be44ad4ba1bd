#include <string.h>

#include <glib.h>

#include "server/syntax.h"
#include "server/trace.h"

static void test_paths(void)
{
	static const struct {
		const char *in, *path, *rest; /* path NULL: refused */
	} rows[] = {
		{"<a@b>",           "a@b",           ""      },
		{"<>",              "",              ""      },
		{"<a@b>  SIZE=1",   "a@b",           "SIZE=1"},
		{"<a@b>SIZE=1",     NULL,            NULL    },
		{"<@x,@y:a@b>",     "a@b",           ""      },
		{"<@x,@y>",         NULL,            NULL    },
		{"<@x:>",           NULL,            NULL    },
		{"<\"a>b\"@c>",     "\"a>b\"@c",     ""      },
		{"<\"a\\\">b\"@c>", "\"a\\\">b\"@c", ""      },
		{"<\"a@b>",         NULL,            NULL    },
		{"<a<b@c>",         NULL,            NULL    },
		{"<a b@c>",         NULL,            NULL    },
		{"a@b",             NULL,            NULL    },
		{"<a@b",            NULL,            NULL    },
		{"<@b>",            NULL,            NULL    },
		{"<a@>",            NULL,            NULL    },
		{"<postmaster>",    "postmaster",    ""      },
		{"",                NULL,            NULL    },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *at = rows[i].in;
		g_autofree char *path = syntax_read_path(&at);

		g_assert_cmpstr(path, ==, rows[i].path);
		if (path != NULL)
			g_assert_cmpstr(at, ==, rows[i].rest);
	}
}

static void test_numbers(void)
{
	static const struct {
		const char *in;
		gint64 number;
	} rows[] = {
		{"0",                     0         },
		{"007",                   7         },
		{"9223372036854775807",   G_MAXINT64},
		{"9223372036854775808",   G_MAXINT64},
		{"99999999999999999999",  G_MAXINT64},
		{"999999999999999999999", -1        },
		{"",		      -1        },
		{"1x",                    -1        },
		{"-1",                    -1        },
		{" 1",                    -1        },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpint(
			syntax_read_number(rows[i].in, strlen(rows[i].in)), ==, rows[i].number);
}

static void test_trace(void)
{
	const Trace trace = {.envelope_from = "a@b.test",
		.helo = "mx (evil)\tby x; y",
		.peer = "192.0.2.1:25",
		.host = "gw.test",
		.with = "ESMTPS",
		.id = "1-2",
		.received_at = G_GINT64_CONSTANT(1764106089) * G_USEC_PER_SEC};
	g_autofree char *lines = trace_format(&trace);

	g_assert_cmpstr(lines, ==,
		"Return-Path: <a@b.test>\r\n"
		"Received: from mx??evil??by?x??y (192.0.2.1:25) by gw.test with ESMTPS id 1-2; "
		"Tue, 25 Nov 2025 21:28:09 +0000\r\n");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/syntax/paths", test_paths);
	g_test_add_func("/syntax/numbers", test_numbers);
	g_test_add_func("/trace/lines", test_trace);
	return g_test_run();
}
