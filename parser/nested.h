/* parse_mail() for a mail inside a mail. For parser/ only. */
#pragma once

#include "parser/body.h"

/* Parses within what is left of the budget. Never NULL. */
Mail *parse_mail_within(GBytes *source, Budget *budget);
