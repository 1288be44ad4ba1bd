/* Vocabulary: the words that programs write into mail, and that nobody can be known by. All others
 * are somebody's. Data. */
#pragma once

/* Of addresses, header fields and their values, as everybody's mail has them. */
extern const char vocabulary_protocol[];
/* Of HTML, styles, types, parameters, states and the names of fields, besides. */
extern const char vocabulary_code[];
