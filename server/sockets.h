/* Sockets: where the gateway listens, from the configuration or from systemd. */
#pragma once

#include "server/config.h"

typedef enum {
	SERVICE_SMTP,
	SERVICE_LMTP,
	SERVICE_HTTP,
} Service;

typedef struct {
	Service service;
	int descriptor; /* listening, non-blocking, close-on-exec */
	char *name;     /* as configured: "127.0.0.1:2424", "/run/casegate/lmtp.sock" */
	char *path;     /* of a unix socket of ours, to be removed in the end; else NULL */
} Socket;

/* Opens all of them: an array of Socket. A service whose sockets systemd passed
 * (FileDescriptorName= or the unit's name holds "smtp", "lmtp" or "http") opens none itself. NULL
 * with an error (CASEGATE_ERROR_CONFIGURE) that names the socket; skipped ones are logged. */
GPtrArray *sockets_open(const Config *config, GError **error);
/* Removes the files of unix sockets, when the gateway ends. */
void sockets_remove_files(const GPtrArray *sockets);
