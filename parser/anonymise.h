/* Anonymise: a mail that can be shown to others. Every word, name, address and number becomes
 * another of the same form and length, the same one everywhere; what programs read stays: the
 * structure, field names, dates, the words of forwards and quotes. So it is parsed as the original
 * is. Files become noise of their length. Pure. */
#pragma once

#include <glib.h>

/* As many bytes as before. What they stand for differs from call to call. */
GBytes *anonymise_mail(GBytes *source);
