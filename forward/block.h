/* The header block of a quoted or forwarded mail: what a mail client writes of "Von: Gesendet: An:
 * Betreff:" above the older text, recognised over lines of text and read into its fields.
 *
 * It does not decide whether the block is a forward's or a reply's. Pure, total; what one call
 * looks at is bounded, so a walk over all lines is linear. */
#pragma once

#include "forward/labels.h"
#include "mime/mail.h"

typedef struct {
	guint first; /* the line of the separator where there is one, else of the first label */
	guint end; /* the line behind the last one; blank lines below do not belong to the block */
	Mark mark; /* the separator above: MARK_NONE, MARK_FORWARD, MARK_ORIGINAL, MARK_RULE */
	Languages languages; /* in which all labels can be read, 0: mixed or unknown */
	GPtrArray *from, *to, *cc, *reply_to; /* of Mailbox, never NULL */
	char *subject;                        /* one line, NULL: not stated */
	MailDate date;
	MailDate swapped; /* the other reading of "3/2/2026", where the block does not decide */
} Block;

/* Does a block begin at lines[at]: at a separator, blank lines and then labels; or at the first
 * label itself? lines are count strings without "\n", valid UTF-8, unquoted (no "> "). A block
 * states a sender and at least two of date, recipients and subject (Lotus Notes states its sender
 * in the separator). Sets every field of *block, which needs block_clear() only where TRUE is
 * returned. */
gboolean block_parse(const char *const *lines, guint count, guint at, Block *block);
/* An empty one, which states nothing. */
void block_init(Block *block);
void block_clear(Block *block);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Block, block_clear)

/* Could a block begin with this line? The cheap question that a walk asks first. */
gboolean block_may_begin(const char *line);
