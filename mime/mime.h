/* The tree of a mail's parts (RFC 2046), as GMime finds it. The only module that includes GMime,
 * and it asks it for structure alone: where parts begin and end. Words, parameters and transfer
 * encodings are decoded by ourselves (docs/decisions). message/rfc822 is a leaf: its bytes are a
 * mail of their own. */
#pragma once

#include "mime/mail.h"
#include "mime/params.h"
#include "mime/transfer.h"

typedef struct MimeNode MimeNode;
struct MimeNode {
	Params *type;        /* Content-Type; "text/plain" where there is none */
	Params *disposition; /* Content-Disposition */
	Transfer transfer;
	char *content_id;    /* without angle brackets, or NULL */
	gboolean has_type;   /* a Content-Type was there */
	GPtrArray *children; /* of MimeNode; NULL: a leaf */
	GBytes *content;     /* of a leaf: still encoded, a slice of the source where it can be */
};

/* The body from byte body on of an entity whose fields are fields (of Field). Notes what was cut.
 * *parts is how many parts the whole mail may still have, and is taken down. Never NULL. */
MimeNode *mime_parse(Mail *mail, const GPtrArray *fields, GBytes *source, gsize body, guint *parts);
void mime_node_free(MimeNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MimeNode, mime_node_free)

/* The decoded bytes of a leaf. */
GBytes *mime_decode(Mail *mail, const MimeNode *node);
gboolean mime_is(
	const MimeNode *node, const char *type); /* "text/html", or "text/" for all of them */
