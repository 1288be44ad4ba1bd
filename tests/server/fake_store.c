/* A store without a database, for tests of `serve`: the same headers, filing into a test program
 * that listens on a unix socket. The url is that socket's path. Each mail is one line of JSON over
 * it, and its commit is the answer "ok"; without an answer it was not committed.
 *
 * Recipients: agent… takes mail; full, fast, down answer as their names say; all others are
 * unknown. A mail with the line "X-Fake: crash", "spin" or "hang" does that to its worker. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/site.h"
#include "server/outlook.h"
#include "store/address.h"
#include "store/audit.h"
#include "store/erase.h"
#include "store/ingest.h"
#include "store/reparse.h"
#include "store/store.h"

struct Store {
	char *path;
	int socket; /* -1: lost */
};

static gboolean fail(GError **error, const char *what)
{
	g_set_error(
		error, CASEGATE_ERROR, CASEGATE_ERROR_RETRY, "%s: the test's store is away", what);
	return FALSE;
}

static gboolean store_connect(Store *store, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (store->socket >= 0)
		return TRUE;
	g_strlcpy(address.sun_path, store->path, sizeof address.sun_path);
	store->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(store->socket, (const struct sockaddr *)&address, sizeof address) == 0)
		return TRUE;
	close(store->socket);
	store->socket = -1;
	return fail(error, "connecting");
}

Store *store_open(const char *url, G_GNUC_UNUSED StoreRole role, GError **error)
{
	Store *store = g_new0(Store, 1);

	store->path = g_strdup(url);
	store->socket = -1;
	if (store_connect(store, error))
		return store;
	store_close(store);
	return NULL;
}

void store_close(Store *store)
{
	if (store == NULL)
		return;
	if (store->socket >= 0)
		close(store->socket);
	g_free(store->path);
	g_free(store);
}

/* One line over, one line back. */
static gboolean ask(Store *store, const char *line, char *answer, gsize size, GError **error)
{
	gssize got = -1;

	if (!store_connect(store, error))
		return FALSE;
	if (send(store->socket, line, strlen(line), MSG_NOSIGNAL) == (gssize)strlen(line))
		got = recv(store->socket, answer, size - 1, 0);
	if (got > 0) {
		answer[got] = '\0';
		return TRUE;
	}
	close(store->socket);
	store->socket = -1;
	return fail(error, "asking");
}

gboolean store_ping(Store *store, GError **error)
{
	char answer[64];

	return ask(store, "{\"ping\":1}\n", answer, sizeof answer, error);
}

int store_descriptor(const Store *store)
{
	return store->socket;
}

gboolean store_number_events(Store *store, gint64 *numbered, GError **error)
{
	char answer[64];

	*numbered = 0;
	return ask(store, "{\"number\":1}\n", answer, sizeof answer, error);
}

gboolean store_renew_statistics(Store *store, GError **error)
{
	(void)store;
	(void)error;
	return TRUE;
}

void agent_address_clear(AgentAddress *found)
{
	g_free(found->tenant);
	g_free(found->address);
	g_free(found->word);
	*found = (AgentAddress){0};
}

gboolean reparse_next(Store *store, const AuthPolicy *policy, gboolean *found, GError **error)
{
	(void)store;
	(void)policy;
	(void)error;
	*found = FALSE;
	return TRUE;
}

gboolean address_find(Store *store, const char *recipient, AgentAddress *found, GError **error)
{
	char answer[64];

	*found = (AgentAddress){.answer = ADDRESS_UNKNOWN};
	if (!ask(store, "{\"rcpt\":1}\n", answer, sizeof answer, error))
		return FALSE;
	if (g_str_has_prefix(recipient, "down"))
		return fail(error, "finding an address");
	if (g_str_has_prefix(recipient, "full"))
		found->answer = ADDRESS_OVER_QUOTA;
	else if (g_str_has_prefix(recipient, "fast"))
		found->answer = ADDRESS_OVER_RATE;
	else if (g_str_has_prefix(recipient, "agent"))
		found->answer = ADDRESS_TAKES_MAIL;
	return TRUE;
}

static gboolean has_line(GBytes *source, const char *line)
{
	gsize size;
	const char *bytes = g_bytes_get_data(source, &size);

	return bytes != NULL && memmem(bytes, size, line, strlen(line)) != NULL;
}

static void misbehave(GBytes *source)
{
	static volatile guint64 turns;

	if (has_line(source, "X-Fake: crash"))
		abort();
	while (has_line(source, "X-Fake: spin"))
		turns++;
	while (has_line(source, "X-Fake: hang"))
		poll(NULL, 0, 1000);
}

static void file_one(Store *store, const Envelope *envelope, const char *recipient, GBytes *source,
	const char *why, Verdict *verdict)
{
	g_autofree char *sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, source);
	g_autofree char *trace = g_strescape(envelope->trace, NULL);
	g_autofree char *line = g_strdup_printf(
		"{\"mail\":\"%s\",\"to\":\"%s\",\"from\":\"%s\",\"size\":%zu,"
		"\"peer\":\"%s\",\"trusted\":%d,\"trace\":\"%s\",\"why\":\"%s\",\"worker\":%d}\n",
		sha256, recipient, envelope->envelope_from, g_bytes_get_size(source),
		envelope->peer, envelope->is_trusted_peer, trace, why != NULL ? why : "",
		(int)getpid());
	char answer[64];

	*verdict = (Verdict){0};
	if (!ask(store, line, answer, sizeof answer, &verdict->error))
		return;
	if (g_str_has_prefix(answer, "reject")) {
		g_set_error_literal(
			&verdict->error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT, "rejected");
		return;
	}
	verdict->outcome = why != NULL ? OUTCOME_FAILED : OUTCOME_FILED;
	verdict->tenant = g_strdup("acme");
	verdict->delivery_id = 7;
}

void ingest(Store *store, const Envelope *envelope, G_GNUC_UNUSED const AuthPolicy *policy,
	GBytes *source, Verdict *verdicts)
{
	misbehave(source);
	for (guint i = 0; i < envelope->recipients->len; i++)
		file_one(store, envelope, g_ptr_array_index(envelope->recipients, i), source, NULL,
			&verdicts[i]);
}

void ingest_unparsed(
	Store *store, const Envelope *envelope, GBytes *source, const char *why, Verdict *verdicts)
{
	for (guint i = 0; i < envelope->recipients->len; i++)
		file_one(store, envelope, g_ptr_array_index(envelope->recipients, i), source, why,
			&verdicts[i]);
}

gboolean erase_expired(Store *store, gint64 *erased, GError **error)
{
	(void)store;
	(void)error;
	*erased = 0;
	return TRUE;
}

/* There is no Outlook without a database. */

void site_open_outlook(G_GNUC_UNUSED Site *site)
{
}

void site_close_outlook(G_GNUC_UNUSED Site *site)
{
}

/* Nobody is at the other end of Outlook here. */
int outlook_run(int leash, const Config *config)
{
	(void)leash;
	(void)config;
	return 0;
}

const SiteRoute *site_outlook_routes(guint *count)
{
	*count = 0;
	return NULL;
}

gboolean audit_totals(Store *store, AuditTotals *totals, GError **error)
{
	(void)store;
	(void)error;
	*totals = (AuditTotals){.received = 3, .filed = 2, .held = 1};
	return TRUE;
}
