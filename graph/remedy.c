#include "graph/remedy.h"

#include <stdlib.h>
#include <string.h>

/* ---- the sentences ---- */

#define SIGN_IN_AGAIN                                                                            \
	"Der Benutzer muss sich neu anmelden: „Neu verbinden“.", "The user must sign in again: " \
								 "\"Reconnect\"."
#define LATER                                                                                     \
	"Microsoft ist gerade nicht erreichbar oder überlastet; es wird von selbst noch einmal " \
	"versucht.",                                                                              \
		"Microsoft cannot be reached or is busy; it is tried again by itself."
#define CONSENT                                                                             \
	"Ein Administrator des Unternehmens muss den Berechtigungen zustimmen: "            \
	"„Administratorzustimmung“.",                                                       \
		"An administrator of the company must consent to the permissions: \"Admin " \
		"consent\"."
#define REGISTRATION                                                                               \
	"Ein Administrator muss die App-Registrierung in Entra prüfen und ihre Angaben hier neu " \
	"speichern.",                                                                              \
		"An administrator must check the app registration in Entra and save it here "      \
		"again."
#define POLICY                                                                                   \
	"Eine Richtlinie des Unternehmens verhindert die Anmeldung; ein Administrator muss sie " \
	"für diese App erlauben.",                                                               \
		"A policy of the company prevents this sign-in; an administrator must allow it " \
		"for this app."
#define DECLINED                                                                          \
	"Die Zustimmung wurde abgelehnt; der Benutzer kann sich jederzeit neu anmelden.", \
		"Consent was declined; the user may sign in again at any time."
#define SECRET                                                                                     \
	"Der geheime Clientschlüssel stimmt nicht: Ein Administrator muss den Wert (nicht die "   \
	"ID) des Schlüssels aus Entra eintragen.",                                                 \
		"The client secret is wrong: an administrator must enter the secret's value (not " \
		"its ID) from Entra."
#define SECRET_EXPIRED                                                                              \
	"Der geheime Clientschlüssel ist abgelaufen: Ein Administrator muss in Entra einen neuen " \
	"anlegen und hier eintragen.",                                                              \
		"The client secret has expired: an administrator must create a new one in Entra "   \
		"and enter it here."
#define CERTIFICATE                                                                                \
	"Das Zertifikat wird nicht anerkannt: Ein Administrator muss es in der App-Registrierung " \
	"hinterlegen.",                                                                            \
		"The certificate is not accepted: an administrator must add it to the app "        \
		"registration."
#define REDIRECT                                                                                   \
	"Die Umleitungs-URI ist nicht registriert: Ein Administrator muss sie in Entra unter der " \
	"Plattform „Web“ eintragen.",                                                              \
		"The redirect URI is not registered: an administrator must add it in Entra under " \
		"the platform \"Web\"."
#define WRONG_DIRECTORY                                                                         \
	"Verzeichnis-ID oder Anwendungs-ID stimmen nicht: Ein Administrator muss sie prüfen.",  \
		"The directory ID or the application ID is wrong: an administrator must check " \
		"them."
#define WRONG_ACCOUNT                                                                            \
	"Dieses Konto gehört nicht zum eingetragenen Verzeichnis: Der Benutzer muss sich mit "  \
	"seinem Firmenkonto anmelden.",                                                          \
		"This account does not belong to the directory: the user must sign in with the " \
		"company account."
#define WRONG_CLOUD                                                                                \
	"Das Verzeichnis liegt in einer anderen Microsoft-Cloud: Ein Administrator muss die "      \
	"richtige wählen.",                                                                        \
		"The directory lies in another Microsoft cloud: an administrator must choose the " \
		"right one."
#define NO_MAILBOX                                                                                \
	"Das Konto hat kein Postfach in Exchange Online: Ein Administrator muss die Lizenz "      \
	"prüfen.",                                                                                \
		"The account has no mailbox in Exchange Online: an administrator must check the " \
		"licence."
#define ON_PREMISES                                                                            \
	"Das Postfach liegt nicht in Exchange Online und kann nicht angebunden werden; Mails " \
	"gehen weiter per BCC ein.",                                                           \
		"The mailbox is not in Exchange Online and cannot be connected; BCC keeps "    \
		"working."
#define DENIED                                                                                  \
	"Der Zugriff auf dieses Postfach ist nicht erlaubt: Ein Administrator muss die "        \
	"Berechtigung oder die Zugriffsrichtlinie der App prüfen.",                             \
		"Access to this mailbox is not allowed: an administrator must check the app's " \
		"permission or access policy."
#define SEND_AS                                                                                  \
	"Das Konto darf mit diesem Absender nicht senden: Ein Administrator muss die Rechte am " \
	"Postfach prüfen.",                                                                      \
		"The account may not send as this sender: an administrator must check the "      \
		"mailbox's rights."
#define OURS                                                                       \
	"Microsoft versteht die Anfrage nicht: Bitte den Betreiber verständigen.", \
		"Microsoft does not understand the request: please tell the operator."
#define RECIPIENTS                                                            \
	"Microsoft nimmt die Empfänger nicht an: bitte die Adressen prüfen.", \
		"Microsoft does not take the recipients: please check the addresses."
#define TOO_LARGE                                                                                  \
	"Die Mail ist zu groß für die Anbindung: bitte aus Outlook senden, mit der Adresse des " \
	"Vorgangs im BCC.",                                                                        \
		"The mail is too large for the integration: send it from Outlook with the case's " \
		"address in BCC."
#define QUOTA                                                                                    \
	"Das Postfach ist voll oder sein Sendelimit erreicht; es wird stündlich neu versucht.",  \
		"The mailbox is full or has reached its sending limit; it is tried again every " \
		"hour."
#define GONE "Die Mail ist nicht mehr im Postfach.", "The mail is not in the mailbox any more."
#define RESYNC                                                              \
	"Microsoft hat den Stand des Abgleichs verworfen; er beginnt neu.", \
		"Microsoft has dropped the state of the sync; it begins anew."
#define REFUSED "Microsoft hat die Anfrage abgelehnt.", "Microsoft has refused the request."

#define NOT_IDENTIFIED                                                                         \
	"Microsoft hat nicht bestätigt, wer sich angemeldet hat: Der Benutzer muss sich neu " \
	"anmelden.",                                                                           \
		"Microsoft did not confirm who signed in: the user must sign in again."
#define INTERRUPTED                                                               \
	"Die Anmeldung wurde unterbrochen: Der Benutzer muss sich neu anmelden.", \
		"The sign-in was interrupted: the user must sign in again."
#define TAKEN                                                                                      \
	"Dieses Postfach hat schon ein anderer Benutzer verbunden; ein Postfach gehört zu genau " \
	"einem Benutzer.",                                                                         \
		"This mailbox is connected by another user already; a mailbox belongs to one "     \
		"user."

static const struct {
	const char *german, *english;
} sentences[] = {
	{SIGN_IN_AGAIN},
	{LATER},
	{CONSENT},
	{REGISTRATION},
	{POLICY},
	{DECLINED},
	{SECRET},
	{SECRET_EXPIRED},
	{CERTIFICATE},
	{REDIRECT},
	{WRONG_DIRECTORY},
	{WRONG_ACCOUNT},
	{WRONG_CLOUD},
	{NO_MAILBOX},
	{ON_PREMISES},
	{DENIED},
	{SEND_AS},
	{OURS},
	{RECIPIENTS},
	{TOO_LARGE},
	{QUOTA},
	{GONE},
	{RESYNC},
	{REFUSED},
	{NOT_IDENTIFIED},
	{INTERRUPTED},
	{TAKEN},
};

/* ---- the login host ---- */

/* By number: only the sentence, and where the class leaves it open who must act. */
static const struct {
	int number;
	Remedy remedy;
} numbers[] = {
	{50196,   {REMEDY_RETRY, LATER}          },
	{90055,   {REMEDY_RETRY, LATER}          },
	{65004,   {REMEDY_RECONNECT, DECLINED}   },
	{65001,   {REMEDY_CONSENT, CONSENT}      },
	{90094,   {REMEDY_CONSENT, CONSENT}      },
	{90095,   {REMEDY_CONSENT, CONSENT}      },
	{90008,   {REMEDY_CONSENT, CONSENT}      },
	{65005,   {REMEDY_CONSENT, CONSENT}      },
	{650056,  {REMEDY_CONSENT, CONSENT}      },
	{650057,  {REMEDY_CONSENT, CONSENT}      },
	{500011,  {REMEDY_CONSENT, CONSENT}      },
	{650052,  {REMEDY_CONSENT, CONSENT}      },
	{7000215, {REMEDY_ADMIN, SECRET}         },
	{7000218, {REMEDY_ADMIN, SECRET}         },
	{7000222, {REMEDY_ADMIN, SECRET_EXPIRED} },
	{700027,  {REMEDY_ADMIN, CERTIFICATE}    },
	{700030,  {REMEDY_ADMIN, CERTIFICATE}    },
	{50012,   {REMEDY_ADMIN, CERTIFICATE}    },
	{50011,   {REMEDY_ADMIN, REDIRECT}       },
	{900971,  {REMEDY_ADMIN, REDIRECT}       },
	{9002325, {REMEDY_ADMIN, REDIRECT}       },
	{700016,  {REMEDY_ADMIN, WRONG_DIRECTORY}},
	{90002,   {REMEDY_ADMIN, WRONG_DIRECTORY}},
	{50194,   {REMEDY_ADMIN, REGISTRATION}   },
	{700025,  {REMEDY_ADMIN, REGISTRATION}   },
	{700011,  {REMEDY_ADMIN, REGISTRATION}   },
	{7000112, {REMEDY_ADMIN, REGISTRATION}   },
	{70001,   {REMEDY_ADMIN, REGISTRATION}   },
	{70002,   {REMEDY_ADMIN, REGISTRATION}   },
	{90038,   {REMEDY_ADMIN, WRONG_CLOUD}    },
	{900382,  {REMEDY_ADMIN, WRONG_CLOUD}    },
	{900432,  {REMEDY_ADMIN, WRONG_CLOUD}    },
	{50034,   {REMEDY_ADMIN, WRONG_ACCOUNT}  },
	{50020,   {REMEDY_ADMIN, WRONG_ACCOUNT}  },
	{51004,   {REMEDY_ADMIN, WRONG_ACCOUNT}  },
	{16000,   {REMEDY_ADMIN, WRONG_ACCOUNT}  },
	{53003,   {REMEDY_ADMIN, POLICY}         },
	{530032,  {REMEDY_ADMIN, POLICY}         },
	{530034,  {REMEDY_ADMIN, POLICY}         },
	{530035,  {REMEDY_ADMIN, POLICY}         },
	{50131,   {REMEDY_ADMIN, POLICY}         },
	{50105,   {REMEDY_ADMIN, POLICY}         },
	{50057,   {REMEDY_ADMIN, POLICY}         },
	{50014,   {REMEDY_ADMIN, POLICY}         },
	{500021,  {REMEDY_ADMIN, POLICY}         },
	{500022,  {REMEDY_ADMIN, POLICY}         },
	{500212,  {REMEDY_ADMIN, POLICY}         },
	{500213,  {REMEDY_ADMIN, POLICY}         },
};

/* By class. */
static const struct {
	const char *error;
	Remedy remedy;
} classes[] = {
	{"temporarily_unavailable",   {REMEDY_RETRY, LATER}            },
	{"server_error",              {REMEDY_RETRY, LATER}            },
	{"invalid_grant",             {REMEDY_RECONNECT, SIGN_IN_AGAIN}},
	{"interaction_required",      {REMEDY_RECONNECT, SIGN_IN_AGAIN}},
	{"login_required",            {REMEDY_RECONNECT, SIGN_IN_AGAIN}},
	{"bad_token",                 {REMEDY_RECONNECT, SIGN_IN_AGAIN}},
	{"consent_required",          {REMEDY_CONSENT, CONSENT}        },
	{"access_denied",             {REMEDY_RECONNECT, DECLINED}     },
	{"permission_denied",         {REMEDY_CONSENT, CONSENT}        },
	{"invalid_client",            {REMEDY_ADMIN, REGISTRATION}     },
	{"unauthorized_client",       {REMEDY_ADMIN, REGISTRATION}     },
	{"invalid_resource",          {REMEDY_ADMIN, REGISTRATION}     },
	{"invalid_request",           {REMEDY_ADMIN, OURS}             },
	{"invalid_scope",             {REMEDY_ADMIN, OURS}             },
	{"unsupported_grant_type",    {REMEDY_ADMIN, OURS}             },
	{"unsupported_response_type", {REMEDY_ADMIN, OURS}             },
};

char *remedy_aadsts(const char *description)
{
	const char *at = description != NULL ? strstr(description, "AADSTS") : NULL;
	gsize length;

	if (at == NULL)
		return NULL;
	length = strspn(at + strlen("AADSTS"), "0123456789");
	return length > 0 && length < 10 ? g_strndup(at, strlen("AADSTS") + length) : NULL;
}

/* A class that lets the number say who must act: invalid_grant is the user's own, whatever the
 * number, but for a missing consent and the company's policies. */
static gboolean number_decides(const char *error)
{
	static const char *const open[] = {"invalid_grant", "interaction_required", "access_denied",
		"invalid_request", "invalid_client", "unauthorized_client", "login_required",
		"consent_required", "invalid_resource", NULL};

	return error == NULL || g_strv_contains(open, error);
}

Remedy remedy_of_login(int status, const char *error, const char *suberror, const char *description)
{
	g_autofree char *aadsts = remedy_aadsts(description);
	gint64 number = aadsts != NULL ? g_ascii_strtoll(aadsts + strlen("AADSTS"), NULL, 10) : 0;

	if (status == 429 || status >= 500 || status == 408)
		return remedy_of_network();
	if (g_strcmp0(suberror, "consent_required") == 0)
		return (Remedy){REMEDY_CONSENT, CONSENT};
	for (guint i = 0; number != 0 && number_decides(error) && i < G_N_ELEMENTS(numbers); i++)
		if (numbers[i].number == number)
			return numbers[i].remedy;
	for (guint i = 0; error != NULL && i < G_N_ELEMENTS(classes); i++)
		if (g_ascii_strcasecmp(classes[i].error, error) == 0)
			return classes[i].remedy;
	/* What is not JSON came from something before Microsoft. */
	if (error == NULL)
		return remedy_of_network();
	return (Remedy){REMEDY_ADMIN, REGISTRATION};
}

/* ---- Graph ---- */

/* By code, whatever the status. Compared without case. */
static const struct {
	const char *code;
	Remedy remedy;
} codes[] = {
	{"InvalidAuthenticationToken",        {REMEDY_REFRESH, SIGN_IN_AGAIN}  },
	{"CompactToken",                      {REMEDY_REFRESH, SIGN_IN_AGAIN}  },
	{"insufficient_claims",               {REMEDY_RECONNECT, SIGN_IN_AGAIN}},
	{"ErrorSendAsDenied",                 {REMEDY_ADMIN, SEND_AS}          },
	{"ErrorInvalidSender",                {REMEDY_ADMIN, SEND_AS}          },
	{"MailboxNotEnabledForRESTAPI",       {REMEDY_ADMIN, NO_MAILBOX}       },
	{"ErrorMailboxNotEnabledForRESTAPI",  {REMEDY_ADMIN, NO_MAILBOX}       },
	{"ErrorNonExistentMailbox",           {REMEDY_ADMIN, NO_MAILBOX}       },
	{"ErrorInvalidUser",                  {REMEDY_ADMIN, NO_MAILBOX}       },
	{"RequestBodyRead",                   {REMEDY_ADMIN, ON_PREMISES}      },
	{"extensionError",                    {REMEDY_ADMIN, ON_PREMISES}      },
	{"SyncStateNotFound",                 {REMEDY_RESYNC, RESYNC}          },
	{"SyncStateInvalid",                  {REMEDY_RESYNC, RESYNC}          },
	{"resyncRequired",                    {REMEDY_RESYNC, RESYNC}          },
	{"ErrorItemNotFound",                 {REMEDY_GONE, GONE}              },
	{"ErrorInvalidRecipients",            {REMEDY_REJECT, RECIPIENTS}      },
	{"ErrorRecipientLimitExceeded",       {REMEDY_REJECT, RECIPIENTS}      },
	{"ErrorMessageSizeExceeded",          {REMEDY_REJECT, TOO_LARGE}       },
	{"ErrorQuotaExceeded",                {REMEDY_RETRY, QUOTA}            },
	{"quotaLimitReached",                 {REMEDY_RETRY, QUOTA}            },
	{"ErrorExceededMessageLimit",         {REMEDY_RETRY, QUOTA}            },
	{"TooManyRequests",                   {REMEDY_RETRY, LATER}            },
	{"ApplicationThrottled",              {REMEDY_RETRY, LATER}            },
	{"ErrorTooManyObjectsOpened",         {REMEDY_RETRY, LATER}            },
	{"activityLimitReached",              {REMEDY_RETRY, LATER}            },
	{"ErrorExecuteSearchStaleData",       {REMEDY_RETRY, LATER}            },
	{"ErrorServerBusy",                   {REMEDY_RETRY, LATER}            },
	{"ErrorMailboxStoreUnavailable",      {REMEDY_RETRY, LATER}            },
	{"ErrorInternalServerTransientError", {REMEDY_RETRY, LATER}            },
	{"ErrorTimeoutExpired",               {REMEDY_RETRY, LATER}            },
};

/* A 403 means that a permission was never granted, or that a policy keeps this app out of this
 * mailbox. The codes are the same; only the text tells them apart. */
static Remedy remedy_of_denial(const char *code, const char *message)
{
	static const char *const of_policy[] = {
		"OData is disabled", "AccessPolicy", "RAOP", "policy"};
	static const char *const denials[] = {
		"ErrorAccessDenied", "accessDenied", "Authorization_RequestDenied"};
	static const char *const of_consent[] = {
		"scope", "scp", "role", "privilege", "consent", "permission", "Check credentials"};
	g_autofree char *text =
		g_strconcat(code != NULL ? code : "", " ", message != NULL ? message : "", NULL);

	for (guint i = 0; i < G_N_ELEMENTS(of_policy); i++)
		if (strcasestr(text, of_policy[i]) != NULL)
			return (Remedy){REMEDY_ADMIN, DENIED};
	/* Where no policy is named, the permission is missing or was withdrawn. */
	for (guint i = 0; code != NULL && i < G_N_ELEMENTS(denials); i++)
		if (g_ascii_strcasecmp(code, denials[i]) == 0)
			return (Remedy){REMEDY_CONSENT, CONSENT};
	for (guint i = 0; i < G_N_ELEMENTS(of_consent); i++)
		if (strcasestr(text, of_consent[i]) != NULL)
			return (Remedy){REMEDY_CONSENT, CONSENT};
	return (Remedy){REMEDY_ADMIN, DENIED};
}

gboolean remedy_is_code(const char *code)
{
	for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
		if (g_ascii_strcasecmp(codes[i].code, code) == 0)
			return TRUE;
	return FALSE;
}

Remedy remedy_of_graph(int status, const char *code, const char *message)
{
	/* Of a folder that each mailbox has: the account may not see this one. */
	if (status == 404 && message != NULL && strcasestr(message, "default folder") != NULL)
		return (Remedy){REMEDY_ADMIN, DENIED};
	for (guint i = 0; code != NULL && i < G_N_ELEMENTS(codes); i++)
		if (g_ascii_strcasecmp(codes[i].code, code) == 0 && (status < 500 || status == 507))
			return codes[i].remedy;
	switch (status) {
	case 401:
		return (Remedy){REMEDY_REFRESH, SIGN_IN_AGAIN};
	case 403:
		return remedy_of_denial(code, message);
	case 404:
		return (Remedy){REMEDY_GONE, GONE};
	case 410:
		return (Remedy){REMEDY_RESYNC, RESYNC};
	case 413:
		return (Remedy){REMEDY_REJECT, TOO_LARGE};
	case 507:
		return (Remedy){REMEDY_RETRY, QUOTA};
	case 408:
	case 409:
	case 423:
	case 429:
	case 509:
		return remedy_of_network();
	default:
		break;
	}
	return status >= 500 || status < 400 ? remedy_of_network()
					     : (Remedy){REMEDY_REJECT, REFUSED};
}

Remedy remedy_of_network(void)
{
	return (Remedy){REMEDY_RETRY, LATER};
}

Remedy remedy_of_mailbox(void)
{
	return (Remedy){REMEDY_ADMIN, NO_MAILBOX};
}

Remedy remedy_of_signin(SigninRefused why)
{
	static const Remedy remedies[] = {
		[REFUSED_ACCOUNT] = {REMEDY_RECONNECT, WRONG_ACCOUNT },
		[REFUSED_IDENTITY] = {REMEDY_RECONNECT, NOT_IDENTIFIED},
		[REFUSED_INTERRUPTED] = {REMEDY_RECONNECT, INTERRUPTED   },
		[REFUSED_MAILBOX] = {REMEDY_REJECT,    TAKEN         },
	};

	return remedies[why];
}

Remedy remedy_of_scopes(void)
{
	return (Remedy){REMEDY_CONSENT, CONSENT};
}

/* ---- as errors ---- */

const char *remedy_sentence(const Remedy *remedy, const char *language)
{
	return g_strcmp0(language, "en") == 0 ? remedy->english : remedy->german;
}

char *remedy_translate(const char *text, const char *language, gboolean *is_known)
{
	const gboolean to_english = g_strcmp0(language, "en") == 0;

	*is_known = TRUE;
	for (guint i = 0; i < G_N_ELEMENTS(sentences); i++) {
		const char *other = to_english ? sentences[i].english : sentences[i].german;

		if (g_str_has_prefix(text, sentences[i].german))
			return g_strconcat(other, text + strlen(sentences[i].german), NULL);
		if (g_str_has_prefix(text, sentences[i].english))
			return g_strconcat(other, text + strlen(sentences[i].english), NULL);
	}
	*is_known = FALSE;
	return g_strdup(text);
}

static CasegateError error_of(RemedyKind kind)
{
	switch (kind) {
	case REMEDY_RETRY:
	case REMEDY_RESYNC:
		return CASEGATE_ERROR_RETRY;
	case REMEDY_RECONNECT:
	case REMEDY_REFRESH:
		return CASEGATE_ERROR_RECONNECT;
	case REMEDY_CONSENT:
		return CASEGATE_ERROR_CONSENT;
	case REMEDY_ADMIN:
		return CASEGATE_ERROR_CONFIGURE;
	case REMEDY_REJECT:
	case REMEDY_GONE:
	default:
		return CASEGATE_ERROR_REJECT;
	}
}

void remedy_set_error(
	const Remedy *remedy, const char *language, const char *details, GError **error)
{
	const char *sentence = remedy_sentence(remedy, language);

	if (details == NULL || *details == '\0')
		g_set_error_literal(error, CASEGATE_ERROR, (int)error_of(remedy->kind), sentence);
	else
		g_set_error(error, CASEGATE_ERROR, (int)error_of(remedy->kind), "%s [%s]", sentence,
			details);
}

char *remedy_hint(const GError *error)
{
	const char *bracket =
		g_str_has_suffix(error->message, "]") ? g_strrstr(error->message, " [") : NULL;

	return bracket != NULL ? g_strndup(error->message, (gsize)(bracket - error->message))
			       : g_strdup(error->message);
}

const char *remedy_state(const GError *error)
{
	switch ((CasegateError)error->code) {
	case CASEGATE_ERROR_RECONNECT:
		return "reconnect";
	case CASEGATE_ERROR_CONSENT:
		return "consent";
	case CASEGATE_ERROR_CONFIGURE:
		return "admin";
	case CASEGATE_ERROR_RETRY:
	case CASEGATE_ERROR_REJECT:
	default:
		return NULL;
	}
}

const char *remedy_word(const GError *error)
{
	const char *state = remedy_state(error);

	if (state != NULL)
		return state;
	return error->code == CASEGATE_ERROR_RETRY ? "later" : "failed";
}
