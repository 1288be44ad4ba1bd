#include "command/mailfiles.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "store/error.h"

/* A directory of this test's own, and what is made in it. */
typedef struct {
	char *path;
} Folder;

static void put(const Folder *folder, const char *name, const char *content)
{
	g_autofree char *path = g_build_filename(folder->path, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, content, -1, NULL));
}

static void make_folder(Folder *folder, gconstpointer data)
{
	(void)data;
	folder->path = g_dir_make_tmp("mailfiles-XXXXXX", NULL);
	g_assert_nonnull(folder->path);
}

static void remove_tree(const char *path)
{
	GDir *directory =
		g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);

	for (const char *name; directory && (name = g_dir_read_name(directory)) != NULL;) {
		g_autofree char *below = g_build_filename(path, name, NULL);

		remove_tree(below);
	}
	if (directory != NULL)
		g_dir_close(directory);
	g_assert_cmpint(g_remove(path), ==, 0);
}

static void remove_folder(Folder *folder, gconstpointer data)
{
	(void)data;
	remove_tree(folder->path);
	g_free(folder->path);
}

/* "where=content" of all mails below this path of the folder, "!message" for what cannot be read.
 */
static char *walk(const Folder *folder, const char *below, guint *skipped)
{
	g_autofree char *path = g_build_filename(folder->path, below, NULL);
	char *const paths[] = {path, NULL};
	g_autoptr(MailFiles) files = mailfiles_open(paths);
	GString *said = g_string_new(NULL);
	g_autofree char *where = NULL;

	for (;;) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GBytes) mail = mailfiles_next(files, &where, &error);
		gsize size = 0;

		if (mail == NULL && error == NULL)
			break;
		if (mail == NULL) {
			g_assert_true(
				g_error_matches(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT));
			g_string_append_printf(
				said, "!%s|", error->message + strlen(folder->path) + 1);
			continue;
		}

		const char *data = g_bytes_get_data(mail, &size);

		g_string_append_printf(said, "%s=%.*s|", where + strlen(folder->path) + 1,
			(int)size, data ? data : "");
		g_assert_cmpuint(mailfiles_position(files), <=, mailfiles_measure(paths));
	}
	g_assert_cmpuint(mailfiles_position(files), ==, mailfiles_measure(paths));
	if (skipped != NULL)
		*skipped = mailfiles_skipped(files);
	return g_string_free(said, FALSE);
}

static void test_eml(Folder *folder, gconstpointer data)
{
	(void)data;
	put(folder, "one.eml", "From x\nA: b\n\nFrom y\nC: d\n");
	g_autofree char *have = walk(folder, "one.eml", NULL);

	g_assert_cmpstr(have, ==, "one.eml=From x\nA: b\n\nFrom y\nC: d\n|");
}

/* What was named is read, whatever it looks like; nothing is no mail. */
static void test_named(Folder *folder, gconstpointer data)
{
	guint skipped = 0;

	(void)data;
	put(folder, "notes", "no mail at all");
	put(folder, "empty", "");
	g_autofree char *notes = walk(folder, "notes", NULL);
	g_autofree char *empty = walk(folder, "empty", &skipped);

	g_assert_cmpstr(notes, ==, "notes=no mail at all|");
	g_assert_cmpstr(empty, ==, "");
}

static void test_mbox(Folder *folder, gconstpointer data)
{
	(void)data;
	put(folder, "Inbox", "From x\nA: b\n\none\n\nFrom y\nC: d\n\n>From two\n\n");
	g_autofree char *have = walk(folder, "Inbox", NULL);

	g_assert_cmpstr(have, ==, "Inbox#1=A: b\n\none\n|Inbox#2=C: d\n\nFrom two\n|");
}

static void test_maildir(Folder *folder, gconstpointer data)
{
	(void)data;
	put(folder, "m/cur/1700000001.a:2,S", "odd but mail");
	put(folder, "m/cur/1700000000.b:2,", "From x\nB: c\n");
	put(folder, "m/new/1700000002.c", "C: d\n");
	put(folder, "m/tmp/1700000003.d", "half");
	put(folder, "m/subscriptions", "From: x\n");
	g_autofree char *have = walk(folder, "m", NULL);

	g_assert_cmpstr(have, ==,
		"m/cur/1700000000.b:2,=From x\nB: c\n|m/cur/1700000001.a:2,S=odd but mail|"
		"m/new/1700000002.c=C: d\n|");
}

static void put_empty_folder(const Folder *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder->path, name, NULL);

	g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
}

/* Both ways to lay out a Maildir's folders. */
static void test_subfolders(Folder *folder, gconstpointer data)
{
	guint skipped = 0;

	(void)data;
	put(folder, "m/cur/1:2,", "A: b\n");
	put_empty_folder(folder, "m/new");
	put(folder, "m/.Archiv/cur/2:2,S", "B: c\n");
	put_empty_folder(folder, "m/.Archiv/new");
	put(folder, "m/.Archiv.2024/new/3", "C: d\n");
	put_empty_folder(folder, "m/.Archiv.2024/cur");
	put(folder, "m/sub folder/cur/4:2,", "D: e\n");
	put_empty_folder(folder, "m/sub folder/new");
	put(folder, "m/sub folder/below/cur/5:2,", "E: f\n");
	put_empty_folder(folder, "m/sub folder/below/new");
	put(folder, "m/.cache/6", "From: x\n");
	put(folder, "m/dovecot.index", "From: x\n");
	g_autofree char *have = walk(folder, "m", &skipped);

	g_assert_cmpstr(have, ==,
		"m/cur/1:2,=A: b\n|m/.Archiv/cur/2:2,S=B: c\n|m/.Archiv.2024/new/3=C: d\n|"
		"m/sub folder/cur/4:2,=D: e\n|m/sub folder/below/cur/5:2,=E: f\n|");
	g_assert_cmpuint(skipped, ==, 0);
}

/* Drafts were never sent, what is marked as deleted is nobody's any more. */
static void test_flagged(Folder *folder, gconstpointer data)
{
	g_autofree char *path = g_build_filename(folder->path, "m:2,T", NULL);
	char *const paths[] = {path, NULL};
	g_autoptr(MailFiles) files = mailfiles_open(paths);
	g_autofree char *where = NULL;
	guint mails = 0;

	(void)data;
	put(folder, "m:2,T/cur/1.DT:2,RS", "A: b\n");
	put(folder, "m:2,T/cur/2:2,DS", "B: c\n");
	put(folder, "m:2,T/cur/3:2,ST", "C: d\n");
	put(folder, "m:2,T/new/4.D", "D: e\n");
	for (;;) {
		g_autoptr(GBytes) mail = mailfiles_next(files, &where, NULL);

		if (!mail)
			break;
		mails++;
	}
	g_assert_cmpuint(mails, ==, 2);
	g_assert_cmpuint(mailfiles_flagged(files), ==, 2);
}

/* Files that nobody named must look like mail. */
static void test_directory(Folder *folder, gconstpointer data)
{
	guint skipped = 0;

	(void)data;
	put(folder, "d/b.eml", "whatever");
	put(folder, "d/a/17", "Subject: x\nX-Long: y\n folded\nfrom: z\n\n");
	put(folder, "d/a/archive", "From x\nA: b\n\none\n");
	put(folder, "d/c.txt", "Dear all,\nFrom: me\n");
	put(folder, "d/e.json", "{\"From\": 1}\n");
	put(folder, "d/f", "Subject: x\n\nFrom: in the text\n");
	put(folder, "d/.hidden.eml", "From: x\n");
	put(folder, "d/user/cur/1", "in a Maildir");
	put(folder, "d/user/new/2", "in a Maildir");
	g_autofree char *have = walk(folder, "d", &skipped);

	g_assert_cmpstr(have, ==,
		"d/a/17=Subject: x\nX-Long: y\n folded\nfrom: z\n\n|d/a/archive#1=A: b\n\none\n|"
		"d/b.eml=whatever|d/user/cur/1=in a Maildir|d/user/new/2=in a Maildir|");
	g_assert_cmpuint(skipped, ==, 3);
}

/* Links to files count, links to directories would lead in circles. */
static void test_links(Folder *folder, gconstpointer data)
{
	g_autofree char *circle = g_build_filename(folder->path, "d", "circle", NULL);
	g_autofree char *link = g_build_filename(folder->path, "d", "link.eml", NULL);
	g_autofree char *broken = g_build_filename(folder->path, "d", "broken.eml", NULL);

	(void)data;
	put(folder, "d/a.eml", "A: b\n");
	g_assert_cmpint(symlink("..", circle), ==, 0);
	g_assert_cmpint(symlink("a.eml", link), ==, 0);
	g_assert_cmpint(symlink("nowhere", broken), ==, 0);
	g_autofree char *have = walk(folder, "d", NULL);

	g_assert_cmpstr(have, ==, "d/a.eml=A: b\n|d/link.eml=A: b\n|");
}

static void test_missing(Folder *folder, gconstpointer data)
{
	(void)data;
	g_autofree char *have = walk(folder, "nothing.eml", NULL);

	g_assert_cmpstr(have, ==, "!nothing.eml: No such file or directory|");
}

/* One path that cannot be read does not stop the others. */
static void test_goes_on(Folder *folder, gconstpointer data)
{
	g_autofree char *good = g_build_filename(folder->path, "good.eml", NULL);
	g_autofree char *bad = g_build_filename(folder->path, "bad.eml", NULL);
	char *const paths[] = {bad, good, bad, NULL};
	g_autoptr(MailFiles) files = mailfiles_open(paths);
	g_autofree char *where = NULL;
	g_autoptr(GError) first = NULL, second = NULL, none = NULL;

	(void)data;
	put(folder, "good.eml", "A: b\n");
	g_assert_null(mailfiles_next(files, &where, &first));
	g_assert_nonnull(first);

	g_autoptr(GBytes) mail = mailfiles_next(files, &where, &none);

	g_assert_nonnull(mail);
	g_assert_cmpstr(where, ==, good);
	g_assert_null(mailfiles_next(files, &where, &second));
	g_assert_nonnull(second);
	g_assert_null(mailfiles_next(files, &where, &none));
	g_assert_no_error(none);
}

static void test_read(Folder *folder, gconstpointer data)
{
	g_autofree char *path = g_build_filename(folder->path, "one", NULL);
	g_autoptr(GError) error = NULL;

	(void)data;
	put(folder, "one", "From x\nA: b\n");

	g_autoptr(GBytes) mail = mailfiles_read(path, NULL);
	g_autoptr(GBytes) directory = mailfiles_read(folder->path, &error);

	g_autoptr(GBytes) wanted = g_bytes_new_static("From x\nA: b\n", 12);

	g_assert_true(g_bytes_equal(mail, wanted));
	g_assert_null(directory);
	g_assert_true(g_error_matches(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(Folder *folder, gconstpointer data);
	} tests[] = {
		{"/mailfiles/eml",        test_eml       },
		{"/mailfiles/named",      test_named     },
		{"/mailfiles/mbox",       test_mbox      },
		{"/mailfiles/maildir",    test_maildir   },
		{"/mailfiles/subfolders", test_subfolders},
		{"/mailfiles/flagged",    test_flagged   },
		{"/mailfiles/directory",  test_directory },
		{"/mailfiles/links",      test_links     },
		{"/mailfiles/missing",    test_missing   },
		{"/mailfiles/goes-on",    test_goes_on   },
		{"/mailfiles/read",       test_read      },
	};

	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, Folder, NULL, make_folder, tests[i].run, remove_folder);
	return g_test_run();
}
