#include "store/address.h"

#include <string.h>

#include "mime/address.h"
#include "store/db.h"

void agent_address_clear(AgentAddress *found)
{
	g_free(found->tenant);
	g_free(found->address);
	g_free(found->word);
	memset(found, 0, sizeof *found);
}

static AddressAnswer answer_of(const char *name)
{
	if (strcmp(name, "quota") == 0)
		return ADDRESS_OVER_QUOTA;
	return strcmp(name, "rate") == 0 ? ADDRESS_OVER_RATE : ADDRESS_TAKES_MAIL;
}

gboolean address_find(Store *store, const char *recipient, AgentAddress *found, GError **error)
{
	g_autofree char *key = address_key(recipient);
	char *at = strrchr(key, '@');
	g_autoptr(Args) args = args_new();
	g_autoptr(PGresult) result = NULL;

	memset(found, 0, sizeof *found);
	if (!at)
		return TRUE;
	*at = '\0';
	args_text(args, key);
	args_text(args, at + 1);
	result = db_run(store, "looking up an agent address",
		"SELECT tenant, address, word, case_id, answer FROM casegate.address_lookup($1, "
		"$2)",
		args, error);
	if (!result)
		return FALSE;
	if (PQntuples(result) == 0 || !db_text(result, 0, 0))
		return TRUE;
	found->tenant = g_strdup(db_text(result, 0, 0));
	found->address = g_strdup(db_text(result, 0, 1));
	found->word = g_strdup(db_text(result, 0, 2));
	found->case_id = db_bigint(result, 0, 3);
	found->answer = answer_of(db_text(result, 0, 4));
	return TRUE;
}
