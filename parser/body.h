/* From the parts of a mail to its text, HTML, attachments and the mails inside it. */
#pragma once

#include "mime/mail.h"
#include "mime/mime.h"

/* What one delivery may still cost: shared by a mail and all the mails inside it, so that nesting
 * multiplies nothing. */
typedef struct {
	guint parts, depth;
	gsize bytes; /* of attached originals that may still be read */
} Budget;

/* A mail's body while it is read. */
typedef struct {
	Mail *mail;
	Budget *budget;
	gsize text_left, html_left;
	GString *text;
	GPtrArray *html;      /* of Rendered, whose owner each is: HTML parts, unsanitised */
	GPtrArray *originals; /* of Mail, in order */
	GString *notes;       /* lines about appointments, for the end of the text */
	gboolean has_text;    /* a text part was read: later ones with a file name are files */
	gboolean is_report;   /* a returned mail is an attachment then, no forward */
	gboolean is_alternative;
} Body;

Body *body_new(Mail *mail, Budget *budget);
void body_free(Body *body);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Body, body_free)

/* Reads a tree of parts into the body and mail->attachments. */
void body_read(Body *body, const MimeNode *root);
/* Text and HTML that did not come as parts of their own (Outlook's containers). Both may be NULL.
 */
void body_add(Body *body, const char *text, const char *html);
/* Sets text, html, remote_images and which attachments are inline; finds forwards and quotes. The
 * last step: the mail's subject and kind are set. */
void body_finish(Body *body);
