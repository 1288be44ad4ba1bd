/* Progress: a bar on stderr for work that takes long, drawn on a terminal only and at most ten
 * times a second. */
#pragma once

#include <glib.h>

typedef struct Progress Progress;

/* total_bytes 0: unknown, there is a count without a bar. */
Progress *progress_new(guint64 total_bytes);
/* Ends the bar and wipes its line. */
void progress_free(Progress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Progress, progress_free)

/* Would a bar be seen? Then the work is worth measuring beforehand. */
gboolean progress_is_visible(void);
/* So far: bytes behind us and mails done. */
void progress_set(Progress *progress, guint64 bytes, guint mails);
/* Wipes the bar, so that a line can be printed; the next progress_set() draws it again. */
void progress_pause(Progress *progress);

/* The line of a bar in width columns, pure: "[#####·····]  50 %  1,204 mails  0:35 left". To be
 * freed. */
char *progress_line(
	guint64 bytes, guint64 total_bytes, guint mails, gint64 elapsed_ms, guint width);
