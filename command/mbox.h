/* Mbox: the mails in the bytes of an mbox (RFC 4155 and its relatives). Pure and linear.
 * The rules stand in command/mailfiles.h. */
#pragma once

#include <glib.h>
#include <stdio.h>

/* Does it begin as an mbox does? */
gboolean mbox_is(GBytes *bytes);
/* The next mail: without its separator, unquoted, at most most_bytes of it. *at is where to go on,
 * 0 at first. Shares the memory of mbox where nothing was quoted. NULL at the end. */
GBytes *mbox_next(GBytes *mbox, gsize *at, gsize most_bytes);

/* Appends a mail as mboxrd: a separator with sender (may be NULL) and time (ISO 8601, or NULL), one
 * ">" more before what looks like one, an empty line behind. What mbox_next() reads back is the
 * mail, but for a line's end that it may have lacked. FALSE: it could not be written, errno says
 * why. */
gboolean mbox_append(FILE *file, GBytes *mail, const char *sender, const char *time);
