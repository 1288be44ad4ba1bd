#include "store/error.h"

G_DEFINE_QUARK(casegate - error - quark, casegate_error)
