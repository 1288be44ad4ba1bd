#include "store/opening.h"

#include <string.h>

#include "mime/address.h"
#include "store/db.h"

void opening_free(Opening *opening)
{
	if (!opening)
		return;
	g_free(opening->tenant);
	g_free(opening->address);
	g_free(opening->word);
	people_free(opening->people);
	g_free(opening);
}

/* The local part and the domain; null where the tenant is known. */
static void add_address(Args *args, const Question *question)
{
	const char *at = question->tenant ? NULL : strrchr(question->recipient, '@');
	g_autofree char *local =
		at ? g_strndup(question->recipient, (gsize)(at - question->recipient)) : NULL;

	args_text(args, local);
	args_text(args, at ? at + 1 : NULL);
	args_text(args, question->tenant);
}

static PGresult *ask(Store *store, const Question *question, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autofree char *key = question->vouched_by ? address_key(question->vouched_by) : NULL;

	add_address(args, question);
	args_array(args, question->addresses);
	args_text(args, question->vouched_by);
	args_text(args, key);
	args_text(args, question->recipient);
	args_hex(args, question->sha256);
	return db_run(store, "opening a delivery",
		"SELECT tenant, address, word, case_id, timezone, trusted_arc, has_quota, "
		"has_numbers, vouched_user,"
		" delivery_id, before_delivery, before_message, before_case, before_number, "
		"before_is_held,"
		" person, \"user\", is_ours, is_agent, is_participant, is_never_filed, "
		"is_namesake"
		" FROM casegate.delivery_open($1, $2, $3, $4::text[], $5, $6, $7, $8)",
		args, error);
}

static void read_persons(const PGresult *result, People *people)
{
	for (int i = 0; i < PQntuples(result); i++) {
		const Person person = {
			.user = (char *)db_text(result, i, 16),
			.is_ours = db_bool(result, i, 17),
			.is_agent = db_bool(result, i, 18),
			.is_participant = db_bool(result, i, 19),
			.is_never_filed = db_bool(result, i, 20),
			.is_namesake = db_bool(result, i, 21),
		};

		if (db_text(result, i, 15))
			people_add(people, db_text(result, i, 15), &person);
	}
}

Opening *opening_load(Store *store, const Question *question, GError **error)
{
	g_autoptr(Opening) opening = g_new0(Opening, 1);
	g_autoptr(PGresult) result = ask(store, question, error);

	if (!result)
		return NULL;
	if (PQntuples(result) == 0)
		return g_steal_pointer(&opening);
	opening->tenant = g_strdup(db_text(result, 0, 0));
	opening->address = g_strdup(db_text(result, 0, 1));
	opening->word = g_strdup(db_text(result, 0, 2));
	opening->case_id = db_bigint(result, 0, 3);
	opening->people = people_new(db_text(result, 0, 4), db_text(result, 0, 5));
	opening->people->has_quota = db_bool(result, 0, 6);
	opening->people->has_numbers = db_bool(result, 0, 7);
	opening->people->vouched_user = g_strdup(db_text(result, 0, 8));
	opening->delivery_id = db_bigint(result, 0, 9);
	opening->before = (Resend){
		.delivery_id = db_bigint(result, 0, 10),
		.message_id = db_bigint(result, 0, 11),
		.case_id = db_bigint(result, 0, 12),
		.case_number = db_bigint(result, 0, 13),
		.is_held = db_bool(result, 0, 14),
	};
	read_persons(result, opening->people);
	if (!question->vouched_by || opening->people->vouched_user)
		return g_steal_pointer(&opening);
	g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
		"no user \"%s\" in tenant \"%s\"; `casegate user list %s` shows them",
		question->vouched_by, opening->tenant, opening->tenant);
	return NULL;
}
