#include "parser/quote.h"
