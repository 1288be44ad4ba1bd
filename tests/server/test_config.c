#include <string.h>

#include <glib/gstdio.h>

#include "server/config.h"
#include "server/setting.h"
#include "store/error.h"

/* A file with this text; g_free the path after removing it. */
static char *write_file(const char *text)
{
	g_autofree char *path = NULL;
	int descriptor = g_file_open_tmp("casegate-XXXXXX.conf", &path, NULL);

	g_assert_cmpint(descriptor, >=, 0);
	g_close(descriptor, NULL);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	return g_steal_pointer(&path);
}

static Config *load_text(const char *text, GError **error)
{
	g_autofree char *path = write_file(text);
	Config *config = config_load(path, error);

	g_unlink(path);
	return config;
}

static const struct {
	const char *name, *text;
	const char *wants[4]; /* what the error names; NULL: it is right */
} rows[] = {
	{"empty",              "",						 {NULL}			       },
	{"remark",             "# a remark\n[smtp]\nlisten=\n",                    {NULL}                               },
	{"no section",         "listen=x\n",				       {"key = value"}                      },
	{"no key",             "[smtp]\nlisten\n",                                 {"key = value"}                      },
	{"unknown section",    "[smpt]\nlisten=\n",                                {"[smpt]", "smtp, lmtp"}             },
	{"unknown key",        "[smtp]\nlissen=\n",                                {"[smtp]", "\"lissen\"", "listen"}   },
	{"remark behind",      "[smtp]\nlisten = 127.0.0.1:25  # mail\n",
         {"[smtp] listen", "remarks stand on lines"}								    },
	{"port",               "[smtp]\nlisten=127.0.0.1\n",                       {"[smtp] listen", "127.0.0.1:2525"}  },
	{"port 0",             "[smtp]\nlisten=127.0.0.1:0\n",                     {"[smtp] listen"}                    },
	{"port over",          "[lmtp]\nlisten=127.0.0.1:65536\n",                 {"[lmtp] listen"}                    },
	{"v6 bare",            "[smtp]\nlisten=::1:25\n",                          {"[smtp] listen"}                    },
	{"v6",		 "[smtp]\nlisten=[::1]:25\n",                        {NULL}                               },
	{"any",		"[smtp]\nlisten=*:25\n",                            {NULL}                               },
	{"two",		"[lmtp]\nlisten=127.0.0.1:24 /run/x.sock\n",        {NULL}                               },
	{"http on a socket",   "[http]\nlisten=/run/x.sock\n",                     {"[http] listen"}                    },
	{"number",             "[limits]\nerrors=many\n",                          {"[limits] errors", "from 1 to 1000"}},
	{"negative",           "[limits]\nerrors=-1\n",                            {"[limits] errors"}                  },
	{"zero",               "[limits]\nidle_seconds=0\n",                       {"[limits] idle_seconds"}            },
	{"overflow",           "[limits]\nmessage_size=99999999999999999999\n",    {"[limits] message_size"}            },
	{"unit",               "[limits]\nmessage_size=50M\n",                     {"[limits] message_size", "bytes"}   },
	{"require",            "[auth]\nrequire=spf\n",                            {"[auth] require", "none or dmarc"}  },
	{"require alone",      "[auth]\nrequire=dmarc\n",                          {"[auth]", "authserv_id"}            },
	{"require with",       "[auth]\nrequire=dmarc\nauthserv_id=mx.test\n",     {NULL}                               },
	{"peers",              "[auth]\ntrusted_peers=10.0.0.0/8 2001:db8::/32\n", {NULL}                               },
	{"peers wrong",        "[auth]\ntrusted_peers=10.0.0.0/33\n",              {"[auth] trusted_peers"}             },
	{"half a certificate", "[tls]\ncertificate=/x.pem\n",                      {"[tls]", "key"}                     },
	{"url",		"[graph]\nlogin_url=ftp://x\n",                     {"[graph] login_url", "https"}       },
	{"http far away",      "[graph]\napi_url=http://graph.test\n",             {"[graph] api_url", "loopback"}      },
	{"http here",          "[graph]\napi_url=http://127.0.0.1:8080\n",         {NULL}                               },
	{"http here by name",  "[http]\npublic_url=http://localhost:8025/\n",      {NULL}                               },
	{"http look-alike",    "[graph]\napi_url=http://localhost.evil.test\n",    {"[graph] api_url"}                  },
	{"url with user",      "[graph]\napi_url=https://a@b.test\n",              {"[graph] api_url"}                  },
	{"no url",             "[graph]\napi_url=\n",                              {"[graph] api_url"}                  },
	{"yes",		"[graph]\nenabled=true\n",                          {"[graph] enabled", "yes or no"}     },
	{"level",              "[log]\nlevel=loud\n",                              {"[log] level", "warning"}           },
	{"format",             "[log]\nformat=xml\n",                              {"[log] format", "json"}             },
};

static void test_row(gconstpointer data)
{
	guint i = GPOINTER_TO_UINT(data);
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = load_text(rows[i].text, &error);

	if (rows[i].wants[0] == NULL) {
		g_assert_no_error(error);
		g_assert_nonnull(config);
		return;
	}
	g_assert_null(config);
	g_assert_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE);
	g_assert_nonnull(strstr(error->message, "casegate-"));
	for (guint j = 0; j < G_N_ELEMENTS(rows[i].wants) && rows[i].wants[j] != NULL; j++)
		if (strstr(error->message, rows[i].wants[j]) == NULL)
			g_error("\"%s\" does not say %s", error->message, rows[i].wants[j]);
}

static void test_defaults(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = load_text("", &error);

	g_assert_no_error(error);
	g_assert_cmpstr(config->database.url, ==, "postgresql:///casegate");
	g_assert_cmpstr(config->database.migrate_url, ==, config->database.url);
	g_assert_cmpuint(g_strv_length(config->lmtp.listen), ==, 2);
	g_assert_cmpstr(config->lmtp.listen[1], ==, CONFIG_DEFAULT_LMTP_SOCKET);
	g_assert_cmpint(config->limits.message_size, ==, 52428800);
	g_assert_cmpint(config->limits.spool_bytes, ==, 268435456);
	g_assert_cmpuint(config->limits.recipients, ==, 100);
	g_assert_cmpuint(config->workers.count, ==, 3 * g_get_num_processors());
	g_assert_cmpint(config->log.level, ==, G_LOG_LEVEL_INFO);
	g_assert_false(config->auth_policy->require_dmarc);
	g_assert_cmpuint(config->auth_policy->hosts->len, ==, 0);
	g_assert_false(config->graph.is_enabled);
	g_assert_cmpuint(config->warnings->len, ==, 0);
}

static void test_environment(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL, wrong = NULL;

	g_setenv("CASEGATE_LIMITS_ERRORS", "7", TRUE);
	g_setenv("CASEGATE_LMTP_LISTEN", "", TRUE);
	g_setenv("CASEGATE_LIMITS_ERORS", "8", TRUE);
	config = load_text("[limits]\nerrors=5\nrecipients=6\n", &error);
	g_assert_no_error(error);
	g_assert_cmpuint(config->limits.errors, ==, 7);
	g_assert_cmpuint(config->limits.recipients, ==, 6);
	g_assert_cmpuint(g_strv_length(config->lmtp.listen), ==, 0);
	/* What looks like an override and is none is told. */
	g_assert_cmpuint(config->warnings->len, ==, 1);
	g_assert_nonnull(strstr(g_ptr_array_index(config->warnings, 0), "CASEGATE_LIMITS_ERORS"));
	g_unsetenv("CASEGATE_LIMITS_ERORS");
	g_unsetenv("CASEGATE_LMTP_LISTEN");
	g_setenv("CASEGATE_LIMITS_ERRORS", "none", TRUE);
	wrong = load_text("", &error);
	g_assert_null(wrong);
	g_assert_nonnull(strstr(error->message, "CASEGATE_LIMITS_ERRORS"));
	g_assert_nonnull(strstr(error->message, "[limits] errors"));
	g_unsetenv("CASEGATE_LIMITS_ERRORS");
}

static void test_missing(void)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(config_load("/nowhere/casegate.conf", &error));
	g_assert_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE);
	g_assert_nonnull(strstr(error->message, "/nowhere/casegate.conf"));
}

static void test_policy(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = load_text("[auth]\nauthserv_id=mx.test\nrequire=dmarc\n"
					     "hosts=mx.test  mx2.test\ntrusted_peers=192.0.2.0/24\n"
					     "[graph]\napi_url=https://g.test/\n",
		&error);
	static const struct {
		const char *peer;
		gboolean is_trusted;
	} peers[] = {
		{"127.0.0.1",  TRUE },
		{"::1",        TRUE },
		{"192.0.2.77", TRUE },
		{"192.0.3.1",  FALSE},
		{"2001:db8::", FALSE},
		{"nonsense",   FALSE},
	};

	g_assert_no_error(error);
	g_assert_cmpstr(config->auth_policy->authserv_id, ==, "mx.test");
	g_assert_true(config->auth_policy->require_dmarc);
	g_assert_cmpuint(config->auth_policy->hosts->len, ==, 2);
	g_assert_cmpstr(config->graph.api_url, ==, "https://g.test");
	for (guint i = 0; i < G_N_ELEMENTS(peers); i++)
		g_assert_cmpint(config_is_trusted_peer(config->auth.trusted_peers, peers[i].peer),
			==, peers[i].is_trusted);
}

/* deploy/casegate.conf shows every key with its default, and can be read as it is. */
static void test_sample(void)
{
	g_autofree char *path =
		g_test_build_filename(G_TEST_DIST, "..", "deploy", "casegate.conf", NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = config_load(path, &error);

	g_assert_no_error(error);
	g_assert_nonnull(config);
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	for (guint i = 0; setting_at(i) != NULL; i++) {
		const Setting *setting = setting_at(i);
		g_autofree char *section = g_strdup_printf("\n[%s]\n", setting->section);
		g_autofree char *line =
			g_strdup_printf("\n#%s = %s\n", setting->key, setting->fallback);
		const char *begin = strstr(text, section);

		g_strchomp(line);
		g_assert_nonnull(begin);
		if (strstr(begin, line) == NULL)
			g_error("the sample lacks [%s] %s", setting->section, line);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *name = g_strdup_printf("/config/row/%s", rows[i].name);

		g_test_add_data_func(name, GUINT_TO_POINTER(i), test_row);
	}
	g_test_add_func("/config/defaults", test_defaults);
	g_test_add_func("/config/environment", test_environment);
	g_test_add_func("/config/missing", test_missing);
	g_test_add_func("/config/policy", test_policy);
	g_test_add_func("/config/sample", test_sample);
	return g_test_run();
}
