/* Compound files ([MS-CFB]), the file system inside Outlook's .msg. Read by ourselves: libgsf 1.14
 * asserts on damaged ones, and a sender must not choose what our log says. Total: a chain or tree
 * that loops ends, and all reads and walks together are bounded by a few times the size of the
 * file. */
#pragma once

#include <glib.h>

typedef struct Ole Ole;

/* NULL where the bytes are no compound file. Keeps a reference to content. */
Ole *ole_open(GBytes *content);
void ole_free(Ole *ole);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ole, ole_free)

gboolean ole_is(GBytes *content);
/* The root storage is entry 0. */
enum { OLE_ROOT = 0 };

/* The entries in a storage, in the order of their names (of guint); empty where it is none. To be
 * unreferenced. */
GArray *ole_children(Ole *ole, guint storage);
/* The name of an entry, borrowed; is it a storage? */
const char *ole_name(const Ole *ole, guint entry);
gboolean ole_is_storage(const Ole *ole, guint entry);
/* The bytes of a stream; NULL where it is none or the file has given all that it may. */
GBytes *ole_read(Ole *ole, guint stream);
