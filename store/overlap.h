/* Overlap: how much of two texts is the same, whatever wrapping, quoting and punctuation did to
 * them. Pure. */
#pragma once

#include <glib.h>

/* Texts with fewer words say too little to judge by. */
enum { OVERLAP_WORDS_MIN = 12 };

typedef struct {
	double share;       /* shared five-word runs (of a shorter text: of all its words), of those
			     * of the shorter text; 0..1 */
	double numbers;     /* of the shorter text's words with digits: how many the other has, too;
			     * 1 where there are none */
	gboolean is_short;  /* one of the texts has fewer than OVERLAP_WORDS_MIN words */
	gboolean is_framed; /* the same words but for some above one of the texts or below one: two
			     * at least, and a run, or all of the shorter text */
	gboolean is_equal;  /* the same words in the same order */
	gboolean is_own;    /* framed or equal is also what the mails themselves say above quotes */
} Overlap;

/* Texts are UTF-8; what lies behind the first 20,000 words of each is not compared. */
Overlap overlap_of(const char *one, const char *other);
/* How much of one text stands in another. */
typedef struct {
	double share; /* of the runs of own that stand in whole; 0..1 */
	guint runs;   /* how many that are */
} Containment;

Containment overlap_contained(const char *own, const char *whole);
/* The first count letters and digits, case folded: what a content identity is made of. */
char *overlap_letters(const char *text, guint count);
