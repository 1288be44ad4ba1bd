/* Catalogue: everything that our pages say to people, in every language of ours, in one table
 * (catalogue_table.h). Plain text, not markup; {} is where one value goes. */
#pragma once

#include "server/language.h"

typedef enum {
#define TEXT(name, de, en) TEXT_##name,
#include "server/catalogue_table.h"
#undef TEXT
	TEXTS,
} Text;

/* Never NULL, never empty. */
const char *catalogue_text(Language language, Text text);
