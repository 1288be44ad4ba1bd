/* Attachments: making one, and the name that may be shown of it. */
#pragma once

#include "mime/mail.h"

/* A new attachment of these decoded bytes, which it keeps a reference to; content_type and
 * content_id as stated. name is cleaned. All but content may be NULL. */
Attachment *attachment_new(
	const char *name, const char *content_type, const char *content_id, GBytes *content);
void attachment_free(Attachment *attachment);
/* Adds it to the mail and takes it over; frees it where the mail has LIMIT_ATTACHMENTS. Returns it,
 * borrowed, or NULL. */
Attachment *attachment_add(Mail *mail, Attachment *attachment);
/* A file name for display: no path, no control or direction characters, no device name, at most
 * LIMIT_FILENAME characters with its extension kept. "" where nothing is left. To be freed. */
char *attachment_clean_name(const char *name);
/* The last extension of a name in lower case with its dot, "" without. To be freed. */
char *attachment_extension(const char *name);
