#include "parser/ole.h"

#include <string.h>

enum { SECTOR = 512 };

/* A small file by hand: sector 0 the table of sectors, 1 the directory, 2 the mini table, 3 the
 * mini stream. */
static guint8 *file_new(void)
{
	static const char magic[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
	guint8 *file = g_malloc0(5 * SECTOR);

	memcpy(file, magic, 8);
	file[30] = 9;
	file[32] = 6;
	file[48] = 1;
	file[57] = 0x10; /* streams below 4096 bytes are in the mini stream */
	file[60] = 2;
	memset(file + 68, 0xff, 4);
	memset(file + 76, 0xff, 436);
	memset(file + 76, 0, 4);
	return file;
}

static void set_number(guint8 *at, guint32 value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (guint8)(value >> (8 * i));
}

static void set_entry(guint8 *file, guint index, const char *name, guint8 type, guint32 child,
	guint32 start, guint32 size)
{
	guint8 *entry = file + 2 * (gsize)SECTOR + index * (gsize)128;

	for (gsize i = 0; name[i]; i++)
		entry[2 * i] = (guint8)name[i];
	entry[64] = (guint8)(2 * (strlen(name) + 1));
	entry[66] = type;
	set_number(entry + 68, 0xffffffff);
	set_number(entry + 72, 0xffffffff);
	set_number(entry + 76, child);
	set_number(entry + 116, start);
	set_number(entry + 120, size);
}

static GBytes *example(void)
{
	guint8 *file = file_new(), *fat = file + SECTOR, *mini_fat = file + 3 * (gsize)SECTOR;

	memset(fat, 0xff, SECTOR);
	for (guint i = 0; i < 4; i++)
		set_number(fat + 4 * (gsize)i, 0xfffffffe);
	memset(mini_fat, 0xff, SECTOR);
	set_number(mini_fat, 1);
	set_number(mini_fat + 4, 0xfffffffe);
	set_entry(file, 0, "Root Entry", 5, 1, 3, 128);
	set_entry(file, 1, "Ordner", 1, 2, 0, 0);
	set_entry(file, 2, "Strom", 2, 0xffffffff, 0, 70);
	set_entry(file, 3, "frei", 0, 0xffffffff, 0, 0);
	memset(file + 4 * (gsize)SECTOR, 'a', 64);
	memset(file + 4 * (gsize)SECTOR + 64, 'b', 64);
	return g_bytes_new_take(file, 5 * SECTOR);
}

static void test_example(void)
{
	g_autoptr(GBytes) content = example();
	g_autoptr(Ole) ole = ole_open(content);
	g_autoptr(GArray) top = ole_children(ole, OLE_ROOT);
	g_autoptr(GArray) inner = NULL;
	g_autoptr(GBytes) stream = NULL;

	g_assert_cmpuint(top->len, ==, 1);
	g_assert_cmpstr(ole_name(ole, 1), ==, "Ordner");
	g_assert_true(ole_is_storage(ole, 1));
	g_assert_null(ole_read(ole, 1));
	inner = ole_children(ole, 1);
	g_assert_cmpuint(inner->len, ==, 1);
	g_assert_cmpuint(g_array_index(inner, guint, 0), ==, 2);
	stream = ole_read(ole, 2);
	g_assert_cmpuint(g_bytes_get_size(stream), ==, 70);
	g_assert_cmpint(memcmp(g_bytes_get_data(stream, NULL), "aaaa", 4), ==, 0);
	g_assert_cmpint(((const char *)g_bytes_get_data(stream, NULL))[69], ==, 'b');
	g_assert_cmpstr(ole_name(ole, 99), ==, "");
}

/* Chains and trees that loop end; all reads together end, too. */
static void test_loops(void)
{
	g_autoptr(GBytes) content = example();
	gsize length;
	guint8 *file = g_bytes_unref_to_data(g_steal_pointer(&content), &length);
	g_autoptr(Ole) ole = NULL;
	gsize total = 0;

	set_number(file + 3 * (gsize)SECTOR + 4, 0);        /* the mini chain: 0 1 0 1 … */
	set_number(file + SECTOR + 12, 3);                  /* sector 3 follows itself */
	set_number(file + 2 * (gsize)SECTOR + 128 + 68, 1); /* entry 1 is left of itself */
	set_number(file + 2 * (gsize)SECTOR + 2 * 128 + 120, 4095);
	content = g_bytes_new_take(file, length);
	ole = ole_open(content);
	g_assert_nonnull(ole);
	for (int i = 0; i < 10000; i++) {
		g_autoptr(GArray) children = ole_children(ole, OLE_ROOT);
		g_autoptr(GBytes) stream = ole_read(ole, 2);

		g_assert_cmpuint(children->len, <=, 5);
		total += stream ? g_bytes_get_size(stream) : 0;
	}
	g_assert_cmpuint(total, <=, 10 * length);
}

static void test_not_ole(void)
{
	g_autoptr(GBytes) empty = g_bytes_new_static("", 0);
	g_autoptr(GBytes) content = example();

	g_assert_null(ole_open(empty));
	for (gsize cut = 0; cut < g_bytes_get_size(content); cut += 7) {
		g_autoptr(GBytes) part = g_bytes_new_from_bytes(content, 0, cut);
		g_autoptr(Ole) ole = ole_open(part);
		g_autoptr(GBytes) stream = ole ? ole_read(ole, 2) : NULL;

		g_assert_true(!stream || g_bytes_get_size(stream) <= 70);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ole/example", test_example);
	g_test_add_func("/ole/loops", test_loops);
	g_test_add_func("/ole/not-ole", test_not_ole);
	return g_test_run();
}
