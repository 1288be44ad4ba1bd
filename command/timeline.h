/* Timeline: one case's history as a person likes to read it. Pure.
 *
 * Each mail begins with one line that has its time, direction and sender. What a forwarder wrote
 * stands apart from the mail behind a bar; of the mail itself the first lines of what is new in it.
 */
#pragma once

#include "store/case.h"

/* width 0: nothing is wrapped. To be freed. */
char *timeline_text(const CaseHistory *history, guint width, gboolean has_color);
