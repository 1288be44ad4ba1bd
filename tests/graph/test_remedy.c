#include "graph/remedy.h"

#include <string.h>

/* What the login host says, and the word that a person is told. */
static const struct {
	const char *name;
	int status;
	const char *error, *suberror, *description, *want, *says;
} logins[] = {
	{"revoked",                400, "invalid_grant",           NULL,
         "AADSTS50173: The grant was revoked.\r\nTrace ID: 1",                                                                     "reconnect", "sign in again"  },
	{"unknown number",         400, "invalid_grant",           NULL,               "AADSTS99999999: New.",                     "reconnect",
         "sign in again"																	 },
	{"no consent",             400, "invalid_grant",           NULL,               "AADSTS65001: The user has not consented.",
         "consent",															     "consent"        },
	{"no consent by suberror", 400, "invalid_grant",           "consent_required", NULL,                                       "consent",
         "consent"																	       },
	{"declined",               0,   "access_denied",           NULL,               "AADSTS65004: User declined.",              "reconnect",
         "declined"																	      },
	{"declined, no number",    0,   "access_denied",           NULL,               "the user canceled",                        "reconnect",
         "declined"																	      },
	{"admin must consent",     0,   "access_denied",           NULL,               "AADSTS90094: Admin consent.",              "consent",
         "consent"																	       },
	{"consent required",       0,   "consent_required",        NULL,               NULL,                                       "consent",   "consent"        },
	{"wrong secret",           401, "invalid_client",          NULL,               "AADSTS7000215: Invalid client secret.",
         "admin",															       "not its ID"     },
	{"expired secret",         401, "invalid_client",          NULL,               "AADSTS7000222: expired",                   "admin",
         "expired"																	       },
	{"certificate",            401, "invalid_client",          NULL,               "AADSTS700027: signature",                  "admin",
         "certificate"																	   },
	{"wrong client",           400, "unauthorized_client",     NULL,               "AADSTS700016: not found",                  "admin",
         "application ID"																	},
	{"redirect",               0,   "invalid_request",         NULL,               "AADSTS50011: reply address",               "admin",     "Web"            },
	{"conditional access",     400, "invalid_grant",           NULL,               "AADSTS53003: Blocked",                     "admin",
         "policy"																		},
	{"multi-factor",           400, "interaction_required",    NULL,               "AADSTS50076: MFA",                         "reconnect",
         "sign in"																	       },
	{"busy",		   503, "temporarily_unavailable", NULL,               NULL,                                       "later",     "again by itself"},
	{"throttled",              429, NULL,                      NULL,               NULL,                                       "later",     "again by itself"},
	{"HTML",		   502, NULL,                      NULL,               NULL,                                       "later",     "again by itself"},
	{"HTML with 400",          400, NULL,                      NULL,               NULL,                                       "later",     "again by itself"},
	{"unknown class",          400, "some_new_error",          NULL,               NULL,                                       "admin",     "registration"   },
	{"ours",		   400, "invalid_scope",           NULL,               "AADSTS70011",                              "admin",     "operator"       },
};

static const struct {
	const char *name;
	int status;
	const char *code, *message;
	RemedyKind want;
} graphs[] = {
	{"expired token",         401, "InvalidAuthenticationToken",  NULL,                           REMEDY_REFRESH  },
	{"no code",               401, NULL,                          NULL,                           REMEDY_REFRESH  },
	{"claims",                401, "insufficient_claims",         NULL,                           REMEDY_RECONNECT},
	{"missing scope",         403, "ErrorAccessDenied",
         "Access is denied. Check credentials and try again.",                                        REMEDY_CONSENT  },
	{"missing privileges",    403, "Authorization_RequestDenied", "Insufficient privileges",
         REMEDY_CONSENT											       },
	{"access policy",         403, "ErrorAccessDenied",           "Access to OData is disabled.", REMEDY_ADMIN    },
	{"denied, and no word",   403, "ErrorAccessDenied",           NULL,                           REMEDY_CONSENT  },
	{"denied, in lower case", 403, "accessDenied",                "Access is denied.",            REMEDY_CONSENT  },
	{"denied by RAOP",        403, "ErrorAccessDenied",
         "[RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.",		      REMEDY_ADMIN    },
	{"any other",             403, "Forbidden",                   NULL,                           REMEDY_ADMIN    },
	{"send as",               403, "ErrorSendAsDenied",           NULL,                           REMEDY_ADMIN    },
	{"no mailbox",            404, "MailboxNotEnabledForRESTAPI", NULL,                           REMEDY_ADMIN    },
	{"moved",                 404, "ErrorItemNotFound",           NULL,                           REMEDY_GONE     },
	{"gone state",            410, NULL,                          NULL,                           REMEDY_RESYNC   },
	{"lost state",            400, "syncStateNotFound",           NULL,                           REMEDY_RESYNC   },
	{"throttled",             429, "TooManyRequests",             NULL,                           REMEDY_RETRY    },
	{"busy",		  503, "ErrorServerBusy",             NULL,                           REMEDY_RETRY    },
	{"a gateway",             502, NULL,                          NULL,                           REMEDY_RETRY    },
	{"stale search",          400, "errorexecutesearchstaledata", NULL,                           REMEDY_RETRY    },
	{"too large",             413, NULL,                          NULL,                           REMEDY_REJECT   },
	{"recipients",            400, "ErrorInvalidRecipients",      NULL,                           REMEDY_REJECT   },
	{"quota",                 507, "ErrorQuotaExceeded",          NULL,                           REMEDY_RETRY    },
	{"on premises",           400, "RequestBodyRead",             NULL,                           REMEDY_ADMIN    },
};

static void test_login(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	const Remedy remedy = remedy_of_login(
		logins[i].status, logins[i].error, logins[i].suberror, logins[i].description);
	g_autoptr(GError) error = NULL;
	g_autofree char *hint = NULL;

	remedy_set_error(&remedy, "en", "details", &error);
	hint = remedy_hint(error);
	g_assert_cmpstr(remedy_word(error), ==, logins[i].want);
	g_assert_nonnull(strstr(hint, logins[i].says));
	g_assert_null(strstr(hint, "details"));
	g_assert_cmpstr(remedy_sentence(&remedy, "de"), !=, hint);
}

static void test_graph(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);

	g_assert_cmpint(remedy_of_graph(graphs[i].status, graphs[i].code, graphs[i].message).kind,
		==, graphs[i].want);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(logins); i++) {
		g_autofree char *path = g_strconcat("/remedy/login/", logins[i].name, NULL);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_login);
	}
	for (guint i = 0; i < G_N_ELEMENTS(graphs); i++) {
		g_autofree char *path = g_strconcat("/remedy/graph/", graphs[i].name, NULL);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_graph);
	}
	return g_test_run();
}
