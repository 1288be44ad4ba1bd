/* mail_parse() for a mail inside a mail. For parser/ only. */
#pragma once

#include "parser/body.h"

/* Parses within what is left of the budget. Never NULL. */
Mail *mail_parse_within(GBytes *source, Budget *budget);
