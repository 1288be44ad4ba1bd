/* Mail files: the mails in .eml files, mboxes, Maildirs and directories, one at a time.
 *
 * Memory holds one mail and the names of the directories on the way to it, never a whole archive.
 * Files are mapped; an mbox mail is a piece of the map, unless a ">From " line has to be unquoted.
 *
 * - A file that begins with "From " is an mbox, except *.eml and the files of a Maildir: these are
 * one mail.
 * - An mbox's mail begins at a "From " line behind an empty line, with a date in it or a header
 * field below; the empty line before it belongs to the separator. ">From " lines lose one ">"
 * (mboxrd; of mboxo the same).
 * - A directory with cur/ and new/ is a Maildir: these two are read, then its subfolders (.Sent, or
 * Sent); tmp/ and the files beside them are not. Drafts and what is marked as deleted were never
 * sent or are kept no more: they are left out.
 * - Of any other directory all files that look like mail are read, subdirectories included, in the
 * order of their names; hidden files (but not hidden Maildirs) and links to directories are left
 * out. A path that was named is always read; what it is decides only whether it is split.
 * - An empty file has no mail in it. */
#pragma once

#include <glib.h>

typedef struct MailFiles MailFiles;

/* paths is borrowed. Nothing is opened yet. */
MailFiles *mailfiles_open(char *const *paths);
void mailfiles_close(MailFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MailFiles, mailfiles_close)

/* The next mail; *where (to be freed) becomes a name for it: the path, with "#3" for the third mail
 * of an mbox. NULL at the end, or with *error where a file cannot be read: calling again goes on
 * behind it. */
GBytes *mailfiles_next(MailFiles *files, char **where, GError **error);
/* How many bytes of files lie behind the reader; reaches mailfiles_measure(). */
guint64 mailfiles_position(const MailFiles *files);
/* Files that are empty, or in directories and did not look like mail. */
guint mailfiles_skipped(const MailFiles *files);
/* Mails of Maildirs that are flagged as drafts or as deleted. */
guint mailfiles_flagged(const MailFiles *files);

/* All bytes below these paths that a reader will walk through. Looks at names and sizes; what it
 * cannot look at counts nothing. */
guint64 mailfiles_measure(char *const *paths);

/* One file as one mail; "-" is stdin. Of more than MAILFILES_MOST_BYTES the rest is left out (by
 * mailfiles_next() such a mail is an error). */
GBytes *mailfiles_read(const char *path, GError **error);

#define MAILFILES_MOST_BYTES ((gsize)256 << 20)
