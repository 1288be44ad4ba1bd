/* Mail: what the gateway knows of one mail. The plain struct that every other folder reads.
 *
 * Made by parse_mail() (parser/parse.h). It knows no tenant and no clock. A Mail owns everything it
 * points to, unless a comment says "borrowed". All strings are valid UTF-8 without NUL. Limits:
 * mime/limits.h. */
#pragma once

#include <glib.h>

typedef struct Mail Mail;

/* One mailbox of an address header or of a forward's block. Either may be NULL where it is not
 * stated. */
typedef struct {
	char *name;
	char *address; /* as written, without angle brackets; compare with address_key() */
} Mailbox;

Mailbox *mailbox_new(const char *name, const char *address);
void mailbox_free(Mailbox *mailbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mailbox, mailbox_free)

/* When a mail says that it was written. A wall clock, because a forward's block seldom names a
 * zone: "Gesendet: Montag, 2. März 2026 14:05" is a minute in an unknown zone. */
typedef enum {
	PRECISION_NONE, /* no date, or none that could be read; every other field is 0 */
	PRECISION_DAY,
	PRECISION_MINUTE,
	PRECISION_SECOND,
} Precision;

typedef struct {
	Precision precision;
	int year, month, day, hour, minute, second; /* month and day count from 1 */
	gboolean has_offset;
	int offset_minutes; /* east of UTC; only where has_offset */
} MailDate;

typedef enum {
	MAIL_KIND_MAIL,
	MAIL_KIND_AUTO_REPLY, /* RFC 3834 and its habits: out of office, order confirmations, robots
			       */
	MAIL_KIND_BOUNCE,     /* RFC 3464, and the older forms */
	MAIL_KIND_RECEIPT,    /* RFC 8098 */
	MAIL_KIND_CALENDAR,   /* RFC 6047 */
} MailKind;

const char *mail_kind_name(
	MailKind kind); /* "mail", "auto_reply", … as in the view casegate.messages */

/* One header field of the outermost header block, in the order of the bytes. */
typedef struct {
	char *name;
	char *value; /* unfolded, repaired to UTF-8, otherwise as written (no RFC 2047 decoding) */
} Field;

typedef struct {
	char *filename; /* cleaned for display (limits.h), never NULL; "" where none is stated */
	char *content_type; /* "application/pdf", lower case, never NULL */
	char *content_id;   /* without angle brackets, or NULL */
	gboolean is_inline; /* shown in the text: Content-Disposition inline, or referred to by cid:
			     */
	GBytes *content;    /* decoded */
	char *sha256;       /* of content, 64 lower-case hex digits */
} Attachment;

/* A part of Mail.text and what it is. The ranges cover the text without gap or overlap, in order.
 * Nothing is deleted: new_text is the RANGE_NEW parts. */
typedef enum {
	RANGE_NEW,
	RANGE_QUOTE, /* an earlier mail, with its attribution line or header block */
	RANGE_SIGNATURE,
	RANGE_DISCLAIMER,
} RangeKind;

typedef struct {
	RangeKind kind;
	gsize start, end; /* bytes of Mail.text; end is behind the last */
} TextRange;

/* An earlier mail that this one quotes, nearest first, with what the attribution or block states of
 * it. */
typedef struct {
	Mailbox *from; /* NULL: not stated */
	MailDate date;
	char *subject; /* NULL: not stated */
	char *text;    /* unquoted by one level, never NULL */
} Quote;

typedef enum {
	FORWARD_INLINE,   /* a header block in the text or HTML */
	FORWARD_ATTACHED, /* message/rfc822, .eml, .msg, winmail.dat */
} ForwardForm;

/* A mail inside a mail. */
typedef struct {
	ForwardForm form;
	/* What makes an inline block a forward. A reply of Outlook has the same block, so without
	 * either the block is only a quote, unless the reader knows more (that it was sent to the
	 * agent alone). */
	gboolean has_mark; /* "Forwarded message", "Weitergeleitete Nachricht", a forward's HTML, …
			    */
	gboolean has_prefix; /* the wrapper's subject says WG:, FW:, Fwd:, TR:, … */
	char *comment;       /* what stands above the block, signature included; never NULL */
	Mail *original;      /* never NULL; of an inline one only what the block and the text say */
} Forward;

struct Mail {
	GBytes *source; /* the bytes as received; of an attached original its own bytes; NULL:
			   inline */

	char *message_id;       /* without angle brackets; NULL: none or unusable (mime/msgid.h) */
	GPtrArray *in_reply_to; /* of char, ids as above, in the order of the header */
	GPtrArray *references;  /* of char, oldest first as in the header, limited */
	gboolean has_thread_index;
	guint8 thread_guid[16]; /* bytes 6..22 of Thread-Index: one conversation of Outlook */
	guint thread_depth;     /* how many replies deep, 0: the first mail */

	char *subject;      /* decoded, one line, "" where there is none */
	char *base_subject; /* without prefixes and tags, folded for comparison (mime/subject.h)
			     */
	MailDate date;
	GPtrArray
		*from; /* of Mailbox: all mailboxes of all From fields; never NULL, as all lists */
	guint from_fields; /* how many From fields there were: more than one is suspicious */
	GPtrArray *to, *cc, *reply_to;      /* of Mailbox */
	GPtrArray *resent_from, *resent_to; /* of Mailbox: not empty on a redirect ("Umleiten") */
	GPtrArray *fields; /* of Field: the outermost block, for trace and verdicts */

	MailKind kind;
	char *kind_evidence; /* the field or part that says so; NULL for MAIL_KIND_MAIL */
	gboolean is_list;    /* List-Id, X-Mailing-List or Precedence: list; no kind of its own */
	gboolean is_auto_forwarded; /* passed on by a rule, not by a hand: the mail itself is the
				       original */
	char *reported_id; /* of a bounce or receipt: the Message-ID it reports on, or NULL */
	Mail *reported; /* its header, as far as the report returns it and it says who, or NULL */
	GPtrArray *
		reported_recipients; /* of char: addresses that failed (RFC 3464 Final-Recipient) */

	char *text;          /* all inline text in order; of HTML-only mail derived from the HTML */
	char *html;          /* sanitised (html/sanitise.h), NULL without HTML */
	guint remote_images; /* how many images of the HTML the sanitiser left out */
	char *new_text;      /* the RANGE_NEW parts of text, trimmed */
	GArray *ranges;      /* of TextRange */
	GPtrArray *quotes;   /* of Quote */
	GPtrArray *attachments; /* of Attachment; an attached original is one, too */

	/* The mails in this one: an inline forward (at most one, then the first), every attached
	 * original in order. Of an attached one the Attachment of the same bytes stands in
	 * attachments. */
	GPtrArray *forwards; /* of Forward */

	GPtrArray *defects; /* of char: what was cut, repaired or not understood, in English */
};

void mail_free(Mail *mail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mail, mail_free)

/* An empty mail: every list there and empty, every text "" or NULL as above. For who reads mail. */
Mail *mail_new(void);
/* Notes what was cut or repaired. The same defect is noted once. */
void mail_defect(Mail *mail, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The author: the first From mailbox with an address, else the first, else NULL. Borrowed. */
const Mailbox *mail_author(const Mail *mail);
/* The first field of this name (any case), or NULL. Borrowed. */
const char *mail_field(const Mail *mail, const char *name);
/* The forward that `casegate parse` prints and a reader would call one: the first attached one, or
 * an inline one with a mark or prefix; NULL without. Borrowed. A list's or a rule's mail has none.
 */
const Forward *mail_forward(const Mail *mail);
gboolean mail_is_redirect(const Mail *mail);
