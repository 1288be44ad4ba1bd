#include "graph/told.h"

#include <string.h>

#include "graph/copy.h"

/* What comes in, and the subject that is read of it; NULL: no object. */
static const struct {
	const char *name, *json, *want;
} rows[] = {
	{"plain",                "{\"subject\":\"Angebot\"}",               "Angebot"                 },
	{"a pair",               "{\"subject\":\"\\ud83d\\ude00\"}",        "\xf0\x9f\x98\x80"        },
	{"a byte order mark",    "\xef\xbb\xbf{\"subject\":\"x\"}",         "x"                       },
	{"half a pair",          "{\"subject\":\"a\\ud83d\"}",              "a\xef\xbf\xbd"           },
	{"the other half",       "{\"subject\":\"\\ude00b\"}",
         "\xef\xbf\xbd"
		"b"										   },
	{"two first halves",     "{\"subject\":\"\\ud83d\\ud83d\\ude00\"}",
         "\xef\xbf\xbd\xf0\x9f\x98\x80"							       },
	{"no escape",            "{\"subject\":\"\\\\ud83d \\ud83d\"}",     "\\ud83d \xef\xbf\xbd"    },
	{"half of UTF-8",        "{\"subject\":\"\xf0\x9f\"}",              "\xef\xbf\xbd\xef\xbf\xbd"},
	{"a NUL",                "{\"subject\":\"a\\u0000b\"}",             "a"                       },
	{"cut off",              "{\"subject\":\"Ange",                     NULL                      },
	{"cut off in an escape", "{\"subject\":\"\\ud8",                    NULL                      },
	{"a list",               "[{\"subject\":\"x\"}]",                   NULL                      },
	{"HTML",		 "<html></html>",                           NULL                      },
	{"nothing",              "",					NULL                      },
};

static void test_parse(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	g_autoptr(json_t) object = told_parse(rows[i].json, strlen(rows[i].json));

	g_assert_cmpstr(told_text(object, "subject"), ==, rows[i].want);
}

static void test_depth(void)
{
	g_autoptr(GString) deep = g_string_new("{\"a\":");

	for (guint i = 0; i < 100000; i++)
		g_string_append_c(deep, '[');
	g_assert_null(told_parse(deep->str, deep->len));
}

static void test_numbers(void)
{
	static const char text[] = "{\"a\":7,\"b\":\"8\",\"c\":\"9s\",\"d\":null}";
	g_autoptr(json_t) object = told_parse(text, strlen(text));

	g_assert_cmpint(told_number(object, "a", 1), ==, 7);
	g_assert_cmpint(told_number(object, "b", 1), ==, 8);
	g_assert_cmpint(told_number(object, "c", 1), ==, 1);
	g_assert_cmpint(told_number(object, "d", 1), ==, 1);
	g_assert_cmpint(told_number(NULL, "a", 1), ==, 1);
}

/* Codes within codes: the innermost that says something decides. */
static void test_errors(void)
{
	static const struct {
		int status;
		const char *json, *code;
		RemedyKind want;
	} errors[] = {
		{400,
                 "{\"error\":{\"code\":\"BadRequest\",\"innerError\":{\"code\":"
			"\"resyncRequired\"}}}",			   "resyncRequired",    REMEDY_RESYNC },
		{400,
                 "{\"error\":{\"code\":\"SyncStateNotFound\",\"innererror\":{\"code\":\"x\"}"
			"}}",					      "x",                 REMEDY_RESYNC },
		{403,
                 "{\"error\":{\"code\":\"ErrorSendAsDenied\",\"innerError\":{\"date\":\"x\"}"
			"}}",					      "ErrorSendAsDenied", REMEDY_ADMIN  },
		{403,
                 "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"Check "
			"credentials\",\"innerError\":{\"code\":\"q\"}}}", "q",                 REMEDY_CONSENT},
		{404,
                 "{\"error\":{\"code\":\"ErrorItemNotFound\",\"message\":\"Default folder "
			"Root not found.\"}}",			     "ErrorItemNotFound", REMEDY_ADMIN  },
		{502, "{}",						NULL,                REMEDY_RETRY  },
		{400, "{\"error\":7}",                                     NULL,                REMEDY_REJECT },
		{400, "{\"error\":{\"code\":7}}",                          NULL,                REMEDY_REJECT },
	};
	static const char *const wanted[] = {"errorsendasdenied", NULL};

	for (guint i = 0; i < G_N_ELEMENTS(errors); i++) {
		g_autoptr(json_t) object = told_parse(errors[i].json, strlen(errors[i].json));
		const char *code = NULL;

		g_assert_cmpint(
			told_remedy(errors[i].status, object, &code).kind, ==, errors[i].want);
		g_assert_cmpstr(code, ==, errors[i].code);
		g_assert_cmpint(told_has_code(object, wanted), ==, i == 2);
	}
	g_assert_cmpint(told_remedy(401, NULL, NULL).kind, ==, REMEDY_REFRESH);
}

#define STAMP "2b1f4c3e-0000-4000-8000-123456789abc"

static void test_stamps(void)
{
	static const struct {
		const char *mail, *want;
	} mails[] = {
		{"A: b\r\nX-Zalion-Send-Id: " STAMP "\r\n\r\ntext", STAMP},
		{"A: b\nx-zalion-send-id:" STAMP "\n\ntext",        STAMP},
		{"X-Zalion-Send-Id: " STAMP,                        STAMP},
		{"A: b\r\n\r\nX-Zalion-Send-Id: " STAMP "\r\n\r\n", NULL },
		{"A: b\n\nX-Zalion-Send-Id: " STAMP "\r\n\r\n",     NULL },
		{"X-Zalion-Send-Id: <script>\r\n\r\n",              NULL },
		{"X-Zalion-Send-Ids: " STAMP "\r\n\r\n",            NULL },
		{"",						NULL },
	};

	for (guint i = 0; i < G_N_ELEMENTS(mails); i++) {
		g_autofree char *stamp = copy_stamp_in(mails[i].mail, strlen(mails[i].mail));

		g_assert_cmpstr(stamp, ==, mails[i].want);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strconcat("/told/parse/", rows[i].name, NULL);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_parse);
	}
	g_test_add_func("/told/depth", test_depth);
	g_test_add_func("/told/numbers", test_numbers);
	g_test_add_func("/told/errors", test_errors);
	g_test_add_func("/told/stamps", test_stamps);
	return g_test_run();
}
