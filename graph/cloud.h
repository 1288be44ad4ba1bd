/* Cloud: which hosts a tenant's token may be sent to. A tenant names one of Microsoft's clouds; the
 * hosts are never anybody's free text (GRAPH.md 1.1), but for the operator's own of cloud "global".
 */
#pragma once

#include "graph/seal.h"

/* What the process that calls us knows; plain values, borrowed. */
typedef struct {
	const char *login_url, *api_url; /* of cloud "global", without a slash at the end */
	const char *public_url;          /* "" for none */
	guint poll_seconds;              /* 0: no round by itself */
	const SealRing *ring;
} GraphSettings;

typedef struct {
	const char *login_url, *api_url;
	/* Before the name of a permission: a bare one means cloud global. */
	const char *scope_prefix;
} Cloud;

/* FALSE where there is no cloud of this name. */
gboolean cloud_find(const GraphSettings *settings, const char *name, Cloud *cloud);
/* "global, us-l4, us-l5 or china" */
const char *cloud_names(void);
