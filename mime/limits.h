/* Limits of the parser, all in one place. What is over a limit stays in the stored bytes, is not
 * read, and is named in Mail.defects; nothing is refused. */
#pragma once

enum {
	LIMIT_PARTS = 1000,    /* leaves and multiparts of one mail, attached originals included */
	LIMIT_DEPTH = 50,      /* multiparts inside multiparts, and mails inside mails */
	LIMIT_MAIL_DEPTH = 20, /* attached originals inside attached originals */
	LIMIT_NESTED_BYTES = 200 << 20, /* attached originals read, all levels together */
	LIMIT_CALENDAR_BYTES = 1 << 20, /* of a calendar part looked at for its summary */
	LIMIT_HEADER_BYTES = 1 << 20,   /* one header block */
	LIMIT_FIELD_BYTES = 100 * 1024, /* one header field, unfolded */
	LIMIT_FIELDS = 1000,            /* header fields of one block */
	LIMIT_ADDRESSES = 1000,         /* mailboxes of one header field */
	LIMIT_REFERENCES = 100,         /* the first and the nearest 99 */
	LIMIT_SEGMENTS = 128,           /* RFC 2231 continuations of one parameter */
	LIMIT_PARAMETERS = 200,         /* parameters of one field */
	LIMIT_WORDS = 1000,             /* RFC 2047 encoded words of one field */
	LIMIT_ATTACHMENTS = 500,        /* attachments listed */
	LIMIT_HTML_BYTES = 5 << 20,     /* all HTML parts of a mail together */
	LIMIT_TEXT_BYTES = 5 << 20,     /* all text parts of a mail together */
	LIMIT_BOUNDARY = 2048,          /* RFC 2046 says 70 */
	LIMIT_FILENAME = 200,           /* characters of a cleaned file name */
	LIMIT_SUBJECT = 2000,           /* characters of a subject */
	LIMIT_NAME = 500,               /* characters of a display name */
	LIMIT_ADDRESS = 320,            /* bytes of an address: 64 @ 255 */
	LIMIT_MESSAGE_ID = 998,         /* bytes of an id */
	LIMIT_DEFECTS = 100,            /* defects noted */
	LIMIT_RECIPIENTS = 200,         /* failed recipients of one bounce */
	LIMIT_EVENTS = 20,              /* appointments of one calendar part */
};
