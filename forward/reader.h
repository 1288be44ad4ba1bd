/* A header block while it is read, line by line (forward/block.h): the labels seen and their
 * values. Pure; what one call looks at is bounded. */
#pragma once

#include "forward/block.h"

typedef struct {
	const char *const *lines;
	guint count; /* of lines that may be looked at */
	guint end;   /* the line behind the last that belongs to the block */
	Block *block;
	GString *values[LABEL_OTHER + 1]; /* by label; NULL: not stated */
	Languages languages;              /* in which all labels so far can be read */
	Languages date_languages;
	Label last;          /* whose value the next line may go on */
	gboolean is_stacked; /* values stand below their labels */
	gboolean is_broken;  /* another block begins where this one should go on */
	gboolean is_bare;    /* labels have no colon */
	gboolean is_spaced;  /* a blank line stands between all lines */
} Reader;

void reader_clear(Reader *reader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

/* Does this label hold people? Their lines are long and get wrapped anywhere. */
gboolean reader_is_people(Label label);
/* The label of a line within a block: as label_parse(), and fields of mails that nobody names. */
Label reader_label(
	const Reader *reader, const char *line, const char **value, Languages *languages);
/* "X-Mailer: mutt", a field of a mail's header that nobody names: LABEL_OTHER. */
Label reader_field(const char *line, const char **value);
gboolean reader_is_stated(const Reader *reader, Label label);
/* Stated, and not empty. */
gboolean reader_has_value(const Reader *reader, Label label);
/* Are sender, date, recipients and subject stated? */
gboolean reader_is_complete(const Reader *reader);
/* Does the line begin with a label that the block does not have yet? */
gboolean reader_is_new_label(const Reader *reader, const char *line);

/* Takes the value of the label that begins the line, and of others on the same line. FALSE: there
 * is none, or the block has it already and the next block begins. */
gboolean reader_add_line(Reader *reader, const char *line);
/* Appends a piece to a value: without bidi marks, blanks folded, apart from what is there. */
void reader_append(GString *value, const char *piece, gsize length, Label label);
