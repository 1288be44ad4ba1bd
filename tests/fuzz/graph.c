/* libFuzzer targets of what Microsoft says, or who plays Microsoft: -DREADER=graph_items is
 * fuzz_graph_items. JSON in, structs of ours out; what is of another type or missing is nothing. */
#include <stdint.h>
#include <string.h>

#include "graph/copy.h"
#include "graph/list.h"
#include "graph/redeem.h"
#include "graph/token.h"
#include "server/notifications.h"

#define API "https://graph.microsoft.com"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_key(const char *key)
{
	g_assert_true(key == NULL || g_uuid_string_is_valid(key));
}

static void check_item(const Item *item)
{
	g_assert_true(item->id != NULL && *item->id != '\0');
	g_assert_nonnull(item->sighting);
	check_key(item->sighting);
	check_key(item->own_key);
	check_key(item->send_id);
	for (guint i = 0; i < item->keys->len; i++)
		check_key(g_ptr_array_index(item->keys, i));
}

/* A message as a list shows it, and the same as its second look. */
static void graph_items(const char *bytes, gsize length)
{
	g_autoptr(json_t) object = told_parse(bytes, length);
	g_autoptr(Item) item = item_read(object, "anna@acme.test");

	if (item == NULL)
		return;
	check_item(item);
	item_add_details(item, object, "anna@acme.test");
	check_item(item);
}

/* A page: its links lead to Microsoft or nowhere. */
static void graph_pages(const char *bytes, gsize length)
{
	g_autoptr(json_t) object = told_parse(bytes, length);
	g_auto(Page) page = {0};

	if (object == NULL || !list_read(object, API, "anna@acme.test", &page, NULL))
		return;
	g_assert_true(page.next == NULL || g_ascii_strncasecmp(page.next, "https:", 6) == 0);
	for (guint i = 0; i < page.items->len; i++)
		check_item(g_ptr_array_index(page.items, i));
}

/* What the token endpoint answers, and who signed in by its id_token. */
static void graph_tokens(const char *bytes, gsize length)
{
	const IdentityWanted wanted = {"c", "n", "https://login.test"};
	g_autoptr(json_t) object = told_parse(bytes, length);
	g_auto(TokenAnswer) answer = {0};
	g_auto(Identified) identified = {0};

	if (object == NULL || !token_read(object, &answer))
		return;
	g_assert_cmpint(answer.expires_in, >, 0);
	g_assert_null(strpbrk(answer.access_token, " \r\n\t"));
	if (answer.id_token != NULL && redeem_identify(answer.id_token, &wanted, 1000, &identified))
		g_assert_nonnull(strchr(identified.mailbox, '@'));
}

/* An error of Graph or of the login host; the first byte is its status. */
static void graph_errors(const char *bytes, gsize length)
{
	const int status = length > 0 ? 400 + ((guchar)*bytes & 0x7f) : 400;
	g_autoptr(json_t) object = told_parse(bytes + MIN(length, 1), length - MIN(length, 1));
	const char *code = NULL;
	Remedy remedy = told_remedy(status, object, &code);
	g_autoptr(GError) error = NULL;
	g_autofree char *hint = NULL;

	g_assert_true(remedy.german != NULL && remedy.english != NULL);
	remedy = remedy_of_login(status, told_text(object, "error"), told_text(object, "suberror"),
		told_text(object, "error_description"));
	remedy_set_error(&remedy, "de", code, &error);
	hint = remedy_hint(error);
	g_assert_true(g_str_has_prefix(remedy.german, hint) || code != NULL);
}

/* The doorbell: who rings has the subscription and the client state. */
static void graph_notifications(const char *bytes, gsize length)
{
	g_autoptr(GPtrArray) subscriptions = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) hashes = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) lifecycles = g_ptr_array_new_with_free_func(g_free);
	Rings rings = {subscriptions, hashes, lifecycles};
	gsize count;

	notifications_read(bytes, length, &rings, &count);
	g_assert_cmpuint(subscriptions->len, <=, count);
	g_assert_true(hashes->len == subscriptions->len && lifecycles->len == hashes->len);
}

/* The header block of a mail of ours. */
static void graph_stamps(const char *bytes, gsize length)
{
	g_autofree char *stamp = copy_stamp_in(bytes, length);

	check_key(stamp);
}

static const struct {
	const char *name;
	void (*read)(const char *bytes, gsize length);
} readers[] = {
	{"graph_errors",        graph_errors       },
	{"graph_items",         graph_items        },
	{"graph_notifications", graph_notifications},
	{"graph_pages",         graph_pages        },
	{"graph_stamps",        graph_stamps       },
	{"graph_tokens",        graph_tokens       },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exactly as long as it is: what reads on is seen. */
	g_autofree char *bytes = size > 0 ? g_memdup2(data, size) : g_malloc(1);

	for (guint i = 0; i < G_N_ELEMENTS(readers); i++)
		if (strcmp(readers[i].name, G_STRINGIFY(READER)) == 0)
			readers[i].read(bytes, size);
	return 0;
}
