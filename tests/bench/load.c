/* Load for tests/bench/bench.py: the same mails, once as LMTP to a gateway and once as bare durable
 * INSERTs.
 *
 *     load lmtp PORT|SOCKET FROM TO CONNECTIONS PACK
 *     load insert URL CONNECTIONS PACK          (into the table bench.bare, column content)
 *
 * PACK holds mails one after another, each behind its size (4 bytes, the machine's order); the
 * connections are processes that take turns. Prints one line of JSON. A mail that is not answered
 * 250 ends the run. */
#include <arpa/inet.h>
#include <glib.h>
#include <libpq-fe.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
	const char *start;
	guint32 size_bytes;
} Piece;

typedef struct Line Line;
struct Line {
	int socket;
	char buffer[4096];
	gsize filled;
};

/* One connection's way to deliver one mail; ends the process on failure. */
typedef void (*Deliver)(void *connection, const Piece *mail);

typedef struct {
	const char *where, *from, *to;
	GArray *pieces; /* of Piece */
	guint connections;
	double *waits_ms; /* shared by all processes, one a mail */
} Run;

static G_NORETURN void give_up(const char *what)
{
	g_printerr("load: %s\n", what);
	_exit(1);
}

static void write_all(int socket, const char *bytes, gsize size_bytes)
{
	while (size_bytes > 0) {
		ssize_t written = write(socket, bytes, size_bytes);

		if (written <= 0)
			give_up("the gateway has gone");
		bytes += written;
		size_bytes -= (gsize)written;
	}
}

/* Reads one reply, over several lines if need be, which must begin with this digit. */
static void expect(Line *line, char digit)
{
	for (;;) {
		char *end = memchr(line->buffer, '\n', line->filled);

		if (end != NULL) {
			gboolean is_last = line->buffer[3] != '-';

			if (line->buffer[0] != digit)
				give_up(line->buffer);
			line->filled -= (gsize)(end + 1 - line->buffer);
			memmove(line->buffer, end + 1, line->filled);
			if (is_last)
				return;
			continue;
		}
		if (line->filled == sizeof line->buffer)
			give_up("a reply without end");
		ssize_t got = read(line->socket, line->buffer + line->filled,
			sizeof line->buffer - line->filled);
		if (got <= 0)
			give_up("the gateway has hung up");
		line->filled += (gsize)got;
	}
}

static int open_socket(const char *where)
{
	struct sockaddr_in inet = {.sin_family = AF_INET};
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	gboolean is_path = *where == '/';
	int one = 1;
	int opened = socket(is_path ? AF_UNIX : AF_INET, SOCK_STREAM, 0);

	g_strlcpy(local.sun_path, where, sizeof local.sun_path);
	inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	inet.sin_port = htons((guint16)g_ascii_strtoull(where, NULL, 10));
	if (opened < 0 || connect(opened, is_path ? (void *)&local : (void *)&inet,
				  is_path ? sizeof local : sizeof inet) != 0)
		give_up("no connection");
	if (!is_path)
		setsockopt(opened, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return opened;
}

/* The pack has no line that begins with a dot. */
static void deliver_lmtp(void *connection, const Piece *mail)
{
	Line *line = connection;

	write_all(line->socket, mail->start, mail->size_bytes);
	write_all(line->socket, ".\r\n", 3);
	expect(line, '2');
}

static void begin_lmtp(Line *line, const Run *run)
{
	g_autofree char *commands =
		g_strdup_printf("MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n", run->from, run->to);

	write_all(line->socket, commands, strlen(commands));
	expect(line, '2');
	expect(line, '2');
	expect(line, '3');
}

static void deliver_insert(void *connection, const Piece *mail)
{
	const char *const values[] = {mail->start};
	const int lengths[] = {(int)mail->size_bytes};
	const int formats[] = {1};
	PGresult *result = PQexecPrepared(connection, "bare", 1, values, lengths, formats, 1);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		give_up(PQerrorMessage(connection));
	PQclear(result);
}

/* A mail's wait is from its first command to its answer. */
static void run_connection(const Run *run, guint number)
{
	Line line = {.filled = 0};
	PGconn *database = NULL;

	if (run->from != NULL) {
		line.socket = open_socket(run->where);
		expect(&line, '2');
		write_all(line.socket, "LHLO bench.example\r\n", 20);
		expect(&line, '2');
	} else {
		database = PQconnectdb(run->where);
		PQclear(PQprepare(
			database, "bare", "INSERT INTO bench.bare (content) VALUES ($1)", 1, NULL));
	}
	for (guint i = number; i < run->pieces->len; i += run->connections) {
		const Piece *mail = &g_array_index(run->pieces, Piece, i);
		gint64 began = g_get_monotonic_time();

		if (database == NULL) {
			begin_lmtp(&line, run);
			deliver_lmtp(&line, mail);
		} else {
			deliver_insert(database, mail);
		}
		run->waits_ms[i] = (double)(g_get_monotonic_time() - began) / 1000.0;
	}
	_exit(0);
}

static GArray *pieces_of(const char *path)
{
	GError *error = NULL;
	GMappedFile *pack = g_mapped_file_new(path, FALSE, &error);
	GArray *pieces = g_array_new(FALSE, FALSE, sizeof(Piece));

	if (pack == NULL)
		give_up(error->message);
	const char *at = g_mapped_file_get_contents(pack);
	const char *end = at + g_mapped_file_get_length(pack);
	while (end - at > 4) {
		Piece piece = {.start = at + 4};

		memcpy(&piece.size_bytes, at, 4);
		g_array_append_val(pieces, piece);
		at = piece.start + piece.size_bytes;
	}
	return pieces;
}

static int compare_doubles(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double cpu_seconds_of_children(void)
{
	struct rusage used;

	getrusage(RUSAGE_CHILDREN, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
	Run run = {0};
	gboolean is_lmtp = argc == 7 && g_str_equal(argv[1], "lmtp");

	if (!is_lmtp && !(argc == 5 && g_str_equal(argv[1], "insert")))
		give_up("lmtp PORT|SOCKET FROM TO CONNECTIONS PACK, or insert URL CONNECTIONS "
			"PACK");
	run.where = argv[2];
	if (is_lmtp) {
		run.from = argv[3];
		run.to = argv[4];
	}
	run.connections = (guint)g_ascii_strtoull(argv[argc - 2], NULL, 10);
	run.pieces = pieces_of(argv[argc - 1]);
	run.waits_ms = mmap(NULL, MAX(run.pieces->len, 1) * sizeof(double), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run.pieces->len == 0 || run.connections == 0 || run.waits_ms == MAP_FAILED)
		give_up("nothing to send");

	gint64 began = g_get_monotonic_time();
	for (guint i = 0; i < run.connections; i++)
		if (fork() == 0)
			run_connection(&run, i);
	int status = 0, worst = 0;
	while (wait(&status) > 0)
		worst = MAX(worst, status);
	double seconds = (double)(g_get_monotonic_time() - began) / 1e6;
	if (worst != 0)
		return 1;
	qsort(run.waits_ms, run.pieces->len, sizeof(double), compare_doubles);
	g_print("{\"mails\": %u, \"seconds\": %.4f, \"cpu_seconds\": %.4f, \"p50_ms\": %.3f, "
		"\"p99_ms\": "
		"%.3f}\n",
		run.pieces->len, seconds, cpu_seconds_of_children(),
		run.waits_ms[run.pieces->len / 2], run.waits_ms[run.pieces->len * 99 / 100]);
	return 0;
}
