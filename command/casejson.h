/* A case as JSON: its head, and every mail with its people, files and comments. */
#pragma once

#include "command/json.h"
#include "store/case.h"

json_t *case_json(const CaseHistory *history);
