/* Subjects: the prefixes of mail clients in about 30 languages, tags, and the form for comparison.
 * Subjects come in decoded (RFC 2047). Total, linear. Results are to be freed and never NULL. */
#pragma once

#include <glib.h>

/* The base subject for comparison (docs/MATCHING.md): NFKC, invisible characters out, white space
 * folded, then without reply and forward prefixes, leading [tags], "(extern)" and trailing "(fwd)",
 * casefolded. A subject that is only a tag keeps the tag. */
char *subject_base(const char *subject);
/* For display: without reply and forward prefixes, tags and spelling kept. */
char *subject_unprefixed(const char *subject);

/* The subject of the mail that one with this subject forwards: without tags and the outermost
 * prefix, which must be a forward's; "" where it is none. */
char *subject_forwarded(const char *subject);

/* What the subject was before, by the words of who changed it: "Angebot 4711" of "Rechnung 12 (was:
 * Angebot 4711)"; "" where it does not say. */
char *subject_former(const char *subject);

/* Says the outermost prefix (behind tags) that this is a forward ("WG:", "Fwd:", "[Fwd: …]") or a
 * reply ("AW:")? */
gboolean subject_is_forward(const char *subject);
gboolean subject_is_reply(const char *subject);
