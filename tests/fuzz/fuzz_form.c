/* What a browser, or who plays one, sends: fields of both encodings and languages. Every name and
 * value is text, and nothing else in the body is read. */
#include <stdint.h>
#include <string.h>

#include "server/form.h"
#include "server/language.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(Form *form)
{
	GHashTableIter all;
	gpointer name, value;

	g_hash_table_iter_init(&all, form);
	while (g_hash_table_iter_next(&all, &name, &value)) {
		g_assert_true(g_utf8_validate(name, -1, NULL));
		g_assert_true(g_utf8_validate(value, -1, NULL));
	}
	g_assert_cmpuint(g_hash_table_size(form), <=, 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The first line is the type, the rest the body, without a NUL behind. */
	const uint8_t *end = memchr(data, '\n', size);
	const size_t head = end != NULL ? (size_t)(end - data) : size;
	const size_t length = end != NULL ? size - head - 1 : 0;
	g_autofree char *type = g_strndup((const char *)data, head);
	g_autofree char *body = length > 0 ? g_memdup2(end + 1, length) : g_malloc(1);
	g_autoptr(Form) form = size > 0 ? form_parse_body(type, body, length) : NULL;
	g_autoptr(Form) query = form_parse(type);

	if (form != NULL)
		check(form);
	check(query);
	g_assert_cmpint(language_choose(type), <, LANGUAGES);
	return 0;
}
