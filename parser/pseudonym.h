/* Pseudonyms: other words of the same form. Letters become letters of the same alphabet, case and
 * length in bytes, digits digits; the same word becomes the same word everywhere, also where its
 * letters are spelled as "&#87;" or "%57". What stays is listed: the words of forward/labels and of
 * parser/vocabulary.h, and the numbers of dates. All else is replaced, known or not. */
#pragma once

#include <glib.h>

typedef struct Pseudonyms Pseudonyms;

typedef enum {
	PSEUDONYM_TEXT,     /* dates and times stay */
	PSEUDONYM_NAME,     /* of ids and addresses: every number is another, too */
	PSEUDONYM_KEYWORDS, /* among codes: the words of HTML, types and fields stay, too ("h1") */
	PSEUDONYM_CODE,     /* and numbers of up to three figures: sizes, states, versions */
} PseudonymKind;

/* Seeded anew each time: what was replaced cannot be computed back. */
Pseudonyms *pseudonyms_new(void);
void pseudonyms_free(Pseudonyms *pseudonyms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pseudonyms, pseudonyms_free)

/* Replaces in place, in length bytes of valid UTF-8. */
void pseudonyms_replace(Pseudonyms *pseudonyms, PseudonymKind kind, char *text, gsize length);
/* The same in bytes of a charset (NULL: unknown); what cannot be kept at its length becomes "x". */
void pseudonyms_replace_in(Pseudonyms *pseudonyms, PseudonymKind kind, const char *charset,
	guint8 *bytes, gsize length);
/* Noise in place of a file's bytes; line ends stay. */
void pseudonyms_noise(Pseudonyms *pseudonyms, guint8 *bytes, gsize length);
/* The same with letters that uuencode has. */
void pseudonyms_noise_code(Pseudonyms *pseudonyms, guint8 *bytes, gsize length);
/* Other bytes, the same ones everywhere: of up to 32. */
void pseudonyms_mask(const Pseudonyms *pseudonyms, guint8 *bytes, gsize length);
