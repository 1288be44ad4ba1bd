/* Audit: nothing is lost silently. received is the sum of the other five, for every tenant, always.
 */
#pragma once

#include "store/table.h"
