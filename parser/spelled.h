/* Spelled: text in which characters may be spelled as "&#87;", "&uuml;" (HTML) or "%C3%BC" (URLs).
 * What is replaced in it is written back in the same spelling and length. */
#pragma once

#include "parser/coded.h"

/* Has the characters that the text stands for replaced by others, each of as many bytes of UTF-8.
 * text is valid UTF-8. Linear. */
void spelled_replace(char *text, gsize length, CodedReplace replace, gpointer data);
