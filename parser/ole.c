#include "parser/ole.h"

#include <string.h>

enum {
	HEADER_BYTES = 512,
	ENTRY_BYTES = 128,
	HEADER_DIFAT = 109,
	MOST_ENTRIES = 20000,
	READINGS = 8
};
enum { TYPE_STORAGE = 1, TYPE_STREAM = 2, TYPE_ROOT = 5 };

#define LAST_SECTOR 0xfffffffaU /* what is above marks ends and free sectors */
#define NO_ENTRY    0xffffffffU

typedef struct {
	char *name;
	guint8 type;
	guint32 left, right, child; /* a tree of names: not used but to find them all */
	guint32 start;
	guint64 size;
} Entry;

struct Ole {
	GBytes *content;
	const guint8 *data;
	gsize length;
	guint shift, mini_shift; /* of sectors: 2 to this power bytes */
	guint32 mini_cutoff;     /* smaller streams lie in the mini stream */
	GArray *fat, *mini_fat;  /* of guint32: the sector that follows */
	GByteArray *mini;        /* the mini stream */
	GArray *entries;         /* of Entry */
	gsize left;              /* bytes that may still be read */
};

static guint32 number(const guint8 *at, gsize bytes)
{
	guint32 value = 0;

	while (bytes-- > 0)
		value = value << 8 | at[bytes];
	return value;
}

gboolean ole_is(GBytes *content)
{
	gsize length;
	const guint8 *data = g_bytes_get_data(content, &length);

	return length > HEADER_BYTES && memcmp(data, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0;
}

/* The bytes of a sector, NULL behind the end; *length may be less in the last one. */
static const guint8 *sector(const Ole *ole, guint32 index, gsize *length)
{
	guint64 at = ((guint64)index + 1) << ole->shift;

	if (index > LAST_SECTOR || at >= ole->length)
		return NULL;
	*length = MIN((gsize)1 << ole->shift, ole->length - (gsize)at);
	return ole->data + at;
}

/* A chain of sectors, at most limit bytes; a chain that loops has at most as many sectors as the
 * file. */
static GByteArray *read_chain(const Ole *ole, guint32 start, gsize limit)
{
	GByteArray *bytes = g_byte_array_new();
	gsize length;

	for (guint steps = 0; steps < ole->fat->len && bytes->len < limit; steps++) {
		const guint8 *data = sector(ole, start, &length);

		if (!data || start >= ole->fat->len)
			break;
		g_byte_array_append(bytes, data, (guint)MIN(length, limit - bytes->len));
		start = g_array_index(ole->fat, guint32, start);
	}
	return bytes;
}

static void append_numbers(GArray *numbers, const guint8 *data, gsize length)
{
	for (gsize at = 0; at + 4 <= length; at += 4) {
		guint32 value = number(data + at, 4);

		g_array_append_val(numbers, value);
	}
}

static void add_fat_sector(Ole *ole, guint32 index, gsize most)
{
	gsize length;
	const guint8 *data = sector(ole, index, &length);

	if (data && ole->fat->len < most)
		append_numbers(ole->fat, data, length);
}

/* The table of sectors: the header names the first 109 of its own sectors, a chain of sectors the
 * others. */
static void read_fat(Ole *ole)
{
	gsize most = (ole->length >> ole->shift) + ((gsize)1 << ole->shift);
	guint32 next = number(ole->data + 68, 4);
	gsize length;

	for (gsize i = 0; i < HEADER_DIFAT; i++)
		add_fat_sector(ole, number(ole->data + 76 + 4 * i, 4), most);
	for (gsize steps = ole->length >> ole->shift; steps > 0 && ole->fat->len < most; steps--) {
		const guint8 *data = sector(ole, next, &length);

		if (!data || length < 8)
			break;
		for (gsize at = 0; at + 8 <= length; at += 4)
			add_fat_sector(ole, number(data + at, 4), most);
		next = number(data + length - 4, 4);
	}
}

static char *entry_name(const guint8 *data)
{
	gsize bytes = MIN(number(data + 64, 2), 64);
	GString *name = g_string_new(NULL);

	for (gsize at = 0; at + 2 < bytes; at += 2) {
		gunichar c = number(data + at, 2);

		g_string_append_unichar(name, g_unichar_validate(c) && c ? c : '?');
	}
	return g_string_free(name, FALSE);
}

static void read_entries(Ole *ole)
{
	g_autoptr(GByteArray) bytes =
		read_chain(ole, number(ole->data + 48, 4), (gsize)MOST_ENTRIES * ENTRY_BYTES);

	for (gsize at = 0; at + ENTRY_BYTES <= bytes->len; at += ENTRY_BYTES) {
		const guint8 *data = bytes->data + at;
		Entry entry = {.name = entry_name(data),
			.type = data[66],
			.left = number(data + 68, 4),
			.right = number(data + 72, 4),
			.child = number(data + 76, 4),
			.start = number(data + 116, 4),
			.size = number(data + 120, 4)};

		g_array_append_val(ole->entries, entry);
	}
}

static const Entry *entry_at(const Ole *ole, guint index)
{
	return index < ole->entries->len ? &g_array_index(ole->entries, Entry, index) : NULL;
}

static void entry_clear(gpointer data)
{
	g_free(((Entry *)data)->name);
}

static gboolean read_tables(Ole *ole)
{
	g_autoptr(GByteArray) mini_fat = NULL;
	const Entry *root;

	read_fat(ole);
	read_entries(ole);
	root = entry_at(ole, OLE_ROOT);
	if (!root || root->type != TYPE_ROOT)
		return FALSE;
	mini_fat = read_chain(ole, number(ole->data + 60, 4), ole->length);
	append_numbers(ole->mini_fat, mini_fat->data, mini_fat->len);
	ole->mini = read_chain(ole, root->start, MIN(root->size, ole->length));
	return TRUE;
}

Ole *ole_open(GBytes *content)
{
	g_autoptr(Ole) ole = NULL;

	if (!ole_is(content))
		return NULL;
	ole = g_new0(Ole, 1);
	ole->content = g_bytes_ref(content);
	ole->data = g_bytes_get_data(content, &ole->length);
	ole->left = READINGS * ole->length;
	ole->fat = g_array_new(FALSE, FALSE, sizeof(guint32));
	ole->mini_fat = g_array_new(FALSE, FALSE, sizeof(guint32));
	ole->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
	g_array_set_clear_func(ole->entries, entry_clear);
	ole->shift = number(ole->data + 30, 2);
	ole->mini_shift = number(ole->data + 32, 2);
	ole->mini_cutoff = number(ole->data + 56, 4);
	if ((ole->shift != 9 && ole->shift != 12) || ole->mini_shift != 6 || !read_tables(ole))
		return NULL;
	return g_steal_pointer(&ole);
}

void ole_free(Ole *ole)
{
	if (!ole)
		return;
	g_bytes_unref(ole->content);
	g_array_unref(ole->fat);
	g_array_unref(ole->mini_fat);
	g_array_unref(ole->entries);
	g_clear_pointer(&ole->mini, g_byte_array_unref);
	g_free(ole);
}

/* Walks the tree of names in order with a stack of our own. A tree that loops ends with as many
 * steps as there are entries; what was walked counts as read. */
GArray *ole_children(Ole *ole, guint storage)
{
	GArray *children = g_array_new(FALSE, FALSE, sizeof(guint));
	g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(guint32));
	guint32 at = ole_is_storage(ole, storage) ? entry_at(ole, storage)->child : NO_ENTRY;

	while (ole->left >= ENTRY_BYTES && children->len + stack->len <= ole->entries->len) {
		const Entry *entry = entry_at(ole, at);

		if (entry) {
			g_array_append_val(stack, at);
			at = entry->left;
			continue;
		}
		if (stack->len == 0)
			break;
		at = g_array_index(stack, guint32, stack->len - 1);
		g_array_set_size(stack, stack->len - 1);
		g_array_append_val(children, at);
		ole->left -= ENTRY_BYTES;
		at = entry_at(ole, at)->right;
	}
	return children;
}

const char *ole_name(const Ole *ole, guint entry)
{
	const Entry *found = entry_at(ole, entry);

	return found ? found->name : "";
}

gboolean ole_is_storage(const Ole *ole, guint entry)
{
	const Entry *found = entry_at(ole, entry);

	return found && (found->type == TYPE_STORAGE || found->type == TYPE_ROOT);
}

/* A chain of mini sectors, size bytes of it. */
static GByteArray *read_mini(const Ole *ole, guint32 start, gsize size)
{
	GByteArray *bytes = g_byte_array_new();
	gsize unit = (gsize)1 << ole->mini_shift;

	for (guint steps = 0; steps < ole->mini_fat->len && bytes->len < size; steps++) {
		gsize at = (gsize)start << ole->mini_shift;

		if (start >= ole->mini_fat->len || at >= ole->mini->len)
			break;
		g_byte_array_append(bytes, ole->mini->data + at,
			(guint)MIN(MIN(unit, ole->mini->len - at), size - bytes->len));
		start = g_array_index(ole->mini_fat, guint32, start);
	}
	return bytes;
}

GBytes *ole_read(Ole *ole, guint stream)
{
	const Entry *entry = entry_at(ole, stream);
	GByteArray *bytes;

	if (!entry || entry->type != TYPE_STREAM || entry->size > ole->left)
		return NULL;
	if (entry->size < ole->mini_cutoff)
		bytes = read_mini(ole, entry->start, (gsize)entry->size);
	else
		bytes = read_chain(ole, entry->start, (gsize)entry->size);
	ole->left -= bytes->len;
	return g_byte_array_free_to_bytes(bytes);
}
