/* Mailbox: how far a connected mailbox has been read, what of it is known, and when it is looked at
 * next. What is not of a case leaves nothing here but a count. */
#pragma once

#include "store/ingest.h"

/* ---- whose turn ---- */

typedef struct {
	char *tenant, *user;
	/* Of a claim: FALSE where so many of the app's mailboxes are being worked at that
	 * Microsoft objects (registration_narrow()): this one must wait. */
	gboolean has_place;
} Turn;

void turn_clear(Turn *turn);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Turn, turn_clear)

/* Begins a transaction that holds the turn of a mailbox that has something to do; *found FALSE:
 * none, and no transaction. kind is "sync" or "send"; does_poll: rounds come by themselves. The
 * store is then for turn_end() alone; work goes over another. */
gboolean turn_claim(Store *store, const char *kind, gboolean does_poll, Turn *turn, gboolean *found,
	GError **error);
/* The same for a mailbox by name; waits up to wait_seconds for whoever has it
 * (CASEGATE_ERROR_RETRY). */
gboolean turn_take(
	Store *store, const char *kind, const Turn *turn, guint wait_seconds, GError **error);
void turn_end(Store *store);

/* ---- patience ---- */

/* How long Microsoft still wants this mailbox left alone; 0: it does not. */
gboolean mailbox_parked_seconds(
	Store *store, const char *tenant, const char *user, double *seconds, GError **error);
gboolean mailbox_park(
	Store *store, const char *tenant, const char *user, double seconds, GError **error);
/* The same with a failure to show. */
gboolean mailbox_note_failure(Store *store, const char *tenant, const char *user, const char *what,
	double seconds, GError **error);

/* ---- rounds ---- */

/* The doorbell is heard: what rings from now on is for the next round. */
gboolean mailbox_begin_round(Store *store, const char *tenant, const char *user, GError **error);
/* A round ended well. next_seconds: until the next one by itself; 0: none. */
gboolean mailbox_end_round(
	Store *store, const char *tenant, const char *user, guint next_seconds, GError **error);
/* Rings for a mailbox from inside. */
gboolean mailbox_ring(Store *store, const char *tenant, const char *user, GError **error);

/* Where a folder was read to. Owns its links. Times are microseconds since 1970; 0: never. */
typedef struct {
	const char *folder; /* "inbox", "sentitems", "all"; borrowed */
	char *link;         /* where the next round begins; NULL: from the beginning */
	char *page;         /* the next page of a round that has not ended, or NULL */
	gint64 since;       /* mail received before is not asked for */
	gint64 round_at, done_at;
	gint64 seen_at, filed_at; /* the newest mail; 0 where this step saw none */
	gint64 seen, filed;       /* how many this step adds */
} Folder;

void folder_clear(Folder *folder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Folder, folder_clear)

/* Fills all but folder->folder; zeroes where it was never read. seen and filed are zero. */
gboolean folder_load(
	Store *store, const char *tenant, const char *user, Folder *folder, GError **error);
/* Inside a transaction: keeps it, counts added. */
gboolean folder_save(
	Store *store, const char *tenant, const char *user, const Folder *folder, GError **error);
/* The same as a transaction of its own. */
gboolean folder_commit(
	Store *store, const char *tenant, const char *user, const Folder *folder, GError **error);

/* ---- what is known ---- */

/* One mail that a mailbox shows, as the database asks for it. Borrowed. */
typedef struct {
	const char *sighting;  /* uuid: this mail in this mailbox */
	const char *own_key;   /* uuid of its Message-ID, or NULL */
	const GPtrArray *keys; /* of char: uuids of all that it is called and names */
	const char *send_id;   /* what our sending stamped on it, or NULL */
	/* The answers. */
	gboolean is_sighted; /* filed from here before */
	gboolean is_buried;  /* deleted by a person */
	gboolean is_tied;    /* one of the keys is of a case */
	gint64 sent_message; /* the mail of ours that it is, 0: none */
} Look;

/* Answers for all looks (of Look) at once. */
gboolean mailbox_look(
	Store *store, const char *tenant, const char *user, GPtrArray *looks, GError **error);
/* Notes that this mail is about to be read, and how often that was begun and not ended: what kills
 * its reader is known by that. */
gboolean mailbox_try(Store *store, const char *tenant, const char *user, const char *sighting,
	gint64 *tries, GError **error);
/* Inside a transaction: this mail need not be fetched again. */
gboolean mailbox_sight(Store *store, const char *tenant, const char *user, const char *sighting,
	gint64 message_id, GError **error);

/* ---- look-ups ---- */

/* Has the look-ups of all tenants follow what happened in their cases. */
gboolean lookup_follow_events(Store *store, GError **error);
/* The cases that wait for one in this mailbox, as decimal numbers. Of char. */
GPtrArray *lookup_list(Store *store, const char *tenant, const char *user, GError **error);
/* The ids (Message-IDs) to ask the mailbox for: those of the case's mail that was not seen here,
 * and those that it names and nobody has, none that was asked for in the last day. Of char. */
GPtrArray *lookup_ids(
	Store *store, const char *tenant, const char *user, const char *case_id, GError **error);
/* This id was asked for. */
gboolean lookup_note_asked(
	Store *store, const char *tenant, const char *user, const char *id, GError **error);
/* The case's look-up is done, but for what was wanted since began_at. */
gboolean lookup_end(Store *store, const char *tenant, const char *user, const char *case_id,
	gint64 began_at, GError **error);
