/* Labels: the words that mail clients write around forwarded and quoted mail, in 30 languages and
 * more.
 *
 * The words are data (forward/labels/ *.txt, a file a language, a line a meaning, compiled in;
 * forward/phrase.h reads them): a person adds a language there without knowing C. Look-ups fold
 * case, take non-breaking for plain blanks, pass over bidi marks and zero-width characters. Pure
 * and linear in the length of the line. A word may belong to several languages. */
#pragma once

#include <glib.h>

typedef enum {
	LABEL_NONE,
	LABEL_FROM,
	LABEL_DATE,
	LABEL_TO,
	LABEL_CC,
	LABEL_BCC,
	LABEL_SUBJECT,
	LABEL_REPLY_TO,
	LABEL_OTHER, /* Importance, Attachments, Organization, … : part of a block, not read */
} Label;

/* A set of languages, a bit each; 0: unknown. All languages of labels_language(). */
typedef guint64 Languages;

/* The header label that a line begins with: "Von:", "*Gesendet:*", "From :", "发件人：". *value
 * points behind the colon and blanks (also behind the closing * of bold). languages may be NULL.
 * LABEL_NONE: none. */
Label label_parse(const char *line, const char **value, Languages *languages);
/* The same without a colon, where a block is sure to be: eM Client's "Von "Anna" <…>", or the whole
 * line, as Notes writes. Only sender, date, recipients and subject. */
Label label_parse_bare(const char *line, const char **value, Languages *languages);
/* The same anywhere in a line, for blocks that a client wrote on one line ("Von: A Gesendet: …"):
 * the next label at or behind at that stands behind a blank; *start is where it begins. */
Label label_find(const char *at, const char **start, const char **value, Languages *languages);

typedef enum {
	MARK_NONE,
	MARK_FORWARD,  /* "---------- Forwarded message ---------", "Anfang der weitergeleiteten
			  Nachricht:", … */
	MARK_ORIGINAL, /* "-----Ursprüngliche Nachricht-----": replies and forwards alike */
	MARK_RULE,     /* a line of nothing but ____ or ---- */
	MARK_END,      /* "----- End of forwarded message -----" */
} Mark;

/* What kind of separator a line is. *value (may be NULL): what stands behind the words, for Notes'
 * "----- Weitergeleitet von Anna Muster/ACME am 02.03.2026 14:05 -----" (with the closing dashes)
 * and for Samsung's
 * "--- Ursprüngliche Nachricht ---Von: Anna …"; NULL where nothing does. */
Mark mark_parse(const char *line, const char **value);

/* The words of a separator as the whole line, which dashes or a colon do not set apart: only right
 * above a block they are one. */
Mark mark_parse_bare(const char *line);

/* An attribution's verb in these words ("schrieb", "wrote", "a écrit", "写道"): where it starts and
 * ends, or NULL. */
const char *verb_find(const char *text, const char **end, Languages *languages);
/* Does a line begin like an attribution ("Am ", "On ", "Le ", "El ", "В ")? */
gboolean attribution_may_begin(const char *line, Languages *languages);
/* "Von meinem iPhone gesendet", "Sent from my …", "Get Outlook for iOS", … */
gboolean is_mobile_signature(const char *line);
/* "##- Please type your reply above this line -##": a help desk's, and below it all is older. */
gboolean is_reply_line(const char *line);
/* "Sie erhalten nicht häufig E-Mail von …", "[EXTERN]", "CAUTION: This email originated from
 * outside", … */
gboolean is_banner(const char *line);
/* A line that begins a disclaimer ("Diese E-Mail enthält vertrauliche …", "This message is
 * confidential"). */
gboolean is_disclaimer(const char *line);

/* Do all of these languages write the month first ("3/2/2026" is March 2nd)? 0: no. */
gboolean languages_write_month_first(Languages languages);
/* Do they write years of two digits first ("26.03.02")? 0: no. */
gboolean languages_write_year_first(Languages languages);
/* The bit of a language by its code ("de"), 0: unknown. */
Languages language_of(const char *code);
