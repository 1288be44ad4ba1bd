/* Text parts: line ends, format=flowed (RFC 3676), uuencoded files inside the text. Total, linear.
 */
#pragma once

#include "mime/mail.h"

/* Line ends become \n, a byte order mark goes. To be freed. */
char *plain_normalise(const char *text);
/* Paragraphs of format=flowed as one line each; quote depth is kept as "> ", ">> " and so on. To be
 * freed. */
char *plain_unwrap_flowed(const char *text, gboolean is_delsp);
/* Takes uuencoded files out of the text and adds them to the mail's attachments. To be freed. */
char *plain_extract_uuencoded(Mail *mail, const char *text);
/* Text of text/enriched (RFC 1896) and text/richtext without its marks. To be freed. */
char *plain_strip_enriched(const char *text);
