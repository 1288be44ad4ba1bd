/* Encoded words of header values (RFC 2047), decoded by ourselves: GMime 3.2.13 loses the second of
 * two padded base64 words. Lenient as real mail needs it. Total, linear; results are to be freed
 * and never NULL. */
#pragma once

#include <glib.h>

/* Decodes every encoded word in value (valid UTF-8, unfolded) and makes one line of it: white space
 * and control characters become one blank, trimmed. Neighbouring words of one charset are decoded
 * together, so that a character may be split over them. At most LIMIT_WORDS words, the rest stays
 * as written. */
char *words_decode(const char *value);
/* How many bytes the encoded word at text has, 0 where there is none. Looks at most at 2000 bytes.
 */
gsize words_length(const char *text);
/* One line: white space and control characters become one blank, trimmed, at most this many
 * characters. */
char *words_one_line(const char *text, gsize limit);
