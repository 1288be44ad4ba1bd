/* Account: one mailbox at Microsoft, and how its requests are made: with a token that is good, to
 * the right host, again where that may help, and not before Microsoft's patience is over. */
#pragma once

#include "graph/told.h"
#include "graph/cloud.h"
#include "graph/remedy.h"
#include "store/outlook.h"

typedef struct {
	Store *store;                  /* borrowed */
	const GraphSettings *settings; /* borrowed */
	Http *http;                    /* borrowed */
	Registration *registration;    /* with its secrets still sealed */
	OutlookConnection *connection;
	Cloud cloud;
	char *path;              /* "/me", or "/users/anna%40acme.example" app-only */
	gint64 token_given_at;   /* seconds since 1970 */
	Secret *access_token;    /* NULL: not asked for yet */
	gint64 patience_seconds; /* how long one call may be repeated and waited for */
	double park_seconds; /* after CASEGATE_ERROR_RETRY: how long to leave it alone; 0: unsaid */
	double login_park_seconds; /* the same of the login host, for all mailboxes of the app */
	gboolean (*wait)(gint64 ms, gpointer data); /* FALSE: the process ends */
	gpointer data;
	guint requests;     /* so far */
	GHashTable *stamps; /* borrowed, may be NULL: by Graph's id, what header blocks were seen to
			       say */
} Account;

/* NULL with an error: CASEGATE_ERROR_CONFIGURE without a registration, CASEGATE_ERROR_REJECT
 * without a connection. user NULL: the tenant's app itself, for token_ask() alone. */
Account *account_open(Store *store, const GraphSettings *settings, Http *http, const char *tenant,
	const char *user, GError **error);
void account_close(Account *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Account, account_close)

typedef struct {
	const char *method;
	const char *path; /* below the mailbox: "/messages?…"; or NULL … */
	const char *link; /* … and a whole address that Microsoft gave us; or NULL … */
	const char *root; /* … and what lies outside of the mailbox: "/subscriptions" */
	const char *prefer, *content_type, *body;
	gsize body_size;
	gsize answer_max;      /* 0: what JSON needs */
	gboolean is_once;      /* sending: repeated only where Microsoft surely has not got it */
	gboolean is_head_only; /* see http.h */
	guint timeout_seconds; /* 0: the usual */
} Call;

/* What a call met that is no success. */
typedef struct {
	RemedyKind kind;
	gboolean is_unclear; /* of is_once: it may have been carried out */
	int status;
} CallTrouble;

/* Asks, and sees to the token, to Retry-After and to what passes. TRUE with a 2xx. FALSE with an
 * error in the tenant's language; trouble (may be NULL) says more. */
gboolean account_call(Account *account, const Call *call, HttpAnswer *answer, CallTrouble *trouble,
	GError **error);
/* The same for JSON: the answer's object, never NULL on success. */
json_t *account_get(Account *account, const Call *call, CallTrouble *trouble, GError **error);
/* The whole addresses below the mailbox, and beside it. To be freed. */
char *account_url(const Account *account, const char *path);
/* Waits before try number tries + 1, for park_seconds where that is said; FALSE: not worth it here,
 * by until (monotonic, microseconds). Others are told that the mailbox is parked. */
gboolean account_wait(Account *account, guint tries, gint64 until);
/* Notes what an error means for the connection: its state, its last error, and how long to wait. */
gboolean account_note_error(Account *account, const GError *cause, GError **error);
