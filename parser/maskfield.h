/* Maskfield: one header field without anybody's names. Its name, its dates, its form and what
 * programs read of it stay. */
#pragma once

#include "parser/span.h"

/* Replaces the value of "Name: value", continuation lines included. */
void maskfield_replace(Pseudonyms *pseudonyms, Span field);
