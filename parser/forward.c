#include "parser/forward.h"
