#include "parser/render.h"
