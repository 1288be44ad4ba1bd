#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/command.h"
#include "command/finding.h"
#include "command/print.h"
#include "graph/probe.h"
#include "server/certificate.h"
#include "server/outlook.h"
#include "store/audit.h"
#include "store/migrate.h"

/* === Configuration === */

static void check_configuration(Findings *findings, const Config *config)
{
	if (config->path != NULL)
		finding_ok(findings, "configuration", "%s", config->path);
	else
		finding_ok(findings, "configuration", "the built-in defaults (there is no %s)",
			CONFIG_DEFAULT_PATH);
	for (guint i = 0; i < config->warnings->len; i++)
		finding_warn(findings, "configuration", "", "%s",
			(const char *)g_ptr_array_index(config->warnings, i));
}

/* === Database === */

/* With a user in its url every process is one login away from every other's rights. */
static void check_login(Findings *findings, Store *store)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Table) table = audit_login(store, &error);

	if (table == NULL) {
		finding_problem(findings, "database", "", "%s", error->message);
		return;
	}

	const char *login = table_get(table, 0, "login");

	finding_ok(findings, "database",
		"PostgreSQL %s, schema version %d; fsync, full_page_writes and "
		"synchronous_commit are on",
		table_get(table, 0, "version"), migrate_known_version());
	if (!g_str_equal(login, "casegate_admin"))
		finding_warn(findings, "database",
			"take the user out of url in [database] and let each role log in",
			"all processes log in as %s%s and do SET ROLE", login,
			g_strcmp0(table_get(table, 0, "is_super"), "t") == 0 ? ", a superuser,"
									     : "");
}

static void check_tenants(Findings *findings, Store *store)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Table) table = audit_directory(store, &error);

	if (table == NULL)
		finding_problem(findings, "tenants", "", "%s", error->message);
	else if (g_str_equal(table_get(table, 0, "addresses"), "0"))
		finding_warn(findings, "tenants", "casegate tenant add, then casegate address add",
			"there is no agent address yet: all mail is refused");
	else
		finding_ok(findings, "tenants", "tenants: %s, agent addresses: %s",
			table_get(table, 0, "tenants"), table_get(table, 0, "addresses"));
}

/* Each kind of process must be able to log in as its own role. */
static void check_roles(Findings *findings, const Config *config)
{
	static const struct {
		StoreRole role;
		const char *name;
	} roles[] = {
		{ROLE_GATEWAY, "casegate_gateway"},
		{ROLE_WEB,     "casegate_web"    },
		{ROLE_GRAPH,   "casegate_graph"  },
	};
	guint refused = 0;

	for (guint i = 0; i < G_N_ELEMENTS(roles); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Store) store = store_open(config->database.url, roles[i].role, &error);

		if (store != NULL)
			continue;
		refused++;
		finding_problem(findings, "roles", command_database_remedy(error), "%s: %s",
			roles[i].name, error->message);
	}
	if (refused == 0)
		finding_ok(findings, "roles",
			"casegate_gateway, casegate_web, casegate_graph and casegate_admin can "
			"work");
}

static void check_database(Findings *findings, const Config *config)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = store_open(config->database.url, ROLE_ADMIN, &error);

	if (store == NULL) {
		finding_problem(
			findings, "database", command_database_remedy(error), "%s", error->message);
		return;
	}
	check_login(findings, store);
	check_roles(findings, config);
	check_tenants(findings, store);
}

/* === What we listen on === */

/* "127.0.0.1:2525", "[::1]:2525", "*:25" or "/path"; the configuration has checked the form. */
static GSocketAddress *address_of(const char *listen)
{
	if (*listen == '/')
		return g_unix_socket_address_new(listen);

	const char *colon = strrchr(listen, ':');
	g_autofree char *host = g_strndup(listen, (gsize)(colon - listen));
	const guint port = (guint)g_ascii_strtoull(colon + 1, NULL, 10);
	const gsize length = strlen(host);

	if (g_str_equal(host, "*"))
		return g_inet_socket_address_new_from_string("0.0.0.0", port);
	if (length > 2 && host[0] == '[') {
		host[length - 1] = '\0';
		return g_inet_socket_address_new_from_string(host + 1, port);
	}
	return g_inet_socket_address_new_from_string(host, port);
}

/* TRUE when somebody answers there, or when nothing hinders us to listen. */
static gboolean is_usable(GSocketAddress *address, gboolean *is_answering, GError **error)
{
	const GSocketFamily family = g_socket_address_get_family(address);
	g_autoptr(GSocket) socket =
		g_socket_new(family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);

	if (socket == NULL)
		return FALSE;
	g_socket_set_timeout(socket, 2);
	*is_answering = g_socket_connect(socket, address, NULL, NULL);
	if (*is_answering || family == G_SOCKET_FAMILY_UNIX)
		return TRUE;

	g_autoptr(GSocket) fresh =
		g_socket_new(family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);

	return fresh != NULL && g_socket_bind(fresh, address, TRUE, error);
}

static void check_directory(Findings *findings, const char *about, const char *listen)
{
	g_autofree char *directory = g_path_get_dirname(listen);

	if (access(directory, W_OK) == 0)
		finding_ok(findings, about, "%s is free", listen);
	else if (g_str_equal(listen, CONFIG_DEFAULT_LMTP_SOCKET) && errno == ENOENT)
		finding_warn(findings, about,
			"create it (systemd: RuntimeDirectory=casegate) or set listen in [lmtp]",
			"%s is skipped: there is no %s", listen, directory);
	else
		finding_problem(findings, about, "create it, writable for the gateway's user",
			"%s: %s: %s", listen, directory, g_strerror(errno));
}

static void check_listen(Findings *findings, const char *about, const char *listen)
{
	g_autoptr(GSocketAddress) address = address_of(listen);
	g_autoptr(GError) error = NULL;
	gboolean is_answering = FALSE;

	if (address == NULL)
		finding_problem(
			findings, about, "write ADDRESS:PORT or /PATH", "%s is no address", listen);
	else if (!is_usable(address, &is_answering, &error))
		finding_problem(findings, about, "change listen, or let the gateway's user bind it",
			"%s: %s", listen, error->message);
	else if (is_answering)
		finding_ok(findings, about,
			"%s answers: the gateway runs there, or something else does", listen);
	else if (*listen == '/')
		check_directory(findings, about, listen);
	else
		finding_ok(findings, about, "%s is free", listen);
}

static void check_listens(Findings *findings, const char *about, char *const *listens)
{
	if (*listens == NULL)
		finding_ok(findings, about, "off");
	for (; *listens != NULL; listens++)
		check_listen(findings, about, *listens);
}

/* === TLS, proof of senders, secrets, Graph === */

static void check_tls(Findings *findings, const Config *config)
{
	g_autofree char *expires = NULL;
	g_autoptr(GError) error = NULL;
	gint64 days_left = 0;

	if (*config->tls.certificate == '\0') {
		finding_ok(findings, "tls", "no certificate is set: STARTTLS is not offered");
		return;
	}
	if (!certificate_check(
		    config->tls.certificate, config->tls.key, &expires, &days_left, &error))
		finding_problem(findings, "tls",
			"put PEM files that belong together where [tls] says", "%s",
			error->message);
	else if (days_left < 0)
		finding_problem(findings, "tls", "renew it, then send the gateway SIGHUP",
			"%s expired on %s", config->tls.certificate, expires);
	else if (days_left < 14)
		finding_warn(findings, "tls", "renew it, then send the gateway SIGHUP",
			"%s expires on %s", config->tls.certificate, expires);
	else
		finding_ok(
			findings, "tls", "%s is valid until %s", config->tls.certificate, expires);
}

static void check_auth(Findings *findings, const Config *config)
{
	if (config->auth.require_dmarc)
		finding_ok(findings, "auth", "a sender must prove himself: dmarc, as %s says",
			config->auth.authserv_id);
	else
		finding_warn(findings, "auth",
			"let your edge check DMARC, set authserv_id and require = dmarc in [auth]",
			"require = none: whoever writes a user's address into From is believed");
}

static void check_key_file(Findings *findings, const Config *config)
{
	const char *path = config->secrets.key_file;
	struct stat status;

	if (*path == '\0') {
		if (config->graph.is_enabled)
			finding_problem(findings, "secrets", "set key_file in [secrets]",
				"Graph is on, but there is no key to seal its secrets with");
		else
			finding_ok(findings, "secrets",
				"no key_file is set: none is needed while Graph is off");
		return;
	}
	if (stat(path, &status) != 0 || access(path, R_OK) != 0)
		finding_problem(findings, "secrets",
			"create it, readable for the gateway's user alone", "%s: %s", path,
			g_strerror(errno));
	else if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		finding_warn(findings, "secrets", "chmod 0600, owned by the gateway's user",
			"%s may be read by more than its owner", path);
	else
		finding_ok(findings, "secrets", "%s", path);
}

#define UNREACHABLE                                                                             \
	"let this machine reach the login host by https (name, firewall, clock); login_url in " \
	"[graph] says which"

/* Each registration, by a token of its own. Where nobody answers one word is enough. */
static void probe_all(
	Findings *findings, Store *store, const GraphSettings *settings, const GPtrArray *tenants)
{
	g_autoptr(Http) http = http_new(NULL, NULL);
	g_autoptr(GError) error = NULL;
	guint good = 0;

	if (tenants->len == 0 && !probe_login_host(settings, http, &error))
		finding_problem(findings, "graph", UNREACHABLE, "%s: %s", settings->login_url,
			error->message);
	for (guint i = 0; i < tenants->len; i++) {
		const char *tenant = g_ptr_array_index(tenants, i);
		g_autoptr(GError) cause = NULL;
		const gboolean is_good = probe_registration(store, settings, http, tenant, &cause);
		const gboolean is_away = !is_good && cause->code == CASEGATE_ERROR_RETRY;

		good += is_good ? 1 : 0;
		if (!is_good)
			finding_problem(findings, "graph", is_away ? UNREACHABLE : "",
				"tenant %s: %s", tenant, cause->message);
		if (is_away)
			break;
	}
	if (good > 0)
		finding_ok(findings, "graph",
			"Microsoft takes the registration of %u of %u tenants", good, tenants->len);
}

/* Asks Microsoft as the workers would. Without a key or a database that was said above. */
static void probe_graph(Findings *findings, const Config *config)
{
	g_autoptr(SealRing) ring = seal_ring_load(config->secrets.key_file, NULL);
	g_autoptr(Store) store = store_open(config->database.url, ROLE_ADMIN, NULL);
	const GraphSettings settings = outlook_settings(config, ring);
	g_autoptr(GPtrArray) tenants =
		ring != NULL && store != NULL ? registration_tenants(store, NULL) : NULL;

	if (tenants != NULL)
		probe_all(findings, store, &settings, tenants);
}

static void check_graph(Findings *findings, const Config *config)
{
	if (!config->graph.is_enabled) {
		finding_ok(findings, "graph", "off");
		return;
	}
	if (*config->http.public_url == '\0')
		finding_warn(findings, "graph", "set public_url in [http]",
			"on, but without a public_url nobody can sign in and new mail waits for "
			"the next poll");
	else
		finding_ok(findings, "graph", "on; redirect URI %s/outlook/callback",
			config->http.public_url);
	probe_graph(findings, config);
}

Status command_check(Invocation *invocation)
{
	Findings findings = {.has_color = print_has_color()};
	g_autoptr(GError) error = NULL;
	Status status;

	if (!command_read(invocation, NULL, 0, 0, &status))
		return status;

	g_autoptr(Config) config = config_load(invocation->config_path, &error);

	if (config == NULL) {
		finding_problem(&findings, "configuration", "", "%s", error->message);
		return STATUS_FAILED;
	}
	check_configuration(&findings, config);
	check_database(&findings, config);
	check_listens(&findings, "smtp", config->smtp.listen);
	check_listens(&findings, "lmtp", config->lmtp.listen);
	check_listens(&findings, "http", config->http.listen);
	check_tls(&findings, config);
	check_auth(&findings, config);
	check_key_file(&findings, config);
	check_graph(&findings, config);
	return findings.problems > 0 ? STATUS_FAILED : STATUS_DONE;
}
