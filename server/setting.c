#include "server/setting.h"

#include <stddef.h>
#include <string.h>

#include "server/config.h"

static gboolean parse_text(G_GNUC_UNUSED const Setting *setting, const char *text, void *field)
{
	char **value = field;

	g_free(*value);
	*value = g_strdup(text);
	return TRUE;
}

static gboolean parse_whole(const Setting *setting, const char *text, gint64 *value)
{
	return g_ascii_string_to_signed(text, 10, setting->min, setting->max, value, NULL);
}

static gboolean parse_bytes(const Setting *setting, const char *text, void *field)
{
	return parse_whole(setting, text, field);
}

static gboolean parse_count(const Setting *setting, const char *text, void *field)
{
	gint64 value;

	if (!parse_whole(setting, text, &value))
		return FALSE;
	*(guint *)field = (guint)value;
	return TRUE;
}

static gboolean parse_yes(G_GNUC_UNUSED const Setting *setting, const char *text, void *field)
{
	gboolean yes = g_str_equal(text, "yes");

	*(gboolean *)field = yes;
	return yes || g_str_equal(text, "no");
}

static gboolean parse_require(G_GNUC_UNUSED const Setting *setting, const char *text, void *field)
{
	gboolean dmarc = g_str_equal(text, "dmarc");

	*(gboolean *)field = dmarc;
	return dmarc || g_str_equal(text, "none");
}

static gboolean parse_level(G_GNUC_UNUSED const Setting *setting, const char *text, void *field)
{
	static const struct {
		const char *name;
		GLogLevelFlags level;
	} levels[] = {
		{"error",   G_LOG_LEVEL_CRITICAL},
		{"warning", G_LOG_LEVEL_WARNING },
		{"notice",  G_LOG_LEVEL_MESSAGE },
		{"info",    G_LOG_LEVEL_INFO    },
		{"debug",   G_LOG_LEVEL_DEBUG   },
	};

	for (guint i = 0; i < G_N_ELEMENTS(levels); i++)
		if (g_str_equal(text, levels[i].name)) {
			*(GLogLevelFlags *)field = levels[i].level;
			return TRUE;
		}
	return FALSE;
}

static gboolean parse_format(G_GNUC_UNUSED const Setting *setting, const char *text, void *field)
{
	static const char *const formats[] = {"text", "json", "journal"};

	for (guint i = 0; i < G_N_ELEMENTS(formats); i++)
		if (g_str_equal(text, formats[i])) {
			*(LogFormat *)field = (LogFormat)i;
			return TRUE;
		}
	return FALSE;
}

/* The words of a list: separated by spaces or commas, no empty ones. */
static char **split_words(const char *text)
{
	g_auto(GStrv) pieces = g_strsplit_set(text, " \t,", -1);
	GPtrArray *words = g_ptr_array_new();

	for (guint i = 0; pieces[i] != NULL; i++)
		if (*pieces[i] != '\0')
			g_ptr_array_add(words, g_strdup(pieces[i]));
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

/* "host:port", "[::1]:port", "*:port" or an absolute path that fits a socket's name. */
static gboolean is_listen_address(const char *word)
{
	const char *colon = strrchr(word, ':');
	gsize host_size;

	if (*word == '/')
		return strlen(word) < 108;
	if (colon == NULL || colon == word ||
		!g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, NULL, NULL))
		return FALSE;
	host_size = (gsize)(colon - word);
	if (memchr(word, ':', host_size) != NULL)
		return *word == '[' && colon[-1] == ']';
	return *word != '[';
}

static gboolean parse_listen(G_GNUC_UNUSED const Setting *setting, const char *text, void *field)
{
	char ***value = field;

	g_strfreev(*value);
	*value = split_words(text);
	for (guint i = 0; (*value)[i] != NULL; i++)
		if (!is_listen_address((*value)[i]))
			return FALSE;
	return TRUE;
}

static gboolean parse_http_listen(const Setting *setting, const char *text, void *field)
{
	char ***value = field;

	if (!parse_listen(setting, text, field))
		return FALSE;
	for (guint i = 0; (*value)[i] != NULL; i++)
		if (*(*value)[i] == '/')
			return FALSE;
	return TRUE;
}

static gboolean parse_names(G_GNUC_UNUSED const Setting *setting, const char *text, void *field)
{
	char ***value = field;

	g_strfreev(*value);
	*value = split_words(text);
	return TRUE;
}

static gboolean parse_masks(G_GNUC_UNUSED const Setting *setting, const char *text, void *field)
{
	GPtrArray **value = field;
	g_auto(GStrv) words = split_words(text);

	g_clear_pointer(value, g_ptr_array_unref);
	*value = g_ptr_array_new_with_free_func(g_object_unref);
	for (guint i = 0; words[i] != NULL; i++) {
		GInetAddressMask *mask = g_inet_address_mask_new_from_string(words[i], NULL);

		if (mask == NULL)
			return FALSE;
		g_ptr_array_add(*value, mask);
	}
	return TRUE;
}

static gboolean is_loopback_host(const char *host)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);

	return g_ascii_strcasecmp(host, "localhost") == 0 ||
	       (address != NULL && g_inet_address_get_is_loopback(address));
}

/* https anywhere, http on loopback only: tokens and codes travel here. No user, query or fragment.
 */
static gboolean parse_url(G_GNUC_UNUSED const Setting *setting, const char *text, void *field)
{
	char **value = field;
	g_autoptr(GUri) uri = NULL;
	gsize size = strlen(text);

	while (size > 0 && text[size - 1] == '/')
		size--;
	g_free(*value);
	*value = g_strndup(text, size);
	if (size == 0)
		return *text == '\0' && *setting->fallback == '\0';
	uri = g_uri_parse(*value, G_URI_FLAGS_NONE, NULL);
	if (uri == NULL || g_uri_get_host(uri) == NULL || *g_uri_get_host(uri) == '\0' ||
		g_uri_get_userinfo(uri) != NULL || g_uri_get_query(uri) != NULL ||
		g_uri_get_fragment(uri) != NULL)
		return FALSE;
	return g_str_equal(g_uri_get_scheme(uri), "https") ||
	       (g_str_equal(g_uri_get_scheme(uri), "http") &&
		       is_loopback_host(g_uri_get_host(uri)));
}

#define ADDRESSES                                                                                  \
	"addresses (127.0.0.1:2525, [::1]:2525, *:2525) or socket paths (/run/x.sock), separated " \
	"by spaces; empty for off"
#define WEB_ADDRESSES "addresses (127.0.0.1:8025, [::1]:8025), separated by spaces; empty for off"
#define URL           "an https:// address (http:// on loopback only)"
#define FIELD(name)   offsetof(Config, name)

/* section, key, default, what is allowed; how it is read, where it goes, its least and most */
/* clang-format off */
static const Setting settings[] = {
	{"database", "url", "postgresql:///casegate", "a libpq connection string",
		parse_text, FIELD(database.url)},
	{"database", "migrate_url", "", "a libpq connection string; empty for url",
		parse_text, FIELD(database.migrate_url)},
	{"smtp", "listen", "127.0.0.1:2525", ADDRESSES,
		parse_listen, FIELD(smtp.listen)},
	{"lmtp", "listen", "127.0.0.1:2424 " CONFIG_DEFAULT_LMTP_SOCKET, ADDRESSES,
		parse_listen, FIELD(lmtp.listen)},
	{"limits", "message_size", "52428800", "bytes, from 1024 to 1073741824",
		parse_bytes, FIELD(limits.message_size), 1024, 1073741824},
	{"limits", "spool_bytes", "268435456", "bytes, from 65536 to 1099511627776",
		parse_bytes, FIELD(limits.spool_bytes), 65536, G_GINT64_CONSTANT(1099511627776)},
	{"limits", "recipients", "100", "a number from 1 to 1000",
		parse_count, FIELD(limits.recipients), 1, 1000},
	{"limits", "connections", "2000", "a number from 1 to 60000",
		parse_count, FIELD(limits.connections), 1, 60000},
	{"limits", "connections_per_peer", "100", "a number from 1 to 60000",
		parse_count, FIELD(limits.connections_per_peer), 1, 60000},
	{"limits", "idle_seconds", "300", "seconds, from 1 to 3600",
		parse_count, FIELD(limits.idle_seconds), 1, 3600},
	{"limits", "transaction_seconds", "1800", "seconds, from 1 to 86400",
		parse_count, FIELD(limits.transaction_seconds), 1, 86400},
	{"limits", "errors", "20", "a number from 1 to 1000",
		parse_count, FIELD(limits.errors), 1, 1000},
	{"limits", "data_rate", "500", "bytes a second, from 0 (no minimum) to 1000000",
		parse_count, FIELD(limits.data_rate), 0, 1000000},
	{"limits", "parse_seconds", "10", "seconds, from 1 to 100",
		parse_count, FIELD(limits.parse_seconds), 1, 100},
	{"tls", "certificate", "", "a PEM file; empty for none",
		parse_text, FIELD(tls.certificate)},
	{"tls", "key", "", "a PEM file; empty for none",
		parse_text, FIELD(tls.key)},
	{"auth", "authserv_id", "", "our edge's name in Authentication-Results; empty for none",
		parse_text, FIELD(auth.authserv_id)},
	{"auth", "require", "none", "none or dmarc",
		parse_require, FIELD(auth.require_dmarc)},
	{"auth", "trusted_peers", "", "networks (192.0.2.0/24, 2001:db8::/32), separated by spaces",
		parse_masks, FIELD(auth.trusted_peers)},
	{"auth", "hosts", "", "host names, separated by spaces; empty for authserv_id",
		parse_names, FIELD(auth.hosts)},
	{"secrets", "key_file", "", "a file with at least 32 bytes; empty for none",
		parse_text, FIELD(secrets.key_file)},
	{"http", "listen", "127.0.0.1:8025", WEB_ADDRESSES,
		parse_http_listen, FIELD(http.listen)},
	{"http", "public_url", "", URL "; empty for none",
		parse_url, FIELD(http.public_url)},
	{"graph", "enabled", "no", "yes or no",
		parse_yes, FIELD(graph.is_enabled)},
	{"graph", "login_url", "https://login.microsoftonline.com", URL,
		parse_url, FIELD(graph.login_url)},
	{"graph", "api_url", "https://graph.microsoft.com", URL,
		parse_url, FIELD(graph.api_url)},
	{"graph", "poll_seconds", "60", "seconds, from 0 (only when told to) to 86400",
		parse_count, FIELD(graph.poll_seconds), 0, 86400},
	{"workers", "count", "0", "a number from 0 (three per core) to 256",
		parse_count, FIELD(workers.count), 0, 256},
	{"log", "level", "info", "error, warning, notice, info or debug",
		parse_level, FIELD(log.level)},
	{"log", "format", "text", "text, json or journal",
		parse_format, FIELD(log.format)},
};
/* clang-format on */

const Setting *setting_at(guint index)
{
	return index < G_N_ELEMENTS(settings) ? &settings[index] : NULL;
}

const Setting *setting_find(const char *section, const char *key)
{
	for (guint i = 0; i < G_N_ELEMENTS(settings); i++)
		if (g_str_equal(settings[i].section, section) && g_str_equal(settings[i].key, key))
			return &settings[i];
	return NULL;
}

char *setting_names(const char *section)
{
	GString *names = g_string_new(NULL);
	const char *last = "";

	for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
		const char *name = section == NULL ? settings[i].section : settings[i].key;

		if ((section != NULL && !g_str_equal(settings[i].section, section)) ||
			g_str_equal(name, last))
			continue;
		g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", name);
		last = name;
	}
	return g_string_free(names, FALSE);
}

char *setting_variable(const Setting *setting)
{
	g_autofree char *name = g_strdup_printf("CASEGATE_%s_%s", setting->section, setting->key);

	return g_ascii_strup(name, -1);
}
