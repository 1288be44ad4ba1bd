/* Content-Transfer-Encodings, decoded by ourselves: GMime 3.2.13 ends base64 at the first padding,
 * real mail does not. Total and linear; what is no code is left out (base64) or left as it is
 * (quoted-printable). */
#pragma once

#include <glib.h>

typedef enum {
	TRANSFER_IDENTITY, /* 7bit, 8bit, binary, none, unknown */
	TRANSFER_BASE64,
	TRANSFER_QUOTED_PRINTABLE,
	TRANSFER_UUENCODE,
} Transfer;

/* The encoding that a Content-Transfer-Encoding value names; *is_known (may be NULL) is FALSE for
 * others. */
Transfer transfer_parse(const char *value, gboolean *is_known);

/* Could these lines be base64? FALSE for words with blanks between them, and for other letters. */
gboolean transfer_looks_like_base64(const char *text, gsize length);

/* Each appends to out, and returns FALSE where the text was damaged. */
gboolean transfer_decode_base64(const char *text, gsize length, GByteArray *out);
gboolean transfer_decode_quoted_printable(const char *text, gsize length, GByteArray *out);
/* The lines between "begin" and "end"; those two are skipped where they are there. */
gboolean transfer_decode_uuencode(const char *text, gsize length, GByteArray *out);

/* All of source decoded. Shares source where there is nothing to decode. Never NULL. */
GBytes *transfer_decode(Transfer transfer, GBytes *source, gboolean *is_clean);
