/* Config: the settings of one process, typed and checked.
 *
 * An INI-style key file (GKeyFile), each key overridable by CASEGATE_<SECTION>_<KEY> in the
 * environment. The table in setting.c names every key with its default and what is allowed. Nothing
 * here touches the network or the database; paths are not opened. Values that are secrets
 * (database.url may hold a password) are never part of an error. */
#pragma once

#include <gio/gio.h>

#include "mime/authres.h"

#define CONFIG_DEFAULT_PATH "/etc/casegate/casegate.conf"
/* Part of the default [lmtp] listen: skipped with a warning where its directory is missing. */
#define CONFIG_DEFAULT_LMTP_SOCKET "/run/casegate/lmtp.sock"

typedef enum {
	LOG_FORMAT_TEXT,
	LOG_FORMAT_JSON,
	LOG_FORMAT_JOURNAL,
} LogFormat;

/* Everything that bounds what a sender can make us spend, by name. */
typedef struct {
	gint64 message_size;        /* bytes of one mail: 552 5.3.4 */
	gint64 spool_bytes;         /* of all mail that is on its way through us: 452 4.3.1 */
	guint recipients;           /* of one mail: 452 4.5.3 */
	guint connections;          /* at once: 421 4.3.2 */
	guint connections_per_peer; /* from one address, not for loopback and unix sockets:
				       421 4.7.0 */
	guint idle_seconds;         /* without a byte */
	guint transaction_seconds;  /* from MAIL to the final dot */
	guint errors;               /* of one connection, then 421 */
	guint data_rate;     /* bytes a second that a mail's content must keep up, after a grace */
	guint parse_seconds; /* of one mail in a worker; then it is filed unparsed */
} Limits;

typedef struct {
	char *path;           /* the file that was read; NULL: the built-in defaults */
	char *requested_path; /* as given to config_load, for loading again; NULL: the default path
			       */
	GPtrArray *warnings;  /* of char: odd but not wrong, one line each; never NULL */

	struct {
		char *url;
		char *migrate_url; /* never empty: falls back to url */
	} database;
	struct {
		char **listen; /* "127.0.0.1:2525", "[::1]:2525", "*:25" or "/path"; empty: off */
	} smtp, lmtp;
	Limits limits;
	struct {
		char *certificate, *key; /* PEM files; both or neither, "" for none */
	} tls;
	struct {
		char *authserv_id;
		gboolean require_dmarc;
		GPtrArray
			*trusted_peers; /* of GInetAddressMask; besides loopback and unix sockets */
		char **hosts;
	} auth;
	AuthPolicy *auth_policy; /* the same as [auth], as the parser wants it */
	struct {
		char *key_file; /* "" for none */
	} secrets;
	struct {
		char **listen;    /* empty: off */
		char *public_url; /* without a slash at the end; "" for none */
	} http;
	struct {
		gboolean is_enabled;
		char *login_url, *api_url; /* without a slash at the end */
		guint poll_seconds;        /* 0: only when told to */
	} graph;
	struct {
		guint count; /* never 0: three per core where nothing is said */
	} workers;
	struct {
		GLogLevelFlags level; /* the least severe level that is written */
		LogFormat format;
	} log;
} Config;

/* Reads path, or CONFIG_DEFAULT_PATH where path is NULL, and the environment. A missing file is an
 * error only when it was named. NULL with an error (CASEGATE_ERROR_CONFIGURE) that names file,
 * section, key and what is allowed. */
Config *config_load(const char *path, GError **error);
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

/* Is this peer, an IP address without port, one whose trace lines are our edge's: loopback, or
 * within one of these networks ([auth] trusted_peers)? */
gboolean config_is_trusted_peer(const GPtrArray *networks, const char *address);
