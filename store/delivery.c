#include "store/delivery.h"

#include <string.h>

#include "mime/address.h"
#include "store/content.h"
#include "store/db.h"

enum { PREVIEW_CHARACTERS = 200 };

gboolean delivery_was_imported(Store *store, const char *tenant, const char *recipient,
	GBytes *source, gint64 before, gboolean *was_imported, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;
	g_autofree char *key = address_key(recipient);
	g_autofree char *sha256 = content_sha256(source);

	args_text(args, tenant);
	args_text(args, key);
	args_hex(args, sha256);
	args_time(args, before);
	result = db_run(store, "looking for the same bytes",
		"SELECT EXISTS (SELECT FROM casegate.delivery WHERE tenant = $1 AND recipient = $2"
		" AND source_sha256 = $3 AND protocol = 'import' AND received_at < $4)",
		args, error);
	*was_imported = result && db_bool(result, 0, 0);
	return result != NULL;
}

static const char *const protocol_names[] = {"smtp", "lmtp", "graph", "import", "send"};

static Protocol protocol_of(const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(protocol_names); i++)
		if (strcmp(protocol_names[i], name) == 0)
			return (Protocol)i;
	g_assert_not_reached();
}

static Envelope *envelope_of(const PGresult *result)
{
	Envelope *envelope = envelope_new(protocol_of(db_text(result, 0, 0)));

	envelope->peer = g_strdup(db_text(result, 0, 1));
	envelope->envelope_from = g_strdup(db_text(result, 0, 2));
	envelope->received_at = db_time(result, 0, 3);
	envelope->is_trusted_peer = db_bool(result, 0, 4);
	envelope->vouched_by = g_strdup(db_text(result, 0, 5));
	g_ptr_array_add(envelope->recipients, g_strdup(db_text(result, 0, 6)));
	envelope->conversation_id = g_strdup(db_text(result, 0, 7));
	g_free(envelope->trace);
	envelope->trace = g_strdup(db_text(result, 0, 8));
	if (envelope->protocol == PROTOCOL_GRAPH)
		envelope->mailbox = g_strdup(db_text(result, 0, 6));
	return envelope;
}

Envelope *delivery_envelope(
	Store *store, const char *tenant, const char *delivery_id, char **sha256, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	args_text(args, delivery_id);
	result = db_run(store, "reading a delivery",
		"SELECT protocol, peer, envelope_from, (extract(epoch FROM received_at) * "
		"1000000)::bigint, is_trusted,"
		" CASE WHEN is_vouched THEN submitted_by END, recipient, conversation_id, trace,"
		" encode(source_sha256, 'hex')"
		" FROM casegate.delivery WHERE tenant = $1 AND delivery_id = $2::bigint AND "
		"source_sha256 IS NOT NULL",
		args, error);
	if (!result || PQntuples(result) == 0)
		return NULL;
	*sha256 = g_strdup(db_text(result, 0, 9));
	return envelope_of(result);
}

/* The first words of what is new in it, for a list. */
static char *preview_of(const Mail *mail)
{
	g_autofree char *text =
		g_strdup(mail->new_text && *mail->new_text ? mail->new_text : mail->text);
	const char *end;

	for (char *at = text; *at; at++)
		if (g_ascii_isspace(*at))
			*at = ' ';
	g_strstrip(text);
	end = g_utf8_strlen(text, -1) > PREVIEW_CHARACTERS
		      ? g_utf8_offset_to_pointer(text, PREVIEW_CHARACTERS)
		      : text + strlen(text);
	return g_strndup(text, (gsize)(end - text));
}

static void add_standing(Args *args, const Plan *plan)
{
	args_text(args, plan ? standing_name(plan->standing) : NULL);
	args_text(args, plan ? auth_verdict_name(plan->authenticated) : NULL);
	args_text(args, plan ? plan->user : NULL);
	args_bool(args, plan && plan->is_quiet);
}

/* The sender and subject as a person would look for them: of a forward the original's. */
static void add_face(Args *args, const DeliveryRow *row)
{
	const PlanItem *item = row->item   ? row->item
			       : row->plan ? g_ptr_array_index(row->plan->items, 0)
					   : NULL;
	const Mail *mail = item ? item->mail : row->mail;
	const Mailbox *author = mail ? mail_author(mail) : NULL;
	g_autofree char *preview = mail ? preview_of(mail) : NULL;

	args_text(args, mail ? mail_kind_name(mail->kind) : "mail");
	args_text(args, author ? author->name : NULL);
	args_text(args, author ? author->address : NULL);
	args_text(args, mail ? mail->subject : NULL);
	args_text(args, preview);
}

gboolean delivery_draw_id(Store *store, gint64 *delivery_id, GError **error)
{
	g_autoptr(PGresult) result = db_run(store, "drawing a delivery's number",
		"SELECT nextval('casegate.delivery_delivery_id_seq')", NULL, error);

	*delivery_id = result ? db_bigint(result, 0, 0) : 0;
	return result != NULL;
}

/* The app learns that a mail waits for a human. */
static void add_held_event(Store *store, const DeliveryRow *row)
{
	Args *args = args_new();

	args_text(args, row->tenant);
	args_bigint(args, row->delivery_id);
	db_queue(store, "telling that a mail waits",
		"SELECT casegate.event_add($1, 'mail_held', NULL, NULL, $2::bigint)", args);
}

void delivery_add(Store *store, const DeliveryRow *row)
{
	Args *args = args_new();

	args_text(args, row->tenant);
	args_bigint(args, row->delivery_id);
	args_time(args, row->envelope->received_at);
	args_text(args, protocol_names[row->envelope->protocol]);
	args_text(args, row->envelope->peer);
	args_text(args, row->envelope->envelope_from);
	args_text(args, row->recipient);
	args_bool(args, row->is_first);
	args_hex(args, row->source_sha256);
	args_bigint(args, (gint64)row->size);
	args_text(args, row->envelope->trace ? row->envelope->trace : "");
	args_text(args, row->part_of ? row->item->message_id
			: row->mail  ? row->mail->message_id
				     : NULL);
	args_text(args, outcome_name(row->outcome));
	args_id(args, row->message_id);
	args_id(args, row->held_message);
	args_bool(args, row->opened_case);
	args_text(args, row->reason);
	add_standing(args, row->plan);
	add_face(args, row);
	args_bool(args, row->envelope->is_trusted_peer);
	args_bool(args, row->envelope->vouched_by != NULL);
	args_text(args, row->envelope->conversation_id);
	args_id(args, row->part_of);
	db_queue(store, "noting a delivery",
		"INSERT INTO casegate.delivery (tenant, delivery_id, received_at, protocol, peer, "
		"envelope_from, recipient, is_first,"
		" source_sha256, size, trace, internet_message_id, outcome, message_id, "
		"held_message, opened_case, reason,"
		" standing, authenticated, submitted_by, is_quiet, kind, from_name, from_address, "
		"subject, preview, is_trusted, is_vouched, conversation_id, part_of)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "
		"$17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)",
		args);
	if (row->outcome == OUTCOME_HELD || row->outcome == OUTCOME_FAILED)
		add_held_event(store, row);
}

void delivery_share(Store *store, const char *tenant, gint64 delivery_id, gint64 message_id)
{
	Args *args = args_new();

	args_text(args, tenant);
	args_bigint(args, delivery_id);
	args_bigint(args, message_id);
	db_queue(store, "sharing a known mail",
		"WITH row AS (INSERT INTO casegate.delivery_message_row (tenant, delivery_id, "
		"message_id, position) VALUES ($1, $2, $3, 0))"
		" INSERT INTO casegate.evidence (tenant, delivery_id, position, case_id, signal, "
		"strength, chosen)"
		" SELECT $1, $2, 0, case_id, 'same_bytes', 'certain', true FROM casegate.message "
		"WHERE tenant = $1 AND message_id = $3",
		args);
}
