#include "store/twin.h"

#include <string.h>

#include "mime/address.h"
#include "mime/subject.h"
#include "store/author.h"
#include "store/db.h"

/* Of the runs of a mail, how many stand in a copy that has all of it: programs break or leave out a
 * few words, and each of these is in five runs. */
#define WHOLE_SHARE .9

char *twin_from_key(const Mail *mail)
{
	const Mailbox *author = mail_author(mail);

	return address_key(author && author->address ? author->address : "");
}

TimeTest twin_compare_times(const PlanItem *item, const Twin *twin)
{
	return timetest_compare(item->sent_at, twin->sent_at, item->has_zone && twin->has_zone);
}

Overlap twin_overlap(const PlanItem *item, const Twin *twin)
{
	Overlap overlap = overlap_of(item->mail->text, twin->text);

	overlap.is_own = overlap.is_equal || overlap.is_framed;
	if (!overlap.is_equal && item->mail->new_text && *item->mail->new_text && *twin->new_text) {
		const Overlap own = overlap_of(item->mail->new_text, twin->new_text);

		overlap.share = MIN(overlap.share, own.share);
		overlap.numbers = own.numbers;
		overlap.is_framed = overlap.is_framed && own.is_framed;
		overlap.is_own = own.is_equal || own.is_framed;
	}
	return overlap;
}

/* A name without an address speaks for any address; the subject and time must do. */
static gboolean has_same_author(const char *from_key, const Twin *twin)
{
	return !*from_key || !twin->from_key || !*twin->from_key ||
	       strcmp(from_key, twin->from_key) == 0;
}

/* The mail that already has this id: is it really the same (ids are reused, and taken on purpose)?
 */
gboolean twin_is_same_by_id(const PlanItem *item, const Twin *twin, const Overlap *overlap)
{
	g_autofree char *from_key = twin_from_key(item->mail);
	TimeTest time = twin_compare_times(item, twin);

	if (!has_same_author(from_key, twin))
		return FALSE;
	if (strcmp(item->mail->base_subject, twin->base_subject) != 0)
		return !overlap->is_short && overlap->share >= (time == TIME_MATCH ? .3 : .8) &&
		       overlap->numbers >= .8 && time >= TIME_NEAR;
	if (time < TIME_NEAR && item->sent_precision >= PRECISION_MINUTE && twin->has_minute)
		return overlap->is_equal ||
		       (!overlap->is_short && overlap->share >= .8 && overlap->numbers == 1);
	/* Whoever takes an id on purpose changes an amount or an account. */
	return overlap->is_equal || (overlap->is_framed && time == TIME_MATCH) ||
	       (overlap->share >= (overlap->is_short ? .5 : .3) && overlap->numbers >= .8);
}

gboolean twin_reuses_id(const PlanItem *item, const Twin *twin)
{
	g_autofree char *from_key = twin_from_key(item->mail);

	return *from_key && strcmp(from_key, twin->from_key) == 0 &&
	       !subject_is_reply(item->mail->subject) && !subject_is_reply(twin->subject);
}

static int compare_strings(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The sha256 of its attachments, sorted, with commas. */
char *twin_attachments_of(const Mail *mail)
{
	g_autoptr(GPtrArray) hashes = g_ptr_array_new();

	for (guint i = 0; i < mail->attachments->len; i++)
		g_ptr_array_add(
			hashes, ((Attachment *)g_ptr_array_index(mail->attachments, i))->sha256);
	g_ptr_array_sort(hashes, compare_strings);
	g_ptr_array_add(hashes, NULL);
	return g_strjoinv(",", (char **)hashes->pdata);
}

/* Two real mails without an id: a scanner sends one after the other that differ in nothing but the
 * attachment. */
static gboolean has_other_attachments(const PlanItem *item, const Twin *twin)
{
	g_autofree char *attachments = twin_attachments_of(item->body);

	return !item->is_inline && !twin->is_reconstructed &&
	       strcmp(attachments, twin->attachments) != 0;
}

static gboolean has_same_recipients(const PlanItem *item, const Twin *twin)
{
	g_autoptr(GPtrArray) keys = planitem_recipients(item);
	g_autofree char *recipients = NULL;

	g_ptr_array_sort(keys, compare_strings);
	g_ptr_array_add(keys, NULL);
	recipients = g_strjoinv(",", (char **)keys->pdata);
	return strcmp(recipients, twin->recipients) == 0;
}

/* Is he one of these, or may he be? One may state the address alone, the other the name. */
static gboolean may_be_of(const Mailbox *mailbox, char *const *people)
{
	g_autofree char *key = address_key(mailbox->address ? mailbox->address : "");
	const char *name = mailbox->name ? mailbox->name : "";

	for (guint i = 0; people[i]; i++) {
		g_auto(GStrv) other = g_strsplit(people[i], "\t", 2);
		const gboolean is_told = (*key && *other[0]) || (*name && *other[1]);

		if (!is_told || author_is_same(key, name, other[0], other[1]))
			return TRUE;
	}
	return FALSE;
}

/* Both say to whom they went, and that is nobody of the other's: the same was written to one after
 * the other. */
static gboolean has_other_recipients(const PlanItem *item, const Twin *twin)
{
	const GPtrArray *const lists[] = {item->mail->to, item->mail->cc};
	g_auto(GStrv) people = g_strsplit(twin->people, "\n", -1);

	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		for (guint j = 0; j < lists[i]->len; j++)
			if (may_be_of(g_ptr_array_index(lists[i], j), people))
				return FALSE;
	return item->mail->to->len + item->mail->cc->len > 0 && *people;
}

/* An image of the text counts where it came along. */
static gboolean has_files_of(const PlanItem *item, const Twin *twin)
{
	g_auto(GStrv) hashes = g_strsplit(twin->attachments, ",", -1);
	gint64 files = 0;

	for (guint i = 0; i < item->body->attachments->len; i++) {
		const Attachment *file = g_ptr_array_index(item->body->attachments, i);

		files += g_strv_contains((const char *const *)hashes, file->sha256) ? 1 : 0;
	}
	return files >= twin->files;
}

gboolean twin_is_completed(const PlanItem *item, const Twin *twin)
{
	return twin->is_reconstructed && !item->is_inline;
}

gboolean twin_is_brought(const PlanItem *item, const Twin *twin, const Overlap *overlap)
{
	const Containment contained = overlap_contained(twin->text, item->mail->text);

	return (overlap->is_equal || contained.share >= WHOLE_SHARE) &&
	       (twin_is_completed(item, twin) || has_files_of(item, twin));
}

static gboolean is_named_by_twin(const PlanItem *item, const Twin *twin)
{
	g_auto(GStrv) refs = g_strsplit(twin->refs, " ", -1);

	return g_strv_contains((const char *const *)refs, item->message_id);
}

static gboolean names_twin(const PlanItem *item, const Twin *twin)
{
	return g_ptr_array_find_with_equal_func(
		item->references, twin->internet_message_id, g_str_equal, NULL);
}

/* Does one of them name the other's id? Then that was the parent's, of a forward that kept no more.
 */
static gboolean names_other(const PlanItem *item, const Twin *twin)
{
	return is_named_by_twin(item, twin) || names_twin(item, twin);
}

gboolean twin_denies_id(const PlanItem *item, const Twin *twin)
{
	return is_named_by_twin(item, twin) || (twin->has_own_id && names_twin(item, twin));
}

/* "Now with the attachment": the same text, a minute later. Forwards keep files. */
static gboolean has_as_many_files(const PlanItem *item, const Twin *twin)
{
	gint64 files = 0;

	for (guint i = 0; i < item->body->attachments->len; i++)
		files += ((Attachment *)g_ptr_array_index(item->body->attachments, i))->is_inline
				 ? 0
				 : 1;
	return files == twin->files;
}

/* Both have an id and yet are one mail: sent again under another id (a relay rewrote it, and may
 * have framed it), to the second; or the id of an inline forward was presumed wrongly. */
static gboolean is_same_under_other_id(
	const PlanItem *item, const Twin *twin, const Overlap *overlap)
{
	const gboolean has_seconds = item->sent_precision == PRECISION_SECOND && twin->has_second;

	if (has_seconds && item->sent_at != twin->sent_at)
		return FALSE;
	if (item->is_presumed && twin->is_presumed && !names_other(item, twin))
		return FALSE;
	if (item->is_presumed || twin->is_presumed)
		return twin_compare_times(item, twin) == TIME_MATCH &&
		       has_as_many_files(item, twin) &&
		       (overlap->is_equal || overlap->is_framed ||
			       (!overlap->is_short && overlap->share >= .8 &&
				       overlap->numbers >= .8));
	return has_seconds && has_same_recipients(item, twin) &&
	       (overlap->is_equal || overlap->is_framed ||
		       (!overlap->is_short && overlap->share >= .95 && overlap->numbers == 1));
}

/* By the name where one side has nothing else; two mails of nobody are of the same one. */
static gboolean is_of_same_author(const PlanItem *item, const Twin *twin)
{
	const Mailbox *author = mail_author(item->mail);
	const char *name = author && author->name ? author->name : "";
	g_autofree char *from_key = twin_from_key(item->mail);

	return author_is_same(from_key, name, twin->from_key, twin->from_name) ||
	       (!*from_key && !*name && !*twin->from_key && !*twin->from_name);
}

/* A mail of which one side has no id: the same subject is given. */
gboolean twin_is_same_by_content(const PlanItem *item, const Twin *twin, const Overlap *overlap)
{
	if (!is_of_same_author(item, twin) || has_other_attachments(item, twin))
		return FALSE;
	if (has_other_recipients(item, twin))
		return FALSE;
	if (item->message_id && (twin->has_own_id || twin->is_presumed))
		return is_same_under_other_id(item, twin, overlap);
	if (overlap->is_equal)
		return twin_compare_times(item, twin) >= TIME_NEAR;
	/* Machines write one text again and again, with other numbers. */
	switch (twin_compare_times(item, twin)) {
	case TIME_MATCH:
		return overlap->is_framed || (overlap->share >= .5 && overlap->numbers >= .8);
	case TIME_WEAK:
		return !overlap->is_short && overlap->is_own && overlap->share >= .5 &&
		       overlap->numbers == 1;
	case TIME_NEAR:
		return !overlap->is_short && overlap->is_own && overlap->share >= .8 &&
		       overlap->numbers == 1;
	default:
		return FALSE;
	}
}

gboolean twin_has_content_identity(const PlanItem *item)
{
	return item->is_inline || item->sent_precision != PRECISION_NONE;
}

Twin twin_of(const PGresult *result, int row)
{
	return (Twin){
		.message_id = db_bigint(result, row, 0),
		.own_key = db_text(result, row, 1),
		.from_key = db_text(result, row, 2),
		.base_subject = db_text(result, row, 3),
		.text = db_text(result, row, 4),
		.new_text = db_text(result, row, 5),
		.sent_at = db_time(result, row, 6),
		.is_reconstructed = db_bool(result, row, 7),
		.attachments = db_text(result, row, 8),
		.recipients = db_text(result, row, 9),
		.has_own_id = db_bool(result, row, 10),
		.is_presumed = db_bool(result, row, 11),
		.has_zone = db_bool(result, row, 12),
		.has_minute = db_bool(result, row, 13),
		.has_second = db_bool(result, row, 14),
		.from_name = db_text(result, row, 15),
		.subject = db_text(result, row, 16),
		.internet_message_id = db_text(result, row, 17),
		.refs = db_text(result, row, 18),
		.files = db_bigint(result, row, 19),
		.people = db_text(result, row, 20),
	};
}
