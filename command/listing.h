/* Listing: a table for a person's eyes, as columns aligned under their names. */
#pragma once

#include "store/table.h"

/* Each line ends in \n. names (NULL-terminated) are the columns to show, in this order; NULL for
 * all. Times stand in zone (NULL: UTC). What is wider than width is cut in its widest text columns;
 * 0: nothing is cut. An empty table says "(none)". To be freed. */
char *listing_text(const Table *table, const char *const *names, GTimeZone *zone, guint width,
	gboolean has_color);
