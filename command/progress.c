#include "command/progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command/print.h"

enum {
	DRAWN_EVERY_MS = 100,
	ESTIMATED_AFTER_MS = 1000, /* what is left is a guess, and wild at first */
	BAR_LEAST = 10,
	BAR_MOST = 40,
};

struct Progress {
	guint64 total_bytes;
	gint64 started_at, drawn_at; /* microseconds, monotonic */
	gboolean is_visible, is_drawn;
};

gboolean progress_is_visible(void)
{
	return isatty(STDERR_FILENO) && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

Progress *progress_new(guint64 total_bytes)
{
	Progress *progress = g_new0(Progress, 1);

	progress->total_bytes = total_bytes;
	progress->started_at = g_get_monotonic_time();
	progress->is_visible = progress_is_visible();
	return progress;
}

void progress_free(Progress *progress)
{
	if (progress == NULL)
		return;
	progress_pause(progress);
	g_free(progress);
}

void progress_pause(Progress *progress)
{
	if (!progress->is_drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress->is_drawn = FALSE;
	progress->drawn_at = 0;
}

static guint width_of_stderr(void)
{
	struct winsize size = {0};

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void progress_set(Progress *progress, guint64 bytes, guint mails)
{
	const gint64 now = g_get_monotonic_time();

	if (!progress->is_visible || now - progress->drawn_at < (gint64)DRAWN_EVERY_MS * 1000)
		return;

	g_autofree char *line = progress_line(bytes, progress->total_bytes, mails,
		(now - progress->started_at) / 1000, width_of_stderr() - 1);

	fprintf(stderr, "\r%s\033[K", line);
	fflush(stderr);
	progress->is_drawn = TRUE;
	progress->drawn_at = now;
}

/* "0:35", "1:02:03" */
static char *duration(gint64 ms)
{
	const gint64 seconds = ms / 1000;

	if (seconds >= 3600)
		return g_strdup_printf("%" G_GINT64_FORMAT ":%02d:%02d", seconds / 3600,
			(int)(seconds / 60 % 60), (int)(seconds % 60));
	return g_strdup_printf("%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
}

/* What stands behind the bar. */
static char *numbers(double share, gboolean is_known, guint mails, gint64 elapsed_ms)
{
	const char *noun = mails == 1 ? "mail" : "mails";
	g_autofree char *elapsed = duration(elapsed_ms);

	if (!is_known)
		return g_strdup_printf("%u %s  %s", mails, noun, elapsed);
	if (share <= 0 || elapsed_ms < ESTIMATED_AFTER_MS)
		return g_strdup_printf("%3d %%  %u %s", (int)(share * 100), mails, noun);

	g_autofree char *left = duration((gint64)((double)elapsed_ms * (1 - share) / share));

	return g_strdup_printf("%3d %%  %u %s  %s left", (int)(share * 100), mails, noun, left);
}

char *progress_line(guint64 bytes, guint64 total_bytes, guint mails, gint64 elapsed_ms, guint width)
{
	const double share =
		total_bytes > 0 ? (double)MIN(bytes, total_bytes) / (double)total_bytes : 0;
	g_autofree char *behind = numbers(share, total_bytes > 0, mails, elapsed_ms);
	const guint used = print_columns(behind) + 4; /* brackets and blanks */

	if (total_bytes == 0 || width < used + BAR_LEAST)
		return print_cut(behind, width);

	const guint bar = MIN(width - used, BAR_MOST);
	const guint full = (guint)(share * bar);
	GString *line = g_string_new("[");

	for (guint i = 0; i < bar; i++)
		g_string_append(line, i < full ? "#" : "·");
	g_string_append_printf(line, "]  %s", behind);
	return g_string_free(line, FALSE);
}
