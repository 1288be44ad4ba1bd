#include "command/mailfiles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/mbox.h"
#include "store/error.h"

enum {
	DIRECTORIES_DEEP = 64,
	HEADER_LOOKED_AT = 64 * 1024, /* bytes in which a file must show that it is mail */
	FORGOTTEN_AT_ONCE = 16 << 20,
};

typedef enum {
	LEVEL_FILES,   /* any directory */
	LEVEL_MAILS,   /* cur or new of a Maildir: every file in it is one mail */
	LEVEL_FOLDERS, /* a Maildir's subfolders, among files of programs */
} LevelKind;

/* A directory that is being walked. */
typedef struct {
	char *path;
	GPtrArray *names; /* of char, sorted */
	guint next;
	LevelKind kind;
} Level;

typedef enum {
	FILE_NAMED, /* on the command line, or read from stdin */
	FILE_FOUND, /* in a directory */
	FILE_MAILDIR,
} FileKind;

typedef struct {
	char *path;
	FileKind kind;
	guint64 size;
} File;

struct MailFiles {
	char *const *paths; /* borrowed; those not yet walked */
	GPtrArray *levels;  /* of Level, innermost last */
	GBytes *mbox;       /* the mbox being read, or NULL */
	gsize mbox_at;
	gsize forgotten;    /* bytes of its map that were given back */
	gboolean is_mapped; /* the current file */
	char *mbox_path;
	guint mbox_count;
	guint64 before;  /* bytes of the files before the current one */
	guint64 current; /* size of the current file */
	guint skipped, flagged;
};

static void level_free(Level *level)
{
	g_free(level->path);
	g_ptr_array_unref(level->names);
	g_free(level);
}

static void file_clear(File *file)
{
	g_clear_pointer(&file->path, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(File, file_clear)

MailFiles *mailfiles_open(char *const *paths)
{
	MailFiles *files = g_new0(MailFiles, 1);

	files->paths = paths;
	files->levels = g_ptr_array_new_with_free_func((GDestroyNotify)level_free);
	return files;
}

void mailfiles_close(MailFiles *files)
{
	if (files == NULL)
		return;
	g_ptr_array_unref(files->levels);
	g_clear_pointer(&files->mbox, g_bytes_unref);
	g_free(files->mbox_path);
	g_free(files);
}

guint64 mailfiles_position(const MailFiles *files)
{
	return files->before + (files->mbox ? files->mbox_at : files->current);
}

guint mailfiles_skipped(const MailFiles *files)
{
	return files->skipped;
}

guint mailfiles_flagged(const MailFiles *files)
{
	return files->flagged;
}

static gboolean fail_errno(const char *path, int number, GError **error)
{
	g_autofree char *shown = g_filename_display_name(path);

	g_set_error(
		error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT, "%s: %s", shown, g_strerror(number));
	return FALSE;
}

/* === Walking === */

static int by_name(gconstpointer one, gconstpointer other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static gboolean is_directory(const char *parent, const char *name)
{
	g_autofree char *path = g_build_filename(parent, name, NULL);

	return g_file_test(path, G_FILE_TEST_IS_DIR);
}

static gboolean is_maildir(const char *path)
{
	return is_directory(path, "cur") && is_directory(path, "new");
}

/* Hidden are all but Maildirs: Maildir++ writes its folders so. */
static gboolean is_walked(const char *parent, const char *name, LevelKind kind)
{
	static const char *const own[] = {"cur", "new", "tmp", NULL};
	g_autofree char *path = g_build_filename(parent, name, NULL);

	if (g_str_equal(name, ".") || g_str_equal(name, ".."))
		return FALSE;
	if (kind == LEVEL_FOLDERS &&
		(g_strv_contains(own, name) || !g_file_test(path, G_FILE_TEST_IS_DIR)))
		return FALSE;
	return name[0] != '.' || is_maildir(path);
}

static gboolean push_level(MailFiles *files, const char *path, LevelKind kind, GError **error)
{
	if (files->levels->len >= DIRECTORIES_DEEP)
		return fail_errno(path, ELOOP, error);

	DIR *directory = opendir(path);

	if (directory == NULL)
		return fail_errno(path, errno, error);

	Level *level = g_new0(Level, 1);

	level->path = g_strdup(path);
	level->names = g_ptr_array_new_with_free_func(g_free);
	level->kind = kind;
	for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
		if (is_walked(path, entry->d_name, kind))
			g_ptr_array_add(level->names, g_strdup(entry->d_name));
	closedir(directory);
	g_ptr_array_sort(level->names, by_name);
	g_ptr_array_add(files->levels, level);
	return TRUE;
}

/* cur before new: what was read is older. The level that is pushed last is walked first. */
static gboolean enter_directory(MailFiles *files, const char *path, GError **error)
{
	if (!is_maildir(path))
		return push_level(files, path, LEVEL_FILES, error);

	g_autofree char *cur = g_build_filename(path, "cur", NULL);
	g_autofree char *fresh = g_build_filename(path, "new", NULL);

	return push_level(files, path, LEVEL_FOLDERS, error) &&
	       push_level(files, fresh, LEVEL_MAILS, error) &&
	       push_level(files, cur, LEVEL_MAILS, error);
}

/* The next name of the innermost directory as a path; leaves directories that are at their end. */
static char *next_name(MailFiles *files, LevelKind *kind)
{
	while (files->levels->len > 0) {
		Level *level = g_ptr_array_index(files->levels, files->levels->len - 1);

		if (level->next < level->names->len) {
			*kind = level->kind;
			return g_build_filename(
				level->path, g_ptr_array_index(level->names, level->next++), NULL);
		}
		g_ptr_array_remove_index(files->levels, files->levels->len - 1);
	}
	return NULL;
}

/* "1700000000.name:2,DS": a draft, or marked as deleted? */
static gboolean is_flagged(const char *path)
{
	const char *flags = g_strrstr(path, ":2,");

	return flags && strpbrk(flags, "DT") && !strchr(flags, '/');
}

/* One step in the directories: TRUE with file set, or not set where there was nothing to read. */
static gboolean step(MailFiles *files, char *path, LevelKind kind, File *file, GError **error)
{
	g_autofree char *owned = path;
	struct stat status;

	if (lstat(path, &status) != 0) /* it went away while we walked: a Maildir is alive */
		return errno == ENOENT || fail_errno(path, errno, error);
	if (S_ISDIR(status.st_mode))
		return kind == LEVEL_MAILS || enter_directory(files, path, error);
	if (S_ISLNK(status.st_mode) && stat(path, &status) != 0)
		return errno == ENOENT || fail_errno(path, errno, error);
	if (kind == LEVEL_MAILS && is_flagged(path))
		files->flagged++;
	else if (S_ISREG(status.st_mode))
		*file = (File){g_steal_pointer(&owned),
			kind == LEVEL_MAILS ? FILE_MAILDIR : FILE_FOUND, (guint64)status.st_size};
	return TRUE;
}

/* A path of the command line: stdin, a file of any kind, or a directory to walk. */
static gboolean begin_path(MailFiles *files, const char *path, File *file, GError **error)
{
	struct stat status = {.st_size = 0};

	if (!g_str_equal(path, "-") && stat(path, &status) != 0)
		return fail_errno(path, errno, error);
	if (S_ISDIR(status.st_mode))
		return enter_directory(files, path, error);
	*file = (File){g_strdup(path), FILE_NAMED, (guint64)status.st_size};
	return TRUE;
}

/* The next file, wherever it lies; file->path stays NULL at the end. FALSE: one cannot be read. */
static gboolean next_file(MailFiles *files, File *file, GError **error)
{
	while (file->path == NULL) {
		LevelKind kind = LEVEL_FILES;
		char *path = next_name(files, &kind);

		if (path != NULL) {
			if (!step(files, path, kind, file, error))
				return FALSE;
		} else if (*files->paths == NULL) {
			return TRUE;
		} else if (!begin_path(files, *files->paths++, file, error)) {
			return FALSE;
		}
	}
	return TRUE;
}

guint64 mailfiles_measure(char *const *paths)
{
	g_autoptr(MailFiles) files = mailfiles_open(paths);
	guint64 total = 0;

	for (;;) {
		g_auto(File) file = {NULL};

		if (!next_file(files, &file, NULL))
			continue;
		if (file.path == NULL)
			return total;
		total += file.size;
	}
}

/* === Reading === */

/* A pipe cannot be mapped; it is read until its end, or one byte over the limit. */
static GBytes *read_stream(int descriptor, const char *path, GError **error)
{
	g_autoptr(GByteArray) read_so_far = g_byte_array_new();
	guint8 piece[64 * 1024];

	while (read_so_far->len <= MAILFILES_MOST_BYTES) {
		const gsize room = MAILFILES_MOST_BYTES + 1 - read_so_far->len;
		const ssize_t got = read(descriptor, piece, MIN(sizeof piece, room));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			fail_errno(path, errno, error);
			return NULL;
		}
		if (got == 0)
			break;
		g_byte_array_append(read_so_far, piece, (guint)got);
	}
	return g_byte_array_free_to_bytes(g_steal_pointer(&read_so_far));
}

/* Can it be mapped? Stdin only where nobody has read from it yet. */
static gboolean is_mappable(int descriptor)
{
	struct stat status;

	return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
	       lseek(descriptor, 0, SEEK_CUR) == 0;
}

static GBytes *read_descriptor(
	int descriptor, const char *path, gboolean *is_mapped, GError **error)
{
	g_autoptr(GMappedFile) map =
		is_mappable(descriptor) ? g_mapped_file_new_from_fd(descriptor, FALSE, NULL) : NULL;

	*is_mapped = map != NULL;
	return map != NULL ? g_mapped_file_get_bytes(map) : read_stream(descriptor, path, error);
}

static GBytes *read_whole(const char *path, gboolean *is_mapped, GError **error)
{
	if (g_str_equal(path, "-"))
		return read_descriptor(STDIN_FILENO, "stdin", is_mapped, error);

	const int descriptor = open(path, O_RDONLY | O_CLOEXEC);

	if (descriptor < 0) {
		fail_errno(path, errno, error);
		return NULL;
	}

	GBytes *bytes = read_descriptor(descriptor, path, is_mapped, error);

	close(descriptor);
	return bytes;
}

GBytes *mailfiles_read(const char *path, GError **error)
{
	gboolean is_mapped = FALSE;
	g_autoptr(GBytes) bytes = read_whole(path, &is_mapped, error);

	if (bytes == NULL || g_bytes_get_size(bytes) <= MAILFILES_MOST_BYTES)
		return g_steal_pointer(&bytes);
	return g_bytes_new_from_bytes(bytes, 0, MAILFILES_MOST_BYTES);
}

/* Consumes mail. What is over the limit would be filed cut, so it is an error. */
static GBytes *checked(GBytes *mail, const char *where, GError **error)
{
	if (g_bytes_get_size(mail) <= MAILFILES_MOST_BYTES)
		return mail;

	g_autofree char *shown = g_filename_display_name(where);
	g_autofree char *most = g_format_size_full(MAILFILES_MOST_BYTES, G_FORMAT_SIZE_IEC_UNITS);

	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
		"%s: over %s; a longer mbox is read from a file, a longer mail not at all", shown,
		most);
	g_bytes_unref(mail);
	return NULL;
}

/* Does this line of a header show that the file is mail? */
static gboolean is_telling_field(const char *line, gsize length)
{
	static const char *const names[] = {
		"From:", "Received:", "Date:", "Message-ID:", "Return-Path:"};

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		const gsize size = strlen(names[i]);

		if (length >= size && g_ascii_strncasecmp(line, names[i], size) == 0)
			return TRUE;
	}
	return FALSE;
}

/* A file in a directory that nobody named: mail begins with a header that has one of these fields.
 */
static gboolean looks_like_mail(GBytes *bytes)
{
	gsize size = 0;
	const char *at = g_bytes_get_data(bytes, &size);
	const char *end = at + MIN(size, (gsize)HEADER_LOOKED_AT);

	while (at < end) {
		const char *newline = memchr(at, '\n', (gsize)(end - at));
		const char *line_end = newline ? newline : end;
		const gsize length = (gsize)(line_end - at);
		const gboolean is_folded = *at == ' ' || *at == '\t';

		if (length == 0 || (!is_folded && memchr(at, ':', length) == NULL))
			return FALSE;
		if (is_telling_field(at, length))
			return TRUE;
		at = line_end + 1;
	}
	return FALSE;
}

static gboolean has_suffix(const char *path, const char *suffix)
{
	const gsize length = strlen(path), size = strlen(suffix);

	return length >= size && g_ascii_strcasecmp(path + length - size, suffix) == 0;
}

/* What was read of the map goes back to the system, so that memory does not grow with the archive.
 */
static void forget_behind(MailFiles *files)
{
	const gsize page = (gsize)sysconf(_SC_PAGESIZE);
	const gsize behind = files->mbox_at / page * page;

	if (!files->is_mapped || behind - files->forgotten < FORGOTTEN_AT_ONCE)
		return;

	char *map = (char *)g_bytes_get_data(files->mbox, NULL);

	madvise(map + files->forgotten, behind - files->forgotten, MADV_DONTNEED);
	files->forgotten = behind;
}

static GBytes *next_of_mbox(MailFiles *files, char **where, GError **error)
{
	forget_behind(files);

	GBytes *mail = mbox_next(files->mbox, &files->mbox_at, MAILFILES_MOST_BYTES + 1);

	if (mail == NULL) {
		g_clear_pointer(&files->mbox, g_bytes_unref);
		return NULL;
	}
	g_free(*where);
	*where = g_strdup_printf("%s#%u", files->mbox_path, ++files->mbox_count);
	return checked(mail, *where, error);
}

static void begin_mbox(MailFiles *files, GBytes *bytes, const char *path)
{
	files->mbox = g_bytes_ref(bytes);
	files->mbox_at = 0;
	files->forgotten = 0;
	files->mbox_count = 0;
	g_free(files->mbox_path);
	files->mbox_path = g_strdup(path);
}

/* Reads one file: its mail, or NULL where it is an mbox that was begun, or no mail. */
static GBytes *open_file(MailFiles *files, const File *file, GError **error)
{
	g_autoptr(GBytes) bytes = read_whole(file->path, &files->is_mapped, error);

	files->before += files->current;
	files->current = file->size;
	if (bytes == NULL)
		return NULL;
	if (g_bytes_get_size(bytes) == 0) {
		files->skipped++;
		return NULL;
	}
	if (file->kind == FILE_MAILDIR || has_suffix(file->path, ".eml"))
		return checked(g_steal_pointer(&bytes), file->path, error);
	if (mbox_is(bytes)) {
		/* Of a pipe there may be more than was read. */
		if (files->is_mapped || g_bytes_get_size(bytes) <= MAILFILES_MOST_BYTES)
			begin_mbox(files, bytes, file->path);
		else
			checked(g_steal_pointer(&bytes), file->path, error);
		return NULL;
	}
	if (file->kind == FILE_FOUND && !looks_like_mail(bytes)) {
		files->skipped++;
		return NULL;
	}
	return checked(g_steal_pointer(&bytes), file->path, error);
}

GBytes *mailfiles_next(MailFiles *files, char **where, GError **error)
{
	GError *failure = NULL;
	GBytes *mail = NULL;

	g_clear_pointer(where, g_free);
	while (mail == NULL && failure == NULL) {
		g_auto(File) file = {NULL};

		if (files->mbox != NULL) {
			mail = next_of_mbox(files, where, &failure);
			continue;
		}
		if (next_file(files, &file, &failure) && file.path == NULL)
			return NULL;
		if (file.path != NULL)
			mail = open_file(files, &file, &failure);
		if (mail != NULL)
			*where = g_steal_pointer(&file.path);
	}
	if (failure != NULL)
		g_propagate_error(error, failure);
	return mail;
}
