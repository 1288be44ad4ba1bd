/* Dialog page: the Outlook settings as HTML, for one person. Pure: what is shown comes in a
 * DialogView. Secrets are no part of it. */
#pragma once

#include "server/form.h"
#include "server/page.h"
#include "store/dialog.h"

#define DIALOG_PATH      "/settings/outlook"
#define DIALOG_FAULT_MAX 8

/* Something that a person entered and must correct. */
typedef struct {
	const char *field; /* the element's id; "" for none */
	Text text;
} DialogFault;

/* Borrowed. */
typedef struct {
	const Dialog *dialog;
	Language language;
	const char *csrf;         /* what each form repeats */
	const char *redirect_uri; /* NULL: the operator has set no public_url */
	gboolean is_on;           /* Graph and a key file: the operator's part is done */
	Text note;                /* what was just done; TEXTS for nothing */
	const Form *entered;      /* what to show in the fields instead of what is stored; NULL */
	DialogFault faults[DIALOG_FAULT_MAX];
	guint fault_count;
} DialogView;

GString *dialog_page_write(const DialogView *view);
/* A page that says one thing: a refusal, a farewell. */
GString *dialog_page_say(Language language, Text title, Text about, gboolean has_way_back);
/* What is between a heading and the end of a registration's form (dialog_registration.c). */
void dialog_page_add_registration(Page *page, const DialogView *view);
/* The beginning of a form that posts to DIALOG_PATH/action. */
void dialog_page_begin_form(Page *page, const DialogView *view, const char *action);
/* What must be corrected in a field, or NULL. */
const DialogFault *dialog_page_fault(const DialogView *view, const char *field);
/* The value of the view's one registration, or NULL. */
const char *dialog_page_registered(const DialogView *view, const char *column);
