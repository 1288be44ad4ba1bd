/* Properties of MAPI, the form in which Outlook keeps mails: shared by .msg and winmail.dat
 * ([MS-OXPROPS]). */
#pragma once

#include "parser/body.h"

typedef struct Mapi Mapi;

enum {
	MAPI_MESSAGE_CLASS = 0x001a,
	MAPI_SUBJECT = 0x0037,
	MAPI_BODY = 0x1000,
	MAPI_ATTACH_DATA = 0x3701,
	MAPI_ATTACH_METHOD = 0x3705,
	MAPI_TYPE_STRING8 = 0x001e,
	MAPI_TYPE_UNICODE = 0x001f,
};

Mapi *mapi_new(void);
void mapi_free(Mapi *mapi);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mapi, mapi_free)

/* The code page of strings that have none of their own: recipients and attachments are in that of
 * their message, those of winmail.dat in the stream's. 0: unknown. */
guint32 mapi_codepage(const Mapi *mapi);
void mapi_set_codepage(Mapi *mapi, guint32 codepage);

/* Sets a property; the first of an id counts, but for Unicode before letters of a code page. Fixed
 * values are little-endian bytes. */
void mapi_set(Mapi *mapi, guint16 id, guint16 type, const void *data, gsize length);
gboolean mapi_has(const Mapi *mapi, guint16 id);
/* A string property as UTF-8, NULL where it is missing or blank; to be freed. */
char *mapi_text(const Mapi *mapi, guint16 id);
guint32 mapi_number(const Mapi *mapi, guint16 id);
/* The bytes of a property, or NULL. Borrowed. */
GBytes *mapi_bytes(const Mapi *mapi, guint16 id);

/* Is the message a mail, and not a contact or a task? Without a class it is one. */
gboolean mapi_is_mail(const Mapi *message);
/* Fills the header of mail: from the transport's header where Outlook kept it, else from the
 * properties. recipients: of Mapi. */
void mapi_fill_header(Mail *mail, const Mapi *message, const GPtrArray *recipients);
/* Gives the body its text and HTML. */
void mapi_fill_body(Body *body, const Mapi *message);
/* Adds an attachment by value to mail; one without content is left out. */
void mapi_add_attachment(Mail *mail, const Mapi *mapi);
