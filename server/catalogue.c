#include "server/catalogue.h"

const char *catalogue_text(Language language, Text text)
{
	static const char *const texts[TEXTS][LANGUAGES] = {
#define TEXT(name, de, en) [TEXT_##name] = {[LANGUAGE_DE] = (de), [LANGUAGE_EN] = (en)},
#include "server/catalogue_table.h"
#undef TEXT
	};

	return texts[text][language];
}
