/* Values of a header block that go on in the next lines: long lists of people, subjects, and those
 * of programs that write them below their labels. */
#pragma once

#include "forward/reader.h"

/* Takes the lines from at on that go on the last value; returns how many, 0: none does. */
guint wrapped_add(Reader *reader, guint at);
