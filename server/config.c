#include "server/config.h"

#include <string.h>

#include "server/setting.h"
#include "store/error.h"

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean refuse(GError **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (error != NULL)
		*error = g_error_new_valist(
			CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE, format, arguments);
	va_end(arguments);
	return FALSE;
}

static gboolean check_section_known(const char *path, const char *section, GError **error)
{
	g_autofree char *keys = setting_names(section);
	g_autofree char *sections = NULL;

	if (*keys != '\0')
		return TRUE;
	sections = setting_names(NULL);
	return refuse(error, "%s: unknown section [%s]; allowed are %s", path, section, sections);
}

static gboolean check_keys_known(GKeyFile *file, const char *path, GError **error)
{
	g_auto(GStrv) sections = g_key_file_get_groups(file, NULL);

	for (guint i = 0; sections[i] != NULL; i++) {
		g_auto(GStrv) keys = g_key_file_get_keys(file, sections[i], NULL, NULL);

		if (!check_section_known(path, sections[i], error))
			return FALSE;
		for (guint j = 0; keys != NULL && keys[j] != NULL; j++) {
			g_autofree char *names = NULL;

			if (setting_find(sections[i], keys[j]) != NULL)
				continue;
			names = setting_names(sections[i]);
			return refuse(error, "%s: [%s] unknown key \"%s\"; allowed are %s", path,
				sections[i], keys[j], names);
		}
	}
	return TRUE;
}

/* An empty file where there is none at the default path. */
static GKeyFile *read_file(Config *config, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) cause = NULL;
	const char *path = config->requested_path;
	gboolean is_explicit = path != NULL;

	if (!is_explicit)
		path = CONFIG_DEFAULT_PATH;
	if (g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &cause)) {
		config->path = g_strdup(path);
		return check_keys_known(file, path, error) ? g_steal_pointer(&file) : NULL;
	}
	if (!is_explicit && g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
		return g_steal_pointer(&file);
	if (cause->domain == G_FILE_ERROR)
		refuse(error, "the configuration %s cannot be read: %s", path, cause->message);
	else
		refuse(error,
			"%s: %s; write \"[section]\" and \"key = value\" on lines of their own",
			path, cause->message);
	return NULL;
}

/* Sets one field: from the environment, the file, or the table. */
static gboolean read_setting(Config *config, GKeyFile *file, const Setting *setting, GError **error)
{
	g_autofree char *variable = setting_variable(setting);
	g_autofree char *value = g_strdup(g_getenv(variable));
	const char *where = variable;

	if (value == NULL) {
		value = g_key_file_get_value(file, setting->section, setting->key, NULL);
		where = config->path;
	}
	if (value == NULL)
		value = g_strdup(setting->fallback);
	g_strstrip(value);
	if (setting->parse(setting, value, (char *)config + setting->offset))
		return TRUE;
	if (where == variable)
		return refuse(error,
			"%s (environment, [%s] %s): \"%s\" is not allowed; allowed: %s", variable,
			setting->section, setting->key, value, setting->allowed);
	return refuse(error, "%s: [%s] %s = \"%s\" is not allowed; allowed: %s%s", where,
		setting->section, setting->key, value, setting->allowed,
		strchr(value, '#') != NULL ? " (remarks stand on lines of their own)" : "");
}

static void warn(Config *config, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void warn(Config *config, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_ptr_array_add(config->warnings, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

/* A variable that looks like an override and is none is most likely a typing error. */
static void warn_of_variables(Config *config)
{
	g_auto(GStrv) names = g_listenv();

	for (guint i = 0; names[i] != NULL; i++) {
		gboolean looks_like_one = FALSE, is_one = FALSE;

		for (guint j = 0; setting_at(j) != NULL; j++) {
			g_autofree char *variable = setting_variable(setting_at(j));
			gsize prefix_size = sizeof "CASEGATE_" + strlen(setting_at(j)->section);

			looks_like_one |= strncmp(names[i], variable, prefix_size) == 0;
			is_one |= g_str_equal(names[i], variable);
		}
		if (looks_like_one && !is_one)
			warn(config, "the environment has %s, which is no setting", names[i]);
	}
}

static gboolean check_together(Config *config, GError **error)
{
	const char *path = config->path != NULL ? config->path : "environment";

	/* Every text of the table is there by now. */
	g_assert(config->tls.certificate != NULL && config->tls.key != NULL &&
		 config->auth.authserv_id != NULL);
	if ((*config->tls.certificate == '\0') != (*config->tls.key == '\0'))
		return refuse(
			error, "%s: [tls] certificate and key must both be set, or neither", path);
	if (config->auth.require_dmarc && *config->auth.authserv_id == '\0')
		return refuse(error,
			"%s: [auth] require = dmarc needs authserv_id, the name that the mail "
			"server in "
			"front of casegate writes into Authentication-Results",
			path);
	if (config->limits.spool_bytes < config->limits.message_size)
		warn(config, "[limits] spool_bytes is below message_size: the largest mails wait "
			     "for ever");
	return TRUE;
}

static void complete(Config *config)
{
	if (*config->database.migrate_url == '\0') {
		g_free(config->database.migrate_url);
		config->database.migrate_url = g_strdup(config->database.url);
	}
	if (config->workers.count == 0)
		config->workers.count = 3 * g_get_num_processors();
	config->auth_policy = auth_policy_new();
	g_free(config->auth_policy->authserv_id);
	config->auth_policy->authserv_id = g_strdup(config->auth.authserv_id);
	config->auth_policy->require_dmarc = config->auth.require_dmarc;
	for (guint i = 0; config->auth.hosts[i] != NULL; i++)
		g_ptr_array_add(config->auth_policy->hosts, g_strdup(config->auth.hosts[i]));
}

Config *config_load(const char *path, GError **error)
{
	g_autoptr(Config) config = g_new0(Config, 1);
	g_autoptr(GKeyFile) file = NULL;

	config->requested_path = g_strdup(path);
	config->warnings = g_ptr_array_new_with_free_func(g_free);
	file = read_file(config, error);
	if (file == NULL)
		return NULL;
	for (guint i = 0; setting_at(i) != NULL; i++)
		if (!read_setting(config, file, setting_at(i), error))
			return NULL;
	if (!check_together(config, error))
		return NULL;
	warn_of_variables(config);
	complete(config);
	return g_steal_pointer(&config);
}

void config_free(Config *config)
{
	if (config == NULL)
		return;
	g_free(config->path);
	g_free(config->requested_path);
	g_clear_pointer(&config->warnings, g_ptr_array_unref);
	g_free(config->database.url);
	g_free(config->database.migrate_url);
	g_strfreev(config->smtp.listen);
	g_strfreev(config->lmtp.listen);
	g_free(config->tls.certificate);
	g_free(config->tls.key);
	g_free(config->auth.authserv_id);
	g_clear_pointer(&config->auth.trusted_peers, g_ptr_array_unref);
	g_strfreev(config->auth.hosts);
	g_clear_pointer(&config->auth_policy, auth_policy_free);
	g_free(config->secrets.key_file);
	g_strfreev(config->http.listen);
	g_free(config->http.public_url);
	g_free(config->graph.login_url);
	g_free(config->graph.api_url);
	g_free(config);
}

gboolean config_is_trusted_peer(const GPtrArray *networks, const char *address)
{
	g_autoptr(GInetAddress) peer = g_inet_address_new_from_string(address);

	if (peer == NULL)
		return FALSE;
	if (g_inet_address_get_is_loopback(peer))
		return TRUE;
	for (guint i = 0; i < networks->len; i++)
		if (g_inet_address_mask_matches(g_ptr_array_index(networks, i), peer))
			return TRUE;
	return FALSE;
}
