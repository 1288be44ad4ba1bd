#include "server/language.h"

#include <string.h>

/* A browser names a handful; who names more is none. */
#define RANGES_LIMIT 64

const char *language_code(Language language)
{
	static const char *const codes[LANGUAGES] = {[LANGUAGE_DE] = "de", [LANGUAGE_EN] = "en"};

	return codes[language];
}

gboolean language_find(const char *code, Language *language)
{
	for (Language each = 0; code != NULL && each < LANGUAGES; each++) {
		if (g_ascii_strcasecmp(code, language_code(each)) != 0)
			continue;
		*language = each;
		return TRUE;
	}
	return FALSE;
}

/* The quality behind a range, ";q=0.8": 0 to 1, 1 where nothing stands. */
static double quality_of(const char *parameters)
{
	const char *quality = parameters != NULL ? strstr(parameters, "q=") : NULL;

	return quality != NULL ? CLAMP(g_ascii_strtod(quality + 2, NULL), 0, 1) : 1;
}

/* "de-AT" is German. */
static gboolean is_range_of(const char *range, gsize length, Language language)
{
	const char *code = language_code(language);
	const gsize code_length = strlen(code);

	return length >= code_length && g_ascii_strncasecmp(range, code, code_length) == 0 &&
	       (length == code_length || range[code_length] == '-');
}

Language language_choose(const char *accept)
{
	g_auto(GStrv) ranges = g_strsplit(accept != NULL ? accept : "", ",", RANGES_LIMIT);
	Language best = LANGUAGE_DE;
	double best_quality = 0;
	gboolean is_foreign = FALSE;

	for (char **each = ranges; *each != NULL; each++) {
		const char *range = g_strstrip(*each);
		const gsize length = strcspn(range, "; \t");
		const double quality = quality_of(strchr(range, ';'));
		gboolean is_ours = FALSE;

		for (Language language = 0; language < LANGUAGES; language++) {
			if (!is_range_of(range, length, language))
				continue;
			is_ours = TRUE;
			if (quality <= best_quality)
				continue;
			best = language;
			best_quality = quality;
		}
		is_foreign = is_foreign || (!is_ours && quality > 0 && length > 0 && *range != '*');
	}
	return best_quality == 0 && is_foreign ? LANGUAGE_EN : best;
}
