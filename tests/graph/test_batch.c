/* Several GETs in one request: every one is answered once, whatever order, patience or refusal
 * comes between. Microsoft is played here. */
#include "graph/batch.h"

#include <stdlib.h>
#include <string.h>

#include "graph/token.h"

/* What is answered to each request of a batch, by the number of the batch; %s is its id. */
#define OK_   "{\"id\":\"%s\",\"status\":200,\"body\":{\"got\":\"%s\"}}"
#define GONE_ "{\"id\":\"%s\",\"status\":404,\"body\":{\"error\":{\"code\":\"ErrorItemNotFound\"}}}"
#define REFUSE_ \
	"{\"id\":\"%s\",\"status\":400,\"body\":{\"error\":{\"code\":\"ErrorInvalidProperty\"}}}"
#define LATER_ "{\"id\":\"%s\",\"status\":429,\"headers\":{\"retry-after\":\"2\"},\"body\":null}"
#define BUSY_  "{\"id\":\"%s\",\"status\":503,\"body\":\"PGh0bWw+\"}"
#define TOKEN_                                                         \
	"{\"id\":\"%s\",\"status\":401,\"body\":{\"error\":{\"code\":" \
	"\"InvalidAuthenticationToken\"}}}"
#define DENIED_                                                                              \
	"{\"id\":\"%s\",\"status\":403,\"body\":{\"error\":{\"code\":\"ErrorAccessDenied\"," \
	"\"message\":\"OData is disabled\"}}}"
#define STRANGE_                                                                             \
	"{\"id\":\"99\",\"status\":200,\"body\":{}},7,{\"id\":5},{\"id\":\"%s\",\"status\":" \
	"\"200\",\"body\":{\"got\":\"x\"}}"

static const struct {
	const char *name;
	guint count; /* paths */
	const char
		*rounds[8]; /* what each batch answers to all; the last one that is there goes on */
	gboolean is_done;
	guint asked, renewed, waited;
	const char *first; /* of the first path: "got", "empty", "nothing" */
} rows[] = {
	{"all",			3,  {OK_},         TRUE,  1, 0, 0, "got"    },
	{"by twenties",                45, {OK_},         TRUE,  3, 0, 0, "got"    },
	{"none",		       0,  {OK_},         TRUE,  0, 0, 0, NULL     },
	{"gone",		       2,  {GONE_},       TRUE,  1, 0, 0, "nothing"},
	{"refused",		    2,  {REFUSE_},     TRUE,  1, 0, 0, "empty"  },
	{"put off",		    2,  {LATER_, OK_}, TRUE,  2, 0, 1, "got"    },
	{"put off without a word",     2,  {BUSY_, OK_},  TRUE,  2, 0, 1, "got"    },
	{"a token that ended",         2,  {TOKEN_, OK_}, TRUE,  2, 1, 1, "got"    },
	{"for the administrator",      2,  {DENIED_},     FALSE, 1, 0, 0, NULL     },
	{"never",		      2,  {BUSY_},       FALSE, 6, 0, 5, NULL     },
	{"strange answers among them", 1,  {STRANGE_},    TRUE,  1, 0, 0, "got"    },
};

static struct {
	guint row, asked, renewed, waited;
} play;

json_t *account_get(Account *account, const Call *call, CallTrouble *trouble, GError **error)
{
	const char *answer = rows[play.row].rounds[0];
	g_autoptr(json_t) wanted = told_parse(call->body, call->body_size);
	g_autoptr(GString) text = g_string_new("{\"responses\":[");
	const json_t *entry;
	size_t i;

	(void)account, (void)trouble, (void)error;
	g_assert_cmpstr(call->root, ==, "/$batch");
	for (guint j = 1; j <= play.asked && j < 8 && rows[play.row].rounds[j] != NULL; j++)
		answer = rows[play.row].rounds[j];
	play.asked++;
	g_assert_cmpuint(json_array_size(json_object_get(wanted, "requests")), <=, 20);
	json_array_foreach(json_object_get(wanted, "requests"), i, entry)
	{
		g_auto(GStrv) parts = g_strsplit(answer, "%s", -1);
		g_autofree char *one = g_strjoinv(told_text(entry, "id"), parts);

		g_assert_true(g_str_has_prefix(told_text(entry, "url"), "/me/messages/"));
		g_string_append_printf(text, "%s%s", i > 0 ? "," : "", one);
	}
	g_string_append(text, "]}");
	return told_parse(text->str, text->len);
}

gboolean account_wait(Account *account, guint tries, gint64 until)
{
	(void)account, (void)tries, (void)until;
	play.waited++;
	return TRUE;
}

gboolean token_fresh(Account *account, const char *refused, GError **error)
{
	(void)account, (void)error;
	g_assert_cmpstr(refused, ==, "token");
	play.renewed++;
	return TRUE;
}

double http_retry_after(const char *value, gint64 now)
{
	(void)now;
	return g_ascii_strtod(value, NULL);
}

void secret_free(Secret *secret)
{
	g_free(secret);
}

static void test_row(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	Registration registration = {.language = (char *)"de"};
	Account account = {.registration = &registration,
		.path = (char *)"/me",
		.access_token = (char *)"token",
		.patience_seconds = 20};
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) answers = NULL;
	g_autoptr(GError) error = NULL;
	const json_t *first;

	memset(&play, 0, sizeof play);
	play.row = i;
	for (guint j = 0; j < rows[i].count; j++)
		g_ptr_array_add(paths, g_strdup_printf("/messages/%u", j));
	g_assert_cmpint(batch_get(&account, paths, &answers, &error), ==, rows[i].is_done);
	g_assert_cmpint(error == NULL, ==, rows[i].is_done);
	g_assert_cmpuint(play.asked, ==, rows[i].asked);
	g_assert_cmpuint(play.renewed, ==, rows[i].renewed);
	g_assert_cmpuint(play.waited, ==, rows[i].waited);
	if (rows[i].first == NULL)
		return;
	g_assert_cmpuint(answers->len, ==, rows[i].count);
	first = g_ptr_array_index(answers, 0);
	g_assert_cmpstr(first == NULL                  ? "nothing"
			: json_object_size(first) == 0 ? "empty"
						       : "got",
		==, rows[i].first);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strconcat("/batch/", rows[i].name, NULL);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_row);
	}
	return g_test_run();
}
