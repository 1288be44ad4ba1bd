#include "server/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_BYTES 4096
#define SEALS      (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

gint64 spool_free_bytes(const SpoolBudget *budget)
{
	return MAX(budget->limit_bytes - budget->used_bytes, 0);
}

void spool_init(Spool *spool, SpoolBudget *budget)
{
	*spool = (Spool){.budget = budget, .descriptor = -1};
}

static gboolean open_file(Spool *spool)
{
	if (spool->descriptor < 0)
		spool->descriptor = memfd_create("mail", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return spool->descriptor >= 0;
}

/* The kernel spends whole pages, so does the budget. */
static gboolean reserve(Spool *spool, gsize size)
{
	gint64 need = spool->size_bytes + (gint64)size;
	gint64 more = (need + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES - spool->reserved_bytes;

	if (more > spool_free_bytes(spool->budget))
		return FALSE;
	spool->budget->used_bytes += more;
	spool->reserved_bytes += more;
	return TRUE;
}

static gboolean write_all(int descriptor, const char *bytes, gsize size)
{
	while (size > 0) {
		gssize written = write(descriptor, bytes, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return FALSE;
		bytes += written;
		size -= (gsize)written;
	}
	return TRUE;
}

gboolean spool_write(Spool *spool, const char *bytes, gsize size)
{
	if (reserve(spool, size) && open_file(spool) && write_all(spool->descriptor, bytes, size)) {
		spool->size_bytes += (gint64)size;
		return TRUE;
	}
	spool_clear(spool);
	return FALSE;
}

gboolean spool_seal(Spool *spool)
{
	return open_file(spool) && fcntl(spool->descriptor, F_ADD_SEALS, SEALS) == 0;
}

void spool_clear(Spool *spool)
{
	if (spool->descriptor >= 0)
		close(spool->descriptor);
	spool->budget->used_bytes -= spool->reserved_bytes;
	spool_init(spool, spool->budget);
}

typedef struct {
	void *start;
	gsize size;
} Mapping;

static void unmap(gpointer data)
{
	g_autofree Mapping *mapping = data;

	munmap(mapping->start, mapping->size);
}

GBytes *spool_map(int descriptor, gsize size)
{
	struct stat status;
	int seals = fcntl(descriptor, F_GET_SEALS);
	Mapping *mapping;
	void *start;

	/* A file that could still shrink would kill its reader. */
	if (seals < 0 || (seals & SEALS) != SEALS || fstat(descriptor, &status) != 0 ||
		(guint64)status.st_size != size)
		return NULL;
	if (size == 0)
		return g_bytes_new_static("", 0);
	start = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, descriptor, 0);
	if (start == MAP_FAILED)
		return NULL;
	mapping = g_new(Mapping, 1);
	*mapping = (Mapping){start, size};
	return g_bytes_new_with_free_func(start, size, unmap, mapping);
}
