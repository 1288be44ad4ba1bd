/* Dialog view: from a visit to the page, for dialog.c and the acts. */
#pragma once

#include "server/dialog_page.h"
#include "server/visit.h"

void dialog_view_init(DialogView *view, const Site *site, const Visit *visit);
void dialog_view_add_fault(DialogView *view, const char *field, Text text);
/* Writes the page of a view and answers with it. */
void dialog_answer(Site *site, struct evhttp_request *request, int status, DialogView *view);
/* 503: the database is away. */
void dialog_answer_later(struct evhttp_request *request, const GError *error);
