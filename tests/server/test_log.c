#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "server/log.h"

/* stderr is a pipe while a test writes; what came out of it. */
typedef struct {
	int saved, ends[2];
} Capture;

static void capture_begin(Capture *capture)
{
	capture->saved = dup(STDERR_FILENO);
	g_assert_cmpint(pipe2(capture->ends, O_NONBLOCK), ==, 0);
	dup2(capture->ends[1], STDERR_FILENO);
}

static char *capture_end(Capture *capture)
{
	GString *text = g_string_new(NULL);
	char part[4096];
	gssize got;

	while ((got = read(capture->ends[0], part, sizeof part)) > 0)
		g_string_append_len(text, part, got);
	dup2(capture->saved, STDERR_FILENO);
	close(capture->saved);
	close(capture->ends[0]);
	close(capture->ends[1]);
	return g_string_free(text, FALSE);
}

static void test_text(void)
{
	Capture capture;
	g_autofree char *text = NULL;

	log_open(G_LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	log_name_process("tester");
	capture_begin(&capture);
	log_event(G_LOG_LEVEL_INFO, "mail", "tenant", "ac\nme", "case", (char *)NULL, "took_ms",
		"7", (char *)NULL);
	log_debug("not at this level");
	log_warning("a %s", "b\x1b[31m\xff");
	text = capture_end(&capture);
	g_assert_nonnull(strstr(text, " info casegate/tester["));
	g_assert_nonnull(strstr(text, "]: mail tenant=ac me took_ms=7\n"));
	g_assert_nonnull(strstr(text, "]: a b [31m\xef\xbf\xbd\n"));
	g_assert_null(strstr(text, "level"));
	g_assert_null(strstr(text, "case="));
}

static void test_json(void)
{
	Capture capture;
	g_autofree char *text = NULL;
	json_t *line;

	log_open(G_LOG_LEVEL_INFO, LOG_FORMAT_JSON);
	capture_begin(&capture);
	log_event(G_LOG_LEVEL_WARNING, "a \"b\"\n", "tenant", "\xff", (char *)NULL);
	text = capture_end(&capture);
	line = json_loads(text, 0, NULL);
	g_assert_nonnull(line);
	g_assert_cmpstr(json_string_value(json_object_get(line, "level")), ==, "warning");
	g_assert_cmpstr(json_string_value(json_object_get(line, "message")), ==, "a \"b\"\n");
	g_assert_cmpstr(json_string_value(json_object_get(line, "tenant")), ==, "\xef\xbf\xbd");
	g_assert_true(json_is_integer(json_object_get(line, "pid")));
	json_decref(line);
}

/* GLib's own words come out the same way; one line each, cut where they are endless. */
static void test_foreign(void)
{
	Capture capture;
	g_autofree char *text = NULL, *endless = g_strnfill(10000, 'x');

	log_open(G_LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	capture_begin(&capture);
	g_message("from a library");
	log_info("%s", endless);
	text = capture_end(&capture);
	g_assert_nonnull(strstr(text, "notice casegate/tester["));
	g_assert_nonnull(strstr(text, "]: from a library\n"));
	g_assert_cmpuint(strlen(text), <, 4200);
	g_assert_true(g_str_has_suffix(text, "x\n"));
}

/* Who does not read the log does not stop us, and learns later how much he missed. */
static void test_full(void)
{
	Capture capture;
	g_autofree char *text = NULL, *after = NULL, *line = g_strnfill(3000, 'y');

	log_open(G_LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	capture_begin(&capture);
	for (guint i = 0; i < 100; i++)
		log_info("%s", line);
	text = capture_end(&capture);
	g_assert_cmpuint(strlen(text), <, 100 * 3000);
	capture_begin(&capture);
	log_info("again");
	after = capture_end(&capture);
	g_assert_nonnull(strstr(after, " lines could not be written\n"));
	g_assert_nonnull(strstr(after, "]: again\n"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/log/text", test_text);
	g_test_add_func("/log/json", test_json);
	g_test_add_func("/log/foreign", test_foreign);
	g_test_add_func("/log/full", test_full);
	return g_test_run();
}
