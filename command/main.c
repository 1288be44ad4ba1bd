/* casegate: files forwarded and copied mail into cases. The program is its commands
 * (command/command.h). */
#include "command/command.h"

int main(int argc, char **argv)
{
	return command_main(argc, argv);
}
