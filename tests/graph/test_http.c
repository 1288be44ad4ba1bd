#include "graph/http.h"

#define NOW 1796000000 /* 2026-11-30 */

static const struct {
	const char *name, *url, *base;
	gboolean is_same;
} hosts[] = {
	{"same",              "https://graph.microsoft.com/v1.0/me?x=1",       "https://graph.microsoft.com", TRUE },
	{"its port",          "https://graph.microsoft.com:443/v1.0",          "https://graph.microsoft.com", TRUE },
	{"case",              "HTTPS://Graph.Microsoft.COM/v1.0",              "https://graph.microsoft.com", TRUE },
	{"another port",      "https://graph.microsoft.com:8443/v1.0",         "https://graph.microsoft.com",
         FALSE												     },
	{"http",              "http://graph.microsoft.com/v1.0",               "https://graph.microsoft.com", FALSE},
	{"as a prefix",       "https://graph.microsoft.com.evil.example/v1.0",
         "https://graph.microsoft.com",								       FALSE},
	{"as a user",         "https://graph.microsoft.com@evil.example/v1.0",
         "https://graph.microsoft.com",								       FALSE},
	{"user and password", "https://graph.microsoft.com:443@evil.example/",
         "https://graph.microsoft.com",								       FALSE},
	{"a user of ours",    "https://x@graph.microsoft.com/v1.0",            "https://graph.microsoft.com",
         FALSE												     },
	{"backslash",         "https://evil.example\\@graph.microsoft.com/",   "https://graph.microsoft.com",
         FALSE												     },
	{"in the path",       "https://evil.example/graph.microsoft.com",      "https://graph.microsoft.com",
         FALSE												     },
	{"in the fragment",   "https://evil.example#@graph.microsoft.com/",
         "https://graph.microsoft.com",								       FALSE},
	{"relative",          "/v1.0/me",				      "https://graph.microsoft.com", FALSE},
	{"no host",           "https:///v1.0/me",                              "https://graph.microsoft.com", FALSE},
	{"file",              "file:///etc/passwd",                            "https://graph.microsoft.com", FALSE},
	{"a line's end",      "https://graph.microsoft.com/\r\nX: y",          "https://graph.microsoft.com",
         FALSE												     },
	{"loopback",          "http://127.0.0.1:8080/v1.0",                    "http://127.0.0.1:8080",       TRUE },
	{"loopback, port",    "http://127.0.0.1:8081/v1.0",                    "http://127.0.0.1:8080",       FALSE},
	{"loopback by name",  "http://localhost:8080/v1.0",                    "http://127.0.0.1:8080",       FALSE},
	{"loopback, v6",      "http://[::1]:8080/v1.0",                        "http://[::1]:8080",           TRUE },
	{"empty",             "",					      "https://graph.microsoft.com", FALSE},
};

static const struct {
	const char *name, *value;
	double want;
} waits[] = {
	{"whole",       "120",			   120  },
	{"fraction",    "2.128",                         2.128},
	{"zero",        "0",			     0    },
	{"white space", "7 ",                            7    },
	{"negative",    "-5",			    -1   },
	{"no number",   "soon",                          -1   },
	{"empty",       "",			      -1   },
	{"endless",     "99999999",                      3600 },
	{"past date",   "Mon, 30 Nov 2020 00:00:00 GMT", 0    },
};

static void test_host(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);

	g_assert_cmpint(http_is_same_host(hosts[i].url, hosts[i].base), ==, hosts[i].is_same);
}

static void test_wait(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);

	g_assert_cmpfloat_with_epsilon(http_retry_after(waits[i].value, NOW), waits[i].want, .0001);
}

static void test_date(void)
{
	g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(NOW + 30);
	g_autofree char *text = g_date_time_format(at, "%a, %d %b %Y %H:%M:%S GMT");

	g_assert_cmpfloat_with_epsilon(http_retry_after(text, NOW), 30, .0001);
}

static void test_backoff(void)
{
	for (guint n = 0; n < 40; n++) {
		const double seconds = http_backoff(n);

		g_assert_cmpfloat(seconds, >, 0);
		g_assert_cmpfloat(seconds, <=, 300);
	}
	g_assert_cmpfloat(http_backoff(0), <=, .5);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(hosts); i++) {
		g_autofree char *path = g_strconcat("/http/host/", hosts[i].name, NULL);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_host);
	}
	for (guint i = 0; i < G_N_ELEMENTS(waits); i++) {
		g_autofree char *path = g_strconcat("/http/wait/", waits[i].name, NULL);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_wait);
	}
	g_test_add_func("/http/date", test_date);
	g_test_add_func("/http/backoff", test_backoff);
	return g_test_run();
}
