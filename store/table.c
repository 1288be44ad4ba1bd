#include "store/table.h"
