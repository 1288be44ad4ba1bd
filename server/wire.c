#include "server/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WIRE_SIZE_LIMIT (200 * 1024) /* below the kernel's default for one datagram */
#define TEXT_LIMIT      120          /* bytes of an error's message or a name, in a verdict */

static const char *const types[] = {
	[WIRE_QUESTION] = "s",
	[WIRE_ANSWER] = "(uus)",
	[WIRE_MAIL] = "(usbsasxstms)",
	[WIRE_BEGUN] = "()",
	[WIRE_VERDICTS] = "a(uususxxxsb)",
	[WIRE_WORKER] = "u",
	[WIRE_SETTINGS] = "(ayasuu)",
	[WIRE_STOP] = "()",
	[WIRE_LISTENING] = "()",
	[WIRE_TROUBLE] = "s",
	[WIRE_KILL] = "u",
};

/* ---- sockets ---- */

/* What stands before the body, so that this is aligned for GVariant. */
typedef struct {
	guint64 kind;
} Head;

gboolean wire_pair(int ends[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return FALSE;
	return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

static void put_descriptors(struct msghdr *header, const int *descriptors, guint count)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);

	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(control), descriptors, count * sizeof(int));
}

gboolean wire_send(int socket, WireKind kind, GVariant *body, const int *descriptors, guint count)
{
	g_autoptr(GVariant) owned = g_variant_ref_sink(body != NULL ? body : g_variant_new("()"));
	Head head = {(guint64)kind};
	struct iovec parts[2] = {
		{&head,			     sizeof head              },
		{(void *)g_variant_get_data(owned), g_variant_get_size(owned)},
	};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(WIRE_DESCRIPTORS * sizeof(int))] = {0};
	struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2};
	gssize sent;

	g_assert(count <= WIRE_DESCRIPTORS);
	g_assert(g_variant_is_of_type(owned, G_VARIANT_TYPE(types[kind])));
	if (sizeof head + parts[1].iov_len > WIRE_SIZE_LIMIT)
		return FALSE;
	if (descriptors != NULL && count > 0) {
		header.msg_control = control;
		header.msg_controllen = CMSG_SPACE(count * sizeof(int));
		put_descriptors(&header, descriptors, count);
	}
	do
		sent = sendmsg(socket, &header, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent >= 0;
}

static void take_descriptors(struct msghdr *header, WireMessage *message)
{
	for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL;
		control = CMSG_NXTHDR(header, control)) {
		gsize count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS &&
			count <= WIRE_DESCRIPTORS)
			memcpy(message->descriptors, CMSG_DATA(control), count * sizeof(int));
	}
}

static GVariant *read_body(const Head *head, const char *bytes, gsize size)
{
	g_autoptr(GBytes) copy = g_bytes_new(bytes, size);
	g_autoptr(GVariant) body = NULL;

	if (head->kind >= G_N_ELEMENTS(types))
		return NULL;
	body = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE(types[head->kind]), copy, FALSE));
	return g_variant_is_normal_form(body) ? g_steal_pointer(&body) : NULL;
}

WireState wire_receive(int socket, WireMessage *message)
{
	static _Alignas(8) char bytes[WIRE_SIZE_LIMIT];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(WIRE_DESCRIPTORS * sizeof(int))];
	Head head;
	struct iovec parts[2] = {
		{&head, sizeof head },
                {bytes, sizeof bytes}
        };
	struct msghdr header = {.msg_iov = parts,
		.msg_iovlen = 2,
		.msg_control = control,
		.msg_controllen = sizeof control};
	gssize got;

	*message = (WireMessage){
		.descriptors = {-1, -1}
        };
	do
		got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return WIRE_NOTHING;
	if (got < (gssize)sizeof head)
		return WIRE_ENDED;
	take_descriptors(&header, message);
	if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
		message->body = read_body(&head, bytes, (gsize)got - sizeof head);
	if (message->body == NULL) {
		wire_message_clear(message);
		return WIRE_ENDED;
	}
	message->kind = (WireKind)head.kind;
	return WIRE_GOT;
}

void wire_message_clear(WireMessage *message)
{
	g_clear_pointer(&message->body, g_variant_unref);
	for (guint i = 0; i < WIRE_DESCRIPTORS; i++)
		if (message->descriptors[i] >= 0)
			close(message->descriptors[i]);
	memset(message->descriptors, -1, sizeof message->descriptors);
}

/* ---- bodies ---- */

/* GVariant's strings are UTF-8 without exception. */
static char *clean(const char *text, gsize limit)
{
	return text != NULL ? g_utf8_make_valid(text, (gssize)strnlen(text, limit)) : g_strdup("");
}

/* Errors travel as code + 1, so that 0 is none. */
static guint error_number(const GError *error)
{
	if (error == NULL)
		return 0;
	return error->domain == CASEGATE_ERROR ? (guint)error->code + 1 : CASEGATE_ERROR_RETRY + 1;
}

static GError *make_error(guint number, const char *message)
{
	if (number == 0)
		return NULL;
	return g_error_new_literal(CASEGATE_ERROR, (gint)number - 1, message);
}

GVariant *wire_pack_question(const char *recipient)
{
	g_autofree char *text = clean(recipient, G_MAXSSIZE);

	return g_variant_new("s", text);
}

GVariant *wire_pack_answer(AddressAnswer answer, const GError *error)
{
	g_autofree char *message = clean(error != NULL ? error->message : "", TEXT_LIMIT);

	return g_variant_new("(uus)", (guint)answer, error_number(error), message);
}

gboolean wire_unpack_answer(GVariant *body, AddressAnswer *answer, GError **error)
{
	guint value, number;
	const char *message;

	g_variant_get(body, "(uu&s)", &value, &number, &message);
	if (value > ADDRESS_OVER_RATE || number > CASEGATE_ERROR_CONFIGURE + 1)
		return FALSE;
	*answer = (AddressAnswer)value;
	*error = make_error(number, message);
	return TRUE;
}

GVariant *wire_pack_mail(const Envelope *envelope, gsize size_bytes, const char *unparsed_why)
{
	GVariantBuilder recipients;
	g_autofree char *from = clean(envelope->envelope_from, G_MAXSSIZE);
	g_autofree char *trace = clean(envelope->trace, G_MAXSSIZE);

	g_variant_builder_init(&recipients, G_VARIANT_TYPE("as"));
	for (guint i = 0; i < envelope->recipients->len; i++)
		g_variant_builder_add(&recipients, "s", g_ptr_array_index(envelope->recipients, i));
	return g_variant_new("(usbsasxstms)", (guint)envelope->protocol, envelope->peer,
		envelope->is_trusted_peer, from, &recipients, envelope->received_at, trace,
		(guint64)size_bytes, unparsed_why);
}

Envelope *wire_unpack_mail(GVariant *body, gsize *size_bytes, char **unparsed_why)
{
	guint protocol;
	g_autoptr(GVariantIter) recipients = NULL;
	g_autofree char *peer = NULL, *from = NULL, *trace = NULL;
	guint64 size;
	gboolean is_trusted;
	gint64 received_at;
	char *recipient;
	Envelope *envelope;

	g_variant_get(body, "(usbsasxstms)", &protocol, &peer, &is_trusted, &from, &recipients,
		&received_at, &trace, &size, unparsed_why);
	envelope = envelope_new(protocol == PROTOCOL_LMTP ? PROTOCOL_LMTP : PROTOCOL_SMTP);
	g_free(envelope->peer);
	g_free(envelope->envelope_from);
	g_free(envelope->trace);
	envelope->peer = g_steal_pointer(&peer);
	envelope->envelope_from = g_steal_pointer(&from);
	envelope->trace = g_steal_pointer(&trace);
	envelope->is_trusted_peer = is_trusted;
	envelope->received_at = received_at;
	while (g_variant_iter_next(recipients, "s", &recipient))
		g_ptr_array_add(envelope->recipients, recipient);
	*size_bytes = size;
	return envelope;
}

GVariant *wire_pack_verdicts(const Verdict *verdicts, guint count)
{
	GVariantBuilder rows;

	g_variant_builder_init(&rows, G_VARIANT_TYPE(types[WIRE_VERDICTS]));
	for (guint i = 0; i < count; i++) {
		const Verdict *verdict = &verdicts[i];
		const GError *error = verdict->error;
		g_autofree char *message = clean(error != NULL ? error->message : "", TEXT_LIMIT);
		g_autofree char *tenant = clean(verdict->tenant, TEXT_LIMIT);
		g_autofree char *reference = clean(verdict->reference, TEXT_LIMIT);

		g_variant_builder_add(&rows, "(uususxxxsb)", i, error_number(error), message,
			(guint)verdict->outcome, tenant, verdict->delivery_id, verdict->case_id,
			verdict->message_id, reference, verdict->opened_case);
	}
	return g_variant_builder_end(&rows);
}

gboolean wire_unpack_verdicts(GVariant *body, Verdict *verdicts, guint count)
{
	GVariantIter rows;
	guint index, number, outcome, seen = 0;
	const char *message, *tenant, *reference;
	Verdict row = {0};

	g_variant_iter_init(&rows, body);
	while (g_variant_iter_next(&rows, "(uu&su&sxxx&sb)", &index, &number, &message, &outcome,
		&tenant, &row.delivery_id, &row.case_id, &row.message_id, &reference,
		&row.opened_case)) {
		if (index != seen || seen >= count || outcome > OUTCOME_FAILED ||
			number > CASEGATE_ERROR_CONFIGURE + 1)
			break;
		verdicts[seen] = row;
		verdicts[seen].error = make_error(number, message);
		verdicts[seen].outcome = (Outcome)outcome;
		verdicts[seen].tenant = g_strdup(tenant);
		verdicts[seen].reference = g_strdup(reference);
		seen++;
	}
	if (seen == count && g_variant_n_children(body) == count)
		return TRUE;
	while (seen > 0)
		verdict_clear(&verdicts[--seen]);
	return FALSE;
}

GVariant *wire_pack_settings(const Config *config)
{
	GVariantBuilder peers;
	GVariant *limits = g_variant_new_fixed_array(
		G_VARIANT_TYPE_BYTE, &config->limits, sizeof config->limits, 1);

	g_variant_builder_init(&peers, G_VARIANT_TYPE("as"));
	for (guint i = 0; i < config->auth.trusted_peers->len; i++) {
		g_autofree char *text = g_inet_address_mask_to_string(
			g_ptr_array_index(config->auth.trusted_peers, i));

		g_variant_builder_add(&peers, "s", text);
	}
	return g_variant_new(
		"(@ayasuu)", limits, &peers, (guint)config->log.level, (guint)config->log.format);
}

gboolean wire_unpack_settings(GVariant *body, Limits *limits, GPtrArray **trusted_peers,
	GLogLevelFlags *level, LogFormat *format)
{
	g_autoptr(GVariant) bytes = NULL;
	g_autoptr(GVariantIter) peers = NULL;
	const char *text;
	gsize size;
	const void *data;
	guint level_number, format_number;

	g_variant_get(body, "(@ayasuu)", &bytes, &peers, &level_number, &format_number);
	*level = (GLogLevelFlags)level_number;
	*format = (LogFormat)format_number;
	data = g_variant_get_fixed_array(bytes, &size, 1);
	if (size != sizeof *limits)
		return FALSE;
	memcpy(limits, data, size);
	*trusted_peers = g_ptr_array_new_with_free_func(g_object_unref);
	while (g_variant_iter_next(peers, "&s", &text))
		g_ptr_array_add(*trusted_peers, g_inet_address_mask_new_from_string(text, NULL));
	return TRUE;
}
