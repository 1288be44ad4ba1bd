#include "graph/item.h"

#include <string.h>

#include "graph/redeem.h"
#include "graph/token.h"
#include "store/keys.h"

#define INDEX_ROOT   "AdqTx0b7vC1Q5m2XQ3yX9mJ0Jq3V2g=="
#define INDEX_ANSWER "AdqTx0b7vC1Q5m2XQ3yX9mJ0Jq3V2gAAAAAB"

/* clang-format off */
/* What a list says of a mail, what the second look adds, and the names that it has then. */
static const struct {
	const char *name, *item, *details;
	const char *keys[4][2]; /* kind and value */
	guint count;
} rows[] = {
	{"an id", "{\"id\":\"A\",\"internetMessageId\":\"<a@b.test>\",\"subject\":\"Hello\",\"conversationId\":\"C\"}", NULL, {{"m", "a@b.test"}}, 1},
	{"an answer's conversation", "{\"id\":\"A\",\"internetMessageId\":\"<a@b.test>\",\"subject\":\"AW: Hello\",\"conversationId\":\"C\"}", NULL,
	 {{"m", "a@b.test"}, {"c", "anna@acme.test\nC"}}, 2},
	{"a thread's root", "{\"id\":\"A\",\"subject\":\"x\",\"conversationId\":\"C\",\"conversationIndex\":\"" INDEX_ROOT "\"}", NULL, {{NULL, NULL}}, 1},
	{"a thread's answer", "{\"id\":\"A\",\"subject\":\"x\",\"conversationId\":\"C\",\"conversationIndex\":\"" INDEX_ANSWER "\"}", NULL, {{"c", "anna@acme.test\nC"}}, 2},
	{"references", "{\"id\":\"A\",\"internetMessageId\":\"<a@b.test>\",\"subject\":\"x\",\"conversationId\":\"C\"}",
	 "{\"singleValueExtendedProperties\":[{\"id\":\"String 0x1042\",\"value\":\"<p@b.test>\"},{\"id\":\"String 0x1039\",\"value\":\"<r@b.test> <p@b.test>\"}]}",
	 {{"m", "a@b.test"}, {"m", "p@b.test"}, {"m", "r@b.test"}, {"c", "anna@acme.test\nC"}}, 4},
	{"headers", "{\"id\":\"A\",\"internetMessageId\":\"<a@b.test>\",\"subject\":\"x\"}",
	 "{\"internetMessageHeaders\":[{\"name\":\"in-reply-to\",\"value\":\"<p@b.test>\"},{\"name\":\"X\"},{\"value\":\"y\"},7]}", {{"m", "a@b.test"}, {"m", "p@b.test"}}, 2},
	{"nothing of the right type", "{\"id\":\"A\",\"internetMessageId\":5,\"subject\":{},\"from\":[],\"receivedDateTime\":true}", NULL, {{NULL, NULL}}, 0},
};

/* clang-format on */

static void test_keys(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	g_autoptr(json_t) object = json_loads(rows[i].item, 0, NULL);
	g_autoptr(json_t) details =
		rows[i].details != NULL ? json_loads(rows[i].details, 0, NULL) : NULL;
	g_autoptr(Item) item = item_read(object, "anna@acme.test");

	g_assert_nonnull(item);
	if (details != NULL)
		item_add_details(item, details, "anna@acme.test");
	g_assert_cmpuint(item->keys->len, ==, rows[i].count);
	for (guint j = 0; j < 4 && rows[i].keys[j][0] != NULL; j++) {
		g_autofree char *key = key_of(rows[i].keys[j][0], rows[i].keys[j][1]);

		g_assert_true(g_ptr_array_find_with_equal_func(item->keys, key, g_str_equal, NULL));
	}
}

static void test_details(void)
{
	g_autoptr(json_t) sparse = json_pack("{s:s,s:b}", "id", "A", "isRead", 1);
	g_autoptr(json_t) details = json_pack("{s:s,s:s,s:[{s:s,s:s},{s:s,s:s}]}",
		"internetMessageId", "<a@b.test>", "receivedDateTime", "2026-03-02T13:05:00Z",
		"singleValueExtendedProperties", "id", "Long 0xe08", "value", "4711", "id",
		ITEM_SEND_PROPERTY, "value", "2b1f4c3e-0000-4000-8000-123456789abc");
	g_autoptr(json_t) removed =
		json_pack("{s:s,s:{s:s}}", "id", "A", "@removed", "reason", "deleted");
	g_autoptr(json_t) nameless = json_object();
	g_autoptr(Item) item = item_read(sparse, "anna@acme.test");
	g_autoptr(Item) gone = item_read(removed, "anna@acme.test");

	g_assert_true(item->is_sparse);
	item_add_details(item, details, "anna@acme.test");
	g_assert_cmpstr(item->internet_id, ==, "a@b.test");
	g_assert_cmpint(item->size, ==, 4711);
	g_assert_cmpint(item->received_at, ==, G_GINT64_CONSTANT(1772456700) * G_USEC_PER_SEC);
	g_assert_cmpstr(item->send_id, ==, "2b1f4c3e-0000-4000-8000-123456789abc");
	g_assert_true(gone->is_removed);
	g_assert_null(item_read(nameless, "anna@acme.test"));
}

static void test_scopes(void)
{
	g_assert_true(token_scope_has(
		"openid https://graph.microsoft.com/Mail.Read Mail.Send", "Mail.Read"));
	g_assert_true(token_scope_has("mail.send", "Mail.Send"));
	g_assert_false(token_scope_has("Mail.ReadBasic Mail.Read.Shared", "Mail.Read"));
	g_assert_false(token_scope_has(NULL, "Mail.Read"));
	g_assert_cmpint(token_margin(3600), ==, 300);
	g_assert_cmpint(token_margin(40), ==, 10);
}

static char *id_token(const char *claims)
{
	g_autofree char *payload = secret_base64url(claims, strlen(claims));

	return g_strjoin(".", "e30", payload, "c2ln", NULL);
}

/* clang-format off */
/* Who signed in: every claim must be what it must be. */
static void test_identify(void)
{
	static const struct {
		const char *claims;
		gboolean is_good;
	} tokens[] = {
		{"{\"aud\":\"c\",\"iss\":\"https://login.test/t/v2.0\",\"tid\":\"t\",\"oid\":\"o\",\"nonce\":\"n\",\"exp\":2000,\"preferred_username\":\"a@b.test\"}", TRUE},
		{"{\"aud\":\"x\",\"iss\":\"https://login.test/t/v2.0\",\"tid\":\"t\",\"oid\":\"o\",\"nonce\":\"n\",\"exp\":2000,\"preferred_username\":\"a@b.test\"}", FALSE},
		{"{\"aud\":\"c\",\"iss\":\"https://login.test/u/v2.0\",\"tid\":\"t\",\"oid\":\"o\",\"nonce\":\"n\",\"exp\":2000,\"preferred_username\":\"a@b.test\"}", FALSE},
		{"{\"aud\":\"c\",\"iss\":\"https://login.test/t/v2.0\",\"tid\":\"t\",\"nonce\":\"n\",\"exp\":2000,\"preferred_username\":\"a@b.test\"}", FALSE},
		{"{\"aud\":\"c\",\"iss\":\"https://login.test/t/v2.0\",\"tid\":\"t\",\"oid\":\"o\",\"nonce\":\"m\",\"exp\":2000,\"preferred_username\":\"a@b.test\"}", FALSE},
		{"{\"aud\":\"c\",\"iss\":\"https://login.test/t/v2.0\",\"tid\":\"t\",\"oid\":\"o\",\"nonce\":\"n\",\"exp\":600,\"preferred_username\":\"a@b.test\"}", FALSE},
		{"{\"aud\":\"c\",\"iss\":\"https://login.test/t/v2.0\",\"tid\":\"t\",\"oid\":\"o\",\"nonce\":\"n\",\"exp\":2000,\"preferred_username\":\"nobody\"}", FALSE},
		{"{\"aud\":\"c\",\"iss\":\"https://login.microsoftonline.com/t/v2.0\",\"tid\":\"t\",\"oid\":\"o\",\"nonce\":\"n\",\"exp\":2000,\"preferred_username\":\"a@b.test\"}", TRUE},
		{"{\"aud\":\"c\",\"iss\":\"https://evil.test/t/v2.0\",\"tid\":\"t\",\"oid\":\"o\",\"nonce\":\"n\",\"exp\":2000,\"preferred_username\":\"a@b.test\"}", FALSE},
		{"[]", FALSE},
	};
	const IdentityWanted wanted = {"c", "n", "https://login.test"};
	/* clang-format on */

	for (guint i = 0; i < G_N_ELEMENTS(tokens); i++) {
		g_auto(Identified) identified = {0};
		g_autofree char *token = id_token(tokens[i].claims);

		g_assert_cmpint(
			redeem_identify(token, &wanted, 1000, &identified), ==, tokens[i].is_good);
	}
	g_assert_false(redeem_identify("no token", &wanted, 1000, &(Identified){0}));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strconcat("/item/keys/", rows[i].name, NULL);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_keys);
	}
	g_test_add_func("/item/details", test_details);
	g_test_add_func("/item/scopes", test_scopes);
	g_test_add_func("/item/identify", test_identify);
	return g_test_run();
}
