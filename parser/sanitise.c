#include "parser/sanitise.h"
