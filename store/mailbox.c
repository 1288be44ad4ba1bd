#include "store/mailbox.h"

#include "store/db.h"

/* ---- whose turn ---- */

void turn_clear(Turn *turn)
{
	g_clear_pointer(&turn->tenant, g_free);
	g_clear_pointer(&turn->user, g_free);
}

/* The lock lasts as long as its holder, and no longer: his connection ends with him. */
static gboolean begin_holding(Store *store, const char *tenant, GError **error)
{
	if (db_begin(store, tenant, error) &&
		db_script(store, "taking a turn",
			"SET LOCAL idle_in_transaction_session_timeout = 0", error))
		return TRUE;
	db_rollback(store);
	return FALSE;
}

/* Of the app's mailboxes only so many are worked at at once as Microsoft can bear. */
static gboolean take_slot(Store *store, Turn *turn, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	args_text(args, turn->tenant);
	result = db_run(store, "taking one of the app's places",
		"SELECT casegate.outlook_place_take($1)", args, error);
	if (result != NULL)
		turn->has_place = db_bool(result, 0, 0);
	else
		db_rollback(store);
	return result != NULL;
}

gboolean turn_claim(Store *store, const char *kind, gboolean does_poll, Turn *turn, gboolean *found,
	GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	turn_clear(turn);
	*found = FALSE;
	args_text(args, kind);
	args_bool(args, does_poll);
	if (!begin_holding(store, NULL, error))
		return FALSE;
	result = db_run(store, "taking a turn",
		"SELECT tenant, \"user\" FROM casegate.outlook_turn_claim($1, $2)", args, error);
	if (result == NULL || PQntuples(result) == 0) {
		db_rollback(store);
		return result != NULL;
	}
	turn->tenant = g_strdup(db_text(result, 0, 0));
	turn->user = g_strdup(db_text(result, 0, 1));
	*found = TRUE;
	return take_slot(store, turn, error);
}

gboolean turn_take(
	Store *store, const char *kind, const Turn *turn, guint wait_seconds, GError **error)
{
	g_autoptr(Args) args = args_new();
	g_autofree char *patience = g_strdup_printf(
		"SET LOCAL lock_timeout = '%us'; SET LOCAL statement_timeout = '%us'", wait_seconds,
		wait_seconds + 1);
	g_autoptr(PGresult) result = NULL;

	args_text(args, turn->user);
	args_text(args, kind);
	if (begin_holding(store, turn->tenant, error) &&
		db_script(store, "waiting for a turn", patience, error))
		result = db_run(store, "waiting for a mailbox that is at work",
			"SELECT casegate.outlook_turn_take($1, $2)", args, error);
	if (result != NULL)
		return TRUE;
	db_rollback(store);
	return FALSE;
}

void turn_end(Store *store)
{
	db_rollback(store);
}

/* ---- patience ---- */

static Args *mailbox_args(const char *tenant, const char *user)
{
	Args *args = args_new();

	args_text(args, tenant);
	args_text(args, user);
	return args;
}

static void add_seconds(Args *args, double seconds)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	args_text(args, g_ascii_formatd(text, sizeof text, "%.3f", seconds));
}

gboolean mailbox_parked_seconds(
	Store *store, const char *tenant, const char *user, double *seconds, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);
	g_autoptr(PGresult) result = db_ask(store, tenant, "asking for Microsoft's patience",
		"SELECT greatest(extract(epoch FROM parked_until - clock_timestamp()), 0)"
		" FROM casegate.outlook_connection WHERE tenant = $1 AND \"user\" = $2",
		args, error);

	*seconds = 0;
	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 1 && db_text(result, 0, 0) != NULL)
		*seconds = g_ascii_strtod(db_text(result, 0, 0), NULL);
	return TRUE;
}

gboolean mailbox_park(
	Store *store, const char *tenant, const char *user, double seconds, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);

	add_seconds(args, seconds);
	return db_act(store, tenant, "keeping Microsoft's patience",
		"UPDATE casegate.outlook_connection SET parked_until = greatest(parked_until,"
		" clock_timestamp() + make_interval(secs => $3)) WHERE tenant = $1 AND \"user\" = "
		"$2",
		args, error);
}

gboolean mailbox_note_failure(Store *store, const char *tenant, const char *user, const char *what,
	double seconds, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);

	add_seconds(args, seconds);
	args_text(args, what);
	return db_act(store, tenant, "noting a failure",
		"UPDATE casegate.outlook_connection SET last_error = $4, failures = failures + 1,"
		" parked_until = greatest(parked_until, clock_timestamp() + make_interval(secs => "
		"$3)) WHERE tenant = $1 AND \"user\" = $2",
		args, error);
}

/* ---- rounds ---- */

gboolean mailbox_begin_round(Store *store, const char *tenant, const char *user, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);

	return db_act(store, tenant, "beginning a round",
		"UPDATE casegate.outlook_connection SET began_at = clock_timestamp()"
		" WHERE tenant = $1 AND \"user\" = $2",
		args, error);
}

gboolean mailbox_end_round(
	Store *store, const char *tenant, const char *user, guint next_seconds, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);

	args_id(args, next_seconds);
	return db_act(store, tenant, "ending a round",
		"SELECT casegate.outlook_round_end($1, $2, $3)", args, error);
}

gboolean mailbox_ring(Store *store, const char *tenant, const char *user, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);

	return db_act(store, tenant, "ringing for a mailbox",
		"UPDATE casegate.outlook_connection SET rung_at = clock_timestamp()"
		" WHERE tenant = $1 AND \"user\" = $2",
		args, error);
}

/* ---- folders ---- */

void folder_clear(Folder *folder)
{
	g_clear_pointer(&folder->link, g_free);
	g_clear_pointer(&folder->page, g_free);
}

#define MICROSECONDS(column) "(extract(epoch FROM " column ") * 1000000)::bigint"

gboolean folder_load(
	Store *store, const char *tenant, const char *user, Folder *folder, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);
	g_autoptr(PGresult) result = NULL;
	const char *name = folder->folder;

	folder_clear(folder);
	*folder = (Folder){.folder = name};
	args_text(args, name);
	result = db_ask(store, tenant, "reading where a folder was read to",
		"SELECT link, page, " MICROSECONDS("since") ", " MICROSECONDS(
			"round_at") ", " MICROSECONDS("done_at") " FROM casegate.outlook_folder "
								 "WHERE tenant = $1 AND \"user\" = "
								 "$2 AND folder = $3",
		args, error);
	if (result == NULL)
		return FALSE;
	if (PQntuples(result) == 0)
		return TRUE;
	folder->link = g_strdup(db_text(result, 0, 0));
	folder->page = g_strdup(db_text(result, 0, 1));
	folder->since = db_time(result, 0, 2);
	folder->round_at = db_time(result, 0, 3);
	folder->done_at = db_time(result, 0, 4);
	return TRUE;
}

static void add_time(Args *args, gint64 at)
{
	if (at > 0)
		args_time(args, at);
	else
		args_text(args, NULL);
}

gboolean folder_save(
	Store *store, const char *tenant, const char *user, const Folder *folder, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);
	g_autoptr(PGresult) result = NULL;

	args_text(args, folder->folder);
	args_text(args, folder->link);
	args_text(args, folder->page);
	add_time(args, folder->since);
	add_time(args, folder->round_at);
	add_time(args, folder->done_at);
	add_time(args, folder->seen_at);
	add_time(args, folder->filed_at);
	args_bigint(args, folder->seen);
	args_bigint(args, folder->filed);
	result = db_run(store, "keeping where a folder was read to",
		"INSERT INTO casegate.outlook_folder AS f (tenant, \"user\", folder, link, "
		"page, "
		"since, round_at, done_at, seen_at, filed_at, seen, filed)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
		" ON CONFLICT (tenant, \"user\", folder) DO UPDATE SET link = excluded.link, "
		"page = excluded.page, since = excluded.since,"
		" round_at = excluded.round_at, done_at = excluded.done_at,"
		" seen_at = greatest(f.seen_at, excluded.seen_at), filed_at = greatest(f.filed_at, "
		"excluded.filed_at),"
		" seen = f.seen + excluded.seen, filed = f.filed + excluded.filed",
		args, error);
	return result != NULL;
}

gboolean folder_commit(
	Store *store, const char *tenant, const char *user, const Folder *folder, GError **error)
{
	if (db_begin(store, tenant, error) && folder_save(store, tenant, user, folder, error) &&
		db_commit(store, error))
		return TRUE;
	db_rollback(store);
	return FALSE;
}

/* ---- what is known ---- */

/* One row for each key of each mail: to whom it belongs is position. */
static void add_looks(Args *args, const GPtrArray *looks)
{
	g_autoptr(GPtrArray) positions = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) kinds = g_ptr_array_new();
	g_autoptr(GPtrArray) values = g_ptr_array_new();

	for (guint i = 0; i < looks->len; i++) {
		const Look *look = g_ptr_array_index(looks, i);
		const char *const pairs[][2] = {
			{"sighting", look->sighting},
			{"own",      look->own_key },
			{"send",     look->send_id },
		};

		for (guint j = 0; j < G_N_ELEMENTS(pairs) + look->keys->len; j++) {
			const char *value = j < G_N_ELEMENTS(pairs)
						    ? pairs[j][1]
						    : g_ptr_array_index(look->keys,
							      j - (guint)G_N_ELEMENTS(pairs));

			if (value == NULL)
				continue;
			g_ptr_array_add(positions, g_strdup_printf("%u", i));
			g_ptr_array_add(
				kinds, (char *)(j < G_N_ELEMENTS(pairs) ? pairs[j][0] : "key"));
			g_ptr_array_add(values, (char *)value);
		}
	}
	args_array(args, positions);
	args_array(args, kinds);
	args_array(args, values);
}

gboolean mailbox_look(
	Store *store, const char *tenant, const char *user, GPtrArray *looks, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);
	g_autoptr(PGresult) result = NULL;

	if (looks->len == 0)
		return TRUE;
	add_looks(args, looks);
	result = db_ask(store, tenant, "looking for what mails of a mailbox name",
		"SELECT place, is_sighted, is_buried, is_tied, sent_message"
		" FROM casegate.outlook_look($1, $2, $3::int[], $4::text[], $5::uuid[])",
		args, error);
	for (int i = 0; result != NULL && i < PQntuples(result); i++) {
		Look *look = g_ptr_array_index(looks, (guint)db_bigint(result, i, 0));

		look->is_sighted = db_bool(result, i, 1);
		look->is_buried = db_bool(result, i, 2);
		look->is_tied = db_bool(result, i, 3);
		look->sent_message = db_bigint(result, i, 4);
	}
	return result != NULL;
}

gboolean mailbox_sight(Store *store, const char *tenant, const char *user, const char *sighting,
	gint64 message_id, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);
	g_autoptr(PGresult) result = NULL;

	args_text(args, sighting);
	args_id(args, message_id);
	result = db_run(store, "noting a mail of a mailbox",
		"WITH done AS (UPDATE casegate.outlook_connection SET trying = NULL, tries = 0"
		"  WHERE tenant = $1 AND \"user\" = $2 AND trying IS NOT NULL)"
		" INSERT INTO casegate.outlook_sighting (tenant, \"user\", key, message_id)"
		" VALUES ($1, $2, $3::uuid, $4::bigint) ON CONFLICT DO NOTHING",
		args, error);
	return result != NULL;
}

gboolean mailbox_try(Store *store, const char *tenant, const char *user, const char *sighting,
	gint64 *tries, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);
	g_autoptr(PGresult) result = NULL;

	args_text(args, sighting);
	result = db_ask(store, tenant, "beginning with a mail of a mailbox",
		"UPDATE casegate.outlook_connection SET tries = CASE WHEN trying = $3::uuid THEN "
		"tries + 1 ELSE 1 END, trying = $3::uuid"
		" WHERE tenant = $1 AND \"user\" = $2 RETURNING tries",
		args, error);
	if (result == NULL)
		return FALSE;
	*tries = PQntuples(result) == 1 ? db_bigint(result, 0, 0) : 1;
	return TRUE;
}

/* ---- look-ups ---- */

gboolean lookup_follow_events(Store *store, GError **error)
{
	return db_act(store, NULL, "following the events",
		"SELECT casegate.outlook_follow_events()", NULL, error);
}

static GPtrArray *texts_of(const PGresult *result)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);

	for (int i = 0; i < PQntuples(result); i++)
		g_ptr_array_add(texts, g_strdup(db_text(result, i, 0)));
	return texts;
}

GPtrArray *lookup_list(Store *store, const char *tenant, const char *user, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);
	g_autoptr(PGresult) result = db_ask(store, tenant, "listing look-ups",
		"SELECT case_id FROM casegate.outlook_lookup WHERE tenant = $1 AND \"user\" = $2"
		" AND wanted_at > coalesce(done_at, '-infinity') ORDER BY wanted_at LIMIT 100",
		args, error);

	return result != NULL ? texts_of(result) : NULL;
}

GPtrArray *lookup_ids(
	Store *store, const char *tenant, const char *user, const char *case_id, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);
	g_autoptr(PGresult) result = NULL;

	args_text(args, case_id);
	result = db_ask(store, tenant, "listing what a case misses",
		"SELECT id FROM casegate.outlook_lookup_ids($1, $2, $3::bigint) ORDER BY 1", args,
		error);
	return result != NULL ? texts_of(result) : NULL;
}

gboolean lookup_note_asked(
	Store *store, const char *tenant, const char *user, const char *id, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);

	args_text(args, id);
	return db_act(store, tenant, "noting a look-up",
		"INSERT INTO casegate.outlook_asked (tenant, \"user\", key) VALUES ($1, $2, "
		"casegate.key_of('m', $3))"
		" ON CONFLICT (tenant, \"user\", key) DO UPDATE SET asked_at = now()",
		args, error);
}

gboolean lookup_end(Store *store, const char *tenant, const char *user, const char *case_id,
	gint64 began_at, GError **error)
{
	g_autoptr(Args) args = mailbox_args(tenant, user);

	args_text(args, case_id);
	args_time(args, began_at);
	return db_act(store, tenant, "ending a look-up",
		"UPDATE casegate.outlook_lookup SET done_at = $4 WHERE tenant = $1 AND \"user\" = "
		"$2 "
		"AND case_id = $3::bigint",
		args, error);
}
