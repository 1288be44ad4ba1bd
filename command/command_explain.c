#include <unistd.h>

#include "command/command.h"
#include "command/json.h"
#include "command/mailfiles.h"
#include "command/why.h"
#include "store/directory.h"
#include "store/filed.h"
#include "store/ingest.h"

/* 0 is no id. */
static json_t *id(gint64 value)
{
	return value != 0 ? json_integer(value) : json_null();
}

static json_t *instant(gint64 microseconds)
{
	g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(microseconds / G_USEC_PER_SEC);
	g_autofree char *text = second ? g_date_time_format(second, "%Y-%m-%dT%H:%M:%SZ") : NULL;

	return json_from_text(text);
}

static json_t *message_json(const PlannedMessage *message)
{
	json_t *object = json_object();

	json_object_set_new(
		object, "internet_message_id", json_from_text(message->internet_message_id));
	json_object_set_new(object, "identity", json_from_text(message->identity));
	json_object_set_new(object, "direction", json_from_text(message->direction));
	json_object_set_new(object, "source", json_from_text(message->source));
	json_object_set_new(object, "kind", json_from_text(message->kind));
	json_object_set_new(object, "from_name", json_from_text(message->from_name));
	json_object_set_new(object, "from_address", json_from_text(message->from_address));
	json_object_set_new(object, "subject", json_from_text(message->subject));
	json_object_set_new(object, "sent_at", instant(message->sent_at));
	json_object_set_new(object, "known_as", id(message->known_as));
	return object;
}

static json_t *candidate_json(const Candidate *candidate, const char *standing)
{
	json_t *object = json_object();

	json_object_set_new(object, "case_id", id(candidate->case_id));
	json_object_set_new(object, "reference", json_from_text(candidate->reference));
	json_object_set_new(object, "signal", json_from_text(candidate->signal));
	json_object_set_new(object, "detail", json_from_text(candidate->detail));
	json_object_set_new(object, "strength", json_from_text(candidate->strength));
	json_object_set_new(object, "chosen", json_boolean(candidate->chosen));
	json_object_set_new(object, "why",
		json_from_text(why_text(candidate->signal, candidate->chosen, standing)));
	return object;
}

static json_t *decision_json(const Verdict *verdict)
{
	json_t *object = json_object();

	json_object_set_new(object, "outcome", json_from_text(outcome_name(verdict->outcome)));
	json_object_set_new(object, "opens_case", json_boolean(verdict->opened_case));
	/* A case that would be opened has no number: it was rolled back. */
	json_object_set_new(object, "case_id", id(verdict->opened_case ? 0 : verdict->case_id));
	json_object_set_new(object, "reference",
		json_from_text(verdict->opened_case ? NULL : verdict->reference));
	json_object_set_new(object, "reason", json_from_text(verdict->reason));
	return object;
}

static json_t *explanation_json(const Explanation *explanation)
{
	json_t *messages = json_array(), *candidates = json_array(), *object = json_object();
	const PlannedMessage *first =
		explanation->messages->len > 0 ? g_ptr_array_index(explanation->messages, 0) : NULL;

	for (guint i = 0; i < explanation->messages->len; i++)
		json_array_append_new(
			messages, message_json(g_ptr_array_index(explanation->messages, i)));
	for (guint i = 0; i < explanation->candidates->len; i++)
		json_array_append_new(
			candidates, candidate_json(g_ptr_array_index(explanation->candidates, i),
					    explanation->standing));
	json_object_set_new(object, "tenant", json_from_text(explanation->verdict.tenant));
	json_object_set_new(object, "standing", json_from_text(explanation->standing));
	json_object_set_new(object, "user", json_from_text(explanation->user));
	json_object_set_new(object, "authenticated", json_from_text(explanation->authenticated));
	json_object_set_new(object, "form", json_from_text(explanation->form));
	json_object_set_new(object, "identity", json_from_text(first ? first->identity : NULL));
	json_object_set_new(object, "messages", messages);
	json_object_set_new(object, "candidates", candidates);
	json_object_set_new(object, "decision", decision_json(&explanation->verdict));
	return object;
}

/* The mail as it would come by LMTP; with a user who vouches for it as `casegate file --from` files
 * it. */
static Envelope *envelope_of(const char *to, const char *from, const char *envelope_from)
{
	Envelope *envelope = envelope_new(from != NULL ? PROTOCOL_IMPORT : PROTOCOL_LMTP);

	envelope->is_trusted_peer = TRUE;
	envelope->envelope_from = g_strdup(envelope_from);
	envelope->received_at = g_get_real_time();
	envelope->vouched_by = g_strdup(from);
	g_ptr_array_add(envelope->recipients, g_strdup(to));
	return envelope;
}

static Status explain(const Invocation *invocation, const Envelope *envelope, GBytes *source)
{
	g_autoptr(Config) config = command_load_config(invocation);
	g_autoptr(Store) store = config ? command_open_store(invocation) : NULL;
	GError *error = NULL;

	if (store == NULL)
		return STATUS_FAILED;

	g_autoptr(Explanation) explanation =
		ingest_explain(store, envelope, config->auth_policy, source, &error);

	if (explanation == NULL)
		return command_fail(invocation, error);

	g_autoptr(json_t) json = explanation_json(explanation);

	json_print(json, TRUE);
	return STATUS_DONE;
}

/* ---- what is filed ---- */

static json_t *filed_candidates(const Filed *filed)
{
	const char *standing = table_get(filed->delivery, 0, "standing");
	json_t *array = json_array();

	for (guint row = 0; row < filed->candidates->rows->len; row++) {
		json_t *object = json_from_row(filed->candidates, row);
		gboolean is_chosen =
			g_strcmp0(table_get(filed->candidates, row, "chosen"), "t") == 0;

		json_object_set_new(object, "why",
			json_from_text(why_text(
				table_get(filed->candidates, row, "signal"), is_chosen, standing)));
		json_array_append_new(array, object);
	}
	return array;
}

/* The same words as of a mail that would be filed; what is known now besides. */
static json_t *filed_json(const Filed *filed)
{
	json_t *object = json_object(), *delivery = json_from_row(filed->delivery, 0);
	json_t *decision = json_object();

	json_object_set_new(
		object, "tenant", json_from_text(table_get(filed->delivery, 0, "tenant")));
	json_object_set(object, "delivery_id", json_object_get(delivery, "delivery_id"));
	json_object_set(object, "standing", json_object_get(delivery, "standing"));
	json_object_set(object, "user", json_object_get(delivery, "submitted_by"));
	json_object_set(object, "authenticated", json_object_get(delivery, "authenticated"));
	json_object_set_new(object, "messages", json_from_table(filed->messages));
	json_object_set_new(object, "candidates", filed_candidates(filed));
	json_object_set(decision, "outcome", json_object_get(delivery, "outcome"));
	json_object_set(decision, "opens_case", json_object_get(delivery, "opened_case"));
	json_object_set(decision, "case_id", json_object_get(delivery, "case_id"));
	json_object_set(decision, "reference", json_object_get(delivery, "reference"));
	json_object_set(decision, "reason", json_object_get(delivery, "reason"));
	json_object_set_new(object, "decision", decision);
	json_object_set_new(object, "events", json_from_table(filed->events));
	json_object_set_new(object, "delivery", delivery);
	return object;
}

static json_t *explain_delivery(
	Store *store, const char *tenant, const char *delivery_id, GError **error)
{
	g_autoptr(Filed) filed = filed_load(store, tenant, delivery_id, error);

	return filed ? filed_json(filed) : NULL;
}

/* All deliveries that brought a message, the first first. */
static json_t *explain_message(
	Store *store, const char *tenant, const char *message_id, GError **error)
{
	g_autoptr(Table) deliveries = filed_deliveries(store, tenant, message_id, error);
	g_autoptr(json_t) object = json_object();
	json_t *array = json_array();

	json_object_set_new(object, "deliveries", array);
	if (deliveries == NULL)
		return NULL;
	for (guint row = 0; row < deliveries->rows->len; row++) {
		json_t *delivery = explain_delivery(
			store, tenant, table_get(deliveries, row, "delivery_id"), error);

		if (delivery == NULL)
			return NULL;
		json_array_append_new(array, delivery);
	}
	json_object_set_new(
		object, "message_id", json_integer(g_ascii_strtoll(message_id, NULL, 10)));
	return g_steal_pointer(&object);
}

static Status explain_filed(const Invocation *invocation, const char *tenant,
	const char *delivery_id, const char *message_id)
{
	g_autoptr(Store) store = command_open_store(invocation);
	GError *error = NULL;

	if (store == NULL)
		return STATUS_FAILED;

	g_autoptr(json_t) json = delivery_id ? explain_delivery(store, tenant, delivery_id, &error)
					     : explain_message(store, tenant, message_id, &error);

	if (json == NULL)
		return command_fail(invocation, error);
	json_print(json, TRUE);
	return STATUS_DONE;
}

Status command_explain(Invocation *invocation)
{
	g_autofree char *to = NULL, *from = NULL, *envelope_from = NULL;
	g_autofree char *tenant = NULL, *delivery_id = NULL, *message_id = NULL;
	const GOptionEntry options[] = {
		{"to",      0, 0, G_OPTION_ARG_FILENAME, &to, "the agent address that it comes for",
                 "ADDRESS"},
		{"from",        0, 0, G_OPTION_ARG_FILENAME, &from,
                 "as if this user had brought it for certain", "USER"},
		{"envelope-from",      0, 0, G_OPTION_ARG_FILENAME, &envelope_from,
                 "the sender at MAIL FROM; '' for a bounce's", "ADDRESS"},
		{"tenant", 0, 0, G_OPTION_ARG_FILENAME, &tenant,
                 "whose filed mail: with --delivery or --message", "TENANT"},
		{"delivery",    0, 0, G_OPTION_ARG_FILENAME, &delivery_id,
                 "why this delivery was filed as it was", "DELIVERY"},
		{"message",        0, 0, G_OPTION_ARG_FILENAME, &message_id,
                 "the same for all deliveries of a message", "MESSAGE"},
		{NULL   },
	};
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 0, 1, &status))
		return status;
	if (delivery_id != NULL || message_id != NULL) {
		if (tenant == NULL || to != NULL || invocation->count > 0 ||
			(delivery_id != NULL && message_id != NULL))
			return command_usage(invocation, "of filed mail: --tenant TENANT and one "
							 "of --delivery and --message");
		return explain_filed(invocation, tenant, delivery_id, message_id);
	}
	if (to == NULL)
		return command_usage(invocation, "for which address? --to ADDRESS");

	g_autoptr(Envelope) envelope = envelope_of(to, from, envelope_from);
	g_autoptr(GBytes) source =
		mailfiles_read(invocation->count > 0 ? invocation->arguments[0] : "-", &error);

	if (source == NULL)
		return command_fail(invocation, error);
	return explain(invocation, envelope, source);
}
