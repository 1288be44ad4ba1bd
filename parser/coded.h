/* Coded: bytes inside a transfer encoding that are to be replaced by as many others.
 * Quoted-printable and base64 are written back where they stood, so that lines, folds and lengths
 * stay as they are. */
#pragma once

#include "mime/transfer.h"

/* Replaces decoded bytes in place. */
typedef void (*CodedReplace)(guint8 *bytes, gsize length, gpointer data);

/* Decodes text, has its bytes replaced, and writes them back over it. is_header: "_" is a blank
 * (RFC 2047's Q). Linear. */
void coded_replace(Transfer transfer, gboolean is_header, char *text, gsize length,
	CodedReplace replace, gpointer data);
