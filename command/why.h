/* Why: a reason of the evidence as a sentence for a person. Pure. */
#pragma once

#include <glib.h>

/* Why this reason put the mail into the case, or why it did not. signal and strength are those of
 * casegate.match_evidence, standing is the sender's ("user", "known", "nobody"; NULL: unknown). */
const char *why_text(const char *signal, gboolean is_chosen, const char *standing);
