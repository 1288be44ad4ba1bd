/* Anonymise: a mail that can be shown to others. Every word, name, address and number becomes
 * another of the same form and length, the same one everywhere, however it is coded; only what is
 * listed stays (parser/vocabulary.h): words of protocols, of HTML and of mail clients, and dates.
 * The structure stays, so it is parsed as the original is. Files become noise of their length.
 * Pure. */
#pragma once

#include <glib.h>

/* As many bytes as before. What they stand for differs from call to call. */
GBytes *anonymise_mail(GBytes *source);
