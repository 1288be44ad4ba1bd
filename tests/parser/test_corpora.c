/* The mails of other projects' suites, where they are ($CASEGATE_CORPORA, else ../shared/corpora
 * beside the repository): what holds of every Mail holds of them, also cut anywhere, and each takes
 * its time by its size. */
#include "mime/mail.h"
#include "parser/parse.h"

#include <string.h>

#include "tests/parser/mail_invariants.h"
#include "tests/parser/deadline.h"

enum { MOST_FILES = 5000, MOST_DEPTH = 8, CUTS = 16 };

/* G_TEST_SRCDIR is the folder tests. */
static char *corpora_path(void)
{
	const char *stated = g_getenv("CASEGATE_CORPORA");

	return stated ? g_strdup(stated)
		      : g_test_build_filename(G_TEST_DIST, "..", "..", "shared", "corpora", NULL);
}

static void find_mails(const char *path, GPtrArray *files, guint depth)
{
	g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
	const char *name;

	while (directory && depth < MOST_DEPTH && files->len < MOST_FILES &&
		(name = g_dir_read_name(directory))) {
		g_autofree char *file = g_build_filename(path, name, NULL);

		if (g_str_has_suffix(name, ".eml"))
			g_ptr_array_add(files, g_steal_pointer(&file));
		else if (g_file_test(file, G_FILE_TEST_IS_DIR))
			find_mails(file, files, depth + 1);
	}
}

static void check(const char *bytes, gsize length)
{
	g_autoptr(GBytes) source = g_bytes_new(bytes, length);
	gint64 before = deadline_now();
	g_autoptr(Mail) mail = parse_mail(source);

	/* Half a second, and one more for each megabyte. */
	assert_deadline(before, G_USEC_PER_SEC / 2 + (gint64)length);
	assert_mail(mail, 0);
}

static void test_corpora(void)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *path = corpora_path();

	find_mails(path, files, 0);
	if (files->len == 0) {
		g_test_skip("no corpora");
		return;
	}
	for (guint i = 0; i < files->len; i++) {
		g_autofree char *bytes = NULL;
		gsize length;

		if (!g_file_get_contents(g_ptr_array_index(files, i), &bytes, &length, NULL))
			continue;
		check(bytes, length);
		for (gsize cut = 1; cut < CUTS; cut++)
			check(bytes, length * cut / CUTS);
	}
	g_test_message("%u mails", files->len);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/corpora/mails", test_corpora);
	return g_test_run();
}
