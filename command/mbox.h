/* Mbox: the mails in the bytes of an mbox (RFC 4155 and its relatives). Pure and linear.
 * The rules stand in command/mailfiles.h. */
#pragma once

#include <glib.h>

/* Does it begin as an mbox does? */
gboolean mbox_is(GBytes *bytes);
/* The next mail: without its separator, unquoted, at most most_bytes of it. *at is where to go on,
 * 0 at first. Shares the memory of mbox where nothing was quoted. NULL at the end. */
GBytes *mbox_next(GBytes *mbox, gsize *at, gsize most_bytes);
