/* Language: which of the two that our pages speak a browser wants. */
#pragma once

#include <glib.h>

typedef enum {
	LANGUAGE_DE,
	LANGUAGE_EN,
	LANGUAGES,
} Language;

/* "de" or "en", also as the language of a page (BCP 47). */
const char *language_code(Language language);
/* The language of this code; FALSE where it is none of ours. NULL is none. */
gboolean language_find(const char *code, Language *language);
/* By Accept-Language (RFC 9110, 12.5.4), the highest quality first, the first of equals. German
 * where nothing is said, English where only other languages are. */
Language language_choose(const char *accept);
