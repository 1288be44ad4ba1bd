#include "server/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "server/log.h"
#include "store/error.h"

static const char *const service_names[] = {
	[SERVICE_SMTP] = "smtp", [SERVICE_LMTP] = "lmtp", [SERVICE_HTTP] = "http"};

static void socket_free(gpointer data)
{
	Socket *socket = data;

	close(socket->descriptor);
	g_free(socket->name);
	g_free(socket->path);
	g_free(socket);
}

static void add_socket(
	GPtrArray *sockets, Service service, int descriptor, const char *name, const char *path)
{
	Socket *socket = g_new0(Socket, 1);

	socket->service = service;
	socket->descriptor = descriptor;
	socket->name = g_strdup(name);
	socket->path = g_strdup(path);
	g_ptr_array_add(sockets, socket);
}

static gboolean refuse(GError **error, Service service, const char *name, const char *why)
{
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_CONFIGURE,
		"[%s] listen: %s cannot be used: %s", service_names[service], name, why);
	return FALSE;
}

/* ---- unix sockets ---- */

/* A file that an earlier run left behind: nobody answers there. */
static gboolean is_stale(const struct sockaddr_un *address)
{
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	gboolean refused = probe >= 0 &&
			   connect(probe, (const struct sockaddr *)address, sizeof *address) != 0 &&
			   errno == ECONNREFUSED;

	if (probe >= 0)
		close(probe);
	return refused;
}

static gboolean open_unix(GPtrArray *sockets, Service service, const char *path, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const char *why;

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	if (is_stale(&address))
		unlink(path);
	/* Who may write here may forge our edge's verdicts: the group, not everybody. */
	if (descriptor >= 0 &&
		bind(descriptor, (const struct sockaddr *)&address, sizeof address) == 0 &&
		chmod(path, 0660) == 0 && listen(descriptor, SOMAXCONN) == 0) {
		add_socket(sockets, service, descriptor, path, path);
		return TRUE;
	}
	why = g_strerror(errno);
	if (descriptor >= 0)
		close(descriptor);
	return refuse(error, service, path, why);
}

/* The default socket needs a directory that only the unit or an installation makes. */
static gboolean is_skipped(const char *path)
{
	g_autofree char *directory = g_path_get_dirname(path);

	if (!g_str_equal(path, CONFIG_DEFAULT_LMTP_SOCKET) ||
		g_file_test(directory, G_FILE_TEST_IS_DIR))
		return FALSE;
	log_warning("no socket %s, since %s is missing", path, directory);
	return TRUE;
}

/* ---- addresses ---- */

static int open_address(const struct addrinfo *address)
{
	const int on = 1;
	int descriptor = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int why;

	if (descriptor < 0)
		return -1;
	setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (address->ai_family == AF_INET6)
		setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(descriptor, address->ai_addr, address->ai_addrlen) == 0 &&
		listen(descriptor, SOMAXCONN) == 0)
		return descriptor;
	why = errno;
	close(descriptor);
	errno = why;
	return -1;
}

static struct addrinfo *resolve(const char *name, int *why)
{
	const struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
	const char *colon = strrchr(name, ':');
	g_autofree char *host = g_strndup(name, (gsize)(colon - name));
	gsize size = strlen(host);
	struct addrinfo *found = NULL;

	if (*host == '[' && host[size - 1] == ']') {
		host[size - 1] = '\0';
		memmove(host, host + 1, size - 1);
	}
	*why = getaddrinfo(g_str_equal(host, "*") ? NULL : host, colon + 1, &hints, &found);
	return *why == 0 ? found : NULL;
}

static gboolean open_tcp(GPtrArray *sockets, Service service, const char *name, GError **error)
{
	int why;
	struct addrinfo *found = resolve(name, &why);
	guint opened = 0;

	if (found == NULL)
		return refuse(error, service, name, gai_strerror(why));
	why = 0;
	for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
		int descriptor = open_address(at);

		if (descriptor >= 0) {
			add_socket(sockets, service, descriptor, name, NULL);
			opened++;
		} else if (why == 0 || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL)) {
			why = errno;
		}
	}
	freeaddrinfo(found);
	/* A name with an address of a family that this machine lacks is fine, as long as one works.
	 */
	if (opened > 0 && (why == 0 || why == EAFNOSUPPORT || why == EADDRNOTAVAIL))
		return TRUE;
	return refuse(error, service, name, g_strerror(why));
}

/* ---- systemd ---- */

/* Takes over what systemd listens on for us; *services gets a bit for each service found. */
static void adopt(GPtrArray *sockets, guint *services)
{
	char **names = NULL;
	int count = sd_listen_fds_with_names(1, &names);

	for (int i = 0; i < count; i++) {
		int descriptor = SD_LISTEN_FDS_START + i;
		guint service = 0;

		while (service < G_N_ELEMENTS(service_names) &&
			strstr(names[i], service_names[service]) == NULL)
			service++;
		if (service == G_N_ELEMENTS(service_names)) {
			log_warning("systemd passed a socket \"%s\" that is neither smtp, lmtp nor "
				    "http",
				names[i]);
			close(descriptor);
		} else {
			fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
			add_socket(sockets, (Service)service, descriptor, names[i], NULL);
			*services |= 1U << service;
		}
		free(names[i]);
	}
	free(names);
}

GPtrArray *sockets_open(const Config *config, GError **error)
{
	g_autoptr(GPtrArray) sockets = g_ptr_array_new_with_free_func(socket_free);
	char **const lists[] = {[SERVICE_SMTP] = config->smtp.listen,
		[SERVICE_LMTP] = config->lmtp.listen,
		[SERVICE_HTTP] = config->http.listen};
	guint adopted = 0;

	adopt(sockets, &adopted);
	for (guint service = 0; service < G_N_ELEMENTS(lists); service++) {
		if ((adopted & (1U << service)) != 0)
			continue;
		for (char **name = lists[service]; *name != NULL; name++) {
			if (is_skipped(*name))
				continue;
			if (!(**name == '/' ? open_unix : open_tcp)(
				    sockets, (Service)service, *name, error)) {
				sockets_remove_files(sockets);
				return NULL;
			}
		}
	}
	return g_steal_pointer(&sockets);
}

void sockets_remove_files(const GPtrArray *sockets)
{
	for (guint i = 0; i < sockets->len; i++) {
		const Socket *socket = g_ptr_array_index(sockets, i);

		if (socket->path != NULL)
			unlink(socket->path);
	}
}
