/* Settings: the table of everything that can be configured, with its default and what is allowed.
 * config.c reads a file and the environment by it; the sample in deploy/ is tested against it. */
#pragma once

#include <glib.h>

typedef struct Setting Setting;

/* Reads text into the field of its setting; FALSE when text is not what the setting allows. */
typedef gboolean (*SettingParse)(const Setting *setting, const char *text, void *field);

struct Setting {
	const char *section, *key, *fallback;
	const char *allowed; /* for a person */
	SettingParse parse;
	gsize offset; /* of the field in Config */
	gint64 min, max;
};

/* The settings in the order of the file, by index from 0; NULL behind the last. */
const Setting *setting_at(guint index);
/* NULL: there is no such key. */
const Setting *setting_find(const char *section, const char *key);
/* The keys of a section ("" where there is no such section), or with NULL the sections, separated
 * by commas for a message; g_free it. */
char *setting_names(const char *section);
/* CASEGATE_<SECTION>_<KEY>; g_free it. */
char *setting_variable(const Setting *setting);
