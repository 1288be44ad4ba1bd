/* `serve` without a database: everything of server/ over tests/server/fake_store.c. */
#include "server/log.h"
#include "server/sockets.h"
#include "server/supervise.h"

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) sockets = NULL;
	Config *config = config_load(argc > 1 ? argv[1] : NULL, &error);

	if (config == NULL) {
		g_printerr("%s\n", error->message);
		return 1;
	}
	log_open(config->log.level, config->log.format);
	sockets = sockets_open(config, &error);
	if (sockets == NULL) {
		g_printerr("%s\n", error->message);
		config_free(config);
		return 1;
	}
	return supervise_run(config, sockets);
}
