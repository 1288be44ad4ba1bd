#include <stdio.h>

#include "command/command.h"
#include "graph/seal.h"
#include "store/sealed.h"

/* Seals one value under the current key. */
static gboolean seal_again(
	Store *store, const SealRing *ring, const SealedValue *sealed, GError **error)
{
	const SealPlace place = {sealed->tenant, sealed->row, sealed->column};
	g_autoptr(Secret) text = seal_open(ring, &place, sealed->value, error);
	g_autofree char *value = NULL;

	if (text == NULL)
		return FALSE;
	value = seal_text(ring, &place, text);
	return sealed_replace(store, sealed, value, error);
}

static gboolean seal_all(Store *store, const SealRing *ring, guint *count, GError **error)
{
	g_autoptr(GPtrArray) all = sealed_list(store, error);

	for (guint i = 0; all != NULL && i < all->len; i++) {
		const SealedValue *sealed = g_ptr_array_index(all, i);

		if (seal_is_current(ring, sealed->value))
			continue;
		if (!seal_again(store, ring, sealed, error))
			return FALSE;
		(*count)++;
	}
	return all != NULL;
}

Status command_rekey(Invocation *invocation)
{
	g_autofree char *old = NULL;
	const GOptionEntry options[] = {
		{"old", 0, 0, G_OPTION_ARG_FILENAME, &old,
                 "a file with the key that was in use before", "FILE"},
		{NULL   },
	};
	g_autoptr(SealRing) ring = NULL;
	guint count = 0;
	GError *error = NULL;
	Status status;

	if (!command_read(invocation, options, 0, 0, &status))
		return status;

	g_autoptr(Config) config = command_load_config(invocation);
	g_autoptr(Store) store = config != NULL ? command_open_store(invocation) : NULL;

	if (store == NULL)
		return STATUS_FAILED;
	ring = seal_ring_load(config->secrets.key_file, &error);
	if (ring == NULL || (old != NULL && !seal_ring_add_old(ring, old, &error)) ||
		!seal_all(store, ring, &count, &error))
		return command_fail(invocation, error);
	printf("%u secrets are sealed under the current key now\n", count);
	return STATUS_DONE;
}
