/* The phrases of forward/labels/ *.txt by how they begin: what forward/phrase.h looks up in.
 *
 * A file is a language and named by its code; a line is a meaning and its words: "from Von |
 * Absender", "month 3 März | Mrz". "…" in a phrase stands for anything. Compiled in, read once, at
 * first use, never freed; safe in threads. */
#pragma once

#include "forward/phrase.h"

/* What "…" is in the letters of a phrase. */
enum { PHRASE_GAP = 0x2026 };

/* The phrases that a text may begin with whose first two folded letters are these (0: it has none),
 * of all kinds, the longest first. NULL: none is of these kinds, a set of bits 1 << PhraseKind. */
const GPtrArray *phrasebook_find(guint kinds, gunichar first, gunichar second);
/* Those that begin with a gap, with any text; *firsts has a bit letter % 64 for each letter that
 * their words begin with. */
const GPtrArray *phrasebook_find_gaps(guint kinds, guint64 *firsts);
/* All phrases: of Phrase. */
const GPtrArray *phrasebook_all(void);
/* The languages, by their codes; a language's place is its bit. */
const char *const *phrasebook_languages(void);
