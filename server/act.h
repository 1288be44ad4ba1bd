/* Act: what a button of the dialog does. The visit is known and the form is from our page; who may
 * do what is a row of the table. Each act answers the request. */
#pragma once

#include "server/visit.h"

typedef struct {
	const char *name;    /* the last word of the form's path */
	gboolean is_for_all; /* only who sees all cases may */
	gboolean needs_key;
	void (*run)(
		Site *site, struct evhttp_request *request, const Visit *visit, const Form *form);
} Act;

/* Never NULL for a name that the routes let through. */
const Act *act_find(const char *name);
