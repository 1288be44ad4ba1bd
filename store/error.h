/* Errors, named by what must happen next, because that is all that a caller can use.
 * server/reply.c translates them to SMTP, graph/remedy.c from Microsoft's. */
#pragma once

#include <glib.h>

#define CASEGATE_ERROR (casegate_error_quark())
GQuark casegate_error_quark(void);

typedef enum {
	CASEGATE_ERROR_RETRY,     /* the same again later may work:       451, "later:"     */
	CASEGATE_ERROR_REJECT,    /* it never will:                       5xx, "failed:"    */
	CASEGATE_ERROR_RECONNECT, /* the user must sign in again:         "reconnect:"      */
	CASEGATE_ERROR_CONSENT,   /* the tenant's admin must consent:     "consent:"        */
	CASEGATE_ERROR_CONFIGURE, /* the operator must change something:  451, "admin:"     */
} CasegateError;
