/* Spool: the bytes of a mail that is on its way through us, in an unnamed memory file that a worker
 * can map.
 *
 * Nothing here survives us: the sender's queue has the mail until our 250. All spools share one
 * budget. */
#pragma once

#include <glib.h>

typedef struct {
	gint64 limit_bytes, used_bytes;
} SpoolBudget;

typedef struct {
	SpoolBudget *budget; /* borrowed */
	int descriptor;      /* -1: nothing written yet */
	gint64 size_bytes, reserved_bytes;
} Spool;

gint64 spool_free_bytes(const SpoolBudget *budget);

void spool_init(Spool *spool, SpoolBudget *budget);
/* FALSE: no room for these bytes; then the spool is empty again. */
gboolean spool_write(Spool *spool, const char *bytes, gsize size);
/* Nobody can change the bytes after this; also makes the file of an empty mail. FALSE: no file. */
gboolean spool_seal(Spool *spool);
/* Gives file and budget back. May be called twice. */
void spool_clear(Spool *spool);

/* Maps a sealed file of size bytes to read, for the process that got its descriptor. NULL: it is
 * not what it should be. Does not close the descriptor. */
GBytes *spool_map(int descriptor, gsize size);
