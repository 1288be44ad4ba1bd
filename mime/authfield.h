/* One Authentication-Results field (RFC 8601 2.2): comments, quoted strings and folding anywhere.
 * For authres.c. */
#pragma once

#include <glib.h>

enum { AUTHFIELD_MOST_RESULTS = 200 }; /* of one field */

/* What the believed fields say of one mail. */
typedef struct {
	gboolean has_fields;     /* one with our authserv-id was there */
	gboolean is_broken;      /* one could not be read: nothing is believed then */
	char *dmarc;             /* the result, NULL: none stated */
	char *dmarc_from;        /* its header.from */
	gboolean is_conflicting; /* two that differ */
	GHashTable *dkim;        /* domain → has a dkim=pass, all fields together */
	GHashTable *dkim_now;    /* the same of the field that is being read */
	gboolean has_arc_pass;
} AuthFindings;

AuthFindings authfield_findings(void);
void authfield_clear(AuthFindings *findings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AuthFindings, authfield_clear)

/* Takes in the value of one field; nothing where its authserv-id is another. */
void authfield_read(const char *value, const char *authserv_id, AuthFindings *findings);
/* Takes in the results behind the authserv-id and version: "; dmarc=pass …". FALSE where they are
 * malformed. */
gboolean authfield_read_results(const char *results, AuthFindings *findings);
/* Behind white space and comments. NULL where a comment never ends. */
const char *authfield_skip_space(const char *at);
