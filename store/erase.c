#include "store/erase.h"

#include "mime/address.h"
#include "store/db.h"
#include "store/directory.h"

enum {
	STEP_MESSAGES = 200,
	EXPIRED_MESSAGES = 50,
	TRIES_MAX = 5,
};

/* What is to be erased: of the two one. */
typedef struct {
	const char *tenant;
	const char *case_id; /* decimal */
	const char *address; /* as address_key() writes it */
} Target;

/* A transaction of the operator, in which nothing is cut off by the clock: a step may be large. */
static gboolean begin(Store *store, const char *tenant, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, tenant);
	if (!db_begin(store, tenant, error) ||
		!db_script(store, "preparing to erase",
			"SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'", error))
		return FALSE;
	result = db_run(store, "signing in", "SELECT casegate.sign_in_admin($1)", args, error);
	return result != NULL;
}

static gboolean begin_audit(Store *store, const Target *target, gint64 *erasure_id, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	if (!begin(store, target->tenant, error))
		return FALSE;
	args_text(args, target->case_id ? "case" : "address");
	args_text(args, target->case_id);
	result = db_run(store, "noting an erasure", "SELECT casegate.erase_begin($1, $2::bigint)",
		args, error);
	if (result)
		*erasure_id = db_bigint(result, 0, 0);
	return result && db_commit(store, error);
}

static PGresult *erase_some(Store *store, const Target *target, gint64 erasure_id, GError **error)
{
	g_autoptr(Args) args = args_new();

	args_bigint(args, erasure_id);
	args_text(args, target->case_id ? target->case_id : target->address);
	args_bigint(args, STEP_MESSAGES);
	if (target->case_id)
		return db_run(store, "erasing a case",
			"SELECT is_done, (done).cases, (done).messages, (done).deliveries, "
			"(done).attachments, (done).keys, (done).bytes"
			" FROM casegate.erase_case($1, $2::bigint, $3::int)",
			args, error);
	return db_run(store, "erasing a person",
		"SELECT is_done, (done).cases, (done).messages, (done).deliveries, "
		"(done).attachments, (done).keys, (done).bytes"
		" FROM casegate.erase_address($1, $2, $3::int)",
		args, error);
}

static gboolean step_once(
	Store *store, const Target *target, Erasure *erasure, gboolean *is_done, GError **error)
{
	g_autoptr(PGresult) result = NULL;

	if (!begin(store, target->tenant, error))
		return FALSE;
	result = erase_some(store, target, erasure->erasure_id, error);
	if (!result || !db_commit(store, error))
		return FALSE;
	*is_done = db_bool(result, 0, 0);
	erasure->cases += db_bigint(result, 0, 1);
	erasure->messages += db_bigint(result, 0, 2);
	erasure->deliveries += db_bigint(result, 0, 3);
	erasure->attachments += db_bigint(result, 0, 4);
	erasure->keys += db_bigint(result, 0, 5);
	erasure->bytes += db_bigint(result, 0, 6);
	return TRUE;
}

/* Mail that comes in between may make a step meet a changed world. */
static gboolean step(
	Store *store, const Target *target, Erasure *erasure, gboolean *is_done, GError **error)
{
	for (guint tries = 1;; tries++) {
		gboolean is_well = step_once(store, target, erasure, is_done, error);

		if (is_well)
			return TRUE;
		db_rollback(store);
		if (!db_should_repeat(store) || tries == TRIES_MAX)
			return FALSE;
		g_clear_error(error);
	}
}

static gboolean erase(Store *store, const Target *target, Erasure *erasure, EraseTold told,
	gpointer data, GError **error)
{
	gboolean is_done = FALSE;

	*erasure = (Erasure){0};
	if (!begin_audit(store, target, &erasure->erasure_id, error)) {
		db_rollback(store);
		return FALSE;
	}
	while (!is_done) {
		if (!step(store, target, erasure, &is_done, error))
			return FALSE;
		if (told)
			told(erasure, data);
	}
	return TRUE;
}

gboolean erase_case(Store *store, const char *tenant, const char *reference, Erasure *erasure,
	EraseTold told, gpointer data, GError **error)
{
	g_autofree char *case_id = NULL;

	if (!directory_has_case(store, tenant, reference, &case_id, error))
		return FALSE;
	return erase(store, &(const Target){.tenant = tenant, .case_id = case_id}, erasure, told,
		data, error);
}

/* An agent address is no person: it takes part in nothing. */
static gboolean check_address(Store *store, const char *tenant, const char *address, GError **error)
{
	const char *const values[] = {tenant, address, NULL};
	g_autoptr(Table) table = NULL;

	if (!directory_has_tenant(store, tenant, error))
		return FALSE;
	table = table_query(store, "looking up an address",
		"select address from casegate.agent_address where tenant = $1 and address = "
		"casegate.address_check($2)",
		values, error);
	if (table && table->rows->len > 0)
		g_set_error(error, CASEGATE_ERROR, CASEGATE_ERROR_REJECT,
			"%s is an agent address, not a person; name the person's own address",
			address);
	return table && table->rows->len == 0;
}

gboolean erase_address(Store *store, const char *tenant, const char *address, Erasure *erasure,
	EraseTold told, gpointer data, GError **error)
{
	g_autofree char *key = address_key(address);

	if (!check_address(store, tenant, key, error))
		return FALSE;
	return erase(store, &(const Target){.tenant = tenant, .address = key}, erasure, told, data,
		error);
}

Table *erase_mentions(Store *store, const char *tenant, const char *address, GError **error)
{
	g_autofree char *key = address_key(address);
	const char *const values[] = {key, address, NULL};
	Table *table;

	if (!begin(store, tenant, error)) {
		db_rollback(store);
		return NULL;
	}
	table = table_query(store, "looking for an address in texts",
		"select reference, message_id, delivery_id, places from "
		"casegate.erase_mentions($1, "
		"$2)",
		values, error);
	db_rollback(store);
	return table;
}

gboolean erase_expired(Store *store, gint64 *erased, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	*erased = 0;
	args_bigint(args, EXPIRED_MESSAGES);
	if (!db_begin(store, NULL, error) ||
		!db_script(store, "preparing to erase", "SET LOCAL statement_timeout = '60s'",
			error) ||
		!(result = db_run(store, "erasing what is too old",
			  "SELECT casegate.retention_step($1::int)", args, error)) ||
		!db_commit(store, error)) {
		db_rollback(store);
		return FALSE;
	}
	*erased = db_bigint(result, 0, 0);
	return TRUE;
}
